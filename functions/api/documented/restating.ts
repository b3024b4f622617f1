import * as z from 'zod';
import { storedRefundSchema } from '../../../lib/callbacks/refund-requests.ts';
import { UNUSABLE } from '../../../lib/integrations/kit/prepare.ts';
import { actSchema } from '../../../lib/integrations/kit/till.ts';
import { jobSchema } from '../../../lib/store/ledger/restatements.ts';
import { preparePost } from '../routes/prepare.ts';
import {
  refundDecidePost,
  refundRequestGet,
  refundRequestsGet,
} from '../routes/refund-requests.ts';
import {
  rebuildGet,
  rebuildPost,
  restatementCancelPost,
  restatementGet,
  restatementPost,
} from '../routes/restatements.ts';
import { redemptionPost, reversalPost } from '../routes/till.ts';
import type { Documented } from './documented.ts';
import { contractShape, instant, next } from './shapes.ts';

const { shape } = jobSchema;
const gains = z.strictObject({
  paidFen: z.int(),
  redeemedFen: z.int(),
  commissionFen: z.int(),
});
const sums = gains.extend({ entryCount: z.int() });
const common = {
  platform: shape.platform,
  merchantId: shape.merchantId,
  from: shape.from,
  to: shape.to,
  status: shape.status,
  progress: z.strictObject(shape.progress.shape),
};

