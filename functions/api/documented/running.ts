import * as z from 'zod';
import { droppedSchema } from '../../../lib/store/deliveries/dropped.ts';
import { erasureSchema } from '../../../lib/store/privacy/erasures.ts';
import { healthGet } from '../app.ts';
import { QUEUE_NAMES } from '../deps.ts';
import { deadLettersGet, dropPost, droppedGet, redrivePost } from '../routes/dead-letters.ts';
import { deliveryBodyGet, deliveryGet, deliveryTrialPost } from '../routes/deliveries.ts';
import { erasureGet, erasurePost } from '../routes/erasures.ts';
import { pipelineGet } from '../routes/pipeline.ts';
import { replayPost } from '../routes/replays.ts';
import { setAsideGet } from '../routes/set-aside.ts';
import type { Documented } from './documented.ts';
import { loss } from './reconciliations.ts';
import { instant, next } from './shapes.ts';

const depth = z.strictObject({ waiting: z.int(), inFlight: z.int(), dead: z.int() });

const letter = {
  type: z.string(),
  deliveryId: z.string().nullable(),
  integration: z.string().nullable(),
  appKey: z.string().nullable(),
  receivedAt: z.string(),
};

const group = z.strictObject({
  type: z.string(),
  integration: z.string().nullable(),
  appKey: z.string().nullable(),
  count: z.int(),
  oldestAt: z.string(),
  newestAt: z.string(),
});

const gone = {
  matched: z.int(),
  left: z.int().describe('By SQS’s approximate count.'),
  more: z.boolean().describe('Time was up: repeat it with `until` of this answer.'),
  until: instant,
};

const setAside = z.strictObject({
  deliveryId: z.string(),
  integration: z.string(),
  appKey: z.string(),
  receivedAt: z.string(),
  kind: z.string(),
  why: z.string().nullish(),
});

const erasure = erasureSchema
  .omit({ step: true, position: true })
  .extend({ found: erasureSchema.shape.found.strict() })
  .strict()
  .meta({ id: 'Erasure' });

