import * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import type { JsonValue } from '../../json/parse.ts';
import { jsonAnswer } from '../kit/answer.ts';
import type { App } from '../kit/app.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { jsonOf } from '../kit/json.ts';
import type { CallbackRecords } from '../kit/records.ts';
import { quietBodyOf, textOf } from './family.ts';
import {
  bookAcceptTimeoutSchema,
  preCreateOrderSchema,
  preCreateRefundSchema,
  refundResultSchema,
} from './payloads.ts';
import { type Entry, merchantOf, settingsOf } from './settings.ts';

/**
 * The extension points (SPI): what somebody waits for at the other end. A request that does not fit
 * is only acknowledged, and quarantined when it is read. Sources: pre-order/callback,
 * refund/refund-callback, api-129694817.
 */
export async function answer(
  request: SignedRequest,
  app: App,
  records: CallbackRecords,
): Promise<Answer | undefined> {
  const body = quietBodyOf(request.body);
  if (body.family !== 'trade') return undefined;
  const { msg } = body.fields;
  const question: SpiQuestion = {
    app,
    records,
    version: textOf(body.fields.version) ?? '',
    content: typeof msg === 'string' ? jsonOf(msg) : msg,
  };
  switch (textOf(body.fields.type) ?? '') {
    case 'pre_create_order':
      return orderNumber(question);
    case 'pre_create_refund':
      return refundNumber(question);
    case 'refund':
      return refundDone(question);
    case 'book_accept_timeout':
      return bookingDecision(question);
    default:
      return undefined;
  }
}

interface SpiQuestion {
  readonly app: App;
  readonly records: CallbackRecords;
  /** Of the envelope: `3.0` is the general system, `2.0` the life services' two. */
  readonly version: string;
  readonly content: JsonValue | undefined;
}

/**
 * What the answer calls the order, and where a buyer sees it. The same order gets the same number
 * without anything being written. An app whose own server answers sets no `answers.order`.
 */
function orderNumber({ app, content }: SpiQuestion): Answer | undefined {
  const settings = settingsOf(app).answers.order;
  const order = preCreateOrderSchema.safeParse(content);
  if (settings === undefined || !order.success) return undefined;
  const { order_id: orderId } = order.data;
  const outOrderNo = outOrderNoOf(app, orderId);
  const goods = goodsOf(content);
  return success({
    out_order_no: outOrderNo,
    pay_expire_seconds: settings.payExpireSeconds,
    order_entry_schema: entryFor(settings.entry, { orderId, outOrderNo }),
    // Chooses the receiving merchant (进件); the platform's own choice where the setting is absent.
    ...(settings.merchantUid === undefined || goods.length === 0
      ? {}
      : {
          order_goods_info: goods.map((id) => ({
            goods_id: id,
            merchant_uid: settings.merchantUid,
          })),
        }),
  });
}

/**
 * Files the request and gives it a number. A refund is never refused here: a failure would only keep
 * the buyer from reaching the audit, and be repeated. The decision goes by the audit call.
 */
async function refundNumber({
  app,
  records,
  version,
  content,
}: SpiQuestion): Promise<Answer | undefined> {
  const parsed = preCreateRefundSchema.safeParse(content);
  if (!parsed.success) return undefined;
  const refund = parsed.data;
  const { refund_id: refundId, order_id: orderId } = refund;
  const outRefundNo = `R${fingerprint('refund', app.appKey, refundId).slice(0, 31)}`;
  const filed = await records.fileRefund({
    integration: app.integration,
    appKey: app.appKey,
    merchantId: merchantOf(app, refund),
    refundId,
    orderId,
    voucherIds: [...new Set(refund.refund_item_detail.map((item) => item.item_order_id))],
    requestedFen: refund.refund_total_amount,
    decideBy: refund.refund_audit_deadline,
    // The platform's own id, which its general system wants back.
    reference: { version, outRefundNo, refundId },
    decisionBy: refund.need_refund_audit ? 'call' : 'none',
  });
  const { entry } = settingsOf(app).answers.refund ?? {};
  const names = { orderId, outOrderNo: outOrderNoOf(app, orderId), refundId };
  return success({
    // As it was first filed, should our way of naming change between two questions.
    out_refund_no: filed.reference.outRefundNo ?? outRefundNo,
    ...(entry === undefined ? {} : { order_entry_schema: entryFor(entry, names) }),
  });
}

/** A refund's result: whoever still has to decide it need not any more. It asks nothing. */
async function refundDone({ records, content }: SpiQuestion): Promise<undefined> {
  const parsed = refundResultSchema.safeParse(content);
  if (!parsed.success) return;
  const { refund_id: refundId, order_id: orderId, status } = parsed.data;
  const request = { refundId, orderId };
  if (status === 'SUCCESS')
    await records.closeRefund(request, 'approved', '平台已退款 (the platform refunded it)');
  if (status === 'FAIL')
    await records.closeRefund(
      request,
      'refused',
      '平台未能退款 (the refund failed at the platform)',
    );
}

/** What its numbers mean no page says, so an operator who knows says which they are. */
function bookingDecision({ app, content }: SpiQuestion): Answer | undefined {
  const settings = settingsOf(app).answers.booking;
  if (settings === undefined || !bookAcceptTimeoutSchema.safeParse(content).success) {
    return undefined;
  }
  const { result, msg, acceptType } = settings;
  return success({ result, msg, accept_type: acceptType });
}

/** Our number of an order: letters and digits, unique in the app, made of the platform's own. */
export function outOrderNoOf({ appKey }: Pick<App, 'appKey'>, orderId: string): string {
  return `O${fingerprint('order', appKey, orderId).slice(0, 31)}`;
}

/** `params` is JSON in a string, with what the page needs to find the order put in. */
function entryFor({ path, params }: Entry, names: Readonly<Record<string, string>>) {
  const filled = Object.entries(params).map(([name, text]) => [
    name,
    text.replace(/\{(\w+)\}/g, (whole, one: string) => names[one] ?? whole),
  ]);
  return { path, params: JSON.stringify(Object.fromEntries(filled)) };
}

const goodsSchema = z.looseObject({
  item_order_info_list: z.array(z.looseObject({ goods_id: z.string() })).catch([]),
  sku_list: z
    .array(z.looseObject({ goods_info: z.looseObject({ goods_id: z.string() }) }))
    .catch([]),
});

/** The goods of an order that names any; 64-bit ids are read as their digits. */
function goodsOf(content: JsonValue | undefined): string[] {
  const parsed = goodsSchema.safeParse(content);
  if (!parsed.success) return [];
  const { item_order_info_list, sku_list } = parsed.data;
  const all = [...item_order_info_list, ...sku_list.map((sku) => sku.goods_info)];
  return [...new Set(all.map((one) => one.goods_id))];
}

const success = (data: object): Answer => jsonAnswer({ err_no: 0, err_tips: 'success', data });
