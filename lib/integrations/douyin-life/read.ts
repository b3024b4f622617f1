import type * as z from 'zod';
import { type EventDraft, NO_AMOUNTS, UNKNOWN_SALE } from '../../events/event.ts';
import { JsonError, parseJson, parseJsonBytes } from '../../json/parse.ts';
import type { Hint, Reading } from '../integration.ts';
import {
  afterSaleAuditSchema,
  certificateNotifySchema,
  envelopeSchema,
  orderNotifySchema,
} from './payloads.ts';

/** Known, and not about money: product audits, authorisation and store binding. */
const KEPT = new Set([
  'life_product_common_audit',
  'life_product_audit',
  'life_product_status_change',
  'life_saas_cooperate_auth_with_bind',
  'verify_webhook',
]);

const HINTS: ReadonlyMap<string, Hint['action']> = new Map([
  ['verify', 'redeemed'],
  ['verify_cancel', 'reversed'],
  ['refund_success', 'refunded'],
]);

/** What a verified body says. */
export function read(body: Uint8Array): Reading {
  let kind = 'unreadable';
  try {
    const envelope = envelopeSchema.safeParse(parseJsonBytes(body));
    if (!envelope.success) return malformed('no-event', envelope.error);
    kind = envelope.data.event;
    return readKind(kind, envelope.data.content);
  } catch (error) {
    if (error instanceof JsonError) return { outcome: 'malformed', kind, why: error.message };
    throw error;
  }
}

function readKind(kind: string, content: unknown): Reading {
  switch (kind) {
    case 'life_trade_order_notify':
      return orderPaid(kind, contentOf(content));
    case 'life_trade_certificate_notify':
      return certificateHint(kind, contentOf(content));
    case 'life_hermes_akte_after_sale_audit':
      return refundRequested(kind, contentOf(content));
    default:
      // Whatever is in it: whoever learns the kind later reads it then.
      return KEPT.has(kind) ? { outcome: 'kept', kind } : { outcome: 'unknown', kind };
  }
}

/** JSON in a string, read a second time. What is missing reads as null, and its schema says so. */
function contentOf(content: unknown): unknown {
  if (typeof content !== 'string') return content ?? null;
  return content === '' ? null : parseJson(content);
}

function orderPaid(kind: string, content: unknown): Reading {
  const parsed = orderNotifySchema.safeParse(content);
  if (!parsed.success) return malformed(kind, parsed.error);
  const { action, msg_time, order } = parsed.data;
  if (action !== 'pay_success') return { outcome: 'unknown', kind: `${kind}/${action}` };
  const event = paidEvent({
    orderId: order.order_id,
    merchantId: order.account_id,
    paidAt: order.pay_time ?? msg_time,
    paidFen: order.pay_amount,
    originalFen: order.original_amount,
    // The message's own time stands in for the payment's until the order query tells it.
    complete: order.pay_time !== null,
  });
  return { outcome: 'events', kind: `${kind}/${action}`, events: [event] };
}

/**
 * The payment of an order, the same from the message and from the order query. Neither tells what
 * the platform put in, so `paid` GMV is the buyer's money.
 */
export function paidEvent(order: {
  orderId: string;
  merchantId: string;
  paidAt: string;
  paidFen: number;
  originalFen: number | null;
  complete: boolean;
}): EventDraft {
  const { orderId, merchantId, paidAt, paidFen, complete } = order;
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
  };
}

function certificateHint(kind: string, content: unknown): Reading {
  const parsed = certificateNotifySchema.safeParse(content);
  if (!parsed.success) return malformed(kind, parsed.error);
  const { action, msg_time, certificate } = parsed.data;
  const told = HINTS.get(action);
  if (told === undefined) return { outcome: 'unknown', kind: `${kind}/${action}` };
  const hint: Hint = {
    action: told,
    merchantId: certificate.account_id,
    orderId: certificate.order_id,
    voucherId: certificate.certificate_id,
    occurredAt: msg_time,
  };
  return { outcome: 'hint', kind: `${kind}/${action}`, hint };
}

function refundRequested(kind: string, content: unknown): Reading {
  const parsed = afterSaleAuditSchema.safeParse(content);
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
    requestedFen: refund_amount,
  };
  return { outcome: 'events', kind, events: [event] };
}

/** Names the fields that did not fit, never what was in them. */
function malformed(kind: string, error: z.ZodError): Reading {
  const fields = error.issues.map((issue) => issue.path.join('.') || 'the whole');
  return { outcome: 'malformed', kind, why: `did not fit: ${[...new Set(fields)].join(', ')}` };
}
