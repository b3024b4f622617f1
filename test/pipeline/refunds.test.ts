import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepAudits } from '../../functions/reconcile/sweep-audits.ts';
import { type SpiCaller, spiCaller } from '../../lib/integrations/douyin-life/sandbox/index.ts';
import { silent } from '../../lib/log/log.ts';
import type { IntakeMessage } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import {
  APP_KEY,
  CLIENT_SECRET,
  type DouyinUnderTest,
  registerApp,
  SAMPLE_TIME,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { urlOf } from '../support/platform-fetch.ts';

interface Request {
  readonly status: string;
  readonly notifiedAt: string | null;
  readonly notifications: number;
}

/** A buyer's refund request, from the platform's callback to the platform's hearing of the decision. */
describe('a refund request', () => {
  let hexiao: HexiaoUnderTest;
  let douyin: DouyinUnderTest;
  let platform: SpiCaller;
  let isDown: boolean;
  let audits: string[];
  let nowMs: number;

  beforeEach(async () => {
    isDown = false;
    audits = [];
    nowMs = SAMPLE_TIME;
    douyin = startDouyin();
    hexiao = await HexiaoUnderTest.start({
      now: () => nowMs,
      fetch: async (input, init) => {
        if (!urlOf(input).includes('/refund/audit/')) return douyin.fetch(input, init);
        if (isDown) return new Response('oops', { status: 503 });
        audits.push(typeof init?.body === 'string' ? init.body : '');
        return Response.json({ data: { error_code: 0, description: 'success' }, extra: {} });
      },
    });
    platform = spiCaller({
      ...{ clientKey: APP_KEY, clientSecret: CLIENT_SECRET, now: () => nowMs },
      url: `http://hexiao.test/spi/douyin-life/${APP_KEY}`,
      fetch: async (input, init) => hexiao.ingest.request(urlOf(input), init),
    });
  });

  afterEach(() => hexiao?.stop());

  /** A merchant whose codes are made up here, and one order of it with its code. */
  async function sellOne() {
    const { accountId } = douyin.world.addMerchant({ name: '商家' });
    await registerApp(hexiao, { merchantId: accountId });
    await hexiao.call('PUT', `/v1/merchants/douyin/${accountId}`, { name: '商家' });
    const path = `/v1/merchants/douyin/${accountId}`;
    await hexiao.call('PUT', `${path}/code-pool`, { source: 'generated' });
    const { productId } = douyin.world.addProduct({ accountId, name: '套餐', priceFen: 9_900 });
    const order = douyin.world.sell({ productId });
    const { data } = await platform.issue(order);
    const [certificate] = (data?.certificates ?? []) as { certificate_id: string; code: string }[];
    if (certificate === undefined) throw new Error('it was given no code');
    await hexiao.settle();
    const certificates = [{ certificateId: certificate.certificate_id, code: certificate.code }];
    return {
      path,
      request: { orderId: order.orderId, afterSaleId: '7500000000000000001', certificates },
    };
  }

  const read = (refundId: string) =>
    hexiao.call<Request>('GET', `/v1/refund-requests/douyin/${refundId}`);

  const sweep = () => {
    const { sqs, queues } = hexiao.emulators;
    const intake = new Queue<IntakeMessage>(sqs, queues.intake.url);
    return sweepAudits({ table: hexiao.table, intake, now: () => nowMs, log: silent });
  };

  it('that the operator refused reaches the platform after it was down for a while', async () => {
    // Prepare
    const { request } = await sellOne();
    const answer = await platform.applyForRefund(request);
    expect(answer.data).toMatchObject({ error_code: 0, result: 0 });
    await hexiao.settle();
    isDown = true;
    // Act
    const refundPath = `/v1/refund-requests/douyin/${request.afterSaleId}`;
    await hexiao.call('POST', `${refundPath}/decide`, { decision: 'refuse', reason: '已过期' });
    await hexiao.settle();
    expect(await read(request.afterSaleId)).toMatchObject({ notifiedAt: null, notifications: 1 });
    nowMs += 300_000;
    expect(await sweep()).toBe(1);
    await hexiao.settle();
    expect(await read(request.afterSaleId)).toMatchObject({ notifiedAt: null, notifications: 2 });
    isDown = false;
    nowMs += 300_000;
    expect(await sweep()).toBe(1);
    await hexiao.settle();
    // Assess
    expect(audits).toHaveLength(1);
    expect(audits[0]).toContain(request.afterSaleId);
    expect(audits[0]).toContain('已过期');
    const { notifiedAt, status } = await read(request.afterSaleId);
    expect([status, notifiedAt === null]).toEqual(['refused', false]);
    nowMs += 86_400_000;
    expect(await sweep()).toBe(0);
    expect(audits).toHaveLength(1);
  });

  it('that the policy approves is told in the answer, and by no call', async () => {
    // Prepare
    const { path, request } = await sellOne();
    await hexiao.call('PUT', `${path}/refund-policy`, { policy: 'auto-approve-unused' });
    // Act
    const answers = [
      await platform.applyForRefund(request),
      await platform.applyForRefund(request),
    ];
    await hexiao.settle();
    // Assess
    for (const { data } of answers) expect(data).toMatchObject({ error_code: 0, result: 1 });
    expect(await read(request.afterSaleId)).toMatchObject({ status: 'approved' });
    nowMs += 86_400_000;
    expect(await sweep()).toBe(0);
    expect(audits).toEqual([]);
  });
});
