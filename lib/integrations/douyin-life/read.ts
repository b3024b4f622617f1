import { type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import { type JsonValue, parseJsonBytes } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { Hint, Reading } from '../kit/integration.ts';
import { isObject } from '../kit/json.ts';
import { contentOf, events, malformed, readable } from '../kit/reading.ts';
import { commissionChanged, cooperationChanged, storeBound } from './cooperation.ts';
import { KEPT } from './kinds.ts';
import {
  afterSaleAuditSchema,
  certificateNotifySchema,
  envelopeSchema,
  orderNotifySchema,
  refundIdAfterUse,
} from './payloads.ts';
import type { Message } from './reading.ts';
import { isOperation, operationOfBody } from './spi/operation.ts';
import { readSpi } from './spi/read.ts';
import { billPosted } from './takeout.ts';

const HINTS: ReadonlyMap<string, Hint['action']> = new Map([
  ['verify', 'redeemed'],
  ['verify_cancel', 'reversed'],
  ['refund_success', 'refunded'],
]);

/**
 * What a verified body says.
 * @param about the operation of an SPI request, where its path named it; a webhook has none
 */
export function read(body: Uint8Array, app: App, receivedAt?: string, about?: string): Reading {
  let kind = about === undefined ? 'unreadable' : `spi/${about}`;
  return readable(
    () => {
      const json = parseJsonBytes(body);
      if (about !== undefined || !isObject(json) || !('event' in json)) {
        return readSpiOrNothing(json, app, receivedAt, about);
      }
      const envelope = envelopeSchema.safeParse(json);
      if (!envelope.success) return malformed('no-event', envelope.error);
      kind = envelope.data.event;
      const { from_user_id: buyerId } = envelope.data;
      return readKind({ kind, content: json.content, buyerId, app, receivedAt });
    },
    () => kind,
  );
}

/** A body without an event: an SPI request's, by the name that the receiver gave it; without one, by its shape. */
function readSpiOrNothing(
  body: JsonValue,
  app: App,
  receivedAt: string | undefined,
  about: string | undefined,
): Reading {
  if (about !== undefined && !isOperation(about))
    return { outcome: 'unknown', kind: 'spi/unknown' };
  const operation = about ?? operationOfBody(body);
  if (operation !== undefined) return readSpi({ operation, body, app, receivedAt });
  return malformed('no-event', 'did not fit: event');
}

function readKind(message: Message): Reading {
  const { kind } = message;
  switch (kind) {
    case 'life_trade_order_notify':
      return orderPaid(message);
    case 'life_trade_certificate_notify':
      return certificateHint(message);
    case 'life_hermes_akte_after_sale_audit':
      return refundRequested(message);
    case 'life_saas_cooperate_auth_with_bind':
      return storeBound(message);
    case 'life_partner_order_notify':
      return cooperationChanged(message);
    case 'life_partner_commission_notify':
      return commissionChanged(message);
    case 'life_takeout_bill_ledger_create':
      return billPosted(message);
    case 'retail_life_meal_order_status_change':
      return mealOrderChanged(message);
    default:
      // Whatever is in it: whoever learns the kind later reads it then.
      return KEPT.has(kind) ? { outcome: 'kept', kind } : { outcome: 'unknown', kind };
  }
}

function orderPaid({ kind, content, buyerId }: Message): Reading {
  const parsed = orderNotifySchema.safeParse(contentOf(content));
  if (!parsed.success) return malformed(kind, parsed.error);
  const { action, msg_time, order } = parsed.data;
  if (action !== 'pay_success') return { outcome: 'unknown', kind: `${kind}/${action}` };
  const event = paidEvent({
    orderId: order.order_id,
    merchantId: order.account_id,
    paidAt: order.pay_time ?? msg_time,
    paidFen: order.pay_amount,
    originalFen: order.original_amount,
    // The message's own time stands in for the payment's until the order query reports it.
    complete: order.pay_time !== null,
    buyerId,
  });
  return events(`${kind}/${action}`, event);
}

/**
 * The payment of an order, the same from the message and from the order query. Neither reports what
 * the platform put in, so `paid` GMV is the buyer's money.
 */
export function paidEvent(order: {
  orderId: string;
  merchantId: string;
  paidAt: string;
  paidFen: number;
  originalFen: number | null;
  complete: boolean;
  /** Hashed before it is kept; null where it was not reported. */
  buyerId: string | null;
}): EventDraft {
  const { orderId, merchantId, paidAt, paidFen, complete, buyerId } = order;
  return {
    kind: 'order.paid',
    eventId: `paid:${orderId}`,
    merchantId,
    orderId,
    voucherId: null,
    occurredAt: paidAt,
    complete,
    amounts: { ...NO_AMOUNTS, paidFen, originalFen: order.originalFen ?? paidFen },
    // Neither the message nor the order query ties the payment to a store of redemption.
    storeId: null,
    sale: UNKNOWN_SALE,
    ...(buyerId !== null && { buyerId }),
  };
}

function certificateHint({ kind, content }: Message): Reading {
  const parsed = certificateNotifySchema.safeParse(contentOf(content));
  if (!parsed.success) return malformed(kind, parsed.error);
  const { action, msg_time, certificate } = parsed.data;
  const hinted = HINTS.get(action);
  if (hinted === undefined) return { outcome: 'unknown', kind: `${kind}/${action}` };
  const hint: Hint = {
    action: hinted,
    merchantId: certificate.account_id,
    orderId: certificate.order_id,
    voucherId: certificate.certificate_id,
    occurredAt: msg_time,
  };
  return { outcome: 'hint', kind: `${kind}/${action}`, hint };
}

function refundRequested({ kind, content }: Message): Reading {
  const parsed = afterSaleAuditSchema.safeParse(contentOf(content));
  if (!parsed.success) return malformed(kind, parsed.error);
  const { account_id, order_id, certificate_id, refund_amount, refund_time } = parsed.data;
  const event: EventDraft = {
    kind: 'voucher.refund_requested',
    eventId: `refund_requested:${certificate_id}@${refund_time}`,
    merchantId: account_id,
    orderId: order_id,
    voucherId: certificate_id,
    occurredAt: refund_time,
    complete: true,
    refundId: refundIdAfterUse(parsed.data),
    requestedFen: refund_amount,
  };
  return events(kind, event);
}

/** Its state and no amount, so it is kept: `…/20` is paid. Source: merchant-status-change. */
function mealOrderChanged({ kind, content }: Message): Reading {
  const inner = contentOf(content);
  const state =
    typeof inner === 'object' && inner !== null && 'cur_status' in inner ? inner.cur_status : null;
  return { outcome: 'kept', kind: typeof state === 'number' ? `${kind}/${state}` : kind };
}
