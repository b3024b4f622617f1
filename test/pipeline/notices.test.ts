import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { sweepNotices } from '../../functions/reconcile/sweep-notices.ts';
import { outgoing } from '../../lib/http/outgoing.ts';
import { silent } from '../../lib/log/log.ts';
import { FAILING_MS } from '../../lib/notices/retry.ts';
import { sendNotices } from '../../lib/queue/notice-messages.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import {
  book,
  Clock,
  contractBody,
  fresh,
  makeMerchant,
  makeProvider,
  redemptionAt,
} from '../functions/api/support.ts';
import { reversed } from '../lib/make.ts';
import { Receiver, type Told } from '../lib/notices/receiver.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';

/** What is booked reaches whoever wants it: by the real functions, queues and HTTP, stepped by hand. */

const MINUTE_MS = 60_000;
const clock = new Clock();
let hexiao: HexiaoUnderTest;
let receiver: Receiver;
let tenant: Awaited<ReturnType<typeof makeOwner>>;

beforeAll(async () => {
  const fetch = outgoing({ named: '127.0.0.0/8' });
  hexiao = await HexiaoUnderTest.start({ now: clock.now, fetch });
  receiver = await Receiver.start();
});
afterAll(async () => {
  await receiver?.stop();
  await hexiao?.stop();
});
beforeEach(async () => {
  receiver.told.length = 0;
  receiver.behave = (response) => response.writeHead(204).end();
  tenant = await makeOwner();
});

async function makeOwner() {
  const providerId = fresh('provider');
  const merchantId = fresh('merchant');
  await makeProvider(hexiao, providerId);
  await makeMerchant(hexiao, merchantId);
  await hexiao.call('POST', '/v1/contracts', contractBody({ providerId, merchantId }));
  const path = `/v1/providers/${providerId}/tokens`;
  const { token } = await hexiao.call<{ token: string }>('POST', path, { role: 'owner' });
  return { providerId, merchantId, token };
}

async function listen(more: object = {}) {
  const body = { url: `${receiver.url}/${fresh('path')}`, types: ['*'], ...more };
  return hexiao.call<{ endpointId: string; secret: string }>(
    ...(['POST', '/v1/webhook-endpoints', body, tenant.token] as const),
  );
}

/** As it was recorded just now: its merchant's contract was known before. */
const useOf = (whose: typeof tenant, more: { fen?: number } = {}, storeId = fresh('store')) => ({
  ...redemptionAt(whose, storeId, more),
  recordedAt: toInstant(clock.ms),
});
const use = (more: { fen?: number } = {}, storeId?: string) => useOf(tenant, more, storeId);

const logSchema = z.object({
  deliveries: z.array(
    z.looseObject({
      ...{ deliveryId: z.string(), endpointId: z.string(), factId: z.string(), type: z.string() },
      ...{
        status: z.string(),
        tries: z.int(),
        last: z.looseObject({ failure: z.string().nullable() }).nullable(),
      },
    }),
  ),
  next: z.string().nullable(),
});

async function log(query = '') {
  const path = `/v1/webhook-deliveries?limit=200${query}`;
  return logSchema.parse(await hexiao.call('GET', path, undefined, tenant.token)).deliveries;
}

const endpoint = (endpointId: string) =>
  hexiao.call<Record<string, unknown>>(
    ...(['GET', `/v1/webhook-endpoints/${endpointId}`, undefined, tenant.token] as const),
  );

const bodies = (told: readonly Told[]) =>
  told.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> });
const ids = (told: readonly Told[]) =>
  told.map(({ headers }) => String(headers['webhook-id'])).toSorted();
const answer =
  (status: number, headers: Record<string, string> = {}) =>
  (response: Parameters<Receiver['behave']>[0]) =>
    response.writeHead(status, headers).end('no +86 13800138000 please');

/** So much later: what is due is sent, as `reconcile` and delayed messages do it. */
async function later(ms: number) {
  clock.ms += ms;
  const { notices } = hexiao.notifyDeps;
  await sweepNotices({ table: hexiao.table, notices, now: clock.now, log: silent });
  const pending = (await log('&status=pending')).map(({ deliveryId }) => {
    const [endpointId = '', atMs, factId = ''] = deliveryId.split('.');
    return { providerId: tenant.providerId, endpointId, atMs: Number(atMs), factId };
  });
  // Before its time it would come again and again.
  if (ms >= 5_000) await sendNotices(notices, pending);
  await hexiao.settle();
}

