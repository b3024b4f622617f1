import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Emulators } from '../../../infra/local/emulators.ts';
import { importCodes, putCodePool } from '../../../lib/callbacks/code-pools.ts';
import { type OpenCallbackRecords, openCallbackRecords } from '../../../lib/callbacks/records.ts';
import { putRefundPolicy, type RefundPolicy } from '../../../lib/callbacks/refund-policy.ts';
import { decideRefund } from '../../../lib/callbacks/refund-requests.ts';
import { eventSchema } from '../../../lib/events/event.ts';
import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import type { App } from '../../../lib/integrations/kit/app.ts';
import { recordEvent } from '../../../lib/store/ledger/events.ts';
import type { Table } from '../../../lib/store/table.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { startTable } from '../../support/table.ts';
import { appOf, MERCHANT, ORDER, spiRequest, spiSample, textOf, VOUCHER } from './support.ts';

const NOW = 1_760_090_000_000;
const APP = appOf({ merchantId: MERCHANT });
const AFTER_SALE = '7500000000000000001';

let emulators: Emulators;
let table: Table;
let records: OpenCallbackRecords;

beforeEach(async () => {
  ({ emulators, table } = await startTable());
  records = openCallbackRecords(table, 'douyin', () => NOW);
});

afterEach(() => emulators?.stop());

/** Asks with a body at a path; any signature, for it was verified before. */
async function ask(body: object | string, path?: string, app: App = APP) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = spiRequest({ query: 'client_key=a&timestamp=1', body: text }, { new: 'x' }, path);
  const answer = await douyinLife.answer?.(request, app, records);
  if (answer === undefined) return undefined;
  expect(answer.status).toBe(200);
  return (JSON.parse(answer.body) as { data: Record<string, unknown> }).data;
}

const askSample = (name: string, app: App = APP) => {
  const { body, operation } = spiSample(name);
  return ask(body, operation, app);
};

const codes = (...imported: string[]) =>
  putCodePool(table, { platform: 'douyin', merchantId: MERCHANT }, { source: 'imported' }).then(
    () => importCodes(table, { platform: 'douyin', merchantId: MERCHANT }, imported),
  );

const policy = (name: RefundPolicy) => putRefundPolicy(table, 'douyin', MERCHANT, name);

const ISSUE = { order_id: ORDER, count: 2, sku: { sku_id: '1805' }, expire_time: 1_762_592_000 };

describe('发券, the issue of codes', () => {
  test('gives the codes of the pool as the older list where no voucher is named', async () => {
    await codes('100000000001');
    expect(await askSample('issue')).toEqual({
      ...{ error_code: 0, description: 'success', result: 1 },
      codes: ['100000000001'],
    });
  });

  test('gives each voucher that is named its code, and the same again', async () => {
    // Prepare
    await codes('c1', 'c2', 'c3');
    const body = {
      ...ISSUE,
      // As many as are listed, whatever the count says.
      count: 1,
      certificates: [{ certificate_id: '7400000000000000001' }, { certificate_id: '74' }],
    };
    // Act
    const first = await ask(body);
    const again = await ask(body, 'fulfilment.order.tripartite_code');
    // Assess
    const certificates = first?.certificates as { certificate_id: string; code: string }[];
    expect(first).toMatchObject({ error_code: 0, result: 1 });
    expect(certificates.map((one) => one.certificate_id)).toEqual(['7400000000000000001', '74']);
    expect(new Set(certificates.map((one) => one.code)).size).toBe(2);
    for (const { code } of certificates) expect(['c1', 'c2', 'c3']).toContain(code);
    expect(again).toEqual(first);
  });

  test.each([
    ['fails, so that the buyer gets the money back', undefined, { error_code: 0, result: 2 }],
    ['waits', 'pending', { error_code: 0, result: 0 }],
    ['is asked for again', 'retry', { error_code: 100 }],
  ])('without a code %s (whenNoCode %s)', async (_what, whenNoCode, expected) => {
    const app = appOf({ merchantId: MERCHANT, ...(whenNoCode && { whenNoCode }) });
    expect(await ask(ISSUE, undefined, app)).toMatchObject(expected);
    await codes('only-one');
    expect(await ask(ISSUE, undefined, app)).toMatchObject(expected);
    expect(await records.codesOf(ORDER)).toEqual([]);
  });

  test('takes the merchant from the body first, then from the settings, then from the product', async () => {
    // Prepare: the pool is of MERCHANT
    await codes('c1', 'c2', 'c3', 'c4', 'c5', 'c6');
    const other = appOf({ merchantId: '99' });
    const ofSku = { ...ISSUE, order_id: '3', sku: { sku_id: '1805', account_id: MERCHANT } };
    // Act, Assess
    expect(await ask({ ...ISSUE, account_id: MERCHANT }, undefined, other)).toMatchObject({
      result: 1,
    });
    expect(await ask({ ...ISSUE, order_id: '2' }, undefined, other)).toMatchObject({ result: 2 });
    expect(await ask(ofSku, undefined, appOf())).toMatchObject({ result: 1 });
    expect(await ask({ ...ISSUE, order_id: '4' }, undefined, appOf())).toEqual({
      error_code: 100,
      description: 'it names no merchant: set merchantId in the app’s settings',
    });
  });
});

