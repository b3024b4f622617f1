import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fileRefund, markNotified, readRefund } from '../../../lib/callbacks/refund-requests.ts';
import { readDepth } from '../../../lib/queue/queue.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, Clock, expectProblem, fresh, makeMerchant, read } from './support.ts';

const requestAnswer = z.strictObject({
  platform: z.string(),
  integration: z.string(),
  merchantId: z.string(),
  refundId: z.string(),
  orderId: z.string(),
  voucherIds: z.array(z.string()),
  requestedFen: z.int().nullable(),
  decideBy: z.string().nullable(),
  requestedAt: z.iso.datetime({ offset: true }),
  status: z.enum(['pending', 'approved', 'refused']),
  decidedBy: z.enum(['policy', 'operator', 'platform']).nullable(),
  decidedAt: z.iso.datetime({ offset: true }).nullable(),
  reason: z.string().nullable(),
  notifiedAt: z.iso.datetime({ offset: true }).nullable(),
  notificationNote: z.string().nullable(),
  notifications: z.int(),
});
const listAnswer = z.strictObject({
  refundRequests: z.array(requestAnswer),
  next: z.string().nullable(),
});

let hexiao: HexiaoUnderTest;
const clock = new Clock();

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao?.stop());

async function filed(merchantId = fresh('merchant'), platform = 'douyin' as const) {
  const refundId = fresh('refund');
  const claim = {
    ...{ integration: 'douyin-life', appKey: 'an-app-key', merchantId, refundId },
    ...{ orderId: fresh('order'), voucherIds: ['v'], requestedFen: 9_900, decideBy: null },
    ...{ reference: { after_sale_id: 'a-reference' }, decisionBy: 'answer' as const },
  };
  await fileRefund(hexiao.table, platform, claim, clock.now());
  return { refundId, path: `/v1/refund-requests/douyin/${refundId}` };
}

const decide = (path: string, body: object | string) =>
  ask(hexiao, 'POST', `${path}/decide`, { body });

const intakeDepth = async () => {
  const { sqs, queues } = hexiao.emulators;
  return (await readDepth(sqs, queues.intake.url)).waiting;
};

describe('GET /v1/refund-requests/{platform}/{refundId}', () => {
  it('shows a request without what is ours alone', async () => {
    const { path, refundId } = await filed();
    const reply = await ask(hexiao, 'GET', path);
    expect(read(reply, requestAnswer)).toMatchObject({ refundId, status: 'pending' });
    expect(reply.text).not.toMatch(/an-app-key|a-reference/);
  });

  it('knows no other', async () => {
    const { refundId } = await filed();
    for (const path of [`/douyin/${refundId}x`, `/kuaishou/${refundId}`]) {
      const reply = await ask(hexiao, 'GET', `/v1/refund-requests${path}`);
      expectProblem(reply, 404, 'not-found');
    }
    const reply = await ask(hexiao, 'GET', '/v1/refund-requests/nowhere/x');
    expectProblem(reply, 400, 'request-invalid');
  });
});

