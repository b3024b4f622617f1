import type { Amounts, Event, EventOf } from '../../events/event.ts';
import { dealOut } from '../../money/fen.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { Hint } from '../kit/integration.ts';
import {
  CARD_GROUPON,
  CARD_ORDERS,
  CERTIFICATE_STATUS,
  type CertificateRecord,
  type OrderRecord,
  RECORD_STATUS,
  type VerifyRecord,
} from './answers.ts';

/** A redemption can be taken back within 1 h. Source: certificate.cancel. */
export const REVERSAL_WINDOW_MS = 3_600_000;

/** How much later than the act its message may be stamped. */
const CLOCK_SLACK_MS = 300_000;

/** One use of a voucher, with what became of it. */
export interface Act {
  readonly verifyId: string;
  readonly at: string;
  readonly poiId: string | null;
  /** Which use of a times card (次卡), as the platform numbers it. */
  readonly serial: string | null;
  /** What it alone is worth, as we booked it before or its own record reports; null: see `amountsOfAct`. */
  readonly amounts: Amounts | null;
  /** Null while it stands. `isExact`: the platform gave the time itself. */
  readonly reversed: { readonly at: string; readonly isExact: boolean } | null;
}

/** A voucher with everything reported about it, ready to become events. */
export interface VoucherFacts {
  readonly merchantId: string;
  readonly orderId: string;
  readonly certificate: CertificateRecord;
  readonly acts: readonly Act[];
  readonly order: OrderRecord | undefined;
  /** The payment that we know, where the order was not queried for it. */
  readonly payment?: EventOf<'order.paid'> | undefined;
  readonly hints: readonly Hint[];
  /** What we have of this voucher already. */
  readonly known: readonly Event[];
  /** Whether an order's `refund_amount` is all of a voucher's refunds or its latest. */
  readonly refundAmount: 'total' | 'latest';
}

/** Everything that is known of one voucher at the moment. */
export interface Evidence {
  readonly certificate: CertificateRecord;
  /** The arbiter's records of this voucher; they are read only where the voucher alone leaves doubt. */
  readonly records: readonly VerifyRecord[];
  readonly known: readonly Event[];
  readonly hints: readonly Hint[];
  /** Where the platform shows it: it may say that its vouchers are cards. */
  readonly order?: OrderRecord | undefined;
}

/** Every act that anyone reported, in the order of time. */
export function actsOf(evidence: Evidence): Act[] {
  const acts = collect(evidence);
  return acts.map((act, index) => ({ ...act, reversed: reversalOf(act, index, acts, evidence) }));
}

/**
 * Whether the voucher alone leaves doubt about which acts stand. One use of a plain voucher that is
 * still used, and that every message is about, leaves none; everything else is for verify_record/query
 * to say.
 */
export function needsArbiter(evidence: Omit<Evidence, 'records'>): boolean {
  const { certificate, hints } = evidence;
  const acts = collect({ ...evidence, records: [] });
  const hasReversalHint = hints.some((hint) => hint.action === 'reversed');
  if (acts.length === 0) return hasReversalHint;
  if (hints.some((hint) => isUnseen(hint, acts))) return true;
  const plain = acts.length === 1 && !looksLikeCard(evidence) && !hasReversalHint;
  return !plain || certificate.status !== CERTIFICATE_STATUS.used;
}

/** How long after a use its message may be stamped, when both are on time; and by how much before. */
export const OWN_MESSAGE_MS = { after: 60_000, before: 5_000 } as const;

/**
 * Whether a message reports a use that is none of these: one that was taken back since is not shown
 * with the voucher any more, and another may stand in its place.
 */
export function isUnseen(hint: Hint, acts: readonly Pick<Act, 'at'>[]): boolean {
  return hint.action === 'redeemed' && !acts.some((act) => isOwnMessage(hint, act));
}

