import type { EventDraft } from '../../events/event.ts';
import type { JsonObject } from '../../json/parse.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { ActAnswer } from '../kit/act-answer.ts';
import type { DouyinContext } from '../kit/douyin/call.ts';
import { PlatformError } from '../kit/platform-error.ts';
import {
  type CpsItem,
  cpsSchema,
  prepareSchema,
  type VerifyResult,
  verifyResultsSchema,
} from './answers.ts';
import { ask, dataOf } from './ask.ts';
import { poiInfo, type Redeeming, redemptionsOf, type Unredeemed } from './redemptions.ts';
import { merchantOf } from './settings.ts';

/** Pieces in one push_delivery. Source: third-code/push-delivery. */
const MAX_ITEMS = 100;

/** What delivery_prepare found behind a code. The encrypted codes are secrets: never logged or kept. */
export interface Prepared {
  /** Makes delivery_verify idempotent. */
  readonly verifyToken: string;
  readonly orderId: string;
  readonly outOrderNo: string | null;
  readonly certificates: readonly {
    readonly encryptedCode: string;
    readonly certificateId: string;
    readonly itemOrderId: string | null;
  }[];
}

export interface Redeemed extends ActAnswer<JsonObject> {
  readonly unredeemed: readonly Unredeemed[];
}

export type OrderRef = { readonly orderId: string } | { readonly outOrderNo: string };

/**
 * What a mini-program's server asks of the platform, for one app. Every method throws only
 * PlatformError, and repeats nothing by itself but a call refused for its token.
 */
export class DouyinMiniappClient {
  private readonly context: DouyinContext;

  constructor(context: DouyinContext) {
    this.context = context;
  }

  /** Looks behind a buyer's code: what stands in the QR code's address, or the digits typed in. */
  async deliveryPrepare(code: { encryptedData: string } | { code: string }): Promise<Prepared> {
    const body =
      'encryptedData' in code ? { encrypted_data: code.encryptedData } : { code: code.code };
    const what = 'delivery_prepare';
    const data = dataOf(what, prepareSchema, await ask(this.context, what, 'fulfillment', body));
    return {
      verifyToken: data.verify_token,
      orderId: data.order_id,
      outOrderNo: data.out_order_no,
      certificates: data.certificates.map((one) => ({
        encryptedCode: one.encrypted_code,
        certificateId: one.certificate_id,
        itemOrderId: one.item_order_id,
      })),
    };
  }

  /**
   * Redeems codes that the platform issued (抖音码).
   * @param redeeming.isNativeCoupon the write-off tool: then the certificate is the voucher, as in
   * the closed loop; else the piece of the mini-program's own order is
   */
  async deliveryVerify(
    prepared: Prepared,
    redeeming: Omit<Redeeming, 'orderId'>,
  ): Promise<Redeemed> {
    const what = 'delivery_verify';
    const { orderId, certificates } = prepared;
    const answer = await ask(this.context, what, 'fulfillment', {
      verify_token: prepared.verifyToken,
      order_id: orderId,
      certificates: certificates.map(({ encryptedCode, certificateId }) => ({
        encrypted_code: encryptedCode,
        certificate_id: certificateId,
      })),
      poi_info: poiInfo(redeeming.poi),
    });
    const voucherOf = (result: VerifyResult) => {
      const piece =
        certificates.length === 1
          ? certificates[0]
          : certificates.find((one) => one.itemOrderId === (result.item_order_id ?? ''));
      if (redeeming.isNativeCoupon) return piece?.certificateId;
      return result.item_order_id ?? piece?.itemOrderId ?? undefined;
    };
    return this.redeemed(what, answer, { ...redeeming, orderId }, voucherOf);
  }

  /**
   * Reports that pieces with the developer's own codes (三方码) were used.
   * @param push.token makes it idempotent, and is required for times cards
   */
  async pushDelivery(
    push: Redeeming & {
      readonly outOrderNo: string;
      readonly itemOrderIds: readonly string[] | 'all';
      readonly token: string;
    },
  ): Promise<Redeemed> {
    const what = 'push_delivery';
    const { itemOrderIds } = push;
    if (itemOrderIds !== 'all' && (itemOrderIds.length < 1 || itemOrderIds.length > MAX_ITEMS)) {
      throw new PlatformError(`${what} takes 1 to ${MAX_ITEMS} pieces`, { retryable: false });
    }
    const answer = await ask(this.context, what, 'fulfillment', {
      out_order_no: push.outOrderNo,
      ...(itemOrderIds === 'all'
        ? { use_all: true }
        : { item_order_list: itemOrderIds.map((id) => ({ item_order_id: id })) }),
      token: push.token,
      poi_info: poiInfo(push.poi),
    });
    return this.redeemed(what, answer, push, (result) => result.item_order_id ?? undefined);
  }

  /**
   * Takes one redemption back, at most an hour later. The answer reports no time, so ours stands in.
   * @param voucherId the voucher's id in the redemption's event
   * @param atMs when it was first requested, epoch ms; now when absent
   */
  async verifyCancel(act: {
    readonly orderId: string;
    readonly certificateId: string;
    readonly verifyId: string;
    readonly voucherId: string;
    readonly merchantId?: string;
    readonly atMs?: number;
  }): Promise<ActAnswer<JsonObject>> {
    const { app, now } = this.context;
    const { orderId, certificateId, verifyId, voucherId } = act;
    const answer = await ask(this.context, 'verify_cancel', 'fulfillment', {
      order_id: orderId,
      certificate_id: certificateId,
      verify_id: verifyId,
    });
    const event: EventDraft = {
      kind: 'voucher.redemption_reversed',
      eventId: `reversed:${verifyId}`,
      merchantId: act.merchantId ?? merchantOf(app, {}),
      orderId,
      voucherId,
      ...{ occurredAt: toInstant(act.atMs ?? now()), isTimeEstimated: true },
      complete: false,
      redemptionId: verifyId,
    };
    return { answer, events: [event] };
  }

  /** The order as the platform has it, unread: its fields are not settled. */
  queryOrder(order: OrderRef): Promise<JsonObject> {
    return ask(this.context, 'query_order', 'order', orderFields(order));
  }

  /** Its pieces with their states, unread. */
  queryItemOrderInfo(order: OrderRef): Promise<JsonObject> {
    return ask(this.context, 'query_item_order_info', 'order', orderFields(order));
  }

  /** The creators (达人) who brought an order; it may take a while until they are reported. */
  async queryCps(order: OrderRef): Promise<{ answer: JsonObject; items: readonly CpsItem[] }> {
    const answer = await ask(this.context, 'query_cps', 'order', orderFields(order));
    return { answer, items: dataOf('query_cps', cpsSchema, answer) };
  }

  private redeemed(
    what: string,
    answer: JsonObject,
    redeeming: Redeeming,
    voucherOf: (result: VerifyResult) => string | undefined,
  ): Redeemed {
    const { verify_results } = dataOf(what, verifyResultsSchema, answer);
    const { app, now } = this.context;
    const how = { app, nowMs: redeeming.atMs ?? now(), voucherOf };
    return { answer, ...redemptionsOf(what, verify_results, redeeming, how) };
  }
}

function orderFields(order: OrderRef): Record<string, string> {
  return 'orderId' in order ? { order_id: order.orderId } : { out_order_no: order.outOrderNo };
}