export const running: readonly Documented[] = [
  {
    contract: pipelineGet,
    tag: 'running',
    summary: 'What is on its way, what waits, what failed, what was set aside',
    description:
      '`behind` counts totals that are not added up yet. `idle` when nothing is outstanding. `losing` names the apps of which ' +
      'more than `lossAlarmBp` (1/10000) of yesterday’s redemptions no webhook brought, as far as the day was checked.',
    answers: {
      200: {
        json: z.strictObject({
          queues: z.strictObject({ intake: depth, attribution: depth, notices: depth }),
          hints: z.int(),
          unfinished: z.int(),
          behind: z.int(),
          parked: z.int(),
          quarantined: z.int(),
          idle: z.boolean(),
          losing: z.strictObject({
            ...{ businessDay: z.iso.date(), lossAlarmBp: z.int(), apps: z.array(loss) },
          }),
        }),
      },
    },
  },
  {
    contract: setAsideGet,
    tag: 'running',
    summary: 'Deliveries that nobody could read: `parked` or `quarantined`',
    answers: {
      200: { json: z.strictObject({ setAside: z.string(), deliveries: z.array(setAside), next }) },
    },
    problems: ['not-found'],
  },
  {
    contract: deliveryGet,
    tag: 'running',
    summary: 'What a platform sent and what became of it, with what may be personal masked',
    description:
      'Of the body, the names of fields, words, small amounts and times are shown as they are; phone numbers ' +
      '(`186****0001`), names (`赵**`) and everything whose form does not exclude a person or a code are masked. ' +
      '`body` is null where it was erased, or is neither JSON nor a form.',
    answers: {
      200: {
        json: z.strictObject({
          deliveryId: z.string(),
          integration: z.string(),
          appKey: z.string(),
          receivedAt: z.string(),
          state: z.enum(['archived', 'waiting']),
          outcome: z.string().nullable(),
          kind: z.string().nullable(),
          why: z.string().nullable(),
          erasedAt: instant.nullable(),
          bytes: z.int().nullable(),
          body: z.unknown(),
        }),
      },
    },
    problems: ['not-found'],
  },
  {
    contract: deliveryBodyGet,
    tag: 'running',
    summary: 'The bytes that a platform sent, in clear; who reads them is in the trail',
    answers: {
      200: {
        types: ['application/octet-stream'],
        what: 'The signed bytes as they came: personal data of buyers may be in them.',
      },
    },
    problems: ['not-found'],
  },
  {
    contract: deliveryTrialPost,
    tag: 'running',
    summary: 'What an edited copy of a delivery would be read and booked as; nothing is kept of it',
    description:
      'Without `text`, the delivery as it came. No platform is asked. Whoever tries reads personal data, and is in the trail.',
    example: { text: '{"event":"life_trade_order_notify","content":{}}' },
    answers: {
      200: {
        json: z.strictObject({
          text: z.string().describe('What was read, in clear.'),
          outcome: z.enum(['events', 'hint', 'kept', 'unknown', 'malformed', 'unreadable']),
          kind: z.string().nullable(),
          why: z.string().nullable(),
          isAsked: z.boolean().describe('A hint: what the platform answers would decide.'),
          events: z.array(
            z.strictObject({
              ...{ kind: z.string(), occurredAt: instant, merchantId: z.string() },
              storeId: z.string().nullable(),
              orderId: z.string().nullable().describe('Masked.'),
              voucherId: z.string().nullable().describe('Masked.'),
              amounts: z.record(z.string(), z.int()).nullable(),
              refundedFen: z.int().nullable(),
            }),
          ),
          entries: z.array(
            z.strictObject({
              ...{ providerId: z.string(), kind: z.string(), businessDay: z.iso.date() },
              ...{ storeId: z.string(), count: z.int(), amountFen: z.int() },
              ...{ commissionFen: z.int(), explanation: z.unknown() },
            }),
          ),
        }),
      },
    },
    problems: ['not-found'],
  },
  {
    contract: replayPost,
    tag: 'running',
    summary: 'Have archived deliveries read again',
    description:
      'A set-aside list (or of it one integration or kind), deliveries by id, or an app’s window. `next` goes back as `cursor`.',
    answers: {
      200: {
        json: z.strictObject({
          dryRun: z.boolean(),
          matched: z.int(),
          sent: z.int(),
          expired: z.int(),
          erased: z.int(),
          scanned: z.int(),
          next,
        }),
      },
    },
    example: { setAside: 'parked', dryRun: true },
  },
  {
    contract: deadLettersGet,
    tag: 'running',
    summary: 'Dead letters: what workers gave up, without bodies',
    answers: {
      200: {
        json: z.strictObject({
          queue: z.enum(QUEUE_NAMES),
          groups: z.array(group),
          letters: z.array(z.strictObject({ ...letter, receiveCount: z.int() })),
          more: z.boolean(),
        }),
      },
    },
  },
  {
    contract: redrivePost,
    tag: 'running',
    summary: 'Send dead letters back to their queue',
    description: 'Some seconds’ worth a request: repeat it while `more`.',
    answers: { 200: { json: z.strictObject({ ...gone, moved: z.int() }) } },
    example: { queue: 'intake', dryRun: true },
  },
  {
    contract: dropPost,
    tag: 'running',
    summary: 'Delete dead letters for good, and keep who did and why',
    answers: { 200: { json: z.strictObject({ ...gone, dropped: z.int() }) } },
    example: { queue: 'intake', reason: 'sent by a test' },
  },
  {
    contract: droppedGet,
    tag: 'running',
    summary: 'Dead letters that were dropped',
    answers: { 200: { json: z.strictObject({ letters: z.array(droppedSchema.strict()), next }) } },
  },
  {
    contract: erasurePost,
    tag: 'running',
    summary: 'Erase a buyer’s personal data',
    description:
      'Each id has at least 8 characters. 202: repeat it until `finishedAt` is there. It is not while ' +
      'deliveries of theirs wait for the platform’s answer (they are read by themselves, within 30 days at ' +
      'the latest) or dead letters of the platform may be theirs (redrive or drop them): `awaits` lists them. ' +
      'A delivery that names the order and not the buyer, or is encrypted, is found by its order alone: name the ' +
      'buyer’s orders beside `buyerId`, or repeat with `again` when nothing waits any more. ' +
      'No amount depends on an erasure.',
    answers: { 200: { json: erasure }, 202: { json: erasure } },
    example: { platform: 'douyin', orderIds: ['1052000001'], reason: 'requested by the buyer' },
  },
  {
    contract: erasureGet,
    tag: 'running',
    summary: 'The receipt of an erasure',
    answers: { 200: { json: erasure } },
    problems: ['not-found'],
  },
  {
    contract: healthGet,
    tag: 'running',
    summary: 'Whether the API reaches its table',
    answers: {
      200: { json: z.strictObject({ status: z.literal('ok') }), example: { status: 'ok' } },
    },
  },
];
