import type { JsonObject, JsonValue } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { Hint, Reading } from '../kit/integration.ts';
import { contentOf, events, malformed, readable } from '../kit/reading.ts';
import { openMessage } from './cipher.ts';
import { infoSchema, type Message, messageSchema } from './payloads.ts';
import { actionIn } from './spi.ts';
import { readTicketRequest } from './tickets.ts';

/**
 * Known kinds that report no money: steps of an order, and its fee before it is paid (what counts is what
 * the order query shows once it is paid).
 */
const KEPT = new Set([
  'kwaishop_order_addOrder',
  'kwaishop_order_delivering',
  'kwaishop_order_deliverySuccess',
  'kwaishop_order_orderSuccess',
  'kwaishop_order_totalFeeChange',
]);

/** What one of its messages says of an order. */
interface OrderNews {
  readonly merchantId: string;
  readonly orderId: string;
  readonly occurredAt: string;
  /** The platform's id of the message, the same in every repetition. */
  readonly messageId: string;
}

/**
 * What a verified body says.
 * @param receivedAt when it came, for ticket requests, which carry no time
 * @param about what spi.ts kept about a ticket request
 */
export function read(body: Uint8Array, app: App, receivedAt?: string, about?: string): Reading {
  const action = actionIn(about);
  if (action !== undefined) return readTicketRequest(action, body, { app, receivedAt });
  const opened = openMessage(body, app);
  if (opened === undefined) {
    // It was opened when it came: its secret was withdrawn since.
    return malformed('unreadable', 'no live message secret opens it for this app');
  }
  // Documented: acknowledge and drop, whatever else is in it.
  if (opened.test === true) return { outcome: 'kept', kind: 'heartbeat' };
  return readMessage(opened, app);
}

function readMessage(opened: JsonObject, app: App): Reading {
  const parsed = messageSchema.safeParse(opened);
  const { event } = opened;
  const kind = typeof event === 'string' && event !== '' ? event.slice(0, 64) : 'no-event';
  // Whatever is in it: whoever learns the kind later reads it then.
  if (KEPT.has(kind)) return { outcome: 'kept', kind };
  const reader = READERS.get(kind);
  if (reader === undefined && kind !== 'no-event') return { outcome: 'unknown', kind };
  if (!parsed.success) return malformed(kind, parsed.error);
  return readable(
    () => {
      const news = newsIn(parsed.data, app);
      if ('outcome' in news) return news;
      return reader?.(kind, news) ?? { outcome: 'unknown', kind };
    },
    () => kind,
    'info: ',
  );
}

/** @throws JsonError */
function newsIn(message: Message, { settings, appKey }: App): OrderNews | Reading {
  const { info, event: kind } = message;
  const parsed = infoSchema.safeParse(contentOf(info as JsonValue));
  if (!parsed.success) return malformed(kind, parsed.error, 'info.');
  const { oid, sellerId, updateTime } = parsed.data;
  const occurredAt = updateTime ?? message.updateTime ?? message.createTime;
  if (occurredAt === null) {
    return malformed(kind, 'did not fit: info.updateTime, updateTime');
  }
  const merchantId = settings.merchantId ?? sellerId ?? message.userId ?? appKey;
  return { merchantId, orderId: oid, occurredAt, messageId: message.eventId };
}

const READERS: ReadonlyMap<string, (kind: string, news: OrderNews) => Reading> = new Map([
  ['kwaishop_order_paySuccess', hintOf('paid')],
  ['kwaishop_aftersales_updateRefund', hintOf('refunded')],
  ['kwaishop_aftersales_addRefund', refundRequested],
  ['kwaishop_order_orderFail', cancelled],
]);

/** Nothing but a key authenticates the message, so the platform is queried before money moves. */
function hintOf(action: Hint['action']) {
  return (kind: string, { merchantId, orderId, occurredAt }: OrderNews): Reading => {
    // Order-level: no ticket is named, so the order stands for its voucher.
    const hint: Hint = { action, merchantId, orderId, voucherId: orderId, occurredAt };
    return { outcome: 'hint', kind, hint };
  };
}

/** Moves no money, so the message's word is enough. Its own id is not documented: the message's serves. */
function refundRequested(kind: string, news: OrderNews): Reading {
  const { merchantId, orderId, occurredAt, messageId } = news;
  return events(kind, {
    kind: 'voucher.refund_requested',
    eventId: `refund_requested:${orderId}@${messageId}`,
    merchantId,
    orderId,
    voucherId: orderId,
    occurredAt,
    complete: false,
    requestedFen: null,
  });
}

/** Status 80, which is also what a cancelled order becomes. Moves no money: a payment's refund does. */
function cancelled(kind: string, news: OrderNews): Reading {
  const { merchantId, orderId, occurredAt } = news;
  return events(kind, {
    kind: 'order.cancelled',
    eventId: `cancelled:${orderId}`,
    merchantId,
    orderId,
    voucherId: null,
    occurredAt,
    complete: false,
  });
}
