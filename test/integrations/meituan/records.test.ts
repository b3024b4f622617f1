import { beforeEach, describe, expect, test } from 'vitest';
import type { Event } from '../../../lib/events/event.ts';
import type {
  PlatformRecord,
  RecordsContext,
  RecordsPage,
  RecordsSource,
  RecordsWindow,
} from '../../../lib/integrations/kit/platform-records.ts';
import { meituan } from '../../../lib/integrations/meituan/index.ts';
import { MeituanSandbox } from '../../../lib/integrations/meituan/sandbox/index.ts';
import { appWith, DEVELOPER, KEY, recorded } from './support.ts';

const DAY = '2026-11-22';
const DAY_MS = Date.parse(`${DAY}T00:00:00+08:00`);
const NOON = DAY_MS + 12 * 3_600_000;
const SECRETS = {
  ...{ signKey: KEY, 'appAuthToken:s1': 'token-1', 'appAuthToken:s2': 'token-2' },
  customerAuthToken: 'customer',
};

let nowMs: number;
let sandbox: MeituanSandbox;
let known: Event[];

beforeEach(() => {
  nowMs = NOON;
  known = [];
  sandbox = new MeituanSandbox({
    ...{ developerId: DEVELOPER, signKey: KEY, dianpingAppKey: 'k', dianpingSecret: 's' },
    ...{ now: () => nowMs, customerToken: 'customer' },
    storesByToken: new Map([
      ['token-1', 's1'],
      ['token-2', 's2'],
    ]),
  });
});

const window: RecordsWindow = {
  ...{ merchantId: DEVELOPER, storeId: null, businessDay: DAY },
  ...{ fromMs: DAY_MS, untilMs: DAY_MS + 86_400_000 },
};

const contextOf = (secrets = SECRETS as Record<string, string>, settings = {}): RecordsContext => ({
  app: appWith(settings, secrets),
  ...{ fetch: sandbox.fetch, now: () => nowMs, answers: 0 },
  deadlineMs: Number.POSITIVE_INFINITY,
  history: async (voucherId) => known.filter((event) => event.voucherId === voucherId),
  payment: async () => undefined,
  vouchersOf: async () => [],
  isKnownStore: async () => true,
  storesOf: async () => ['s1', 's2'],
  calls: { turn: async () => {} },
  again: (ask) => ask(),
});

function sourceOf(context: RecordsContext): RecordsSource {
  const offered = meituan.records(context.app);
  if ('unverifiable' in offered) throw new Error(offered.unverifiable.en);
  return offered;
}

/** Reads a day as reconciliation does, and repairs all of it. */
async function read(context = contextOf(), of = window) {
  const source = sourceOf(context);
  const pages: RecordsPage[] = [];
  const missing: PlatformRecord[] = [];
  for (const list of source.lists) {
    let cursor: string | null = null;
    do {
      const page: RecordsPage = await list.page(of, cursor, context);
      pages.push(page);
      known.push(...recorded(page.facts ?? []));
      missing.push(...page.records);
      cursor = page.next;
    } while (cursor !== null);
  }
  const { events } = await source.repair(missing, context, missing);
  return { pages, records: missing, events: recorded(events) };
}

function sell(code: string, more: object = {}): void {
  const voucher = { code, orderId: `5026${code}`, dealId: '700', priceYuan: 99 };
  sandbox.till.sell({ ...voucher, platformYuan: '5.00', ...more });
}

const pathsOf = () => sandbox.calls.map(({ path }) => path.split('/').slice(-2).join('/'));

