import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MeituanSandbox } from '../../lib/integrations/meituan/sandbox/server.ts';
import { seededRandom } from '../../lib/integrations/sandbox-kit/player.ts';
import { registerProvider } from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { urlOf } from '../support/platform-fetch.ts';
import { reconcileOnce } from '../support/records.ts';

const DEVELOPER = { developerId: '100999', signKey: 'a sign key' };
const STORES = ['s1', 's2'];
const MIDNIGHT = Date.parse('2026-11-22T00:00:00+08:00');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let nowMs: number;
let sandbox: MeituanSandbox;
let hexiao: HexiaoUnderTest;

/** A shop of two stores whose cashiers redeem in 开店宝: not one message comes. */
beforeEach(async () => {
  nowMs = MIDNIGHT + HOUR_MS;
  sandbox = new MeituanSandbox({
    ...{ ...DEVELOPER, dianpingAppKey: 'd', dianpingSecret: 'd', now: () => nowMs },
    storesByToken: new Map(STORES.map((storeId) => [`token-${storeId}`, storeId])),
    customerToken: 'customer',
  });
  hexiao = await HexiaoUnderTest.start({
    now: () => nowMs,
    fetch: async (input, init) => sandbox.app.request(urlOf(input), init),
  });
  const tokens = STORES.map((storeId) => [`appAuthToken:${storeId}`, `token-${storeId}`] as const);
  await hexiao.call('PUT', `/v1/apps/meituan/${DEVELOPER.developerId}`, {
    secrets: {
      signKey: DEVELOPER.signKey,
      customerAuthToken: 'customer',
      ...Object.fromEntries(tokens),
    },
    settings: { merchantId: 'm1' },
  });
  await registerProvider(hexiao, 'p1');
  await hexiao.call('PUT', '/v1/merchants/meituan/m1', { name: '商家' });
  for (const storeId of STORES) {
    await hexiao.call('PUT', `/v1/stores/meituan/${storeId}`, { merchantId: 'm1', name: storeId });
  }
  await hexiao.call('POST', '/v1/contracts', {
    ...{ providerId: 'p1', platform: 'meituan', merchantId: 'm1', mode: 'agency', rateBp: 500 },
    startsAt: '2026-01-01T00:00:00+08:00',
  });
  // The schedule knows of the app from now on.
  await reconcileOnce(hexiao);
});

afterEach(() => hexiao?.stop());

async function morningAfter(day: number, runs = 6): Promise<void> {
  nowMs = MIDNIGHT + (day + 1) * DAY_MS + 3 * HOUR_MS;
  for (let run = 0; run < runs; run += 1) {
    await reconcileOnce(hexiao);
    nowMs += 300_000;
  }
}

interface Total {
  readonly paidFen: number;
  readonly redeemedFen: number;
  readonly redeemedCount: number;
}

/** To the last check: a refund of which only the state is reported counts on the day on which it was first seen. */
async function gmv(): Promise<Total> {
  const path = '/v1/gmv?providerId=p1&from=2026-11-22&to=2026-12-08&by=day';
  const { total } = await hexiao.call<{ total: Total }>('GET', path);
  const { paidFen, redeemedFen, redeemedCount } = total;
  return { paidFen, redeemedFen, redeemedCount };
}

/** What the sandbox says is true: 验证金额 of what was paid and not given back, and of what was used. */
function truth(): Total {
  const worth = (yuan: number) => Math.round(yuan * 100);
  const all = sandbox.till.all();
  const sum = (of: typeof all) => of.reduce((fen, { priceYuan }) => fen + worth(priceYuan), 0);
  const standing = all.filter(({ use, refund }) => use !== null && refund === null);
  // A refund before use gives back what the buyer paid; the policy takes the platform's part with it.
  const paid = all.filter(({ refund }) => refund !== 'before');
  return { paidFen: sum(paid), redeemedFen: sum(standing), redeemedCount: standing.length };
}

describe('a use at our till that a cashier takes back in 开店宝', () => {
  it('is taken back here the next morning, by what the order’s own answer says', async () => {
    nowMs = MIDNIGHT + 9 * HOUR_MS;
    for (const code of ['0101', '0102', '0103']) {
      sandbox.till.sell({
        ...{ code, orderId: `5026${code}`, dealId: '700', priceYuan: 19.9, platformYuan: '2.00' },
      });
      const till = { integration: 'meituan', appKey: DEVELOPER.developerId, storeId: 's1' };
      await hexiao.call('POST', '/v1/redemptions', { ...till, requestId: `request-${code}`, code });
      nowMs += 60_000;
    }
    await hexiao.settle();
    sandbox.till.takeBack('0101', null);
    sandbox.till.takeBack('0102', null);
    // This one is used again, in 开店宝.
    nowMs += 60_000;
    sandbox.till.useInConsole('0102', 's1');
    expect(await gmv()).toMatchObject({ redeemedCount: 3 });

    await morningAfter(0, 12);

    expect(await gmv()).toEqual(truth());
    expect(truth().redeemedCount).toBe(2);
    const { rows } = await hexiao.call<{ rows: object[] }>(
      ...(['GET', '/v1/completeness?platform=meituan&from=2026-11-22&to=2026-11-22'] as const),
    );
    expect(rows).toMatchObject([{ status: 'repaired' }]);
    const { differences } = await hexiao.call<{ differences: object[] }>(
      ...(['GET', '/v1/differences?platform=meituan&from=2026-11-22&to=2026-11-22'] as const),
    );
    expect(differences).toEqual([]);
  });
});

