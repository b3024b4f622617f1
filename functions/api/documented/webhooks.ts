import * as z from 'zod';
import type { NoticeType, TEST_TYPE } from '../../../lib/notices/types.ts';
import { endpointSchema } from '../../../lib/store/accounts/endpoints.ts';
import { NOTICE_STATES } from '../../../lib/store/deliveries/notices.ts';
import {
  deliveriesGet,
  deliveryReplayPost,
  endpointDelete,
  endpointGet,
  endpointPatch,
  endpointReplayPost,
  endpointRotate,
  endpointsGet,
  endpointsPost,
  endpointTest,
} from '../webhooks/contracts.ts';
import type { Documented } from './documented.ts';
import { listedEntry } from './reading.ts';
import { instant, next } from './shapes.ts';

const endpoint = endpointSchema
  .extend({
    types: z.array(z.string()).describe('Of what it is told; `*` is everything.'),
    stores: z.array(z.string()).describe('Only of these, such as `douyin/6601`; empty: of all.'),
    merchants: z.array(z.string()).describe('Only of these, such as `douyin/7011`; empty: of all.'),
    headers: z.array(z.string()).describe('The names of its own headers; nobody reads the values.'),
    createdAt: instant,
  })
  .strict()
  .meta({ id: 'WebhookEndpoint' });

const withKeys = endpoint
  .extend({
    publicKeys: z
      .array(z.string())
      .describe('What verifies its `v1a` signatures, the newest first: `whpk_…`, ed25519.'),
  })
  .strict()
  .meta({ id: 'WebhookEndpointWithKeys' });

const failure = z
  .string()
  .nullable()
  .describe(
    'Null: it was taken. `address-refused`, `timeout`, `unreachable`, `redirect`, `status`; `disabled`: its endpoint ' +
      'was; `not-tried`: its endpoint had just not answered others.',
  );

const delivery = z
  .strictObject({
    deliveryId: z.string(),
    endpointId: z.string(),
    factId: z.string().describe('The `webhook-id` of each of its messages.'),
    type: z.string(),
    entryId: z.string(),
    at: instant.describe('When the fact was written.'),
    status: z.enum(NOTICE_STATES),
    tries: z.int(),
    nextTryAt: instant.nullable(),
    last: z
      .strictObject({
        ...{ at: instant, failure, status: z.int().nullable() },
        ...{ answer: z.string().describe('Its beginning.'), ms: z.number() },
      })
      .nullable(),
  })
  .meta({ id: 'WebhookDelivery' });

const secretShown = {
  endpointId: z.string(),
  secret: z
    .string()
    .nullable()
    .describe('Shown once: null where a repetition by its `Idempotency-Key` is answered.'),
  hint: z.string().optional().describe('How to come to another, where it is null.'),
};

/** What each type of message says; a type's shape only ever gets more fields. */
export const MESSAGES: Readonly<
  Record<NoticeType | typeof TEST_TYPE, { readonly summary: string; readonly data: z.ZodType }>
> = {
  'entry.booked': {
    summary: 'A line of the ledger was opened: a payment or a use counts for the provider',
    data: listedEntry,
  },
  'entry.reversed': {
    summary: 'A line takes another back, whole or in part: a reversal, a refund, a correction',
    data: listedEntry,
  },
  'voucher.redeemed': {
    summary: 'A voucher was used; told to the provider whose share counts it',
    data: listedEntry,
  },
  'voucher.reversed': {
    summary: 'A use was taken back, or its money',
    data: listedEntry,
  },
  'endpoint.test': {
    summary: 'Somebody pressed the test; nobody subscribes to it',
    data: z.strictObject({ endpointId: z.string() }),
  },
};

export const webhooks: readonly Documented[] = [
  {
    contract: endpointsPost,
    tag: 'webhooks',
    summary: 'Name an address that is told of a provider’s facts; its secret is shown once',
    description:
      'Messages are signed as [Standard Webhooks](https://www.standardwebhooks.com) says: HMAC-SHA256 (`v1`) by the ' +
      'secret, and ed25519 (`v1a`) by a key that is made of it. `url` begins with https:// and is on the public ' +
      'internet; a local run takes addresses of its own machine. `types` are types of messages, or `["*"]`. At most ' +
      '50 endpoints. `headers` are sent with each message, and their values are never shown. With `disabled` it is ' +
      'told nothing yet.',
    answers: { 201: { json: z.strictObject(secretShown) } },
    example: { url: 'https://erp.example.com/hexiao', types: ['entry.booked', 'entry.reversed'] },
  },
  {
    contract: endpointsGet,
    tag: 'webhooks',
    summary: 'A provider’s endpoints',
    answers: { 200: { json: z.strictObject({ endpoints: z.array(endpoint) }) } },
  },
  {
    contract: endpointGet,
    tag: 'webhooks',
    summary: 'One endpoint, with the public keys that verify its messages',
    answers: { 200: { json: withKeys } },
  },
  {
    contract: endpointPatch,
    tag: 'webhooks',
    summary: 'Change an endpoint: what is named, and nothing else',
    description: '`headers` replaces all of them.',
    answers: { 200: { json: withKeys } },
    example: { disabled: true },
  },
  {
    contract: endpointDelete,
    tag: 'webhooks',
    summary: 'Take an endpoint away; nothing is sent to it any more',
    answers: { 204: { what: 'It is gone.' } },
  },
  {
    contract: endpointRotate,
    tag: 'webhooks',
    summary: 'Make a new secret, which is shown once; the one before signs beside it for 24 hours',
    answers: { 200: { json: z.strictObject(secretShown) } },
    problems: ['request-in-progress'],
  },
  {
    contract: endpointTest,
    tag: 'webhooks',
    summary: 'Send a message of the type `endpoint.test` now, and say what came of it',
    description:
      'Also to an endpoint that is disabled. `failure` is null where it was taken; else `address-refused` (it leads ' +
      'to a private address), `timeout` (no answer within 10 s), `unreachable`, `redirect` (none is followed) or ' +
      '`status`. `answer` is the beginning of what came back.',
    answers: {
      200: {
        json: z.strictObject({
          delivered: z.boolean(),
          failure: z
            .enum(['address-refused', 'timeout', 'unreachable', 'redirect', 'status'])
            .nullable(),
          status: z.int().nullable(),
          answer: z.string(),
          ms: z.number(),
          retryAfterMs: z.number().nullable(),
        }),
      },
    },
  },
  {
    contract: deliveriesGet,
    tag: 'webhooks',
    summary: 'What endpoints were told in the last 30 days, the newest first',
    description:
      'Of all endpoints, or of one. A page may be short, or empty, and go on: `next` says so.',
    answers: { 200: { json: z.strictObject({ deliveries: z.array(delivery), next }) } },
  },
  {
    contract: deliveryReplayPost,
    tag: 'webhooks',
    summary: 'Tell one fact to its endpoint again, under the same id',
    description: '`replayed` is 0 where a worker changed it in this moment.',
    answers: { 200: { json: z.strictObject({ replayed: z.int() }) } },
  },
  {
    contract: endpointReplayPost,
    tag: 'webhooks',
    summary: 'Tell an endpoint again what failed in a window, or all of it, under the same ids',
    description:
      'By the times of the facts. A thousand or so a request, the newest first: `until` is where to go on, as the next ' +
      '`to`; null at the end.',
    answers: { 200: { json: z.strictObject({ replayed: z.int(), until: instant.nullable() }) } },
    example: { from: '2026-11-01T00:00:00+08:00', to: '2026-11-02T00:00:00+08:00', only: 'failed' },
  },
];