function isOwnMessage(hint: Hint, act: Pick<Act, 'at'>): boolean {
  const lateMs = Date.parse(hint.occurredAt) - Date.parse(act.at);
  return lateMs >= -OWN_MESSAGE_MS.before && lateMs <= OWN_MESSAGE_MS.after;
}

export function isTimesCard(certificate: CertificateRecord): boolean {
  return (certificate.time_card?.times_count ?? 0) > 1;
}

/**
 * Whether anything says that a voucher is a card (次卡, 周期卡), which may be used more than once. A card may
 * stand as used after its first use, and its amount is that of all its uses together.
 */
export function looksLikeCard({
  certificate,
  order,
  records = [],
}: Pick<Evidence, 'certificate' | 'order'> & Partial<Pick<Evidence, 'records'>>): boolean {
  const { time_card, period_card, sku } = certificate;
  // One of zeros is how a voucher without uses to count may be written.
  const isCounted = (time_card?.times_count ?? time_card?.serial_amount_list ?? null) !== null;
  if (isCounted || period_card !== null || sku?.groupon_type === CARD_GROUPON) return true;
  if (order !== undefined && CARD_ORDERS.has(order.order_type)) return true;
  return records.some(
    (record) => record.period_card !== null && record.certificate_id === certificate.certificate_id,
  );
}

/** A card of which the platform does not count the uses: only an act's own record says what it is worth. */
export function isUncountedCard(evidence: Pick<Evidence, 'certificate' | 'order'>): boolean {
  return looksLikeCard(evidence) && !isTimesCard(evidence.certificate);
}

/**
 * What one act of a voucher is worth; null when the platform does not report. What its own record reports goes
 * first. A voucher of which nobody says how often it may be used is worth the whole each time: uses beyond
 * that wait in its history (`worthFen` of a redemption).
 */
export function amountsOfAct(
  certificate: CertificateRecord,
  act: Act,
  index: number,
): Amounts | null {
  if (!isTimesCard(certificate)) return act.amounts ?? certificate.amount;
  const own = certificate.time_card?.serial_amount_list?.find(
    (use) => use.serial_numb !== null && use.serial_numb === act.serial,
  );
  return own?.amount ?? act.amounts ?? partOf(certificate, useNumber(act, index));
}

type ActRecord = Omit<Act, 'reversed'>;

function collect(evidence: Omit<Evidence, 'hints'>): ActRecord[] {
  const { certificate, records, known } = evidence;
  const isOwn = isUncountedCard(evidence);
  const acts = new Map<string, ActRecord>();
  for (const event of known) {
    if (event.kind === 'voucher.redeemed' && event.complete) {
      const { redemptionId, occurredAt, storeId, amounts } = event;
      acts.set(redemptionId, {
        ...{ verifyId: redemptionId, at: occurredAt, poiId: storeId },
        ...{ serial: null, amounts },
      });
    }
  }
  for (const record of records) {
    const { verify_id, verify_time } = record;
    const before = acts.get(verify_id);
    acts.set(verify_id, {
      verifyId: verify_id,
      at: before?.at ?? verify_time,
      poiId: before?.poiId ?? null,
      serial: null,
      amounts: before?.amounts ?? ownAmounts(record, isOwn),
    });
  }
  for (const act of [...(certificate.verify_records ?? []), certificate.verify]) {
    if (act === null) continue;
    const before = acts.get(act.verify_id);
    acts.set(act.verify_id, {
      verifyId: act.verify_id,
      at: before?.at ?? act.verify_time,
      poiId: act.poi_id ?? before?.poiId ?? null,
      serial: act.times_card_serial_num ?? before?.serial ?? null,
      amounts: before?.amounts ?? null,
    });
  }
  return [...acts.values()].sort(byTime);
}

/** @param isOwn the record's amount is its use's: a card's whose uses the platform does not count */
function ownAmounts(
  { verify_amount_info, period_card, amount }: VerifyRecord,
  isOwn: boolean,
): Amounts | null {
  const own = verify_amount_info?.times_card_serial_amount?.amount ?? null;
  return own ?? (isOwn || period_card !== null ? amount : null);
}

