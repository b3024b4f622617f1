import * as z from 'zod';
import { CAUSES } from '../../../lib/ledger/changes.ts';
import { entriesGet, explanationGet } from '../routes/entries.ts';
import { gmvGet } from '../routes/gmv.ts';
import { proofKeysGet } from '../routes/proof-keys.ts';
import { repeatPurchasesGet } from '../routes/repeat-purchases.ts';
import { statementClosePost, statementGet, statementsGet } from '../routes/statements.ts';
import { redemptionsGet, storesGet } from '../routes/stores.ts';
import { voucherGet } from '../routes/vouchers.ts';
import type { Documented } from './documented.ts';
import {
  amounts,
  contentsShape,
  draftShape,
  entryShape,
  eventShape,
  instant,
  lifeShape,
  lineShape,
  next,
  problemIn,
  statementShape,
} from './shapes.ts';

const cause = z
  .enum(CAUSES)
  .describe(
    'Why an entry came: a fact (late, when its period had been looked at), what took one back, a restatement, a fact that was decided again, or tiers.',
  );

export const listedEntry = entryShape
  .extend({ bookedAt: instant.nullable(), cause })
  .meta({ id: 'ListedEntry' });

const order = z.enum(['redeemedFen', 'store']);

const gmvRow = z.strictObject({
  key: z.string(),
  ...amounts,
  loop: z.string().optional(),
  channel: z.string().optional(),
  product: z.string().optional(),
  creator: z.string().optional(),
  city: z.string().optional(),
  supply: z.string().optional(),
  category: z.string().optional(),
  cpsKind: z.string().optional().describe('Of a creator: how it earns.'),
  merchant: z.string().optional(),
  platform: z.string().optional(),
  name: z.string().nullable().optional(),
});

const store = z.strictObject({
  platform: z.string(),
  storeId: z.string(),
  name: z.string().nullable(),
  merchantId: z
    .string()
    .nullable()
    .describe(
      'Whose redemption came last. Null of `unknown`: it holds what named no store, of all merchants.',
    ),
  redeemedCount: z.int(),
  redeemedFen: z.int(),
  reversedCount: z.int(),
  refundedFen: z.int(),
  commissionFen: z.int(),
});

const redemption = z.strictObject({
  redemptionId: z.string(),
  voucherId: z.string(),
  orderId: z.string(),
  status: z.enum(['provisional', 'final', 'reversed', 'refunded']),
  redeemedAt: instant,
  amountFen: z.int(),
  commissionFen: z.int(),
  channel: z.string(),
  contractId: z.string().nullable(),
});

const sentence = z.strictObject({ zh: z.string(), en: z.string() });
const versioned = z.strictObject({ contractId: z.string(), version: z.int() });

const explanation = z.strictObject({
  entry: entryShape,
  rule: z.string(),
  policy: z
    .strictObject({ version: z.int(), basis: z.string(), order: z.array(z.string()) })
    .nullable(),
  candidates: z
    .array(
      versioned.extend({
        providerId: z.string(),
        mode: z.string(),
        isTaken: z.boolean(),
        verdict: z.string(),
        shareBp: z.int(),
        why: sentence,
      }),
    )
    .describe('Contracts that were considered; a provider’s own alone.'),
  basis: z.string(),
  arithmetic: z.array(z.looseObject({ step: z.string() })),
  contract: versioned.nullable(),
  restatement: z.strictObject({ restatementId: z.string(), reason: z.string() }).nullable(),
  isReproduced: z.boolean(),
  sentence,
});

const listed = statementShape.extend(lifeShape.shape).meta({ id: 'StatementWithLife' });
const statements = z.strictObject({ statements: z.array(listed), next });
const wholeStatement = z.union([
  listed.extend({ ...contentsShape, lines: z.array(lineShape), next }),
  draftShape,
]);
const refused = z.strictObject({ providerId: z.string(), refused: z.strictObject(problemIn) });
const closed = z.union([
  statementShape,
  z.strictObject({ statements: z.array(z.union([statementShape, refused])) }),
]);

const UNCHANGED = 'It is as `If-None-Match` has it; a read unit for a month.';

/** What is in the way of what only a closed month has. */
const toBeClosed = [
  'month-not-over',
  'statement-closing',
  'statement-not-closed',
  'statement-order',
] as const;

