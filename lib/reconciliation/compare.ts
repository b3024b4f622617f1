import { type Amounts, type Event, type EventOf, isMadeUp } from '../events/event.ts';
import type {
  PaymentRecord,
  PlatformRecord,
  RedemptionRecord,
  RefundRecord,
} from '../integrations/kit/platform-records.ts';
import type { KeptDifference } from '../store/reconciliation/differences.ts';
import { businessDayOf } from '../time/shanghai.ts';

/**
 * `missing`: the platform records what we lack. `extra`: we have what the platform does not record.
 * The others: both have it, and report its amount, its store or its business day otherwise.
 */
export type DifferenceKind = 'missing' | 'extra' | 'amount' | 'store' | 'day';

/** Why, in the words of `reasons.ts`. */
export type DifferenceReason =
  | 'payment-missing'
  | 'redemption-missing'
  | 'row-unreadable'
  | 'row-of-another'
  | 'redemption-incomplete'
  | 'reversal-missing'
  | 'refund-missing'
  | 'refund-amount'
  | 'reversal-extra'
  | 'payment-extra'
  | 'redemption-extra'
  | 'amounts-differ'
  | 'stores-differ'
  | 'days-differ';

/** One thing that the platform and we do not report alike. Fen, ids or days; null: not there, not reported. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly reason: DifferenceReason;
  readonly ours: number | string | null;
  readonly theirs: number | string | null;
}

/** A difference with the fact that it is of. */
export type FactDifference = Difference &
  Pick<KeptDifference, 'voucherId' | 'orderId' | 'storeId' | 'rowId'>;

/**
 * What a record of the platform's and our events of the same voucher or order do not report alike; nothing
 * where they agree. What the platform does not report differs in nothing.
 * @param known every event of the record's voucher, or of its order where it names no voucher
 */
export function compareRecord(record: PlatformRecord, known: readonly Event[]): Difference[] {
  switch (record.kind) {
    case 'payment':
      return comparePayment(record, known);
    case 'redemption':
      return compareRedemption(record, known);
    case 'refund':
      return compareRefund(record, known);
    default:
      return record satisfies never;
  }
}

function comparePayment(record: PaymentRecord, known: readonly Event[]): Difference[] {
  const ours = known.find(isPayment);
  const theirs = worthFen(record.amounts);
  if (ours === undefined) return [missing('payment-missing', theirs)];
  return differentAmounts(ours.amounts, record.amounts);
}

function compareRedemption(record: RedemptionRecord, known: readonly Event[]): Difference[] {
  const ours = known
    .filter((event) => event.kind === 'voucher.redeemed')
    .find((event) => event.eventId === record.eventId);
  const theirs = worthFen(record.amounts);
  if (ours === undefined) return [missing('redemption-missing', theirs)];
  if (!ours.complete) return [missing('redemption-incomplete', theirs)];
  return [
    ...differentReversal(ours, record, known),
    ...differentAmounts(ours.amounts, record.amounts),
    ...differentStores(ours, record),
    ...differentDays(ours, record),
  ];
}

function differentReversal(
  ours: EventOf<'voucher.redeemed'>,
  { isReversed }: RedemptionRecord,
  known: readonly Event[],
): Difference[] {
  if (isReversed === null) return [];
  const isOurs = isReversedBy(ours, known);
  if (isReversed === isOurs) return [];
  const fen = worthFen(ours.amounts);
  return isReversed
    ? [{ kind: 'missing', reason: 'reversal-missing', ours: null, theirs: fen }]
    : [{ kind: 'extra', reason: 'reversal-extra', ours: fen, theirs: null }];
}

/** Whether a reversal of this very redemption is known, or one that names none and comes after it. */
export function isReversedBy(
  { redemptionId, occurredAt }: EventOf<'voucher.redeemed'>,
  known: readonly Event[],
): boolean {
  const reversals = known.filter((event) => event.kind === 'voucher.redemption_reversed');
  if (reversals.some((event) => event.redemptionId === redemptionId)) return true;
  const uses = known.filter((event) => event.kind === 'voucher.redeemed');
  const isOnlyOne = uses.filter((event) => !isMadeUp(event.redemptionId)).length === 1;
  return (
    isOnlyOne &&
    reversals.some((event) => event.redemptionId === null && event.occurredAt >= occurredAt)
  );
}

function compareRefund(record: RefundRecord, known: readonly Event[]): Difference[] {
  const refunds = known.filter((event) => event.kind === 'voucher.refunded');
  const { eventId, refundedFen: theirs } = record;
  const own =
    eventId === null ? refunds : refunds.filter((refund) => refund.eventId === record.eventId);
  if (own.length === 0) return [missing('refund-missing', theirs)];
  const parts = own.map((refund) => refund.refundedFen);
  if (theirs === null || parts.includes(null)) {
    return own.some((refund) => refund.complete) || theirs === null
      ? []
      : [missing('refund-missing', theirs)];
  }
  const ours = parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
  if (ours === theirs) return [];
  // Of a running sum, the difference is a refund that we lack.
  if (eventId === null && ours < theirs) {
    return [{ kind: 'missing', reason: 'refund-missing', ours, theirs }];
  }
  return [{ kind: 'amount', reason: 'refund-amount', ours, theirs }];
}

function missing(reason: DifferenceReason, theirs: number | null): Difference {
  return { kind: 'missing', reason, ours: null, theirs };
}

/** Only what both report is compared: a hidden amount is unknown, and not 0. */
function differentAmounts(ours: Amounts, theirs: Partial<Amounts>): Difference[] {
  const names = (['paidFen', 'platformDiscountFen', 'merchantDiscountFen'] as const).filter(
    (name) => theirs[name] !== undefined && theirs[name] !== ours[name],
  );
  const [name] = names;
  if (name === undefined) return [];
  const of = (amounts: Partial<Amounts>) => worthFen(amounts) ?? amounts[name] ?? null;
  return [
    { kind: 'amount', reason: 'amounts-differ', ours: of(ours), theirs: of(theirs) } as const,
  ];
}

function differentStores(
  { storeId: ours }: EventOf<'voucher.redeemed'>,
  { storeId: theirs }: RedemptionRecord,
): Difference[] {
  if (theirs === null || ours === theirs) return [];
  // A store that we do not know yet is reported with the same event.
  if (ours === null) return [{ kind: 'missing', reason: 'stores-differ', ours, theirs }];
  return [{ kind: 'store', reason: 'stores-differ', ours, theirs }];
}

function differentDays(
  { occurredAt }: EventOf<'voucher.redeemed'>,
  record: RedemptionRecord,
): Difference[] {
  const ours = businessDayOf(occurredAt);
  const theirs = businessDayOf(record.occurredAt);
  return ours === theirs ? [] : [{ kind: 'day', reason: 'days-differ', ours, theirs }];
}

/** What a fact is worth: the buyer's money and the platform's; null where one of them is not reported. */
export function worthFen({ paidFen, platformDiscountFen }: Partial<Amounts>): number | null {
  if (paidFen === undefined || platformDiscountFen === undefined) return null;
  return paidFen + platformDiscountFen;
}

function isPayment(event: Event): event is EventOf<'order.paid'> {
  return event.kind === 'order.paid';
}
