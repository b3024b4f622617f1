import { afterEach, describe, expect, it } from 'vitest';
import type { EndpointName } from '../../lib/integrations/douyin-life/sandbox/faults.ts';
import {
  countingIds,
  Faults,
  sandboxApp,
  seededRandom,
  type WebhookMessage,
  World,
} from '../../lib/integrations/douyin-life/sandbox/index.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { readEvents } from '../../lib/store/ledger/events.ts';
import { checkedDays } from '../../lib/store/reconciliation/checked-days.ts';
import {
  APP_KEY,
  CLIENT_SECRET,
  post,
  registerApp,
  registerContract,
  registerProvider,
  SAMPLE_TIME,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { IS_LONG } from '../support/long.ts';
import { urlOf } from '../support/platform-fetch.ts';
import { reconcileOnce } from '../support/records.ts';

const HOUR_MS = 3_600_000;

/** One merchant's day at Douyin, and a Hexiao that hears of a part of it. */
class Day {
  readonly faults = new Faults();
  readonly world: World;
  readonly accountId: string;
  hexiao: HexiaoUnderTest | undefined;
  nowMs = SAMPLE_TIME;
  failing: () => boolean = () => false;
  /** What becomes of an answer on its way. */
  changed: (path: string, body: string) => string = (_path, body) => body;
  /** Messages that never came. */
  lost: WebhookMessage[] = [];
  private readonly stores: readonly string[];
  private readonly products: readonly string[];

  constructor() {
    const now = () => this.nowMs;
    this.world = new World({ clientKey: APP_KEY, now, nextId: countingIds() });
    const { world } = this;
    const { accountId } = world.addMerchant({ name: '商家' });
    this.accountId = accountId;
    this.stores = ['一店', '二店'].map(
      (name) => world.addStore({ accountId, name, city: '上海' }).poiId,
    );
    this.products = [
      world.addProduct({ accountId, name: '套餐', priceFen: 9_900 }).productId,
      world.addProduct({ accountId, name: '次卡', priceFen: 30_001, timesCount: 3 }).productId,
    ];
  }

  async open(): Promise<HexiaoUnderTest> {
    const { world, faults } = this;
    const app = sandboxApp({ world, faults, clientSecret: CLIENT_SECRET, limits: {} });
    const hexiao = await HexiaoUnderTest.start({
      now: () => this.nowMs,
      fetch: async (input, init) => {
        if (this.failing()) return new Response('', { status: 500 });
        const response = await app.request(urlOf(input), init);
        const { pathname } = new URL(urlOf(input));
        return new Response(this.changed(pathname, await response.text()), response);
      },
    });
    this.hexiao = hexiao;
    await registerApp(hexiao);
    await registerProvider(hexiao, 'p1');
    await registerContract(hexiao, { providerId: 'p1', merchantId: this.accountId });
    // The schedule knows of the app from now on.
    await reconcileOnce(hexiao);
    return hexiao;
  }

  /** Sales, uses, reversals and refunds, and the messages about them. */
  live(orders: number): WebhookMessage[] {
    const { world } = this;
    const random = seededRandom(7);
    const messages: WebhookMessage[] = [];
    for (let n = 0; n < orders; n += 1) {
      this.nowMs += 60_000;
      const productId = this.products[n % 4 === 3 ? 1 : 0] ?? '';
      const order = world.sell({ productId, count: 1 + (n % 2) });
      for (const { certificateId } of order.certificates) {
        const what = random();
        if (what < 0.15) continue;
        if (what < 0.25) {
          world.refund(certificateId);
          continue;
        }
        this.nowMs += 5_000;
        const verifyId = world.redeem(certificateId, this.stores[n % 2] ?? '');
        this.nowMs += 5_000;
        if (what < 0.4) world.cancel(verifyId);
        else if (what < 0.5) world.refund(certificateId, 100);
      }
      messages.push(...world.takeOutbox());
    }
    return messages;
  }

  /** The next morning, and some minutes later, as often as the schedule would. */
  async nextMornings(runs = 6): Promise<void> {
    this.nowMs = SAMPLE_TIME + 11 * HOUR_MS;
    await this.goOn(runs);
  }

  async goOn(runs: number): Promise<void> {
    for (let run = 0; run < runs; run += 1) {
      await reconcileOnce(this.ready);
      this.nowMs += 300_000;
    }
  }

  async checked() {
    const all = await Array.fromAsync(checkedDays(this.ready.table, '2025-10-09', undefined));
    return all.map(({ checked }) => checked);
  }

  get ready(): HexiaoUnderTest {
    if (this.hexiao === undefined) throw new Error('the day is not open');
    return this.hexiao;
  }
}

/** What stands: what an entry and its corrections come to together, by fact. */
function standing(entries: readonly Entry[]): string[] {
  const sums = new Map<string, { fen: number; commission: number; count: number }>();
  for (const entry of entries) {
    const { kind, eventId, storeId, providerId, businessDay, channel } = entry;
    const key = JSON.stringify([kind, eventId, storeId, providerId, businessDay, channel]);
    const sum = sums.get(key) ?? { fen: 0, commission: 0, count: 0 };
    sum.fen += entry.amountFen;
    sum.commission += entry.commissionFen;
    sum.count += entry.count;
    sums.set(key, sum);
  }
  return [...sums].map(([key, sum]) => `${key} ${JSON.stringify(sum)}`).sort();
}

/** Each redemption says by which page of the platform's it was found. */
async function expectListed(hexiao: HexiaoUnderTest, call: string): Promise<void> {
  const uses = (await hexiao.entries()).filter(({ kind }) => kind === 'redemption');
  for (const { voucherId } of uses) {
    if (voucherId === null) throw new Error('a redemption without a voucher');
    const events = await readEvents(hexiao.table, {
      of: 'voucher',
      platform: 'douyin',
      id: voucherId,
    });
    expect(events.find(({ kind }) => kind === 'voucher.redeemed')).toMatchObject({
      ...{ source: 'list', platformRequests: [{ call, id: expect.stringMatching(/^0217\d+$/) }] },
    });
  }
}

/** An answer about one order, by its id. */
function isOne(body: string): boolean {
  return (JSON.parse(body) as { data: { orders: object[] } }).data.orders.length === 1;
}

describe('reconciling a day of Douyin', () => {
  const days: Day[] = [];

  afterEach(async () => {
    for (const day of days.splice(0)) await day.hexiao?.stop();
  });

  async function lived(lossPercent: number, orders: number): Promise<Day> {
    const day = new Day();
    days.push(day);
    const hexiao = await day.open();
    const random = seededRandom(lossPercent + 1);
    for (const message of day.live(orders)) {
      const { body } = message;
      if (random() * 100 < lossPercent) {
        day.lost.push(message);
        continue;
      }
      await post(hexiao, body);
      if (random() < 0.1) await post(hexiao, body);
    }
    await hexiao.settle();
    return day;
  }

  it.each(IS_LONG ? [0, 5, 50, 100] : [5, 100])(
    'comes to the same books with %i in 100 webhooks lost, and 2 in 100 calls failing',
    async (lossPercent) => {
      const orders = 12;
      const whole = await lived(0, orders);
      const lossy = await lived(lossPercent, orders);
      const random = seededRandom(3);
      lossy.failing = () => random() < 0.02;

      await lossy.nextMornings();

      const books = standing(await whole.ready.entries());
      expect(books.length).toBeGreaterThan(orders);
      expect(standing(await lossy.ready.entries())).toEqual(books);
      const [checked] = await lossy.checked();
      const status =
        lossPercent === 0 ? 'complete' : lossPercent < 50 ? expect.any(String) : 'repaired';
      expect(checked).toMatchObject({ status });
      expect(checked?.theirs).toEqual(checked?.ours);
      if (lossPercent === 100) {
        expect(checked).toMatchObject({ byWebhook: 0 });
        await expectListed(lossy.ready, 'verify_record/query');
      }
    },
  );

  it('finds the order of a use that was taken back, though the order has changed again since', async () => {
    const day = await lived(100, 0);
    const { world, accountId } = day;
    day.nowMs = SAMPLE_TIME - 24 * HOUR_MS;
    const { productId } = world.addProduct({ accountId, name: '双人餐', priceFen: 8_800 });
    const { poiId } = world.addStore({ accountId, name: '三店', city: '上海' });
    const [first, second] = world.sell({ productId, count: 2 }).certificates;
    day.nowMs = SAMPLE_TIME;
    const verifyId = world.redeem(first?.certificateId ?? '', poiId);
    day.nowMs += 20 * 60_000;
    world.cancel(verifyId);
    day.nowMs = SAMPLE_TIME + 24 * HOUR_MS;
    world.redeem(second?.certificateId ?? '', poiId);
    day.nowMs = SAMPLE_TIME + 2 * 24 * HOUR_MS;
    await day.goOn(6);
    const acts = (await day.ready.entries()).filter(({ eventId }) => eventId.endsWith(verifyId));
    expect(acts.map(({ kind, amountFen }) => `${kind} ${amountFen}`).sort()).toEqual([
      'redemption 8800',
      'reversal -8800',
    ]);
    expect(await day.checked()).toMatchObject([{ status: 'repaired' }]);
  });

  it('is not doubled by webhooks that come after it', async () => {
    const day = await lived(100, 8);
    await day.nextMornings();
    const books = standing(await day.ready.entries());
    for (const { body } of day.lost) await post(day.ready, body);
    await day.ready.settle();
    expect(books.length).toBeGreaterThan(8);
    expect(standing(await day.ready.entries())).toEqual(books);
  });

  it('calls the platform no more than a tenth beyond the least that it can', async () => {
    const day = await lived(100, 8);
    day.faults.calls.clear();
    await day.nextMornings(1);
    const calls = (name: EndpointName) => day.faults.calls.get(name) ?? 0;
    const uses = day.world.redemptions.get(day.accountId) ?? [];
    const vouchers = uses.map(({ certificateId }) => day.world.find(certificateId));
    const refunded = [...day.world.orders.values()].filter((order) =>
      order.certificates.some(({ certificateId }) => day.world.find(certificateId).state.refund),
    );
    const lacking = new Set([
      ...vouchers.map(({ order }) => order.orderId),
      ...refunded.map((order) => order.orderId),
    ]);
    // Each list of the day, of the day a week before, and behind the edge; then one for each order that lacks an act.
    expect(calls('certificate.query')).toBe(lacking.size);
    expect(calls('order.query')).toBe(2 + 1 + 1);
    // The arbiter, for each act in doubt: a card's, a revoked one, another one of the same voucher.
    expect(calls('verify_record.query')).toBeLessThanOrEqual(3 + uses.length);
  });

  it('takes in all but what nobody can read of a list or of an order, and says what that is', async () => {
    const day = await lived(100, 8);
    const uses = day.world.redemptions.get(day.accountId) ?? [];
    const [row, ofOrder] = [uses[0], uses.at(-1)];
    if (row === undefined || ofOrder === undefined) throw new Error('it has uses');
    const { orderId } = day.world.find(ofOrder.certificateId).order;
    day.changed = (path, body) => {
      if (path.includes('verify_record'))
        return body.replaceAll(/"verify_time":(\d+)/g, (all, at) =>
          at === String(Math.floor(row.redeemedAtMs / 1000)) ? '"verify_time":"soon"' : all,
        );
      const isOf = path.includes('certificate/query') && body.includes(ofOrder.certificateId);
      return isOf ? body.replaceAll(/"pay_amount":\d+/g, '"pay_amount":"much"') : body;
    };
    await day.nextMornings();
    const [checked] = await day.checked();
    expect(checked).toMatchObject({ status: 'different' });
    expect(checked?.theirs?.count).toBeGreaterThan(1);
    const { differences } = await day.ready.call<{
      differences: { voucherId: string; reason: string; theirs: string }[];
    }>(...(['GET', '/v1/differences?from=2025-10-09&to=2025-10-09'] as const));
    const of = (id: string) => differences.filter(({ voucherId }) => voucherId === id);
    expect(of(row.certificateId)).toMatchObject([
      {
        theirs: 'verify_record/query: verify_time',
        reason: expect.stringContaining('cannot be read'),
      },
    ]);
    expect(of(ofOrder.certificateId)).toMatchObject([{ kind: 'missing' }]);
    const entries = await day.ready.entries();
    const others = entries.filter((entry) => entry.orderId !== orderId);
    expect(others.filter(({ kind }) => kind === 'redemption').length).toBeGreaterThan(1);
  });

  it('takes in no row of another shop, says which it is, and what app may not read a merchant', async () => {
    const day = await lived(100, 4);
    // Registered here, and nothing that this app may read.
    await day.ready.call('PUT', '/v1/merchants/douyin/7300000000000009999', { name: '别家' });
    const store = { merchantId: '7300000000000009999', name: '别家的店' };
    await day.ready.call('PUT', '/v1/stores/douyin/6600000000000009999', store);
    const foreign = '1060000000000099999';
    day.changed = (path, body) => {
      if (!path.includes('order/query') || !body.includes('"total":') || isOne(body)) return body;
      const answer = JSON.parse(body);
      const { orders } = answer.data;
      if (orders.length === 0) return body;
      const merchant_info = { account_id: store.merchantId, account_name: '别家' };
      orders.push({ ...orders[0], order_id: foreign, certificate: [], merchant_info });
      return JSON.stringify(answer).replace(/"total":\d+/, `"total":${orders.length}`);
    };
    await day.nextMornings();
    const { rows } = await day.ready.call<{ rows: { merchantId: string; status: string }[] }>(
      ...(['GET', '/v1/completeness?from=2025-10-09&to=2025-10-09'] as const),
    );
    expect(rows).toContainEqual(
      expect.objectContaining({
        ...{ merchantId: store.merchantId, status: 'unchecked' },
        reason: expect.stringMatching(/检查应用权限.* \/ .*the app’s permissions/),
      }),
    );
    const { differences } = await day.ready.call<{ differences: object[] }>(
      ...(['GET', '/v1/differences?from=2025-10-09&to=2025-10-09'] as const),
    );
    expect(differences).toMatchObject([
      {
        ...{ merchantId: day.accountId, orderId: foreign, kind: 'missing', state: 'open' },
        theirs: expect.stringContaining('merchant_info.account_id'),
        reason: expect.stringMatching(/另一家已登记的商家.* \/ .*another merchant/),
      },
    ]);
    const entries = await day.ready.entries();
    expect(entries.filter(({ orderId }) => orderId === foreign)).toEqual([]);
    expect(entries.filter(({ kind }) => kind === 'redemption').length).toBeGreaterThan(1);
  });

  it('keeps what the ledgers say beside each use, and what they hide as unknown', async () => {
    const day = await lived(0, 4);
    await registerApp(day.ready, { bills: 'read' });
    const books = standing(await day.ready.entries());
    day.world.hidesCommissions = true;
    await day.nextMornings(2);
    const { calls } = day.faults;
    const asked = calls.get('ledger.query');
    day.world.hidesCommissions = false;
    const window = { from: '2025-10-09', to: '2025-10-09' };
    const again = { integration: 'douyin-life', appKey: APP_KEY, ...window };
    await day.ready.call('POST', '/v1/reconciliations', again);
    await day.goOn(2);
    // A third reading says nothing new.
    await day.ready.call('POST', '/v1/reconciliations', again);
    await day.goOn(2);
    expect(asked).toBe(1);
    expect(standing(await day.ready.entries())).toEqual(books);
    const use = (day.world.redemptions.get(day.accountId) ?? []).find(
      ({ certificateId, verifyId }) =>
        day.world.find(certificateId).state.standing.some((one) => one.verifyId === verifyId),
    );
    const id = use?.certificateId ?? '';
    const { events } = await day.ready.call<{ events: { kind: string; recordedAt: string }[] }>(
      ...(['GET', `/v1/vouchers/douyin/${id}`] as const),
    );
    const { payFen } = day.world.find(id).certificate.amounts;
    const common = { billId: `l${use?.verifyId}`, redemptionId: use?.verifyId, source: 'bill' };
    const request = { call: 'ledger/query_record_by_cert', id: expect.stringMatching(/^0217/) };
    const payoutFen = payFen - Math.floor(payFen * 0.155);
    const billed = events.filter(({ kind }) => kind === 'voucher.billed');
    billed.sort((a, b) => Date.parse(a.recordedAt) - Date.parse(b.recordedAt));
    expect(billed).toMatchObject([
      {
        ...{ ...common, feeFen: null, creatorFen: null, providerFen: null, payoutFen },
        platformRequests: [request],
      },
      { ...common, feeFen: Math.floor(payFen * 0.025), creatorFen: Math.floor(payFen * 0.05) },
    ]);
  });

  it('does not believe an empty list of a day that has redemptions here', async () => {
    const day = await lived(0, 6);
    day.faults.set('verify_record.query', { mode: 'empty' });
    await day.nextMornings(2);
    expect(await day.checked()).toMatchObject([
      { status: 'unchecked', reason: 'empty-may-be-outage', theirs: null },
    ]);
    day.faults.clear();
    await day.goOn(12);
    expect(await day.checked()).toMatchObject([{ status: 'complete' }]);
  });

  it('says what we have of payments and the platform’s orders lack, and asks for one that another day lists', async () => {
    const day = await lived(0, 10);
    const { world } = day;
    const unused = [...world.orders.values()].filter(({ certificates }) =>
      certificates.every(({ certificateId }) => {
        const { uses, refund } = world.find(certificateId).state;
        return uses.length === 0 && refund === null;
      }),
    );
    const [gone] = unused;
    if (gone === undefined) throw new Error('each order was used');
    const asked: string[] = [];
    day.changed = (path, body) => {
      if (!path.includes('order/query')) return body;
      const answer = JSON.parse(body) as { data: { orders: { order_id: string }[] } };
      asked.push(...answer.data.orders.map(({ order_id }) => order_id));
      answer.data.orders = answer.data.orders.filter(({ order_id }) => order_id !== gone.orderId);
      return JSON.stringify(answer).replace(/"total":\d+/, `"total":${answer.data.orders.length}`);
    };
    await day.nextMornings(2);
    const list = () =>
      day.ready.call<{ differences: object[] }>(
        ...(['GET', '/v1/differences?from=2025-10-09&to=2025-10-09'] as const),
      );
    expect(await day.checked()).toMatchObject([{ status: 'different', differences: 1 }]);
    const { payFen, platformDiscountFen } = gone.amounts;
    expect(await list()).toMatchObject({
      differences: [
        {
          ...{ kind: 'extra', state: 'open', voucherId: null, orderId: gone.orderId, theirs: null },
          ours: payFen + platformDiscountFen,
          reason: expect.stringContaining('neither the platform’s orders of the day nor a query'),
        },
      ],
    });

    // The lists go on without it, as of an order made before midnight: asked by its id, the platform shows it.
    day.changed = (path, body) => {
      const isList = path.includes('order/query') && body.includes('"total":') && !isOne(body);
      if (!isList) return body;
      const answer = JSON.parse(body) as { data: { orders: { order_id: string }[] } };
      answer.data.orders = answer.data.orders.filter(({ order_id }) => order_id !== gone.orderId);
      return JSON.stringify(answer).replace(/"total":\d+/, `"total":${answer.data.orders.length}`);
    };
    const window = { from: '2025-10-09', to: '2025-10-09' };
    const wanted = { integration: 'douyin-life', appKey: APP_KEY, ...window };
    await day.ready.call('POST', '/v1/reconciliations', wanted);
    await day.goOn(2);
    expect(asked).toContain(gone.orderId);
    expect(await list()).toMatchObject({ differences: [{ state: 'repaired' }] });
    expect(await day.checked()).toMatchObject([{ status: 'complete', differences: 0 }]);
  });

  it('says what we have and the platform does not record, and that it came back', async () => {
    const day = await lived(0, 6);
    const all = day.world.redemptions.get(day.accountId) ?? [];
    const standingUse = all.find(({ certificateId, verifyId }) =>
      day.world.find(certificateId).state.standing.some((use) => use.verifyId === verifyId),
    );
    const others = all.filter((one) => one !== standingUse);
    day.world.redemptions.set(day.accountId, others);
    await day.nextMornings(2);
    expect(await day.checked()).toMatchObject([{ status: 'different', differences: 1 }]);
    const list = () =>
      day.ready.call<{ differences: object[] }>(
        ...(['GET', '/v1/differences?from=2025-10-09&to=2025-10-09'] as const),
      );
    expect(await list()).toMatchObject({
      differences: [
        { kind: 'extra', state: 'open', voucherId: standingUse?.certificateId, theirs: null },
      ],
    });

    day.world.redemptions.set(day.accountId, all);
    const { integration, appKey } = { integration: 'douyin-life', appKey: APP_KEY };
    const window = { from: '2025-10-09', to: '2025-10-09' };
    await day.ready.call('POST', '/v1/reconciliations', { integration, appKey, ...window });
    await day.goOn(2);
    expect(await list()).toMatchObject({ differences: [{ state: 'repaired' }] });
    expect(await day.checked()).toMatchObject([{ status: 'complete', differences: 0 }]);
  });
});