describe('退款申请, a request for a refund', () => {
  test('is filed and pending where the operator decides', async () => {
    // Act
    const data = await askSample('refund-apply');
    // Assess
    expect(data).toEqual({ error_code: 0, description: 'success', result: 0 });
    expect(await records.refundRequest(AFTER_SALE)).toMatchObject({
      ...{ status: 'pending', merchantId: MERCHANT, orderId: ORDER, voucherIds: [VOUCHER] },
      decideBy: toInstant(NOW + 86_400_000),
      reference: { call: 'fulfilment', after_sale_id: AFTER_SALE },
    });
    expect(JSON.stringify(await records.refundRequest(AFTER_SALE))).not.toContain('100000000001');
  });

  test('is allowed at once where the policy says so, and need not be told again', async () => {
    await policy('auto-approve-all');
    expect(await askSample('refund-apply')).toMatchObject({ error_code: 0, result: 1 });
    expect(await askSample('refund-apply')).toMatchObject({ error_code: 0, result: 1 });
    expect([...records.toNotify]).toEqual([]);
  });

  test('that was refused stays pending: a refusal goes by the audit call', async () => {
    await askSample('refund-apply');
    const refusal = { status: 'refused', decidedBy: 'operator', reason: '已使用' } as const;
    await decideRefund(table, 'douyin', AFTER_SALE, refusal, NOW);
    expect(await askSample('refund-apply')).toMatchObject({ error_code: 0, result: 0 });
  });

  test('of an order that was never given a code is pending, and an approval goes by the call', async () => {
    // Prepare
    await policy('auto-approve-all');
    const body = {
      ...{ order_id: ORDER, after_sale_id: AFTER_SALE },
      certificates: [{ certificate_id: VOUCHER, code: '' }],
    };
    // Act, Assess
    expect(await ask(body)).toMatchObject({ error_code: 0, result: 0 });
    expect([...records.toNotify]).toEqual([AFTER_SALE]);
  });

  test.each([
    ['certificate_list', { certificate_list: [{ certificate_id: VOUCHER, code: 'c' }] }],
    ['vouchers', { vouchers: [{ certificate_id: VOUCHER, code: 'c' }] }],
    [
      'refund_info_list, wrapped once more',
      { refund_info_list: [{ certificate: { certificate_id: VOUCHER, code: 'c' } }] },
    ],
  ])('names its vouchers under %s', async (_what, list) => {
    expect(await ask({ order_id: ORDER, after_sale_id: '1', ...list })).toMatchObject({
      result: 0,
    });
    expect(await records.refundRequest('1')).toMatchObject({ voucherIds: [VOUCHER] });
  });

  test('without an id of its own is the same request again for the same vouchers', async () => {
    // Prepare
    const body = (...ids: string[]) => ({
      order_id: ORDER,
      certificates: ids.map((certificate_id) => ({ certificate_id, code: 'c' })),
    });
    const idOf = (one: object) => {
      const text = new TextEncoder().encode(JSON.stringify(one));
      const reading = douyinLife.read(text, APP, toInstant(NOW), 'refund_apply');
      const [event] = reading.outcome === 'events' ? reading.events : [];
      return event?.kind === 'voucher.refund_requested' ? (event.refundId ?? '') : '';
    };
    // Act
    await ask(body('74', '75'), 'refund_apply');
    // Assess: what is read and what is filed have one id
    expect(await records.refundRequest(idOf(body('75', '74')))).toMatchObject({ orderId: ORDER });
    expect(await records.refundRequest(idOf(body('74')))).toBeUndefined();
  });
});

