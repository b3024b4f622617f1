import * as z from 'zod';
import { idSchema, platformSchema } from './id.ts';
import { saleSchema, UNKNOWN_SALE } from './sale.ts';

/**
 * The vocabulary: what every platform's dialect is turned into. An event is one immutable fact. Its
 * `eventId` is made of the platform's own id of the act, never of our clock, so that the same fact
 * reported twice, by push and by pull, is the same event.
 */

export { givenId, idSchema, PLATFORMS, type Platform, platformSchema } from './id.ts';

/**
 * Where a fact's amounts come from. `webhook`: the platform sent them. `query`: we asked, because a webhook said
 * that something happened. `call`: it answered them to our own call at the till. `list`: its records showed what no
 * webhook had brought. `bill`: its bill of the use, which says nothing of what was redeemed.
 */
export const eventSourceSchema = z.enum(['webhook', 'query', 'call', 'list', 'bill']);
export type EventSource = z.infer<typeof eventSourceSchema>;

/** `closed` (原生闭环): the platform sells and redeems; `open` (小程序开环): a mini-program sells. */
export const loopSchema = z.enum(['closed', 'open']);
export type Loop = z.infer<typeof loopSchema>;

const fenSchema = z.int();
const instantSchema = z.iso.datetime({ offset: true });

/**
 * Amounts in fen, kept apart. `paidFen` is what the buyer paid; original = paid + every discount.
 * `paymentDiscountFen` is the payment channel's, which is neither the platform's nor the merchant's.
 */
export const amountsSchema = z.object({
  paidFen: fenSchema,
  platformDiscountFen: fenSchema,
  merchantDiscountFen: fenSchema,
  paymentDiscountFen: fenSchema,
  originalFen: fenSchema,
});
export type Amounts = z.infer<typeof amountsSchema>;

/** All that was paid, by whomever, and given off: `originalFen` where the platform reports that too. */
export function wholeFen(amounts: Amounts): number {
  const { paidFen, platformDiscountFen, merchantDiscountFen, paymentDiscountFen } = amounts;
  return paidFen + platformDiscountFen + merchantDiscountFen + paymentDiscountFen;
}

export const NO_AMOUNTS: Amounts = {
  paidFen: 0,
  platformDiscountFen: 0,
  merchantDiscountFen: 0,
  paymentDiscountFen: 0,
  originalFen: 0,
};

/**
 * One call to a platform: its name, and the platform's own id of it, which the platform's support asks for.
 */
export const platformRequestSchema = z.object({
  call: z.string().min(1).max(100),
  id: z.string().min(1).max(64),
});
export type PlatformRequest = z.infer<typeof platformRequestSchema>;

const common = {
  eventId: z.string().min(1).max(300),
  platform: platformSchema,
  loop: loopSchema,
  integration: z.string(),
  appKey: z.string(),
  merchantId: idSchema,
  orderId: idSchema,
  /** When it happened, by the platform's clock. */
  occurredAt: instantSchema,
  /**
   * False when the facts were deduced or only hinted at (no query permission, no record of the
   * act's own time). A complete event replaces an incomplete one of the same id.
   */
  complete: z.boolean(),
  /** The delivery that brought it first; null when a pull without a delivery did. */
  deliveryId: z.string().nullable(),
  /** Absent in what was written before it was kept. */
  source: eventSourceSchema.optional(),
  /** Of a fact that we requested: the calls whose answers report it, where the platform names them. */
  platformRequests: z.array(platformRequestSchema).max(4).optional(),
  /** When we first wrote it: decides which contract versions were known. Set by the store's writer. */
  recordedAt: instantSchema,
};

/**
 * When we wrote the store down, where that was after the event: what was booked until then stands at
 * no store, and a restatement moves it. Set by the store's writer.
 */
const storeReportedAt = instantSchema.optional();

/**
 * Of an act of our own till of which the platform did not report the time: `occurredAt` is when it was
 * first requested. A report of the same act that has the platform's time corrects it.
 */
const isTimeEstimated = z.literal(true).optional();

/**
 * What `occurredAt` was while it was estimated: what was booked there is taken back. Set by the store's
 * writer.
 */