describe('a voucher that was used in 开店宝', () => {
  test('is listed with its store, and worth what its order’s shares say', async () => {
    // Prepare
    sell('0101', { paidAtMs: NOON - 3_600_000 });
    sandbox.till.useInConsole('0101', 's2');
    // Act
    const { events } = await read();
    // Assess
    expect(events).toMatchObject([
      {
        ...{ kind: 'order.paid', eventId: 'paid:50260101', orderId: '50260101', complete: true },
        amounts: { paidFen: 9_400, platformDiscountFen: 500, originalFen: 9_900 },
      },
      {
        ...{ kind: 'voucher.redeemed', eventId: 'redeemed:f1', orderId: '50260101' },
        ...{ voucherId: '0101', storeId: 's2', complete: true },
        ...{ redemptionId: 'f1', occurredAt: `${DAY}T12:00:00.000+08:00` },
        amounts: { paidFen: 9_400, platformDiscountFen: 500, originalFen: 9_900 },
        sale: { productId: '700' },
      },
    ]);
  });

  test('of an order that was paid on another day is known by what that day’s check wrote', async () => {
    // Prepare
    sell('0101', { paidAtMs: NOON - 3 * 86_400_000 });
    const before = { ...window, businessDay: '2026-11-19', fromMs: DAY_MS - 3 * 86_400_000 };
    await read(contextOf(), { ...before, untilMs: before.fromMs + 86_400_000 });
    sandbox.till.useInConsole('0101', 's1');
    // Act
    const { events } = await read();
    // Assess
    expect(events).toMatchObject([{ eventId: 'redeemed:f1', orderId: '50260101', complete: true }]);
  });

  test('waits without its worth where nobody reported its order, or no grant of orders is here', async () => {
    // Prepare
    sell('0101', { paidAtMs: NOON - 3 * 86_400_000 });
    sandbox.till.useInConsole('0101', 's1');
    const { customerAuthToken: _, ...stores } = SECRETS;
    for (const secrets of [SECRETS, stores]) {
      // Act
      const { events } = await read(contextOf(secrets as Record<string, string>));
      // Assess
      expect(events).toMatchObject([
        { eventId: 'redeemed:f1', complete: false, amounts: { paidFen: 0 } },
      ]);
    }
  });

  test('is asked for by kind and page, and each order once', async () => {
    // Prepare: two of one order, a card, and more than one page
    for (let n = 1; n <= 101; n += 1) {
      const code = `01${String(n).padStart(3, '0')}`;
      sell(code, n === 2 ? { orderId: '502601001' } : {});
      sandbox.till.useInConsole(code, 's1');
    }
    sell('0900', { bizType: 201 });
    sandbox.till.useInConsole('0900', 's2');
    // Act
    const { events, pages } = await read();
    // Assess
    const used = events.filter(({ kind }) => kind === 'voucher.redeemed');
    expect(used).toHaveLength(102);
    // No page says whether a card's shares are of one use.
    expect(used.filter(({ complete }) => !complete).map((one) => one.voucherId)).toEqual(['0900']);
    const calls = Map.groupBy(pathsOf(), (path) => path);
    expect(Object.fromEntries([...calls].map(([path, of]) => [path, of.length]))).toEqual({
      'dingdan/queryorder': 6,
      'query/info': 101,
      // Two stores by three kinds, and a page more.
      'receipt/querylistbydate': 7,
      'receipt/paymentshares': 100,
    });
    expect(pages.some(({ changed }) => changed)).toBe(false);
  });

  test('of a card is worth its shares where the operator says that they are of one use', async () => {
    sell('0900', { bizType: 201 });
    sandbox.till.useInConsole('0900', 's2');
    const { events } = await read(contextOf(SECRETS, { cardShares: 'use' }));
    expect(events.at(-1)).toMatchObject({ complete: true, amounts: { originalFen: 9_900 } });
  });

  test('is of an order that was read with it, before that is written down', async () => {
    // Prepare
    sell('0101');
    sandbox.till.useInConsole('0101', 's1');
    const context = contextOf();
    const source = sourceOf(context);
    const pages = source.lists.map((list) => list.page(window, null, context));
    const all = (await Promise.all(pages)).flatMap(({ records }) => records);
    // Act: nothing of the orders' page was recorded
    const { events } = await source.repair(
      all.filter(({ kind }) => kind === 'redemption'),
      context,
      all,
    );
    // Assess
    expect(events).toMatchObject([{ orderId: '50260101', complete: true }]);
  });

  test('without shares is worth its price only where the operator says so', async () => {
    sell('0101');
    sell('0900', { bizType: 201 });
    sandbox.till.useInConsole('0101', 's1');
    sandbox.till.useInConsole('0900', 's1');
    const { customerAuthToken: _, ...stores } = SECRETS;
    const { events } = await read(contextOf(stores, { worthWithoutShares: 'price' }));
    expect(events).toMatchObject([
      { voucherId: '0101', complete: true, amounts: { paidFen: 9_900, originalFen: 9_900 } },
      { voucherId: '0900', complete: false, amounts: { paidFen: 0 } },
    ]);
  });

  test('within a part of a day is one of that part', async () => {
    sell('0101');
    sandbox.till.useInConsole('0101', 's1');
    const { records } = await read(contextOf(), { ...window, fromMs: NOON + 1 });
    expect(records).toEqual([]);
  });
});