describe('a payment of ours', () => {
  it('is extra where neither the day’s orders nor the order’s own answer show it, and not where another day lists it', async () => {
    nowMs = MIDNIGHT + 9 * HOUR_MS;
    const sale = (code: string) => ({
      ...{ code, orderId: `5026${code}`, dealId: '700', priceYuan: 19.9, platformYuan: '2.00' },
    });
    for (const code of ['0201', '0202', '0203']) sandbox.till.sell(sale(code));
    await morningAfter(0);
    const day = 'from=2026-11-22&to=2026-11-22';
    const looked = async () => {
      await hexiao.call('POST', '/v1/reconciliations', {
        ...{ integration: 'meituan', appKey: DEVELOPER.developerId },
        ...{ from: '2026-11-22', to: '2026-11-22' },
      });
      for (let run = 0; run < 3; run += 1) {
        await reconcileOnce(hexiao);
        nowMs += 300_000;
      }
      const { rows } = await hexiao.call<{ rows: { status: string }[] }>(
        ...(['GET', `/v1/completeness?platform=meituan&${day}`] as const),
      );
      const { differences } = await hexiao.call<{ differences: object[] }>(
        ...(['GET', `/v1/differences?platform=meituan&${day}`] as const),
      );
      return { statuses: rows.map(({ status }) => status), differences };
    };
    expect(await looked()).toMatchObject({ statuses: ['complete'], differences: [] });
    const paid = await gmv();

    const { orderId } = sale('0202');
    sandbox.till.forget(orderId);
    expect(await looked()).toMatchObject({
      statuses: ['different'],
      differences: [
        {
          ...{ kind: 'extra', state: 'open', orderId, voucherId: null, ours: 1_990, theirs: null },
          reason: expect.stringContaining('neither the platform’s orders of the day nor a query'),
        },
      ],
    });
    // What differs is shown, and nothing is taken back for it.
    expect(await gmv()).toEqual(paid);

    sandbox.till.sell({ ...sale('0202'), paidAtMs: MIDNIGHT + DAY_MS + HOUR_MS });
    expect(await looked()).toMatchObject({
      statuses: ['complete'],
      differences: [{ kind: 'extra', state: 'repaired', orderId }],
    });
  });
});

describe('a shop that redeems in 开店宝 alone', () => {
  it('has the books of the platform after each day’s check, though no message came', async () => {
    const random = seededRandom(11);
    const sold: string[] = [];
    for (const day of [0, 1]) {
      nowMs = MIDNIGHT + day * DAY_MS + 9 * HOUR_MS;
      for (let n = 0; n < 30; n += 1) {
        nowMs += 10 * 60_000;
        const code = `01${day}${String(n).padStart(3, '0')}`;
        const isSecond = n % 7 === 6;
        const orderId = `5026${isSecond ? sold.at(-1) : code}`;
        sandbox.till.sell({ code, orderId, dealId: '700', priceYuan: 19.9, platformYuan: '2.00' });
        sold.push(code);
        // One that was sold yesterday may be used today.
        const at = Math.floor(random() * sold.length);
        const shown = sold[at] ?? code;
        const voucher = sandbox.till.find(shown)[0];
        if (voucher?.use !== null || voucher.refund !== null) continue;
        const what = random();
        if (what < 0.2) sandbox.till.refund(shown);
        else {
          sandbox.till.useInConsole(shown, STORES[n % 2] ?? '');
          if (what < 0.3) sandbox.till.refund(shown);
        }
      }
      await morningAfter(day);
    }
    await morningAfter(6, 20);
    await morningAfter(7, 12);
    expect(await gmv()).toEqual(truth());
    expect(truth().redeemedCount).toBeGreaterThan(10);
    const { rows } = await hexiao.call<{
      rows: { status: string; ours: object; theirs: { count: number } }[];
    }>(...(['GET', '/v1/completeness?platform=meituan&from=2026-11-22&to=2026-11-23'] as const));
    // A week later late refunds were found and taken in, and nothing else was missing any more.
    expect(rows.length).toBeGreaterThan(0);
    const left = rows.filter(({ status }) => status !== 'complete' && status !== 'repaired');
    expect(left).toEqual([]);
    const { differences } = await hexiao.call<{ differences: { state: string }[] }>(
      ...(['GET', '/v1/differences?platform=meituan&from=2026-11-22&to=2026-11-23'] as const),
    );
    expect(differences.filter(({ state }) => state === 'open')).toEqual([]);
    const losses = await hexiao.call<{
      rows: { byWebhook: number; byAsking: number; lossBp: number }[];
    }>(...(['GET', '/v1/losses?integration=meituan&from=2026-11-22&to=2026-11-23'] as const));
    expect(losses.rows).toMatchObject([
      { byWebhook: 0, lossBp: 10_000 },
      { byWebhook: 0, lossBp: 10_000 },
    ]);
    // A refund is listed by the day of its use: what comes after a week is seen a week after that.
    const used = sandbox.till.everUsed().find(({ use, refund }) => use !== null && refund === null);
    sandbox.till.refund(used?.code ?? '');
    await morningAfter(13, 12);
    await morningAfter(14, 12);
    expect(await gmv()).toEqual(truth());
  });
});