describe('信息同步, what the platform decided itself', () => {
  const notice = (audit_result: number, more: object = { after_sale_id: AFTER_SALE }) => ({
    ...{ order_id: ORDER, after_sale_type: 3, ...more },
    notice_list: [{ certificate_id: VOUCHER, code: 'c', audit_time: 1_760_090_100, audit_result }],
  });

  test.each([
    ['agreed to', 1, 'approved'],
    ['refused', 2, 'refused'],
    ['said nothing of', 0, 'pending'],
  ])('closes a request that it %s', async (_what, result, status) => {
    await askSample('refund-apply');
    expect(await ask(notice(result))).toEqual({ error_code: 0, description: 'success' });
    expect(await records.refundRequest(AFTER_SALE)).toMatchObject({ status });
  });

  test('that names no after-sale closes the voucher’s latest request', async () => {
    // Prepare: the request is filed, and its event recorded
    await askSample('refund-apply');
    const { body } = spiSample('refund-apply');
    const text = new TextEncoder().encode(body);
    const reading = douyinLife.read(text, APP, toInstant(NOW), 'refund_apply');
    for (const draft of reading.outcome === 'events' ? reading.events : []) {
      const origin = {
        platform: 'douyin',
        loop: 'closed',
        integration: 'douyin-life',
        appKey: 'a',
      };
      const stamp = { ...origin, deliveryId: null, recordedAt: toInstant(NOW) };
      await recordEvent(table, eventSchema.parse({ ...draft, ...stamp }));
    }
    // Act
    await ask(notice(1, {}));
    // Assess
    expect(await records.refundRequest(AFTER_SALE)).toMatchObject({ status: 'approved' });
  });

  test('of a request that never reached us is taken all the same', async () => {
    expect(await ask(notice(1, { after_sale_id: 'unknown' }))).toMatchObject({ error_code: 0 });
    expect(await records.refundRequest('unknown')).toBeUndefined();
  });
});

describe('the other questions', () => {
  test('预下单 gets an id made of the platform’s', async () => {
    const expected = { error_code: 0, description: 'success', ext_order_id: `hx${ORDER}` };
    expect(await askSample('pre-create-order')).toEqual(expected);
    expect(await askSample('pre-create-order')).toEqual(expected);
    expect(await ask({}, 'trade.order.pre_create_order')).toMatchObject({ error_code: 20 });
  });

  test('订单状态查询 tells what is known, and nothing of what is not', async () => {
    // Prepare
    await codes('c1', 'c2');
    await ask(ISSUE);
    const query = { scene: 'fulfil', order_ids: [ORDER, '404'] };
    // Act, Assess
    const detail = { order_id: ORDER, out_order_id: `hx${ORDER}`, total_quantity: 2 };
    const data = await ask(query);
    expect(data).toMatchObject({ error_code: 0, result: { [ORDER]: detail } });
    const result = data?.result as Record<string, { codes?: string[] }>;
    expect(Object.keys(result)).toEqual([ORDER]);
    expect([...(result[ORDER]?.codes ?? [])].sort()).toEqual(['c1', 'c2']);
    // No redemption is known, so none is claimed not to be
    expect(result[ORDER]).not.toHaveProperty('used_quantity');
    expect(await ask({ ...query, scene: 'aftersale' })).toEqual({
      ...{ error_code: 0, description: 'success' },
      result: { [ORDER]: detail },
    });
    expect(await ask({ order_ids: Array<string>(101).fill('1') })).toMatchObject({
      error_code: 100,
    });
  });

  test('撤销核销异步回调 is taken', async () => {
    expect(await ask({ verify_id: '1' }, 'cert.fulfil.async_cancel_fulfil')).toMatchObject({
      error_code: 0,
    });
  });
});

