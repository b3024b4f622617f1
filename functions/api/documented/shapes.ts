import * as z from 'zod';
import { contractVersionSchema } from '../../../lib/attribution/contract.ts';
import { policySchema, policyVersionSchema } from '../../../lib/attribution/policy.ts';
import { eventSchema } from '../../../lib/events/event.ts';
import { entrySchema, explanationSchema } from '../../../lib/ledger/entry.ts';
import { lineSchema, rollupSchema } from '../../../lib/ledger/statement.ts';
import { heldSchema, itemSchema, subtotalSchema } from '../../../lib/ledger/statement-parts.ts';
import { digestSchema } from '../../../lib/store/ledger/statement-digests.ts';

/** Schemas of answers that several routes share. Strict: a field that is answered is a field that is documented. */

export const instant = z.iso.datetime({ offset: true });
export const next = z
  .string()
  .nullable()
  .describe('Goes back as `cursor`; null when nothing is left.');
/** A token in an answer. */
export const shownOnce = {
  token: z
    .string()
    .nullable()
    .describe('Shown once: null where a repetition by its `Idempotency-Key` is answered.'),
  hint: z.string().optional().describe('How to come to another, where it is null.'),
};
export const problemIn = { code: z.string(), detail: z.string() };
const day = z.iso.date();

export const amounts = {
  paidFen: z.int(),
  redeemedFen: z.int(),
  reversedFen: z.int(),
  refundedFen: z.int(),
  redeemedCount: z.int(),
  commissionFen: z.int(),
};

export const daysShape = z.strictObject({ from: day, to: day });

export const contractShape = contractVersionSchema.strict().meta({ id: 'Contract' });

export const recordedShape = z
  .strictObject({
    contractId: z.string(),
    version: z.int(),
    endsAt: instant.nullable(),
    standing: z.boolean().describe('A contract says just this already; nothing was written.'),
    affects: daysShape.nullable().describe('Past days that it says something else about.'),
    restatementDue: z.boolean(),
    dryRun: z
      .strictObject({ restatementId: z.string(), from: day, to: day })
      .nullable()
      .optional()
      .describe(
        'With `?dryRun=true`: the dry run that says who would gain and lose, by `GET /v1/restatements/{id}`; null where nothing booked would change.',
      ),
  })
  .meta({ id: 'RecordedContract' });

export const policyShape = policyVersionSchema.strict().meta({ id: 'Policy' });

/** Version 0 is what holds before one was recorded. */
export const currentPolicyShape = z.strictObject({
  ...policySchema.shape,
  version: z.int().min(0),
  recordedAt: instant.optional(),
  recordedBy: z.string().optional(),
});

export const entryShape = z
  .strictObject({
    ...entrySchema.shape,
    explanation: explanationSchema.omit({ candidates: true }).strict(),
  })
  .meta({ id: 'Entry' });

const toldToOperator = z
  .string()
  .nullable()
  .optional()
  .describe('The delivery that brought it first; null where none did. Not shown to a provider.');

const kinds = eventSchema.options as readonly z.ZodObject[];
const [first, ...others] = kinds.map((one) =>
  one.omit({ appKey: true, deliveryId: true }).extend({ deliveryId: toldToOperator }).strict(),
);
if (first === undefined) throw new Error('there are kinds of events');
export const eventShape = z.union([first, ...others]).meta({ id: 'Event' });

const rollup = rollupSchema.strict().meta({ id: 'Totals' });

export const statementShape = z
  .strictObject({
    statementId: z.string(),
    providerId: z.string(),
    month: z.string(),
    status: z.enum(['closing', 'closed']),
    asOf: instant,
    closedAt: instant.nullable(),
    holdingDays: z.int(),
    totals: rollup,
    adjustments: rollup.describe('Lines of earlier months that were late or corrected.'),
    balance: z.strictObject({
      openingFen: z.int(),
      commissionFen: z.int(),
      payableFen: z.int(),
      carriedFen: z.int(),
    }),
    files: z.int().describe('In how many files its lines are; 0 until it is closed.'),
    progress: z
      .strictObject({ phase: z.string(), pieces: z.int(), done: z.int(), of: z.int().nullable() })
      .optional()
      .describe('While it is closing: of about so many entries so many are taken, then added up.'),
  })
  .meta({ id: 'Statement' });

