import * as z from 'zod';
import { platformSchema } from '../../../lib/events/id.ts';
import { DISPUTE_STATES, type DisputeState } from '../disputes.ts';
import { disputeAnswerPost, disputeGet, disputePost, disputesGet } from '../routes/disputes.ts';
import type { Documented } from './documented.ts';
import { instant, next } from './shapes.ts';

const dispute = z
  .strictObject({
    ...{ disputeId: z.string(), providerId: z.string(), platform: platformSchema },
    ...{ merchantId: z.string(), voucherId: z.string(), reason: z.string() },
    contractId: z.string().nullable(),
    raisedAt: instant,
    state: z
      .enum(Object.keys(DISPUTE_STATES) as [DisputeState, ...DisputeState[]])
      .describe(
        '`open`; accepted and being attributed again (`restating`), stopped on the way (`stalled`), or done (`accepted`); `refused`.',
      ),
    turn: z.enum(['operator']).nullable().describe('Whose turn it is; null: nobody’s.'),
    answer: z
      .strictObject({
        ...{ accept: z.boolean(), reason: z.string(), contractId: z.string().nullable() },
        at: instant,
        restatementId: z.string().nullable().describe('Null to a provider.'),
      })
      .nullable(),
    trail: z.array(
      z.strictObject({
        at: instant,
        actor: z.string().describe('To a provider the operator’s people are `operator`.'),
        what: z.enum(['raised', 'accepted', 'refused', 'restated', 'stopped']),
        reason: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'AttributionDispute' });

export const disputes: readonly Documented[] = [
  {
    contract: disputePost,
    tag: 'restating',
    summary: 'Say that a redemption is one’s own',
    description:
      'Of a voucher of a merchant that the provider has or had a contract with, or that it has entries of. 200 with ' +
      'the one that is not over, where there is one; else 201.',
    answers: { 200: { json: dispute }, 201: { json: dispute } },
    problems: ['not-found'],
    example: { platform: 'douyin', voucherId: 'v-1', reason: '该券在我司直播间售出' },
  },
  {
    contract: disputesGet,
    tag: 'restating',
    summary: 'Disputes, the newest first; a provider’s own',
    description:
      '`from` and `to` are of the days on which they were raised. A page may be short and have a `next`.',
    answers: { 200: { json: z.strictObject({ disputes: z.array(dispute), next }) } },
  },
  {
    contract: disputeGet,
    tag: 'restating',
    summary: 'One dispute with its trail; another provider’s is not there',
    answers: { 200: { json: dispute } },
    problems: ['not-found'],
  },
  {
    contract: disputeAnswerPost,
    tag: 'restating',
    summary: 'Accept a dispute, or refuse it with a reason',
    description:
      'An acceptance begins a restatement of the voucher’s days, and the dispute follows it to its end. It is only ' +
      'taken where that makes the redemption theirs (`dispute-unmet`): record or end contracts first; `contractId` is ' +
      'the one that does it. An answer stands; where the restatement was stopped, accepting again begins it again.',
    answers: { 200: { json: dispute } },
    problems: ['not-found', 'dispute-answered', 'dispute-unmet', 'merchant-unknown'],
    example: { accept: true, reason: '合同补录：直播渠道归该服务商' },
  },
];