describe('what is booked', () => {
  it('is told once, signed as the published library verifies it, with the entry in it', async () => {
    const { endpointId, secret } = await listen({ headers: { 'X-Erp': 'key-7' } });
    const one = use({ fen: 12_345 });
    await book(hexiao, [one]);
    await book(hexiao, [one]);

    const libraryClock = vi.spyOn(Date, 'now').mockReturnValue(clock.ms);
    const told = receiver.told.map(({ body, headers }) =>
      new Webhook(secret).verify(body, headers as Record<string, string>),
    ) as ReturnType<typeof bodies>;
    libraryClock.mockRestore();
    expect(told.map(({ type }) => type).toSorted()).toEqual(['entry.booked', 'voucher.redeemed']);
    expect(receiver.told.every(({ headers }) => headers['x-erp'] === 'key-7')).toBe(true);
    expect(told[0]?.data).toMatchObject({
      ...{ providerId: tenant.providerId, voucherId: one.voucherId, amountFen: 12_345, count: 1 },
      cause: expect.anything(),
    });
    const listed = await hexiao.call<{ entries: object[] }>(
      ...([
        'GET',
        '/v1/entries?since=2025-01-01T00:00:00%2B08:00',
        undefined,
        tenant.token,
      ] as const),
    );
    expect(told.map(({ data }) => data)).toEqual([listed.entries[0], listed.entries[0]]);
    expect(await log()).toMatchObject([
      { endpointId, status: 'delivered', tries: 1, last: { failure: null, status: 204 } },
      { endpointId, status: 'delivered', tries: 1, last: { failure: null, status: 204 } },
    ]);
  });

  it('sums to the ledger at each healthy endpoint, with its reversals, beside one that is dead', async () => {
    const mine = await listen({ types: ['entry.booked', 'entry.reversed'] });
    await listen({ url: 'http://127.0.0.1:9/nobody' });
    const uses = [use({ fen: 10_001 }), use({ fen: 20_002 }), use({ fen: 30_003 })];
    await book(hexiao, uses);
    const [first] = uses as [ReturnType<typeof use>];
    const { storeId, merchantId, voucherId, orderId, redemptionId } = first;
    await book(hexiao, [
      reversed(`back-${redemptionId}`, {
        ...{ storeId, merchantId, voucherId, orderId, redemptionId },
        recordedAt: toInstant(clock.ms),
      }),
    ]);

    const own = (await hexiao.entries()).filter((one) => one.providerId === tenant.providerId);
    const sum = own.reduce((total, one) => total + one.amountFen, 0);
    const sums = bodies(receiver.told).map(({ data }) => Number(data.amountFen));
    expect(new Set(ids(receiver.told)).size).toBe(own.length);
    expect(sums.reduce((total, one) => total + one, 0)).toBe(sum);
    expect(sum).toBe(50_005);
    expect((await log(`&endpointId=${mine.endpointId}`)).map(({ status }) => status)).toEqual(
      own.map(() => 'delivered'),
    );
  });

  it('is told to those alone who want it: by type, store, merchant, and not while disabled', async () => {
    const [here, there] = [fresh('store'), fresh('store')];
    const of = async (more: object) => (await listen(more)).endpointId;
    const byStore = await of({ stores: [`douyin/${here}`], types: ['entry.booked'] });
    const byMerchant = await of({
      merchants: [`douyin/${tenant.merchantId}`],
      types: ['entry.booked'],
    });
    await of({ merchants: ['douyin/another'] });
    await of({ types: ['entry.reversed'] });
    await of({ disabled: true });
    const other = await makeOwner();
    await book(hexiao, [use({}, here), use({}, there), useOf(other, {}, here)]);

    const told = (await log()).map(({ endpointId }) => endpointId);
    expect(told.toSorted()).toEqual([byStore, byMerchant, byMerchant].toSorted());
    const merchants = bodies(receiver.told).map(({ data }) => data.merchantId);
    expect(new Set(merchants)).toEqual(new Set([tenant.merchantId]));
  });

  it('is told although its worker died between noting and sending, or its message was redriven', async () => {
    await listen({ types: ['entry.booked'] });
    const one = use();
    const { notices } = hexiao.notifyDeps;
    await hexiao.attributeDeps.attribution.send({
      ...{ type: 'changed', v: 1, of: 'voucher', platform: 'douyin', id: one.voucherId },
    });
    await recordEvent(hexiao.table, one);
    await hexiao.step('attribution');
    const batch = await hexiao.takeBatch('notices');
    hexiao.notifyDeps = {
      ...hexiao.notifyDeps,
      notices: Object.assign(Object.create(notices), {
        sendAll: async () => {
          throw new Error('died here');
        },
      }),
    };
    await hexiao.workOn('notices', batch);
    hexiao.notifyDeps = { ...hexiao.notifyDeps, notices };
    expect(await log()).toMatchObject([{ status: 'pending', tries: 0 }]);
    // As a redrive does it: a new message, which was never received.
    for (const { Body = '' } of batch) await notices.send(JSON.parse(Body));
    await hexiao.settle();

    expect(await log()).toMatchObject([{ status: 'delivered' }]);
    expect(receiver.told).toHaveLength(1);
  });
});

