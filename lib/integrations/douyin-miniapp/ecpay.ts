import * as z from 'zod';
import { NO_AMOUNTS } from '../../events/event.ts';
import { type Cps, UNKNOWN_SALE } from '../../events/sale.ts';
import type { JsonObject, JsonValue } from '../../json/parse.ts';
import type { Reading } from '../kit/integration.ts';
import { isObject, jsonOf } from '../kit/json.ts';
import { events, malformed } from '../kit/reading.ts';
import { type Message, readAs } from './reading.ts';
import { merchantOf, settingsOf } from './settings.ts';
import { absentAsNull, optionalFen, wireFen, wireId, wireTime, wireWord } from './wire.ts';

/**
 * 担保支付, legacy. Amounts are fen, times seconds. It knows no vouchers and no redemptions: a refund
 * is the order's.
 * Sources: ecpay/pay-list/callback, ecpay/refund-list/callback, ecpay settle callback.
 */

/** The developer's number of the act, which each kind has and no other: it is signed. */
const READERS = {
  cp_orderno: { kind: 'ecpay/payment', read: ecpayPayment },
  cp_refundno: { kind: 'ecpay/refund', read: ecpayRefund },
  cp_settle_no: { kind: 'ecpay/settle', read: ecpaySettle },
} as const;

/**
 * `type` is not signed, so it decides nothing: whoever passes a message on could write another, and a
 * payment that is read as none would be a payment lost, for its genuine copy is the same delivery. It
 * names what is parked, for people.
 */
export function readEcpay(message: Message, { timestamp }: JsonObject): Reading {
  const { content, kind } = message;
  if (!isObject(content)) return malformed(kind, 'did not fit: the whole');
  const named = Object.entries(READERS).filter(([field]) => isPresent(content[field]));
  const [found, ...more] = named;
  if (found === undefined) return { outcome: 'unknown', kind };
  const names = named.map(([name]) => name).join(', ');
  if (more.length > 0) return malformed(kind, `did not fit: ${names}`);
  const [, reader] = found;
  return reader.read({
    ...message,
    kind: reader.kind,
    content: { ...content, timestamp: timestamp ?? null },
  });
}

function isPresent(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

const merchant = {
  appid: absentAsNull(wireId),
  seller_uid: absentAsNull(wireId),
  /** Of the envelope: signed, and there also where the message's own time is not. */
  timestamp: wireTime,
};

const paymentSchema = z.looseObject({
  ...merchant,
  cp_orderno: wireId,
  /** Absent in older messages. */
  order_id: absentAsNull(wireId),
  status: wireWord,
  total_amount: wireFen,
  paid_at: absentAsNull(wireTime),
  /** The video that brought the buyer; the first report may lack it. */
  item_id: absentAsNull(wireId).catch(null),
  /** JSON in a string: the creator's share, where there is one. */
  extra: z.unknown().optional(),
});

const refundSchema = z.looseObject({
  ...merchant,
  cp_refundno: wireId,
  refund_no: absentAsNull(wireId),
  order_id: wireId,
  status: wireWord,
  refund_amount: wireFen,
  refunded_at: absentAsNull(wireTime),
});

const settleSchema = z.looseObject({
  ...merchant,
  cp_settle_no: wireId,
  settle_no: absentAsNull(wireId),
  order_id: wireId,
  status: wireWord,
  settle_amount: wireFen,
  rake: optionalFen,
  commission: optionalFen,
  settled_at: absentAsNull(wireTime),
});

/** Only successes are reported. */
function ecpayPayment(message: Message): Reading {
  return readAs(message, paymentSchema, (payment) => {
    const kind = `${message.kind}/${payment.status}`;
    if (payment.status !== 'SUCCESS') return { outcome: 'unknown', kind };
    const orderId = payment.order_id ?? payment.cp_orderno;
    return events(kind, {
      kind: 'order.paid',
      eventId: `paid:${orderId}`,
      merchantId: merchantId(message, payment),
      orderId,
      voucherId: null,
      occurredAt: payment.paid_at ?? payment.timestamp,
      complete: payment.paid_at !== null,
      amounts: { ...NO_AMOUNTS, paidFen: payment.total_amount, originalFen: payment.total_amount },
      sale: { ...UNKNOWN_SALE, contentId: payment.item_id, cps: cpsOf(payment.extra) },
    });
  });
}

const extraSchema = z.looseObject({ cps_info: wireWord, share_amount: optionalFen.catch(null) });

/** Money does not wait for it: what cannot be read is no share. Which kind it is, no page says. */
function cpsOf(extra: unknown): Cps | null {
  const parsed = extraSchema.safeParse(typeof extra === 'string' ? jsonOf(extra) : extra);
  return parsed.success ? { kind: 'unknown', amountFen: parsed.data.share_amount } : null;
}

function ecpayRefund(message: Message): Reading {
  return readAs(message, refundSchema, (refund) => {
    const kind = `${message.kind}/${refund.status}`;
    const refundId = refund.refund_no ?? refund.cp_refundno;
    const common = {
      merchantId: merchantId(message, refund),
      orderId: refund.order_id,
      voucherId: refund.order_id,
      occurredAt: refund.refunded_at ?? refund.timestamp,
      complete: refund.refunded_at !== null,
    };
    const standing = settingsOf(message.app).refundTakesBack === 'standing';
    switch (refund.status) {
      case 'SUCCESS':
        return events(kind, {
          kind: 'voucher.refunded',
          eventId: `refunded:${refundId}`,
          ...common,
          refundedFen: refund.refund_amount,
          // Whether it was used is not reported: booking spreads it over what was used of the order.
          takesBack: standing ? null : [],
          unusedFen: refund.refund_amount,
          ...(standing ? { ofOrder: 'any' } : {}),
        });
      case 'FAIL':
        return events(kind, {
          kind: 'voucher.refund_failed',
          eventId: `refund_failed:${refundId}`,
          ...common,
          refundId,
        });
      case 'PROCESSING':
        return { outcome: 'kept', kind };
      default:
        return { outcome: 'unknown', kind };
    }
  });
}

function ecpaySettle(message: Message): Reading {
  return readAs(message, settleSchema, (settlement) => {
    const kind = `${message.kind}/${settlement.status}`;
    if (settlement.status === 'FAIL') return { outcome: 'kept', kind };
    if (settlement.status !== 'SUCCESS') return { outcome: 'unknown', kind };
    const settlementId = settlement.settle_no ?? settlement.cp_settle_no;
    return events(kind, {
      kind: 'settlement.posted',
      eventId: `settled:${settlementId}`,
      merchantId: merchantId(message, settlement),
      orderId: settlement.order_id,
      voucherId: null,
      occurredAt: settlement.settled_at ?? settlement.timestamp,
      complete: settlement.settled_at !== null,
      settlementId,
      settledFen: settlement.settle_amount,
      feeFen: settlement.rake,
      creatorFen: settlement.commission,
    });
  });
}

function merchantId(
  { app }: Message,
  named: { appid: string | null; seller_uid: string | null },
): string {
  return merchantOf(app, { app_id: named.appid, merchant_uid: named.seller_uid });
}