function reversalOf(
  act: ActRecord,
  index: number,
  acts: readonly ActRecord[],
  evidence: Evidence,
): Act['reversed'] {
  const known = evidence.known.find(
    (event): event is EventOf<'voucher.redemption_reversed'> =>
      event.kind === 'voucher.redemption_reversed' && event.redemptionId === act.verifyId,
  );
  if (known?.complete) return { at: known.occurredAt, isExact: true };
  const record = evidence.records.find((one) => one.verify_id === act.verifyId);
  if (record?.status === RECORD_STATUS.valid) return null;
  if (record?.status === RECORD_STATUS.revoked && record.cancel_time !== null) {
    return { at: record.cancel_time, isExact: true };
  }
  const revoked = record?.status === RECORD_STATUS.revoked;
  if (!revoked && !looksReversed(act, index, acts, evidence)) return null;
  return reversalTime(act, acts[index + 1], evidence.hints);
}

/** The arbiter is silent: what the voucher's state and the hints leave possible. */
function looksReversed(
  act: ActRecord,
  index: number,
  acts: readonly ActRecord[],
  evidence: Evidence,
): boolean {
  const { certificate, hints } = evidence;
  const isLast = index === acts.length - 1;
  if (looksLikeCard(evidence)) return isLast && cancelHint(act, undefined, hints) !== undefined;
  if (!isLast) return true;
  if (certificate.status === CERTIFICATE_STATUS.used) return false;
  if (certificate.status === CERTIFICATE_STATUS.unused) return true;
  return cancelHint(act, undefined, hints) !== undefined;
}

function reversalTime(
  act: ActRecord,
  next: ActRecord | undefined,
  hints: readonly Hint[],
): Act['reversed'] {
  const hint = cancelHint(act, next, hints);
  if (hint !== undefined) return { at: hint.occurredAt, isExact: true };
  const latest = Date.parse(act.at) + REVERSAL_WINDOW_MS;
  const before = next === undefined ? latest : Math.min(latest, Date.parse(next.at));
  return { at: toInstant(before), isExact: false };
}

/** A reversal's message within the act's window and before the next act. */
function cancelHint(
  act: ActRecord,
  next: ActRecord | undefined,
  hints: readonly Hint[],
): Hint | undefined {
  const from = Date.parse(act.at);
  const until = Math.min(
    from + REVERSAL_WINDOW_MS + CLOCK_SLACK_MS,
    next === undefined ? Number.POSITIVE_INFINITY : Date.parse(next.at),
  );
  return hints.find((hint) => {
    const at = Date.parse(hint.occurredAt);
    return hint.action === 'reversed' && at >= from && at <= until;
  });
}

/** A card whose uses have no amounts of their own is worth the same each time, to the fen. */
function partOf(certificate: CertificateRecord, use: number): Amounts | null {
  const whole = certificate.amount;
  const count = certificate.time_card?.times_count ?? 1;
  if (whole === null) return null;
  const part = (fen: number) => dealOut(fen, Array<number>(count).fill(1))[use % count] ?? 0;
  return {
    paidFen: part(whole.paidFen),
    platformDiscountFen: part(whole.platformDiscountFen),
    merchantDiscountFen: part(whole.merchantDiscountFen),
    paymentDiscountFen: part(whole.paymentDiscountFen),
    originalFen: part(whole.originalFen),
  };
}

/** From 0. The platform numbers uses from 1; without a number they are taken in order. */
function useNumber(act: Act, index: number): number {
  const serial = Number(act.serial);
  return act.serial !== null && Number.isInteger(serial) && serial > 0 ? serial - 1 : index;
}

function byTime(a: ActRecord, b: ActRecord): number {
  const gap = Date.parse(a.at) - Date.parse(b.at);
  return gap !== 0 ? gap : a.verifyId < b.verifyId ? -1 : 1;
}
