import type { Event, EventDraft, EventOf } from '../../events/event.ts';
import { CERTIFICATE_STATUS, type CertificateRecord, ITEM_REFUNDED } from './answers.ts';
import { amountsOfAct, looksLikeCard, type VoucherFacts } from './facts.ts';

type Refund = EventOf<'voucher.refunded'>;

/**
 * The refunds of one voucher. The platform shows a voucher's refunds as one line, its latest state;
 * what is more on it than in the refunds we know is the next one. The first is named by the voucher,
 * each later one also by the total after it, so that whoever asks, and after whichever message, comes
 * to the same id.
 */
export function refundsOf(facts: VoucherFacts): EventDraft[] {
  const before = facts.known.filter(isCompleteRefund);
  const shown = shownOf(facts, before);
  const drafts = before.map(draftOf);
  const fen = shown && nextFen(shown, before, facts);
  if (shown === undefined || fen === undefined) return drafts;
  const { certificate_id: id } = facts.certificate;
  const split = splitRefund(facts, fen, before);
  const which = facts.refundAmount === 'latest' ? `@${Date.parse(shown.at)}` : `+${shown.fen ?? 0}`;
  const refund: EventDraft = {
    kind: 'voucher.refunded',
    eventId: before.length === 0 ? `refunded:${id}` : `refunded:${id}${which}`,
    ...{ merchantId: facts.merchantId, orderId: facts.orderId, voucherId: id },
    occurredAt: shown.at,
    refundedFen: fen,
    ...split,
    // All that is left is a guess where no amount is shown; a later answer may know more.
    complete: fen !== null && split.unusedFen !== null && facts.order !== undefined,
  };
  return [...drafts, refund];
}

interface RefundNews {
  readonly at: string;
  readonly fen: number | null;
}

/** What the platform shows; undefined while it shows none, or no time of one. */
function shownOf(facts: VoucherFacts, before: readonly Refund[]): RefundNews | undefined {
  const { certificate, order, hints } = facts;
  const item = order?.certificate?.find((one) => one.certificate_id === certificate.certificate_id);
  const whole =
    certificate.status === CERTIFICATE_STATUS.refunded || item?.item_status === ITEM_REFUNDED;
  const fen = item?.refund_amount ?? null;
  if (!whole && (fen ?? 0) === 0) return undefined;
  const own = item?.refund_time ?? null;
  const messages = hints
    .filter((hint) => hint.action === 'refunded')
    .map((hint) => hint.occurredAt);
  // Where only the latest refund is shown, its own time alone says that it is another.
  const isByTime = facts.refundAmount === 'latest' && before.length > 0;
  const times = (isByTime ? [own] : [own, ...messages]).filter((time) => time !== null);
  // A time of a refund we know already is not the next one's, even if a message gives a later one.
  const known = Math.max(0, ...before.map((refund) => Date.parse(refund.occurredAt)));
  const at = times.find((time) => Date.parse(time) > known) ?? times[0];
  return at === undefined ? undefined : { at, fen };
}

/** @returns undefined when every refund that the platform shows is known; null for all that is left */
function nextFen(
  shown: RefundNews,
  before: readonly Refund[],
  { refundAmount }: VoucherFacts,
): number | null | undefined {
  if (before.length === 0) return shown.fen;
  // Beyond a refund of everything there is none.
  if (shown.fen === null || before.some((refund) => refund.refundedFen === null)) return undefined;
  if (refundAmount === 'latest') {
    const isKnown = before.some((refund) => Date.parse(refund.occurredAt) === Date.parse(shown.at));
    return isKnown ? undefined : shown.fen;
  }
  const knownFen = before.reduce((sum, refund) => sum + (refund.refundedFen ?? 0), 0);
  return shown.fen > knownFen ? shown.fen - knownFen : undefined;
}

interface Split {
  readonly takesBack: { redemptionId: string; paidFen: number | null }[] | null;
  /** Null: the platform reports neither what was refunded nor what the voucher was paid. */
  readonly unusedFen: number | null;
}

/**
 * A refund takes back what was never used first, then the latest uses that still stand, of each what
 * earlier refunds left. A plain voucher has one use at most, so it is either before or after use.
 */
function splitRefund(
  facts: VoucherFacts,
  refundFen: number | null,
  before: readonly Refund[],
): Split {
  const { certificate } = facts;
  const uses = facts.acts
    .map((act, index) => ({ act, paidFen: amountsOfAct(certificate, act, index)?.paidFen ?? 0 }))
    .filter(({ act }) => act.reversed === null)
    .map(({ act, paidFen }) => ({
      redemptionId: act.verifyId,
      leftFen: Math.max(0, paidFen - takenFrom(act.verifyId, paidFen, before)),
      paidFen,
    }));
  if (!looksLikeCard(facts)) {
    const use = uses.at(-1);
    if (use === undefined) {
      return { takesBack: [], unusedFen: refundFen ?? unusedOf(certificate, 0, before) };
    }
    const all = refundFen === null || refundFen >= use.leftFen;
    const take = { redemptionId: use.redemptionId, paidFen: all ? null : refundFen };
    return { takesBack: [take], unusedFen: 0 };
  }
  const usedFen = uses.reduce((sum, use) => sum + use.paidFen, 0);
  const unusedFen = unusedOf(certificate, usedFen, before);
  if (unusedFen === null) return { takesBack: null, unusedFen };
  // A card is refunded for what is left of it, unless the platform says more.
  let left = (refundFen ?? unusedFen) - unusedFen;
  const takesBack: NonNullable<Split['takesBack']> = [];
  for (const { redemptionId, leftFen } of uses.toReversed()) {
    if (left <= 0) break;
    if (leftFen === 0) continue;
    const all = left >= leftFen;
    takesBack.push({ redemptionId, paidFen: all ? null : left });
    left -= leftFen;
  }
  return { takesBack, unusedFen: Math.min(refundFen ?? unusedFen, unusedFen) };
}

/** What was paid for and neither used nor given back. */
function unusedOf(
  certificate: CertificateRecord,
  usedFen: number,
  before: readonly Refund[],
): number | null {
  if (certificate.amount === null) return null;
  const takenFen = before.reduce((sum, refund) => sum + (refund.unusedFen ?? 0), 0);
  return Math.max(0, certificate.amount.paidFen - usedFen - takenFen);
}

function takenFrom(redemptionId: string, paidFen: number, before: readonly Refund[]): number {
  return before
    .flatMap((refund) => refund.takesBack ?? [])
    .filter((take) => take.redemptionId === redemptionId)
    .reduce((sum, take) => sum + (take.paidFen ?? paidFen), 0);
}

function isCompleteRefund(event: Event): event is Refund {
  return event.kind === 'voucher.refunded' && event.complete;
}

/** The event as it stands, reported once more. */
function draftOf(refund: Refund): EventDraft {
  const { kind, eventId, merchantId, orderId, voucherId, occurredAt, complete } = refund;
  const { refundedFen, takesBack, unusedFen } = refund;
  return {
    ...{ kind, eventId, merchantId, orderId, voucherId, occurredAt, complete },
    ...{ refundedFen, takesBack, unusedFen },
  };
}