describe('whatever else is asked', () => {
  test.each([
    ['no JSON', '{', 'refund_apply'],
    ['nothing', '', 'tripartite_code'],
    ['a list', '[]', 'refund_notice'],
    ['a field of another kind', '{"order_id":{}}', 'refund_apply'],
    ['too many vouchers', JSON.stringify({ ...ISSUE, count: 100_000 }), 'tripartite_code'],
  ])('%s is answered with a number, and no word of what was sent', async (_what, body, path) => {
    const data = await ask(body, path);
    expect(data).toMatchObject({ error_code: 100, description: expect.any(String) });
    expect(JSON.stringify(data)).not.toContain('Error');
  });

  /** Of gifting and of a longer life: each lists vouchers, as a refund request does. */
  const OTHERS = [
    ['cert.asset.lock', { certificates: [{ certificate_id: VOUCHER, code: '1' }] }],
    ['cert.asset.unlock', { certificates: [{ certificate_id: VOUCHER }], after_sale_id: '1' }],
    ['v1/cert.asset.receive_apply', { certificate_list: [{ certificate_id: VOUCHER }] }],
    ['life.trade.order_delay', { certificates: [{ certificate_id: VOUCHER }], expire_time: 1 }],
    [undefined, { certificates: [{ certificate_id: VOUCHER, code: '1' }] }],
    ['callback', { vouchers: [{ certificate_id: VOUCHER }], lock_id: '1' }],
    ['', { verify_id: '1', certificate_id: VOUCHER, result_code: 0 }],
    ['fulfilment.order.refund_apply_v2', { certificates: [], after_sale_id: '1' }],
  ] as const;

  test.each(OTHERS)('%s is not supported, and leaves no trace in money', async (path, fields) => {
    // Prepare
    await policy('auto-approve-all');
    const body = { order_id: ORDER, ...fields };
    const text = JSON.stringify(body);
    // Act
    const data = await ask(body, path);
    const about = douyinLife.about?.(spiRequest({ query: 'a=1', body: text }, { new: 'x' }, path));
    const reading = douyinLife.read(Buffer.from(text), APP, toInstant(NOW), about);
    // Assess
    expect(data).toEqual({ error_code: 1, description: 'not supported' });
    expect(reading).toEqual({ outcome: 'unknown', kind: 'spi/unknown' });
    expect([...records.toNotify]).toEqual([]);
    expect(await records.refundRequest('1')).toBeUndefined();
    expect(await records.eventsOf('voucher', VOUCHER)).toEqual([]);
  });

  test('the path is believed before the shape', async () => {
    const { body } = spiSample('issue');
    expect(await ask(body, 'v2/trade.order.pre_create_order/')).toMatchObject({
      ext_order_id: `hx${ORDER}`,
    });
    const about = (path?: string, text = body) =>
      douyinLife.about?.(spiRequest({ query: 'a=1', body: text }, { new: 'x' }, path));
    expect(about('Fulfilment.Order.Refund_Apply')).toBe('refund_apply');
    expect(about('order_query')).toBe('status_query');
    expect(about()).toBe('tripartite_code');
    expect(about(undefined, '{}')).toBe('unknown');
    expect(douyinLife.about?.(spiRequest({ query: '', body }, { webhook: 'x' }))).toBeUndefined();
  });

  test('busy is said in the platform’s envelope to those who wait, and not to webhooks', () => {
    const request = spiRequest({ query: 'a=1', body: '{}' }, { new: 'x' });
    const answer = douyinLife.busy?.(request);
    expect(answer?.status).toBe(200);
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ data: { error_code: 100 } });
    expect(douyinLife.busy?.(spiRequest({ query: '', body: '{}' }, { webhook: 'x' }))).toBe(
      undefined,
    );
  });

  test('an SPI request is acknowledged in its own envelope', () => {
    const request = spiRequest({ query: 'a=1', body: '{}' }, { new: 'x' });
    expect(douyinLife.acknowledge(request).body).toBe(
      '{"data":{"error_code":0,"description":"success"}}',
    );
  });
});

describe('a webhook', () => {
  const webhook = (body: string) =>
    douyinLife.answer?.(spiRequest({ query: '', body }, { webhook: 'x' }), APP, records);

  test('that tells of a refund request after use files it, and is acknowledged as ever', async () => {
    // Prepare
    const { body } = JSON.parse(textOf('after-sale-audit')) as { body: string };
    await policy('auto-approve-all');
    // Act
    const answer = await webhook(body);
    // Assess: it is known under the id that its event carries
    expect(answer).toBeUndefined();
    const reading = douyinLife.read(new TextEncoder().encode(body), APP, toInstant(NOW));
    const [event] = reading.outcome === 'events' ? reading.events : [];
    const refundId = event?.kind === 'voucher.refund_requested' ? event.refundId : null;
    expect(await records.refundRequest(refundId ?? '')).toMatchObject({
      ...{ status: 'approved', notifiedAt: null, requestedFen: 9_900, merchantId: MERCHANT },
      reference: {
        ...{ call: 'akte', account_id: MERCHANT, order_id: ORDER, certificate_id: VOUCHER },
      },
    });
    expect([...records.toNotify]).toEqual([refundId]);
  });

  test.each([
    ['of another kind', '{"event":"life_trade_order_notify","content":"{}"}'],
    ['in another shape', '{"event":"life_hermes_akte_after_sale_audit","content":"{"}'],
    ['with no event', '{"order_id":"1","sku":{},"count":1}'],
    ['that is no JSON', '{'],
  ])('%s asks nothing', async (_what, body) => {
    expect(await webhook(body)).toBeUndefined();
    expect([...records.toNotify]).toEqual([]);
  });
});