describe('what is not taken', () => {
  it('is told again later under the same id, after what the receiver asked for', async () => {
    await listen({ types: ['entry.booked'] });
    receiver.behave = answer(503, { 'retry-after': '600' });
    await book(hexiao, [use()]);
    await later(9 * MINUTE_MS);
    expect(receiver.told).toHaveLength(1);
    receiver.behave = answer(200);
    await later(MINUTE_MS);

    expect(receiver.told).toHaveLength(2);
    expect(new Set(ids(receiver.told)).size).toBe(1);
    expect(receiver.told[1]?.body).toBe(receiver.told[0]?.body);
    const [one] = await log();
    expect(one).toMatchObject({ status: 'delivered', tries: 2, last: { failure: null } });
    expect(JSON.stringify(one)).not.toContain('13800138000');
  });

  it('is given up after three days, and its endpoint is disabled after five', async () => {
    const { endpointId } = await listen({ types: ['entry.booked'] });
    receiver.behave = answer(500);
    await book(hexiao, [use()]);
    for (let tries = 1; tries < 10; tries += 1) {
      const [{ nextTryAt } = { nextTryAt: '' }] = await log();
      await later(Math.max(5_000, Date.parse(String(nextTryAt)) - clock.ms));
    }

    expect(await log()).toMatchObject([{ status: 'failed', tries: 10 }]);
    expect(await endpoint(endpointId)).toMatchObject({ disabled: false });
    clock.ms += FAILING_MS;
    await book(hexiao, [use()]);
    expect(await endpoint(endpointId)).toMatchObject({
      ...{ disabled: true, disabledBecause: 'failing' },
    });
    const before = receiver.told.length;
    await book(hexiao, [use()]);
    await later(24 * 60 * MINUTE_MS);
    expect(receiver.told).toHaveLength(before);
  });

  it('ends an endpoint that says it is gone, and one that takes it again is well', async () => {
    const gone = await listen({ types: ['entry.booked'] });
    receiver.behave = answer(410);
    await book(hexiao, [use()]);
    expect(await endpoint(gone.endpointId)).toMatchObject({
      ...{ disabled: true, disabledBecause: 'gone' },
    });
    expect(receiver.told).toHaveLength(1);

    const other = await listen({ types: ['entry.booked'] });
    receiver.behave = answer(302, { location: `${receiver.url}/elsewhere` });
    await book(hexiao, [use()]);
    expect(await log('&status=pending')).toMatchObject([{ last: { failure: 'redirect' } }]);
    expect(receiver.told.some(({ path }) => path.includes('elsewhere'))).toBe(false);
    expect((await endpoint(other.endpointId)).failingSince).not.toBeNull();
    receiver.behave = answer(200);
    await later(5_000);
    expect(await endpoint(other.endpointId)).toMatchObject({
      ...{ failingSince: null, recoveredAt: expect.any(String) },
    });
  });
});

describe('a replay', () => {
  it('tells one, what failed, or all of a window again, under the same ids', async () => {
    const { endpointId } = await listen({ types: ['entry.booked'] });
    await book(hexiao, [use(), use()]);
    receiver.behave = answer(410);
    await book(hexiao, [use()]);
    receiver.behave = answer(200);
    const path = `/v1/webhook-endpoints/${endpointId}`;
    await hexiao.call('PATCH', path, { disabled: false }, tenant.token);
    const first = ids(receiver.told);
    receiver.told.length = 0;
    const window = { from: '2025-01-01T00:00:00+08:00', to: '2027-01-01T00:00:00+08:00' };
    const again = (only: string) =>
      hexiao.call('POST', `${path}/replay`, { ...window, only }, tenant.token);

    expect(await again('failed')).toEqual({ replayed: 1, until: null });
    await hexiao.settle();
    expect(receiver.told).toHaveLength(1);
    expect(await again('failed')).toEqual({ replayed: 0, until: null });
    expect(await again('all')).toEqual({ replayed: 3, until: null });
    await hexiao.settle();
    expect(ids(receiver.told.slice(1))).toEqual(first);
    const [one] = await log();
    await hexiao.call('POST', `/v1/webhook-deliveries/${one?.deliveryId}/replay`, {}, tenant.token);
    await hexiao.settle();
    expect(receiver.told.at(-1)?.headers['webhook-id']).toBe(one?.factId);
    const other = await makeOwner();
    const foreign = hexiao.call(
      ...(['POST', `/v1/webhook-deliveries/${one?.deliveryId}/replay`, {}, other.token] as const),
    );
    await expect(foreign).rejects.toThrow(/answered 404/);
  });
});
