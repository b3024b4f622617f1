import { type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import { Misfit } from '../kit/reading.ts';
import type { Inner } from './inner.ts';
import type { Kind } from './kinds.ts';

/** The fact that one message reports. @throws Misfit */
export function eventOf(kind: Kind, inner: Inner): EventDraft {
  switch (kind.meaning) {
    case 'paid':
      return paid(inner);
    case 'issued':
      return issued(inner);
    case 'redeemed':
      return redeemed(inner);
    case 'refunded':
      return refunded(inner, kind.use);
    case 'refund_requested':
      return refundRequested(inner);
    case 'cancelled':
      return cancelled(inner);
    case 'kept':
      throw new Misfit('msgType');
    default:
      return kind.meaning satisfies never;
  }
}

function paid(inner: Inner): EventDraft {
  const { orderId, merchantId, amountFen, productId, storeId } = inner;
  return {
    kind: 'order.paid',
    eventId: `paid:${orderId}`,
    merchantId,
    orderId,
    voucherId: null,
    ...inner.time,
    amounts: { ...NO_AMOUNTS, paidFen: amountFen, originalFen: amountFen },
    storeId,
    sale: { ...UNKNOWN_SALE, productId },
  };
}

function issued(inner: Inner): EventDraft {
  const { orderId, voucherId, merchantId, productId } = inner;
  if (voucherId === null) throw new Misfit(inner.settingOf('voucherId'));
  return {
    kind: 'voucher.issued',
    eventId: `issued:${voucherId}`,
    merchantId,
    orderId,
    voucherId,
    ...inner.time,
    productId,
  };
}

/**
 * A use that a message reports. A delivery (46) is of an order without a voucher, once; a voucher's use
 * needs the platform's id of the act, which the rule must name.
 */
function redeemed(inner: Inner): EventDraft {
  const { orderId, voucherId, merchantId, amountFen, productId, storeId, instant } = inner;
  const redemptionId = voucherId === null ? orderId : inner.redemptionId;
  return {
    kind: 'voucher.redeemed',
    eventId: `redeemed:${redemptionId}`,
    merchantId,
    orderId,
    voucherId: voucherId ?? orderId,
    occurredAt: instant,
    complete: true,
    redemptionId,
    storeId,
    amounts: { ...NO_AMOUNTS, paidFen: amountFen, originalFen: amountFen },
    sale: { ...UNKNOWN_SALE, productId },
  };
}

function refunded(inner: Inner, documentedUse: Kind['use']): EventDraft {
  const { orderId, voucherId, merchantId, refundId } = inner;
  const common = { kind: 'voucher.refunded', merchantId, orderId, ...inner.time } as const;
  if (voucherId === null) {
    // Of the order: what was never redeemed of it.
    const { amountFen } = inner;
    return {
      ...common,
      eventId: `refunded:${refundId ?? partOf(orderId, amountFen, inner)}`,
      voucherId: orderId,
      refundedFen: amountFen,
      takesBack: [],
      unusedFen: amountFen,
    };
  }
  const { amount } = inner;
  if (amount === null) throw new Misfit(inner.settingOf('amount'));
  const refundedFen = amount === 'whole' ? null : amount;
  const use = inner.use ?? documentedUse;
  return {
    ...common,
    eventId: `refunded:${refundId ?? (amount === 'whole' ? voucherId : partOf(voucherId, amount, inner))}`,
    voucherId,
    refundedFen,
    // Which uses it takes back is not reported: whatever stands, unless it was not used yet.
    takesBack: use === 'before' ? [] : null,
    unusedFen: use === 'before' ? refundedFen : use === 'after' ? 0 : null,
  };
}

/**
 * A refund of an amount may be followed by another, and without an id of the refund both would be one. The push's
 * `msgId`, which is signed, distinguishes them: the platform keeps it when it repeats a push. Where a push has none, the
 * message's own time and the amount do; a push's time does not, because it is another one when it is repeated.
 * @throws Misfit where neither an id nor a time is reported
 */
function partOf(of: string, fen: number, inner: Inner): string {
  const { messageId } = inner;
  if (messageId !== null) return `${of}~${messageId}`;
  const { occurredAt, complete } = inner.time;
  if (!complete) throw new Misfit(inner.settingOf('refundId'));
  return `${of}@${occurredAt}:${fen}`;
}

/** A request, so it moves no money; an amount is welcome, not needed. */
function refundRequested(inner: Inner): EventDraft {
  const { orderId, voucherId, merchantId, refundId, amount } = inner;
  return {
    kind: 'voucher.refund_requested',
    eventId: `refund_requested:${refundId ?? voucherId ?? orderId}`,
    merchantId,
    orderId,
    voucherId: voucherId ?? orderId,
    ...inner.time,
    requestedFen: typeof amount === 'number' ? amount : null,
  };
}

/** Moves no money: the refund that follows a paid order's end does. */
function cancelled(inner: Inner): EventDraft {
  const { orderId, merchantId } = inner;
  return {
    kind: 'order.cancelled',
    eventId: `cancelled:${orderId}`,
    merchantId,
    orderId,
    voucherId: null,
    ...inner.time,
  };
}