const fen = z.int();
const done = z.strictObject({ at: instant, by: z.string() });

/** What became of a statement. */
export const lifeShape = z.strictObject({
  state: z
    .enum(['draft', 'closed', 'sent', 'disputed', 'confirmed'])
    .describe('Closed is not paid: `paidFen` says what was.'),
  dueFen: fen.describe('应结: all that the statement says is payable.'),
  invoicedFen: fen,
  paidFen: fen,
  unpaidFen: fen,
  sent: done.nullable(),
  confirmed: done.nullable(),
  disputes: z.array(
    done.extend({
      disputeId: z.string(),
      entryId: z.string(),
      reason: z.string(),
      answer: done.extend({ accept: z.boolean(), reason: z.string() }).nullable(),
    }),
  ),
  invoices: z.array(done.extend({ number: z.string(), date: day, fen })),
  payments: z.array(done.extend({ reference: z.string(), date: day, fen })),
});

const party = z.strictObject({
  legalName: z.string().nullable(),
  taxNumber: z.string().nullable(),
  bankName: z.string().nullable(),
  bankAccount: z.string().nullable(),
  contact: z.string().nullable(),
});

const subtotals = z.array(subtotalSchema.extend({ totals: rollup }).strict());
const charge = z.strictObject({ fen: fen.nullable(), known: z.int(), unknown: z.int() });

/** What a statement comes to beside its totals; null where it is still being added up. */
export const contentsShape = {
  number: z.string().describe('单号: the same for ever.'),
  parties: z.strictObject({
    payer: party.describe('The operator, by the setting `payer` of the stage; null is not set.'),
    payee: party.describe('The provider, by `PATCH /v1/providers`.'),
  }),
  tax: z
    .strictObject({ taxRateBp: z.int(), netFen: fen, taxFen: fen })
    .nullable()
    .describe(
      'Of what is payable, which includes it: `net = payable × 10000 / (10000 + rate)`, half up; the tax is the rest. Null where no rate is set.',
    ),
  subtotals: z
    .strictObject({ stores: subtotals, merchants: subtotals, contracts: subtotals })
    .nullable()
    .describe('The largest 200 of each; the lines in the files add up to all of them.'),
  subtotalCounts: z
    .strictObject({ stores: z.int(), merchants: z.int(), contracts: z.int() })
    .nullable(),
  items: z
    .array(itemSchema.strict())
    .nullable()
    .describe('Adjustments, clawbacks and tiers, by the month that they correct and their cause.'),
  tiers: z.array(digestSchema.shape.tiers.element.strict()).nullable(),
  held: z
    .array(heldSchema.strict())
    .nullable()
    .describe('What was too young at the closing; the first day on which a statement may have it.'),
  charges: z
    .strictObject({ fee: charge, creator: charge, provider: charge })
    .nullable()
    .describe(
      '平台技术服务费, 达人佣金, 服务商佣金, where a bill or an order told them; `fen` null is unknown.',
    ),
};

export const lineShape = z
  .strictObject({ ...lineSchema.omit({ evidence: true }).shape, adjustment: z.boolean() })
  .meta({ id: 'StatementLine' });

/** A month that nobody closed yet. */
export const draftShape = lifeShape
  .extend({
    ...{ statementId: z.string(), providerId: z.string(), month: z.string() },
    status: z.literal('open'),
    asOf: instant,
    totals: rollup.describe(
      'All that is booked in the month so far, held or not; nothing where `billedIn` has it.',
    ),
    billedIn: z
      .string()
      .nullable()
      .describe(
        'YYYY-MM: a later month was closed first, so this one gets no statement. Its lines are adjustments there.',
      ),
    note: z.strictObject({ zh: z.string(), en: z.string() }),
    files: z.literal(0),
    lines: z
      .array(lineShape)
      .describe(
        'What is final and in no statement yet, so its lines if the month were closed now: by day, and by store within one. A page may have fewer than `limit` while `next` goes on.',
      ),
    next,
  })
  .meta({ id: 'StatementDraft' });