describe('what was given back', () => {
  test('before use takes the voucher’s part of the payment back', async () => {
    sell('0101');
    sell('0102', { orderId: '50260101' });
    sandbox.till.refund('0102');
    const { events, records } = await read();
    expect(records.map(({ kind }) => kind)).toEqual(['payment', 'refund']);
    expect(events).toMatchObject([
      { eventId: 'paid:50260101', amounts: { paidFen: 18_800 } },
      {
        ...{ kind: 'voucher.refunded', eventId: 'refunded:~0102', voucherId: '0102' },
        ...{ refundedFen: 9_400, unusedFen: 9_400, takesBack: [], complete: false },
      },
    ]);
  });

  test('after use is seen in the list, and takes that use back', async () => {
    sell('0101');
    sandbox.till.useInConsole('0101', 's1');
    sandbox.till.refund('0101');
    const { events } = await read();
    expect(events.slice(1)).toMatchObject([
      { eventId: 'redeemed:f1', complete: true },
      {
        ...{ eventId: 'refunded:~f1', orderId: '50260101', unusedFen: 0, refundedFen: null },
        takesBack: [{ redemptionId: 'f1', paidFen: null }],
      },
    ]);
  });
});

describe('a use of ours that the list does not show', () => {
  const HOUR_MS = 3_600_000;

  /** Used once, so that it is known here; then whatever a test does to it. */
  async function used(over: object = {}): Promise<Event & { kind: 'voucher.redeemed' }> {
    sell('0101', over);
    sandbox.till.useInConsole('0101', 's1');
    nowMs += 60_000;
    const { events } = await read(contextOf(SECRETS, { cardShares: 'use' }));
    known.push(...events);
    const use = events.find((event) => event.kind === 'voucher.redeemed');
    if (use === undefined) throw new Error('it is used');
    return use;
  }

  const ask = async (use: Parameters<NonNullable<RecordsSource['takenBack']>>[0][number]) => {
    const context = contextOf();
    const { records } = await read(context);
    return sourceOf(context).takenBack?.([use], context, records);
  };

  test('was taken back where its order says that the voucher is not used', async () => {
    const use = await used();
    sandbox.till.takeBack('0101', null);
    expect(await ask(use)).toEqual(
      new Map([
        [
          use.eventId,
          expect.objectContaining({
            ...{ kind: 'voucher.redemption_reversed', eventId: 'reversed:f1', redemptionId: 'f1' },
            ...{ complete: false, isTimeEstimated: true },
          }),
        ],
      ]),
    );
  });

  test('was taken back where the voucher was used anew since', async () => {
    const use = await used();
    sandbox.till.takeBack('0101', null);
    nowMs += 60_000;
    sandbox.till.useInConsole('0101', 's1');
    expect([...((await ask(use))?.keys() ?? [])]).toEqual(['redeemed:f1']);
  });

  test.each<[string, (use: Event & { kind: 'voucher.redeemed' }) => object]>([
    ['its voucher is used', () => ({})],
    [
      'it was worth a part of the voucher',
      ({ amounts }) => {
        sandbox.till.takeBack('0101', null);
        return { amounts: { ...amounts, paidFen: amounts.paidFen / 2 } };
      },
    ],
    [
      'its order is not known',
      () => {
        sandbox.till.takeBack('0101', null);
        return { orderId: '0101' };
      },
    ],
    [
      'the platform shows no such order',
      () => {
        sandbox.till.takeBack('0101', null);
        return { orderId: '99' };
      },
    ],
  ])('stays where %s', async (_what, change) => {
    const use = await used();
    expect(await ask({ ...use, ...change(use) })).toEqual(new Map());
  });

  test('stays where no grant of orders is here', async () => {
    const use = await used();
    sandbox.till.takeBack('0101', null);
    const { customerAuthToken: _, ...stores } = SECRETS;
    const context = contextOf(stores);
    expect(await sourceOf(context).takenBack?.([use], context, [])).toEqual(new Map());
    expect(nowMs).toBeLessThan(NOON + HOUR_MS);
  });
});

