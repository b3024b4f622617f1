import { type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import type { Reading } from '../kit/integration.ts';
import { isObject } from '../kit/json.ts';
import { events, malformed } from '../kit/reading.ts';
import { storeFrom } from '../kit/store-from.ts';
import {
  bookAcceptTimeoutSchema,
  couponVerifyCancelSchema,
  couponVerifySchema,
} from './payloads.ts';
import { type Message, readAs } from './reading.ts';
import { merchantOf } from './settings.ts';

/**
 * 核销工具: a mini-program redeems native coupons. The voucher is the native certificate and the act
 * its verify_id, as the closed loop's own records name them, so that both roads make one event. The
 * closed loop reports the amounts; what is reported here is incomplete until then.
 */
export function couponVerified(message: Message): Reading {
  const { kind, app, content } = message;
  return readAs(message, couponVerifySchema, (notice) => {
    const acts = notice.coupon_verify_results.filter((one) => isZero(one.result_code));
    if (acts.length === 0) return { outcome: 'kept', kind: `${kind}/failed` };
    const drafts: EventDraft[] = [];
    for (const one of acts) {
      const { certificate_id: voucherId, verify_id: redemptionId, verify_time: at } = one;
      // A successful one names its act, or the act cannot be distinguished from another.
      if (voucherId === null || redemptionId === null || at === null) {
        return malformed(kind, 'did not fit: coupon_verify_results');
      }
      drafts.push({
        kind: 'voucher.redeemed',
        eventId: `redeemed:${redemptionId}`,
        merchantId: merchantOf(app, notice),
        orderId: notice.order_info.order_id,
        voucherId,
        occurredAt: at,
        complete: false,
        redemptionId,
        storeId: notice.poi_id ?? storeFrom(app.settings, isObject(content) ? content : {}),
        amounts: NO_AMOUNTS,
        sale: UNKNOWN_SALE,
      });
    }
    return events(kind, ...drafts);
  });
}

/** 0 in any of its spellings; a result without a code is no success. */
function isZero(code: unknown): boolean {
  return code === 0 || code === '0';
}

/** A reversal that failed (more than an hour after the redemption) changes nothing. */
export function couponVerifyCancelled(message: Message): Reading {
  const { app, receivedAt } = message;
  return readAs(message, couponVerifyCancelSchema, (notice) => {
    const kind = `${message.kind}/${notice.status}`;
    if (notice.status === 'FAIL') return { outcome: 'kept', kind };
    if (notice.status !== 'SUCCESS') return { outcome: 'unknown', kind };
    const occurredAt = notice.event_time ?? receivedAt;
    if (occurredAt === null) return malformed(kind, NO_TIME);
    return events(kind, {
      kind: 'voucher.redemption_reversed',
      eventId: `reversed:${notice.verify_id}`,
      merchantId: merchantOf(app, notice),
      orderId: notice.order_info.order_id,
      voucherId: notice.certificate_id,
      occurredAt,
      ...((notice.event_time ?? null) === null && { isTimeEstimated: true as const }),
      complete: false,
      redemptionId: notice.verify_id,
    });
  });
}

/** No answer to a booking came in time. What becomes of it, the message does not say. */
export function bookAcceptTimeout(message: Message): Reading {
  const { kind, app, receivedAt } = message;
  return readAs(message, bookAcceptTimeoutSchema, (booking) => {
    const occurredAt = booking.event_time ?? receivedAt;
    if (occurredAt === null) return malformed(kind, NO_TIME);
    return events(kind, {
      kind: 'booking.changed',
      eventId: `booking:${booking.book_id}:${kind}`,
      merchantId: merchantOf(app, booking),
      orderId: booking.order_id,
      voucherId: null,
      occurredAt,
      complete: booking.event_time !== null,
      bookingId: booking.book_id,
      state: kind,
    });
  });
}

const NO_TIME = 'did not fit: event_time (the message carries no time, and its arrival has none)';