describe('POST …/decide', () => {
  it('approves, and sends the platform word of it', async () => {
    // Prepare
    const { path } = await filed();
    const before = await intakeDepth();
    // Act
    const request = read(await decide(path, { decision: 'approve' }), requestAnswer);
    // Assess
    expect(request).toMatchObject({ status: 'approved', decidedBy: 'operator', notifiedAt: null });
    expect(await intakeDepth()).toBe(before + 1);
  });

  it('refuses with a reason', async () => {
    const { path } = await filed();
    const body = { decision: 'refuse', reason: ' 已使用 ' };
    expect(read(await decide(path, body), requestAnswer)).toMatchObject({
      ...{ status: 'refused', reason: '已使用', decidedBy: 'operator' },
    });
  });

  it('takes the same decision again, and keeps the first reason', async () => {
    const { path } = await filed();
    await decide(path, { decision: 'refuse', reason: 'first' });
    const again = read(await decide(path, { decision: 'refuse', reason: 'second' }), requestAnswer);
    expect(again.reason).toBe('first');
  });

  it('sends no word about what the platform was notified of already', async () => {
    const { path, refundId } = await filed();
    await decide(path, { decision: 'approve' });
    const request = await readRefund(hexiao.table, 'douyin', refundId);
    if (request === undefined) throw new Error('it must be there');
    await markNotified(hexiao.table, request, null, clock.now());
    const before = await intakeDepth();
    read(await decide(path, { decision: 'approve' }), requestAnswer);
    expect(await intakeDepth()).toBe(before);
  });

  it('says what stands to whoever decides the other way', async () => {
    const { path } = await filed();
    await decide(path, { decision: 'approve' });
    const reply = await decide(path, { decision: 'refuse', reason: 'no' });
    const { detail } = expectProblem(reply, 409, 'refund-decided');
    expect(detail).toContain('approved by the operator at 20');
  });

  it('lets one of two operators win, and tells the other', async () => {
    const { path } = await filed();
    const replies = await Promise.all([
      decide(path, { decision: 'approve' }),
      decide(path, { decision: 'refuse', reason: 'no' }),
    ]);
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  it('knows no other request', async () => {
    const reply = await decide('/v1/refund-requests/douyin/nobody', { decision: 'approve' });
    expectProblem(reply, 404, 'not-found');
  });

  it.each([
    ['nothing', '{}'],
    ['another decision', { decision: 'maybe' }],
    ['a refusal without a reason', { decision: 'refuse' }],
    ['a refusal with an empty reason', { decision: 'refuse', reason: ' ' }],
    ['a reason that is too long', { decision: 'refuse', reason: 'x'.repeat(201) }],
    ['an approval with a reason', { decision: 'approve', reason: 'x' }],
    ['anything more', { decision: 'approve', force: true }],
  ])('takes no %s', async (_what, body) => {
    const { path, refundId } = await filed();
    expectProblem(await decide(path, body), 400, 'request-invalid');
    expect((await readRefund(hexiao.table, 'douyin', refundId))?.status).toBe('pending');
  });
});

describe('GET /v1/refund-requests', () => {
  const list = async (query: string) =>
    read(await ask(hexiao, 'GET', `/v1/refund-requests?${query}`), listAnswer);

  it('lists pending ones, and decided ones until the platform is notified', async () => {
    // Prepare
    const merchantId = fresh('merchant');
    const [pending, approved, told] = [
      await filed(merchantId),
      await filed(merchantId),
      await filed(merchantId),
    ];
    for (const { path } of [approved, told]) await decide(path, { decision: 'approve' });
    const request = await readRefund(hexiao.table, 'douyin', told.refundId);
    if (request === undefined) throw new Error('it must be there');
    await markNotified(hexiao.table, request, null, clock.now());
    // Act
    const ids = async (query: string) =>
      (await list(query)).refundRequests.map(({ refundId }) => refundId);
    // Assess
    expect(await ids(`merchantId=${merchantId}`)).toEqual([pending.refundId]);
    expect(await ids(`merchantId=${merchantId}&status=approved`)).toEqual([approved.refundId]);
    expect(await ids(`merchantId=${merchantId}&status=refused`)).toEqual([]);
    expect(await ids(`merchantId=${merchantId}&platform=kuaishou`)).toEqual([]);
  });

  it('gives every one once, page after page', async () => {
    // Prepare
    const merchantId = fresh('merchant');
    const all: string[] = [];
    for (let i = 0; i < 25; i += 1) all.push((await filed(merchantId)).refundId);
    // Act
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const page: z.infer<typeof listAnswer> = await list(
        `merchantId=${merchantId}&limit=4&cursor=${cursor}`,
      );
      expect(page.refundRequests.length).toBeLessThanOrEqual(4);
      seen.push(...page.refundRequests.map(({ refundId }) => refundId));
      cursor = page.next;
    } while (cursor !== null);
    // Assess
    expect(seen.sort()).toEqual(all.sort());
  });

  it.each(['status=open', 'platform=x', 'merchantId=', 'limit=0', 'cursor=xx'])(
    'takes no %s',
    async (query) => {
      const reply = await ask(hexiao, 'GET', `/v1/refund-requests?${query}`);
      expectProblem(reply, 400, 'request-invalid');
    },
  );
});

describe('a merchant’s refund policy', () => {
  it('is manual until it is set', async () => {
    const merchantId = fresh('merchant');
    await makeMerchant(hexiao, merchantId);
    const path = `/v1/merchants/douyin/${merchantId}/refund-policy`;
    const policy = z.strictObject({ policy: z.string() });
    expect(read(await ask(hexiao, 'GET', path), policy).policy).toBe('manual');
    for (const wanted of ['auto-approve-unused', 'auto-approve-all', 'manual']) {
      read(await ask(hexiao, 'PUT', path, { body: { policy: wanted } }), policy);
      expect(read(await ask(hexiao, 'GET', path), policy).policy).toBe(wanted);
    }
    const unknown = await ask(hexiao, 'PUT', path, { body: { policy: 'auto-refuse' } });
    expectProblem(unknown, 400, 'request-invalid');
  });

  it('is no policy of a merchant that is not registered', async () => {
    const path = `/v1/merchants/douyin/${fresh('merchant')}/refund-policy`;
    expectProblem(await ask(hexiao, 'GET', path), 422, 'merchant-unknown');
    const reply = await ask(hexiao, 'PUT', path, { body: { policy: 'manual' } });
    expectProblem(reply, 422, 'merchant-unknown');
  });
});