const restatement = z
  .strictObject({
    restatementId: z.string(),
    ...common,
    reason: z.string(),
    dryRun: z.boolean(),
    asOf: shape.asOf,
    providers: z.array(
      z.strictObject({
        ...{ providerId: z.string(), before: sums, after: sums, gains },
        stores: z.array(z.string()).describe('Where: the first hundred.'),
        hasMoreStores: z.boolean(),
      }),
    ),
    proposed: contractShape
      .nullable()
      .describe('Of a dry run of a contract: what is not recorded, and was looked at.'),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Restatement' });

const rebuild = z
  .strictObject({
    rebuildId: z.string(),
    ...common,
    mend: z.boolean(),
    isEqual: z.boolean().nullable().describe('Null until it is done.'),
    differenceCount: z.int(),
    mendedCount: z.int(),
    differences: shape.differences.describe('The first hundred.'),
  })
  .meta({ id: 'Rebuild' });

const days = { platform: 'douyin', merchantId: '7011223344', from: '2025-10-01', to: '2025-10-31' };

const refund = storedRefundSchema
  .omit({ appKey: true, reference: true, notifyAtMs: true })
  .strict()
  .meta({ id: 'RefundRequest' });

const done = z.strictObject({
  requestId: z.string(),
  acts: z.array(actSchema.strict()),
  notDone: z
    .array(
      z.strictObject({ voucherId: z.string().optional(), code: z.string(), reason: z.string() }),
    )
    .optional(),
  unread: z
    .int()
    .optional()
    .describe('Uses that happened and that the platform reports too little about.'),
});

const tillProblems = [
  ...(['integration-unknown', 'not-found', 'store-unknown', 'platform-refused'] as const),
  ...(['archived', 'request-reused', 'platform-unavailable', 'act-unrecorded'] as const),
];

const whose = { integration: 'douyin-life', appKey: 'aw1234567890', requestId: 'till-7-000001' };

export const restating: readonly Documented[] = [
  {
    contract: restatementPost,
    tag: 'restating',
    summary: 'Attribute a merchant’s window again with what is known now',
    description:
      'At most 400 days. With `dryRun` nothing is booked, and the answer says who would gain what.',
    answers: { 202: { json: z.strictObject({ restatementId: z.string() }) } },
    problems: ['merchant-unknown'],
    example: { ...days, reason: 'the contract began earlier' },
  },
  {
    contract: restatementGet,
    tag: 'restating',
    summary: 'How far a restatement is, and who gains and loses what',
    answers: { 200: { json: restatement } },
    problems: ['not-found'],
  },
  {
    contract: restatementCancelPost,
    tag: 'restating',
    summary: 'Stop a restatement; what was attributed again until then stays',
    answers: { 200: { json: restatement } },
    problems: ['not-found'],
  },
  {
    contract: rebuildPost,
    tag: 'restating',
    summary: 'Compute a window’s entries and every total again, and compare',
    description:
      'Store-days, days, dimensions, repeat purchases, statements. With `"mend":true` each difference is put ' +
      'right and says so, except a statement’s sums.',
    answers: { 202: { json: z.strictObject({ rebuildId: z.string() }) } },
    problems: ['merchant-unknown'],
    example: days,
  },
  {
    contract: rebuildGet,
    tag: 'restating',
    summary: 'How far a rebuild is, and what differs',
    answers: { 200: { json: rebuild } },
    problems: ['not-found'],
  },
  {
    contract: preparePost,
    tag: 'till',
    summary: 'Show what a code or QR code stands for (验券准备), before anything is redeemed',
    description:
      'Give `code` or `qr`. Of the store’s apps each that can show one is asked, unless `integration` and `appKey` name it. Nothing is redeemed, and asking again is harmless. `usesLeft` of a card (次卡) is more than 1. `worthFen`, `title` and `usableUntil` are null where the platform does not say. `prepareId` is good for ten minutes: `POST /v1/redemptions` takes it with the `voucherIds` that the clerk chose.',
    answers: {
      200: {
        json: z.strictObject({
          prepareId: z.string(),
          integration: z.string(),
          appKey: z.string(),
          vouchers: z.array(
            z.strictObject({
              voucherId: z.string(),
              title: z.string().nullable(),
              worthFen: z.int().nullable(),
              usesLeft: z.int(),
              usableUntil: instant.nullable(),
              usable: z.boolean(),
              reason: z.enum(UNUSABLE).nullable().describe('Why it cannot be used now.'),
            }),
          ),
        }),
      },
    },
    problems: [
      ...(['not-found', 'store-unknown', 'not-shown'] as const),
      ...(['platform-refused', 'platform-unavailable'] as const),
    ],
    example: { storeId: '7055', code: '1234567890' },
  },
  {
    contract: redemptionPost,
    tag: 'till',
    summary: 'Redeem (核销) at the platform, where that is our call, and book it',
    description:
      'One of `code`, `encryptedData`, `vouchers` and `order` says what, or a `prepareId` with the `voucherIds` that were chosen, and `uses` of them. The same `requestId` with the same body is the same act, among those of one provider: after a 503 repeat it, until it is known; after a 422 use a new one, unless only a setting was missing. `storeId` is a registered store of the merchant. A voucher is named once; `count` is of a code’s vouchers or of a card’s uses. `notDone` lists what was requested and not done. `unread` counts uses that have happened and that nothing names: they are booked nowhere, a line `act-unread` is in the log, and somebody has to look them up at the platform.',
    answers: { 200: { json: done } },
    problems: [...tillProblems, 'prepare-expired'],
    example: { ...whose, code: '1234567890', storeId: '7055' },
  },
  {
    contract: reversalPost,
    tag: 'till',
    summary: 'Take a redemption back (撤销核销) at the platform, and book that',
    description:
      'The voucher’s latest use, or the one that `redemptionId` names. A use that is not known here is not asked of the platform: 503 while something is on its way, and a named one is 422 when nothing is.',
    answers: { 200: { json: done } },
    problems: tillProblems,
    example: { ...whose, voucherId: 'v-1' },
  },
  {
    contract: refundRequestsGet,
    tag: 'till',
    summary: 'Refund requests (退款申请) that wait for somebody',
    answers: { 200: { json: z.strictObject({ refundRequests: z.array(refund), next }) } },
  },
  {
    contract: refundRequestGet,
    tag: 'till',
    summary: 'One refund request',
    answers: { 200: { json: refund } },
    problems: ['not-found'],
  },
  {
    contract: refundDecidePost,
    tag: 'till',
    summary: 'Decide a refund request',
    description: 'A refusal’s `reason` is in words for the buyer. A decision is not changed here.',
    answers: { 200: { json: refund } },
    problems: ['not-found', 'refund-decided'],
    example: { decision: 'refuse', reason: '已超过可退期限' },
  },
];