describe('a check of a day', () => {
  test('says so where the list changed while it was read', async () => {
    for (let n = 100; n < 250; n += 1) {
      sell(`01${n}`);
      sandbox.till.useInConsole(`01${n}`, 's1');
    }
    const context = contextOf();
    const list = sourceOf(context).lists[1];
    const first = await list?.page(window, null, context);
    sell('0999');
    sandbox.till.useInConsole('0999', 's1');
    const second = await list?.page(window, first?.next ?? null, context);
    expect([first?.changed, second?.changed]).toEqual([undefined, true]);
  });

  test('sets a row aside that nobody can read, naming the field and the voucher, and reads the others', async () => {
    const context = contextOf();
    const row = { receiptCode: '0101', refundStatus: 1 };
    const good = { ...row, receiptCode: '0102', verifyTime: `${DAY} 10:00:00` };
    const answer = { code: 'OP_SUCCESS', data: { totalCount: 2, records: [row, good] } };
    const odd = { ...context, fetch: async () => new Response(JSON.stringify(answer)) };
    const page = await sourceOf(context).lists[1]?.page(window, null, odd);
    expect(page).toMatchObject({ rows: 2, records: [{ voucherId: '0102' }] });
    expect(page?.unread).toMatchObject([{ field: 'verifyTime', voucherId: '0101' }]);
  });

  /** The sandbox, but what it answers about one order has a share of a type that no page names. */
  const oddOrder = (paths: RegExp): typeof fetch => {
    return async (input, init) => {
      const asked = new Request(input, init);
      const isOdd = (await asked.clone().text()).includes('50260101');
      const response = await sandbox.fetch(input, init);
      if (!isOdd || !paths.test(new URL(asked.url).pathname)) return response;
      return new Response(
        (await response.text()).replaceAll('"amountType":10', '"amountType":"x"'),
      );
    };
  };

  test('goes on without an order whose vouchers nobody can read', async () => {
    for (const code of ['0101', '0102']) {
      sell(code);
      sandbox.till.useInConsole(code, 's1');
    }
    const { pages, events } = await read({ ...contextOf(), fetch: oddOrder(/query\/info/) });
    expect(pages[0]).toMatchObject({ rows: 2, unread: [{ orderId: '950260101' }] });
    expect(events.filter(({ complete }) => complete).map(({ orderId }) => orderId)).toEqual([
      ...['50260102', '50260102'],
    ]);
  });

  test('has a use wait whose shares nobody can read, and repairs the others', async () => {
    for (const code of ['0101', '0102']) {
      sell(code);
      sandbox.till.useInConsole(code, 's1');
    }
    const { events } = await read({ ...contextOf(), fetch: oddOrder(/paymentshares/) });
    const used = events.filter(({ kind }) => kind === 'voucher.redeemed');
    expect(used.map(({ voucherId, complete }) => [voucherId, complete])).toEqual([
      ...[['0101', false] as const, ['0102', true] as const],
    ]);
  });

  test('of another merchant is refused', async () => {
    const context = contextOf();
    const page = sourceOf(context).lists[0]?.page({ ...window, merchantId: 'x' }, null, context);
    await expect(page).rejects.toMatchObject({ retryable: false });
  });

  test.each([
    ['no store gave its token', {}, { signKey: KEY }, 'appAuthToken'],
    ['the till is a restaurant’s', { till: 'dining' }, SECRETS, 'business 1'],
  ])('is impossible where %s, and says what to do', (_what, settings, secrets, word) => {
    const offered = meituan.records(appWith(settings, secrets));
    expect(offered).toMatchObject({ unverifiable: { en: expect.stringContaining(word) } });
  });

  test('renews the customer’s token by the customer’s own grant', async () => {
    const secrets = { ...SECRETS, customerRefreshToken: 'refresh-0' };
    const context = contextOf(secrets);
    await sourceOf(context)
      .lists[0]?.page(window, null, context)
      .catch(() => undefined);
    const renewal = sandbox.calls.find(({ path }) => path === '/oauth/refresh');
    expect(renewal?.params).toMatchObject({ refreshToken: 'refresh-0', businessId: '59' });
  });
});
