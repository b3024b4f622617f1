import { createHash } from 'node:crypto';
import { originalFen } from './amounts.ts';
import type { Certificate, Order } from './model.ts';

/** One webhook message, ready to be signed and posted: `body` is what the signature covers. */
export interface WebhookMessage {
  readonly event: string;
  readonly action: string;
  /** Also the `Msg-Id` header. The same for the same entity and action, so not for each act. */
  readonly msgId: string;
  readonly createdAtMs: number;
  readonly body: string;
}

export interface Sender {
  readonly clientKey: string;
  readonly logId: string;
  readonly atMs: number;
}

/** Source: trade.order.notify. `pay_success` is the only documented action. */
export function orderPaidMessage(order: Order, sender: Sender): WebhookMessage {
  return message(sender, {
    event: 'life_trade_order_notify',
    action: 'pay_success',
    entityId: order.orderId,
    fromUserId: order.buyerOpenId,
    content: {
      action: 'pay_success',
      msg_time: seconds(sender.atMs),
      order: {
        order_id: order.orderId,
        account_id: order.accountId,
        pay_amount: order.amounts.payFen,
        original_amount: originalFen(order.amounts),
        create_time: seconds(order.createdAtMs),
        pay_time: seconds(order.paidAtMs),
      },
    },
  });
}

/** Source: trade.certificate.notify. Thin as documented: no store, no verify id, no amount. */
export function certificateMessage(
  action: 'verify' | 'verify_cancel' | 'refund_success',
  order: Order,
  certificate: Certificate,
  sender: Sender,
): WebhookMessage {
  return message(sender, {
    event: 'life_trade_certificate_notify',
    action,
    entityId: certificate.certificateId,
    fromUserId: order.buyerOpenId,
    content: {
      action,
      msg_time: seconds(sender.atMs),
      certificate: {
        certificate_id: certificate.certificateId,
        order_id: order.orderId,
        account_id: order.accountId,
      },
    },
  });
}

/** A request, not a refund. Source: groupon-refund/system-code-refund-notice. */
export function refundRequestedMessage(
  order: Order,
  certificate: Certificate,
  requestedFen: number,
  sender: Sender,
): WebhookMessage {
  return message(sender, {
    event: 'life_hermes_akte_after_sale_audit',
    action: 'audit',
    entityId: certificate.certificateId,
    fromUserId: '',
    content: {
      account_id: order.accountId,
      order_id: order.orderId,
      certificate_id: certificate.certificateId,
      refund_amount: requestedFen,
      refund_time: seconds(sender.atMs),
      apply_reason: {
        code: [102],
        reason_items: [{ code: 102, msg: '计划有变' }],
        additional_msg: '',
      },
    },
  });
}

/** The wire's times are whole seconds. */
export function seconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}

interface MessageParts {
  readonly event: string;
  readonly action: string;
  readonly entityId: string;
  readonly fromUserId: string;
  readonly content: Record<string, unknown>;
}

function message(sender: Sender, parts: MessageParts): WebhookMessage {
  const { event, action, entityId, fromUserId } = parts;
  const msgId = createHash('md5').update(`${event}/${entityId}/${action}`).digest('hex');
  const envelope = {
    event,
    client_key: sender.clientKey,
    from_user_id: fromUserId,
    content: JSON.stringify(parts.content),
    log_id: sender.logId,
    msg_id: msgId,
  };
  return { event, action, msgId, createdAtMs: sender.atMs, body: JSON.stringify(envelope) };
}
