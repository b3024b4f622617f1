import * as z from 'zod';
import { checkedDaySchema } from '../../../lib/store/reconciliation/checked-days.ts';
import { keptDifferenceSchema } from '../../../lib/store/reconciliation/differences.ts';
import { reconciliationSchema } from '../../../lib/store/reconciliation/reconciliations.ts';
import { completenessGet, differenceAcceptPost, differencesGet } from '../routes/completeness.ts';
import { lossesGet } from '../routes/losses.ts';
import {
  reconciliationCancelPost,
  reconciliationGet,
  reconciliationPost,
} from '../routes/reconciliations.ts';
import type { Documented } from './documented.ts';
import { instant, next } from './shapes.ts';

const { shape } = reconciliationSchema;

const reconciliation = z
  .strictObject({
    reconciliationId: z.string(),
    integration: z.string(),
    appKey: z.string(),
    from: shape.from,
    to: shape.to,
    stores: shape.stores,
    status: shape.status,
    done: z.int().describe('Days of merchants or stores that were read.'),
    total: z.int().nullable().describe('Null until it has begun.'),
    calls: z.int().describe('To the platform, by now.'),
    found: z.int().describe('Facts that the platform records and that we lacked.'),
    repaired: z.int().describe('Of them, those that were taken in.'),
    differences: z.int().describe('What differs, and was not put right.'),
    secondsLeft: z.int().nullable().describe('By how fast it was until now.'),
    startedAt: instant,
    endedAt: instant.nullable(),
    reason: z.string().nullable().describe('Why it failed.'),
  })
  .meta({ id: 'Reconciliation' });

const checked = checkedDaySchema.shape;
const side = z.strictObject({
  count: z.int(),
  fen: z
    .int()
    .nullable()
    .describe('Paid by buyers and the platform; null where it is hidden, or others have a part.'),
});

const row = z
  .strictObject({
    platform: checked.platform,
    merchantId: checked.merchantId,
    storeId: z.string().nullable().describe('Null: the merchant’s day, or no store was named.'),
    businessDay: checked.businessDay,
    status: checked.status,
    ours: side,
    theirs: side.nullable(),
    checkedAt: instant,
    source: z.string().describe('The integration and the platform’s lists that were read.'),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Completeness' });

const kept = keptDifferenceSchema.shape;
const difference = z
  .strictObject({
    differenceId: z.string(),
    platform: kept.platform,
    merchantId: kept.merchantId,
    integration: z.string(),
    storeId: kept.storeId,
    businessDay: kept.businessDay,
    voucherId: kept.voucherId,
    orderId: kept.orderId,
    kind: kept.kind,
    ours: kept.ours.describe('Fen, a store or a day; null: not there, not reported.'),
    theirs: kept.theirs,
    reason: z.string(),
    state: kept.state,
    acceptedReason: z.string().nullable(),
    acceptedAt: instant.nullable(),
  })
  .meta({ id: 'Difference' });

const problems = ['not-found'] as const;

export const loss = z.strictObject({
  integration: z.string(),
  appKey: z.string(),
  businessDay: z.iso.date(),
  byWebhook: z.int(),
  byAsking: z.int(),
  lossBp: z.int(),
  latestSeconds: z.int().nullable(),
});

const lossRow = loss.extend({ isLosing: z.boolean() }).strict();

export const reconciling: readonly Documented[] = [
  {
    contract: reconciliationPost,
    tag: 'reconciling',
    summary: 'Compare an app’s days with its platform’s own records, and take in what is missing',
    description:
      'For a merchant’s first connection, or after an outage; the schedule reads every day by itself, the day after ' +
      'and a week later. At most 400 days. It goes after everything else that calls the platform.',
    answers: { 202: { json: z.strictObject({ reconciliationId: z.string() }) } },
    problems: ['integration-unknown', ...problems],
    example: {
      ...{ integration: 'douyin-life', appKey: 'aw1234567890' },
      ...{ from: '2025-10-01', to: '2025-10-31' },
    },
  },
  {
    contract: reconciliationGet,
    tag: 'reconciling',
    summary: 'How far a reconciliation is, and what it found',
    answers: { 200: { json: reconciliation } },
    problems,
  },
  {
    contract: reconciliationCancelPost,
    tag: 'reconciling',
    summary: 'Stop a reconciliation; what was taken in until then stays',
    answers: { 200: { json: reconciliation } },
    problems,
  },
  {
    contract: completenessGet,
    tag: 'reconciling',
    summary: 'Which days are complete by the platforms’ own records',
    description:
      '`complete`: all that the platform records is here, and nothing else. `repaired`: so it is since what no webhook ' +
      'brought was taken in. `different`: see `/v1/differences`. `checking`: what was missing is on its way. ' +
      '`unchecked`: it could not be read whole. `unverifiable`: the platform lists no such records, and `reason` says ' +
      'why. `ours` and `theirs` are redemptions that were not reversed. A day without a row was not read yet. A ' +
      'provider sees the days of its own contracts.',
    answers: { 200: { json: z.strictObject({ rows: z.array(row), next }) } },
  },
  {
    contract: differencesGet,
    tag: 'reconciling',
    summary: 'What a platform and we do not report alike, and why',
    description:
      '`missing`: the platform records it, and it could not be taken in. `extra`: the platform does not record it. ' +
      '`amount`, `store`, `day`: it reports another one. A difference that a later reading does not show is `repaired`.',
    answers: { 200: { json: z.strictObject({ differences: z.array(difference), next }) } },
  },
  {
    contract: differenceAcceptPost,
    tag: 'reconciling',
    summary: 'Let a difference be, with the reason; its day’s next reading does not count it',
    answers: { 200: { json: difference } },
    problems,
    example: { reason: 'the platform’s support confirmed ours' },
  },
  {
    contract: lossesGet,
    tag: 'reconciling',
    summary: 'How many redemptions no webhook brought, by app and day',
    description:
      '`byWebhook` came by a webhook or by our own call, `byAsking` by nothing but reading the platform’s records; `lossBp` is ' +
      'the second, in 1/10000 of both. `latestSeconds`: how long after the act the latest of those was taken in. It is added up ' +
      'from the checks of days, which are made of the events themselves; a day that was not checked has no row. Meituan notifies ' +
      'no redemption, so all but those of our own calls are found by asking. `isLosing`: more than `lossAlarmBp` of at least 20 ' +
      'redemptions; the alarm `apps-losing` rings for yesterday’s.',
    answers: { 200: { json: z.strictObject({ rows: z.array(lossRow), lossAlarmBp: z.int() }) } },
  },
];
