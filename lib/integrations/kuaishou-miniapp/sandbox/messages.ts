import { randomUUID } from 'node:crypto';
import type { Outgoing } from '../../sandbox-kit/player.ts';
import { encryptMessage, signEncrypted, signNotice } from './sign.ts';

/** A request ready to be posted: `kwaisign` covers `body`. */
export interface Posted {
  readonly body: string;
  readonly kwaisign: string;
}

/** Who sends, and when. */
export interface Sender {
  readonly appId: string;
  readonly appSecret: string;
  readonly atMs: number;
  readonly messageId?: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Status = 'PROCESSING' | 'SUCCESS' | 'FAILED';

export interface Payment {
  readonly ksOrderNo: string;
  readonly outOrderNo: string;
  readonly amountFen: number;
  readonly attach?: string;
  /** The content and creator that drove the order; neither by default. */
  readonly extraInfo?: {
    readonly url?: string;
    readonly item_type: 'VIDEO' | 'LIVE' | 'UNKNOWN';
    readonly item_id?: string;
    readonly author_id?: string;
  };
  readonly status?: Status;
}

export function paymentNotice(payment: Payment, sender: Sender): Posted {
  const { extraInfo } = payment;
  return moneyNotice('PAYMENT', sender, {
    channel: 'WECHAT',
    out_order_no: payment.outOrderNo,
    attach: payment.attach ?? '',
    status: payment.status ?? 'SUCCESS',
    ks_order_no: payment.ksOrderNo,
    order_amount: payment.amountFen,
    trade_no: `42000${payment.ksOrderNo}`,
    extra_info: extraInfo === undefined ? '' : JSON.stringify(extraInfo),
    enable_promotion: extraInfo !== undefined,
    promotion_amount: 0,
  });
}

export interface Refund {
  readonly ksOrderNo: string;
  readonly ksRefundNo: string;
  readonly outRefundNo: string;
  readonly amountFen: number;
  readonly attach?: string;
  readonly status?: Status;
}

export function refundNotice(refund: Refund, sender: Sender): Posted {
  return moneyNotice('REFUND', sender, {
    out_refund_no: refund.outRefundNo,
    refund_amount: refund.amountFen,
    attach: refund.attach ?? '',
    status: refund.status ?? 'SUCCESS',
    ks_order_no: refund.ksOrderNo,
    ks_refund_no: refund.ksRefundNo,
    ks_refund_type: '平台账户退款',
  });
}

export interface Settlement {
  readonly ksOrderNo: string;
  readonly ksSettleNo: string;
  readonly outSettleNo: string;
  readonly amountFen: number;
  readonly promotionFen?: number;
  readonly attach?: string;
  readonly status?: Status;
}

export function settleNotice(settlement: Settlement, sender: Sender): Posted {
  return moneyNotice('SETTLE', sender, {
    out_settle_no: settlement.outSettleNo,
    attach: settlement.attach ?? '',
    settle_amount: settlement.amountFen,
    status: settlement.status ?? 'SUCCESS',
    ks_order_no: settlement.ksOrderNo,
    ks_settle_no: settlement.ksSettleNo,
    enable_promotion: settlement.promotionFen !== undefined,
    promotion_amount: settlement.promotionFen ?? 0,
  });
}

export type WebhookEvent = 'AUTHORIZE' | 'POI_AUDITED' | 'PRODUCT_AUDITED';

/** A webhook that is not about money; the value domain of an audit's `message` is not documented. */
export function webhookNotice(event: WebhookEvent, data: Fields, sender: Sender): Posted {
  const { appId, atMs } = sender;
  return signed(sender, {
    app_id: appId,
    event,
    message_id: idOf(sender),
    timestamp: atMs,
    data,
  });
}

/** A provider's event, encrypted and signed by the provider's own token and key. */
export function encryptedNotice(
  plain: Fields,
  sender: {
    readonly componentAppId: string;
    readonly messageToken: string;
    readonly messageKey: string;
    readonly atMs: number;
    readonly messageId?: string;
  },
): Posted {
  const body = JSON.stringify({
    encryptedMsg: encryptMessage(sender.messageKey, JSON.stringify(plain)),
    msgId: idOf(sender),
    componentAppId: sender.componentAppId,
    timestamp: sender.atMs,
  });
  return { body, kwaisign: signEncrypted(sender.messageToken, body) };
}

function moneyNotice(bizType: string, sender: Sender, data: Fields): Posted {
  const { appId, atMs } = sender;
  const message_id = idOf(sender);
  return signed(sender, { data, biz_type: bizType, message_id, app_id: appId, timestamp: atMs });
}

function signed({ appSecret }: Sender, envelope: Fields): Posted {
  const body = JSON.stringify(envelope);
  return { body, kwaisign: signNotice(appSecret, body) };
}

function idOf({ messageId }: { readonly messageId?: string }): string {
  return messageId ?? randomUUID();
}

/** Any other answer than success with the message's own id makes the platform send again. */
export function isReceivedAs(messageId: string): Outgoing['isReceived'] {
  const wanted = JSON.stringify({ result: 1, message_id: messageId });
  return (status, answer) => status === 200 && answer === wanted;
}