export const reading: readonly Documented[] = [
  {
    contract: gmvGet,
    tag: 'reading',
    summary: 'Totals by day, store, platform or dimension',
    description:
      'Days, stores and platforms are there with the entry’s batch, the others later ' +
      '(`DIMENSIONS_DELAY_SECONDS`). Of stores, `order` says how they are sorted. For the operator, `providerId=*` is all ' +
      'providers together, by `day`, `platform`, `loop` or `channel`, without what is `unattributed`; all of it is rolled ' +
      'up with the dimensions, so it is minutes behind. ' +
      '`supply` and `category` group the products by the catalogue as it is now (`PUT /v1/products`): what is in none is ' +
      '`unknown`, and so is a product id that two platforms have and that is not the same at both. ' +
      'With `asOf` it is what had been booked to one provider by that instant, worked out from the entries of the ' +
      'window: at most 92 days and 20,000 entries. Names and cities are as they are registered now.',
    problems: ['window-too-large'],
    answers: {
      200: {
        json: z.strictObject({
          rows: z.array(gmvRow),
          order: order.optional(),
          next: next.optional(),
          total: z.strictObject(amounts),
          asOf: instant.optional(),
          since: z
            .array(z.strictObject({ cause, entryCount: z.int(), ...amounts }))
            .optional()
            .describe(
              'With `asOf`: what was booked after it, by cause. With `total` it is what is known now.',
            ),
        }),
      },
      304: { what: UNCHANGED },
    },
  },
  {
    contract: repeatPurchasesGet,
    tag: 'reading',
    summary: 'Buyers, and those with more than one order',
    description: '`sampled` says when it is an estimate. With `storeId` of one store.',
    answers: {
      200: {
        json: z.strictObject({
          buyers: z.int(),
          repeatBuyers: z.int(),
          rate: z.number().nullable(),
          sampled: z.union([z.literal(false), z.strictObject({ of: z.int() })]),
        }),
        example: { buyers: 20, repeatBuyers: 5, rate: 0.25, sampled: false },
      },
    },
  },
  {
    contract: storesGet,
    tag: 'reading',
    summary: 'Stores with their totals, the largest first over all pages',
    description: '`order` is `store` where there are too many to sort by amount.',
    answers: {
      200: { json: z.strictObject({ stores: z.array(store), order, next }) },
      304: { what: UNCHANGED },
    },
  },
  {
    contract: redemptionsGet,
    tag: 'reading',
    summary: 'A store’s redemptions, newest first',
    answers: { 200: { json: z.strictObject({ redemptions: z.array(redemption), next }) } },
  },
  {
    contract: voucherGet,
    tag: 'reading',
    summary: 'A voucher: its events, its entries, and what waits',
    description:
      '`waiting` is what waits for its other half, and uses that come to more than the voucher is worth. A refund ' +
      'of more than its uses are worth takes all of them back and waits for nothing. An order without vouchers is under its order id. Where a use is another provider’s, a provider sees the events behind ' +
      'its own entries, and of a refund what it took from its own uses. `source` says how an event came to us, and ' +
      '`platformRequests` by which calls, with the platform’s own ids of them: its support asks for those. ' +
      'The operator is shown the `deliveryId` of each event, too.',
    answers: {
      200: {
        json: z.strictObject({
          platform: z.string(),
          voucherId: z.string(),
          merchantId: z.string(),
          orderId: z.string().nullable(),
          events: z.array(eventShape),
          entries: z.array(entryShape),
          waiting: z.array(z.strictObject({ eventId: z.string(), kind: z.string() })),
        }),
      },
    },
    problems: ['not-found'],
  },
  {
    contract: entriesGet,
    tag: 'reading',
    summary: 'Lines of the ledger',
    description:
      '`entryId` is the one name of an entry, here, in statements and their files, in vouchers, in ' +
      '`reverses` and `corrects` and in a rebuild’s differences. `asOf` leaves out what was booked after that instant, ' +
      '`since` what had been booked by it. Such a page may be short, or empty, and have a `next`: it reads 5,000 ' +
      'entries at most.',
    answers: { 200: { json: z.strictObject({ entries: z.array(listedEntry), next }) } },
  },
  {
    contract: explanationGet,
    tag: 'reading',
    summary: 'Why an entry is what it is, in numbers and a sentence',
    answers: { 200: { json: explanation } },
    problems: ['not-found'],
  },
  {
    contract: statementsGet,
    tag: 'reading',
    summary: 'Monthly statements, newest first',
    description: 'The operator without `providerId` lists everybody’s.',
    answers: { 200: { json: statements } },
  },
  {
    contract: statementGet,
    tag: 'reading',
    summary: 'A statement with its lines; with an ending a page or a file',
    description:
      '`.html?lang=zh|en`, `.csv?part` or `.xlsx?part` behind the id. A closed statement has its lines as ' +
      'files, 5,000 in each: `files` says how many, `?part=2` is the second, and the header `link` names the ' +
      'next. Ids are texts there, in CSV as `="106…"`, which Excel keeps as it is; paid and redeemed GMV have ' +
      'a column each. `.proof` is a page that proves the statement to anybody, offline (docs/proof.md); with `?part` a ' +
      'part of it, and the parts one after the other are the page; with `?line=<entryId>` the proof of that line alone, at most ' +
      '2 KB of text, of a statement of at most 20,000 lines. Files and pages are there for the cookie of the ' +
      'pages too.',
    answers: {
      200: {
        json: wholeStatement,
        what: 'A page of its lines, or with an ending the page or file.',
        types: [
          'text/html',
          'text/csv',
          'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        ],
      },
    },
    problems: ['not-found', ...toBeClosed, 'proof-key-missing'],
  },
  {
    contract: proofKeysGet,
    tag: 'reading',
    summary: 'The public keys that proofs of statements are signed with, the newest first',
    description: 'For anybody, without a token. A proof says which of them it is signed with.',
    answers: {
      200: {
        json: z.strictObject({
          algorithm: z.literal('ed25519'),
          keys: z.array(z.strictObject({ keyId: z.string(), publicKey: z.string() })),
        }),
      },
    },
    problems: ['proof-key-missing'],
  },
  {
    contract: statementClosePost,
    tag: 'restating',
    summary: 'Close a month for one provider, or for all',
    description: '200 closed; 202 it goes on by itself. Without a body, or with `{}`, for all.',
    answers: { 200: { json: closed }, 202: { json: closed } },
    problems: ['month-not-over', 'statement-order', 'statement-closing'],
    example: { providerId: 'p1' },
  },
];
