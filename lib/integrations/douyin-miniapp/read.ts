import type { JsonObject, JsonValue } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { Reading } from '../kit/integration.ts';
import { isObject } from '../kit/json.ts';
import { contentOf, malformed, readable } from '../kit/reading.ts';
import { bookAcceptTimeout, couponVerified, couponVerifyCancelled } from './coupons.ts';
import { readEcpay } from './ecpay.ts';
import { bodyOf } from './family.ts';
import type { Message } from './reading.ts';
import { refundRequested, refundResult } from './refunds.ts';
import { settingsOf } from './settings.ts';
import { readThirdParty } from './third-party.ts';
import { orderCreated, paymentResult, settleResult } from './trade.ts';
import { wireWord } from './wire.ts';

/**
 * What a verified body says; its shape says which system sent it.
 * @param receivedAt when it reached us: two kinds carry no time of their own, and are quarantined
 * where nobody says this
 */
export function read(body: Uint8Array, app: App, receivedAt: string | null = null): Reading {
  let kind = 'unreadable';
  return readable(
    () => {
      const read = bodyOf(body);
      if (read.family === 'none') return malformed('no-system', 'it is of none of the systems');
      const { family, fields } = read;
      kind = kindOf(family, fields);
      switch (family) {
        case 'trade':
          return readTrade({ kind, app, receivedAt, content: contentOf(fields.msg) });
        case 'ecpay':
          return readEcpay({ kind, app, receivedAt, content: contentOf(fields.msg) }, fields);
        case 'third_party':
          return readThirdParty(fields.Encrypt, app);
        case 'webhook':
          return readWebhook(kind);
        default:
          return family satisfies never;
      }
    },
    () => kind,
  );
}

/** `type` or `event` as the kind's name; ecpay's with its system, for two systems have a `payment`. */
function kindOf(family: 'trade' | 'ecpay' | 'third_party' | 'webhook', fields: JsonObject): string {
  switch (family) {
    case 'trade':
      return nameOf(fields.type);
    case 'ecpay':
      return `ecpay/${nameOf(fields.type)}`;
    case 'third_party':
      return 'third-party';
    case 'webhook':
      return `webhook/${nameOf(fields.event)}`;
    default:
      return family satisfies never;
  }
}

function nameOf(value: JsonValue | undefined): string {
  const name = wireWord.safeParse(value);
  return name.success ? name.data : 'no-name';
}

/** Questions that somebody waits for, or messages about nobody's money. */
const KEPT = new Set(['query_marketing_info', 'calculate_price', 'create_merchant']);

function readTrade(message: Message): Reading {
  const { kind, content, app } = message;
  switch (kind) {
    case 'pre_create_order':
      return orderCreated(message);
    case 'payment':
      return paymentResult(message);
    case 'pre_create_refund':
      return refundRequested(message);
    case 'refund':
      return refundResult(message);
    case 'settle':
      return settleResult(message);
    case 'coupon_verify_cancel':
      return couponVerifyCancelled(message);
    case 'book_accept_timeout':
      return bookAcceptTimeout(message);
    case 'no-name':
      return malformed(kind, 'did not fit: type');
    case settingsOf(app).couponVerifyType:
      return couponVerified(message);
    default:
      // Its `type` is not known for certain, but nothing else has these.
      if (isObject(content) && Array.isArray(content.coupon_verify_results)) {
        return couponVerified(message);
      }
      return { outcome: KEPT.has(kind) ? 'kept' : 'unknown', kind };
  }
}

/** Known, and about nobody's money. Source: basic-ability/webhook. */
const KEPT_WEBHOOKS = new Set([
  'webhook/verify_webhook',
  'webhook/user_subscribe_action',
  'webhook/authorize',
  'webhook/unauthorize',
  'webhook/create_video',
]);

function readWebhook(kind: string): Reading {
  if (kind === 'webhook/no-name') return malformed(kind, 'did not fit: event');
  return { outcome: KEPT_WEBHOOKS.has(kind) ? 'kept' : 'unknown', kind };
}