const estimatedAt = instantSchema.optional();

const voucher = { ...common, voucherId: idSchema };
const order = { ...common, voucherId: z.null() };
/** Facts about a merchant: no order, no voucher. */
const merchant = { ...common, orderId: z.null(), voucherId: z.null() };

const binding = {
  storeId: idSchema,
  /** The merchant's own id of the store, where it was reported. */
  ownStoreId: idSchema.nullable(),
};

/** The platform's ids of the cooperation and of the provider, and its own word for the state. */
const cooperation = { cooperationId: idSchema, partnerId: idSchema, state: z.string().max(64) };

export const eventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('order.created'),
    ...order,
    amounts: amountsSchema,
    /** What it consists of, and what each piece costs before anything is given off the whole; absent where not reported. */
    pieces: z
      .array(z.object({ voucherId: idSchema, priceFen: fenSchema.nonnegative() }))
      .optional(),
  }),
  z.object({
    kind: z.literal('order.paid'),
    ...order,
    amounts: amountsSchema,
    /** Where it was reported at payment: the buyer's choice, not the place of redemption. */
    storeId: idSchema.nullable().default(null),
    storeReportedAt,
    sale: saleSchema.default(UNKNOWN_SALE),
  }),
  z.object({ kind: z.literal('order.cancelled'), ...order }),
  z.object({ kind: z.literal('voucher.issued'), ...voucher, productId: idSchema.nullable() }),
  z.object({
    kind: z.literal('voucher.redeemed'),
    ...voucher,
    ...{ isTimeEstimated, estimatedAt },
    /** The platform's id of the act (verify_id …), or one we had to make up: see `isMadeUp`. */
    redemptionId: idSchema,
    storeId: idSchema.nullable(),
    storeReportedAt,
    amounts: amountsSchema,
    /**
     * Nobody reported what it is worth: it waits for the platform's own record rather than be booked at
     * nothing. Of acts whose id we had to make up: the others wait while they are incomplete.
     */
    unpriced: z.literal(true).optional(),
    /**
     * What it is worth by, where nobody else says it: `order` what the whole order was paid with, `piece` the
     * voucher's part of that. It waits, incomplete, until the order's own events say it.
     */
    worthBy: z.enum(['order', 'piece']).optional(),
    /**
     * What the whole voucher is worth in fen, paid and discounts together, where it is reported: uses that
     * come to more wait. Absent: nobody reported how much it may come to.
     */
    worthFen: fenSchema.optional(),
    /**
     * By this integration, a refund may name its order alone (`ofOrder`). Set by `normalize`, so that its order is
     * read when it is booked.
     */
    refundsByOrder: z.literal(true).optional(),
    sale: saleSchema,
  }),
  z.object({
    kind: z.literal('voucher.redemption_reversed'),
    ...voucher,
    ...{ isTimeEstimated, estimatedAt },
    /** Null when only the voucher is known: then it is the last redemption standing at the time. */
    redemptionId: idSchema.nullable(),
  }),
  z.object({
    kind: z.literal('voucher.refund_requested'),
    ...voucher,
    /** The platform's id of the request. */
    refundId: idSchema.nullable().default(null),
    requestedFen: fenSchema.nullable(),
  }),
  z.object({
    kind: z.literal('voucher.refunded'),
    ...voucher,
    /** What the buyer got back; null when the platform did not say, then it is the whole voucher. */
    refundedFen: fenSchema.nullable(),
    /**
     * Which redemptions the refund takes back; `paidFen` is the buyer's money taken from each, null
     * for all of it. Empty: refunded before use. Null: not known, so as much as was refunded is taken back
     * from whatever stands.
     */
    takesBack: z
      .array(z.object({ redemptionId: idSchema, paidFen: fenSchema.nullable() }))
      .nullable(),
    /**
     * The buyer's money taken back from what was never redeemed. Null when not known: then it waits,
     * until a complete report of the same refund says it.
     */
    unusedFen: fenSchema.nullable(),
    /**
     * It names only its order, whose id stands for the voucher: of the order's vouchers that were `used`; of
     * `any`, nobody reports which; `unless_named`: the same, where no other report names vouchers of the order.
     * Absent: it is of its voucher.
     */
    ofOrder: z.enum(['used', 'any', 'unless_named']).optional(),
  }),
  z.object({ kind: z.literal('voucher.refund_failed'), ...voucher, refundId: idSchema.nullable() }),
  z.object({
    kind: z.literal('voucher.billed'),
    ...voucher,
    /** The platform's id of the line; a later report of it, with other amounts, is an event of its own. */
    billId: idSchema,
    /** The use that it bills; null where the bill does not say. */
    redemptionId: idSchema.nullable(),
    /** The platform's fee (平台技术服务费), the creators' (达人佣金) and the providers' commission (服务商佣金), in fen. Null: hidden. */
    feeFen: fenSchema.nullable(),
    creatorFen: fenSchema.nullable(),
    providerFen: fenSchema.nullable(),
    /** What the merchant gets of it; null where not reported. */
    payoutFen: fenSchema.nullable(),
  }),
  z.object({
    kind: z.literal('settlement.posted'),
    ...order,
    settlementId: idSchema,
    /** What was settled, of it the platform's fee and the creators' part; null where not reported. */
    settledFen: fenSchema,
    feeFen: fenSchema.nullable(),
    creatorFen: fenSchema.nullable(),
  }),
  z.object({
    kind: z.literal('booking.changed'),
    ...order,
    bookingId: idSchema,
    /** The platform's own word for the booking's state. */
    state: z.string().max(64),
  }),
  z.object({ kind: z.literal('store.bound'), ...merchant, ...binding }),
  z.object({ kind: z.literal('store.unbound'), ...merchant, ...binding }),
  z.object({ kind: z.literal('contract.proposed'), ...merchant, ...cooperation }),
  z.object({ kind: z.literal('contract.accepted'), ...merchant, ...cooperation }),
  z.object({ kind: z.literal('contract.ended'), ...merchant, ...cooperation }),
  z.object({
    kind: z.literal('commission.changed'),
    ...merchant,
    /** The platform's id of the cooperation and of the change. */
    cooperationId: idSchema,
    changeId: idSchema,
    /** Null: the rate of the whole account. */
    productId: idSchema.nullable(),
    /** The new rate in 1/10000; null where the platform reports only that it changed. */
    rateBp: z.int().min(0).max(10_000).nullable(),
    state: z.string().max(64),
  }),
]);

export type Event = z.infer<typeof eventSchema>;
export type EventKind = Event['kind'];
export type EventOf<K extends EventKind> = Extract<Event, { kind: K }>;

/**
 * An event as an integration makes it, before normalize stamps where it came from. `buyerId` is the
 * platform's id of the buyer, where it reported one: it is hashed into `sale.buyer` and kept nowhere. `productName`
 * is the platform's title of what was sold: it goes into the catalogue and into no event.
 */
export type EventDraft =
  z.input<typeof eventSchema> extends infer E
    ? E extends z.input<typeof eventSchema>
      ? Omit<
          E,
          'platform' | 'loop' | 'integration' | 'appKey' | 'deliveryId' | 'recordedAt' | 'source'
        > & {
          readonly buyerId?: string | null;
          readonly productName?: string | null;
        }
      : never
    : never;

/**
 * Whether an act's id is ours, because the platform reported none: it starts with `~`, as no platform's
 * does. Such a redemption is never completed; the platform's own record of it comes beside it.
 */
export function isMadeUp(redemptionId: string): boolean {
  return redemptionId.startsWith('~');
}

/**
 * Whether a refund was only seen as a voucher's state, so that its id is ours: `refunded:~…`. It gives way to the
 * platform's own message of a refund of the same voucher.
 */
export function isMadeUpRefund({ kind, eventId }: Event): boolean {
  return kind === 'voucher.refunded' && eventId.startsWith('refunded:~');
}

/** A redemption of which nobody reported a price. What was reported since stands in the amounts. */
export function isUnpriced(event: Event): event is EventOf<'voucher.redeemed'> {
  return (
    event.kind === 'voucher.redeemed' && event.unpriced === true && event.amounts.originalFen === 0
  );
}
