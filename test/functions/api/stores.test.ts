import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pageOfStores, type StorePlace } from '../../../functions/api/ranked-stores.ts';
import type { Event } from '../../../lib/events/event.ts';
import { BUCKETS, bucketOf } from '../../../lib/store/keys.ts';
import { paid, START_MS } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  expectProblem,
  fresh,
  gmvAnswer,
  makeTenant,
  type Reply,
  read,
  redemptionAt,
  storesAnswer,
  type Tenant,
  WINDOW,
} from './support.ts';

const DAY_MINUTES = 1_440;

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

beforeEach(() => {
  clock.ms = START_MS;
});

afterAll(() => hexiao?.stop());

async function stores(token: string, query = WINDOW) {
  return read(await ask(hexiao, 'GET', `/v1/stores?${query}`, { token }), storesAnswer);
}

async function allPages(token: string, limit: number) {
  const pages = [];
  let cursor = '';
  do {
    const page = await stores(token, `${WINDOW}&limit=${limit}${cursor}`);
    pages.push(page.stores);
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`;
  } while (cursor !== '');
  return pages;
}

describe('GET /v1/stores', () => {
  it('shows each store once with the sum of its days, under the name the operator gave it', async () => {
    const tenant = await makeTenant(hexiao);
    const [named, unnamed] = [fresh('store'), fresh('store')];
    const body = { name: '一店', merchantId: tenant.merchantId };
    await ask(hexiao, 'PUT', `/v1/stores/douyin/${named}`, { body });
    await book(hexiao, [
      redemptionAt(tenant, named, { fen: 10_000 }),
      redemptionAt(tenant, named, { fen: 2_000, minutes: DAY_MINUTES }),
      redemptionAt(tenant, unnamed, { fen: 300 }),
    ]);
    const shown = await stores(tenant.token);
    const common = {
      platform: 'douyin',
      merchantId: tenant.merchantId,
      refundedFen: 0,
      reversedCount: 0,
    };
    expect(shown.next).toBeNull();
    expect(shown.stores.sort((a, b) => b.redeemedFen - a.redeemedFen)).toEqual([
      {
        ...common,
        storeId: named,
        name: '一店',
        redeemedCount: 2,
        redeemedFen: 12_000,
        commissionFen: 600,
      },
      {
        ...common,
        storeId: unnamed,
        name: null,
        redeemedCount: 1,
        redeemedFen: 300,
        commissionFen: 15,
      },
    ]);
  });

  it('has the largest first over all pages, as the total by store and the page have them', async () => {
    // Prepare: of 60 stores, which are spread over all buckets, three earn the same
    const tenant = await makeTenant(hexiao);
    const amounts = Array.from({ length: 60 }, (_, n) => Math.max(300, ((n * 37) % 60) * 100));
    await book(
      hexiao,
      amounts.map((fen, n) => redemptionAt(tenant, `ranked-${n}`, { fen })),
    );
    const largestFirst = amounts.toSorted((a, b) => b - a);
    // Act
    const pages = await allPages(tenant.token, 7);
    const gmv: number[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const path: string = `/v1/gmv?${WINDOW}&by=store&limit=9&cursor=${cursor}`;
      const reply: Reply = await ask(hexiao, 'GET', path, { token: tenant.token });
      const { rows, order, next } = read(reply, gmvAnswer);
      expect(order).toBe('redeemedFen');
      gmv.push(...rows.map(({ redeemedFen }) => redeemedFen));
      cursor = next ?? undefined;
    }
    // Assess
    expect(pages.flat().map(({ redeemedFen }) => redeemedFen)).toEqual(largestFirst);
    expect(new Set(pages.flat().map(({ storeId }) => storeId)).size).toBe(60);
    expect(gmv).toEqual(largestFirst);
  });

  it('of too many are in the order of their keys, each once, and say so', async () => {
    const tenant = await makeTenant(hexiao);
    await book(
      hexiao,
      Array.from({ length: 12 }, (_, n) => redemptionAt(tenant, `many-${n}`, { fen: n })),
    );
    const window = { from: '2025-10-01', to: '2025-10-31' };
    const listed: string[] = [];
    let position: StorePlace | undefined;
    do {
      const page = { position, limit: 5 };
      const all = () => true;
      const found = await pageOfStores(hexiao.table, tenant.providerId, window, page, all, 11);
      expect(found.order).toBe('store');
      listed.push(...found.stores.map(({ storeId }) => storeId));
      position = found.next ?? undefined;
    } while (position !== undefined);
    expect(new Set(listed).size).toBe(12);
    expect(listed).toHaveLength(12);
    const few = await pageOfStores(
      hexiao.table,
      tenant.providerId,
      window,
      { limit: 5 },
      undefined,
      12,
    );
    expect(few.order).toBe('redeemedFen');
  });

  it('counts only the days of the window, both ends included', async () => {
    const tenant = await makeTenant(hexiao);
    await book(
      hexiao,
      [0, 1, 2, 3].map((day) =>
        redemptionAt(tenant, 's', { minutes: day * DAY_MINUTES, fen: 10 ** day }),
      ),
    );
    const shown = await stores(tenant.token, 'from=2025-10-10&to=2025-10-11');
    expect(shown.stores).toMatchObject([{ redeemedCount: 2, redeemedFen: 110 }]);
    expect((await stores(tenant.token, 'from=2025-11-01&to=2025-11-02')).stores).toEqual([]);
  });

  it('looks at the last 31 days of the Shanghai calendar by default', async () => {
    const tenant = await makeTenant(hexiao);
    // 00:30 on the 10th in Shanghai is still the 9th in UTC.
    clock.ms = Date.parse('2025-10-09T16:30:00Z');
    const days = ['2025-09-09T23:59:59.999', '2025-09-10T00:00:00.000', '2025-10-10T00:00:00.000'];
    await book(
      hexiao,
      days.map((at, index) => ({
        ...redemptionAt(tenant, `day-${index}`),
        occurredAt: `${at}+08:00`,
      })),
    );
    const shown = await stores(tenant.token, '');
    expect(shown.stores.map((store) => store.storeId).sort()).toEqual(['day-1', 'day-2']);
  });

  it('does not list where there was only a payment', async () => {
    const tenant = await makeTenant(hexiao);
    const orderId = fresh('order');
    await book(hexiao, [
      paid({ merchantId: tenant.merchantId, orderId, eventId: `paid:${orderId}` }),
    ]);
    expect((await stores(tenant.token)).stores).toEqual([]);
  });

  it('shows the operator whom it asks about, and asks back when it does not say', async () => {
    const { providerId, merchantId, token } = await makeTenant(hexiao, fresh('p#%&'));
    await book(hexiao, [redemptionAt({ merchantId }, 'store')]);
    const path = `/v1/stores?${WINDOW}&providerId=${encodeURIComponent(providerId)}`;
    expect(read(await ask(hexiao, 'GET', path), storesAnswer)).toEqual(await stores(token));
    for (const query of [WINDOW, `${WINDOW}&providerId=`]) {
      const reply = await ask(hexiao, 'GET', `/v1/stores?${query}`);
      expect(expectProblem(reply, 400, 'request-invalid').detail).toContain('providerId');
    }
  });

  it.each(['/v1/stores', '/v1/stores/douyin/s/redemptions', '/v1/gmv'])(
    '%s refuses the operator a providerId that no provider can have',
    async (path) => {
      const reply = await ask(hexiao, 'GET', `${path}?${WINDOW}&providerId=${'x'.repeat(3_000)}`);
      expectProblem(reply, 400, 'request-invalid');
    },
  );
});

describe('a listing of 120 stores over all buckets', () => {
  const STORES = Array.from({ length: 120 }, (_, index) => `many-${index}`);
  let tenant: Tenant;

  beforeAll(async () => {
    tenant = await makeTenant(hexiao);
    const events: Event[] = STORES.map((storeId, index) =>
      redemptionAt(tenant, storeId, { fen: 1_000 + index }),
    );
    // Every third store has a second day.
    for (const storeId of STORES.filter((_, index) => index % 3 === 0)) {
      events.push(redemptionAt(tenant, storeId, { fen: 7, minutes: DAY_MINUTES }));
    }
    await book(hexiao, events);
    expect(new Set(STORES.map((storeId) => bucketOf('douyin', storeId))).size).toBe(BUCKETS);
  });

  it.each([7, 40, 119, 120, 200])('by pages of %i has each store exactly once', async (limit) => {
    const pages = await allPages(tenant.token, limit);
    const ids = pages.flat().map((store) => store.storeId);
    expect(ids.toSorted()).toEqual(STORES.toSorted());
    expect(
      pages
        .map((page) => page.length)
        .slice(0, -1)
        .every((size) => size === limit),
    ).toBe(true);
    expect(pages.length).toBe(Math.ceil(120 / limit));
  });

  it('adds up to the total of the window, to the fen', async () => {
    const all = (await allPages(tenant.token, 7)).flat();
    const path = `/v1/gmv?${WINDOW}`;
    const { total } = read(await ask(hexiao, 'GET', path, { token: tenant.token }), gmvAnswer);
    const sum = (of: 'redeemedFen' | 'redeemedCount' | 'commissionFen') =>
      all.reduce((whole, store) => whole + store[of], 0);
    expect(total.redeemedFen).toBe(120 * 1_000 + (119 * 120) / 2 + 40 * 7);
    expect(sum('redeemedFen')).toBe(total.redeemedFen);
    expect(sum('redeemedCount')).toBe(total.redeemedCount);
    expect(sum('commissionFen')).toBe(total.commissionFen);
  });

  it('has 50 a page by default', async () => {
    expect((await stores(tenant.token)).stores).toHaveLength(50);
  });

  it('never shows a store of another window because of its cursor', async () => {
    const { next } = await stores(tenant.token, `${WINDOW}&limit=7`);
    const other = `from=2025-10-10&to=2025-10-10&limit=200`;
    const path = `/v1/stores?${other}&cursor=${next ?? ''}`;
    const refused = await ask(hexiao, 'GET', path, { token: tenant.token });
    expectProblem(refused, 400, 'cursor-foreign');
    const shown = await stores(tenant.token, other);
    expect(shown.stores.every((store) => store.redeemedFen === 7)).toBe(true);
  });

  it('is another provider’s to read neither by ?providerId= nor by a cursor', async () => {
    const stranger = await makeTenant(hexiao);
    const { next } = await stores(tenant.token, `${WINDOW}&limit=7`);
    const foreign = `/v1/stores?${WINDOW}&limit=7&cursor=${next ?? ''}`;
    const refused = await ask(hexiao, 'GET', foreign, { token: stranger.token });
    expectProblem(refused, 400, 'cursor-foreign');
    expect(await stores(stranger.token)).toMatchObject({ stores: [], next: null });
    for (const also of ['', `&providerId=${stranger.providerId}`]) {
      const path = `/v1/stores?${WINDOW}&providerId=${tenant.providerId}${also}`;
      const reply = await ask(hexiao, 'GET', path, { token: stranger.token });
      expect([400, 404], reply.text).toContain(reply.status);
    }
  });
});

describe('what a provider asks for', () => {
  const cursorOf = (position: unknown) =>
    Buffer.from(JSON.stringify(position)).toString('base64url');
  const BAD_WINDOWS = [
    ['from=2025-10-9', 'from'],
    ['from=yesterday', 'from'],
    ['from=2025-02-30&to=2025-03-01', 'from'],
    ['to=2025-02-29', 'to'],
    ['to=2025-13-01', 'to'],
    ['to=', 'to'],
    ['from=&to=2025-10-01', 'from'],
    ['to=2025-10-01T00:00:00Z', 'to'],
    ['to=%00', 'to'],
    ['from=2025-10-02&to=2025-10-01', 'from'],
    ['from=2024-08-26&to=2025-09-30', '400'],
    ['from=0001-01-01&to=9999-12-31', '400'],
  ] as const;
  const BAD_PAGES = [
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=', 'limit'],
    ['limit=1e999', 'limit'],
    ['cursor=!!!', 'cursor'],
    ['cursor=e30', 'cursor'],
    ['cursor=%00', 'cursor'],
    [`cursor=${cursorOf(null)}`, 'cursor'],
    [`cursor=${cursorOf({ bucket: 16, after: null })}`, 'cursor'],
    [`cursor=${cursorOf({ bucket: -1, after: null })}`, 'cursor'],
    [`cursor=${cursorOf({ bucket: 0 })}`, 'cursor'],
    [`cursor=${cursorOf(['2025-10-09#'])}`, 'cursor'],
  ] as const;
  const PATHS = ['/v1/stores', '/v1/stores/douyin/s/redemptions', '/v1/gmv'] as const;

  it.each(PATHS)('%s refuses days that are none and windows that are too long', async (path) => {
    const { token } = await makeTenant(hexiao);
    for (const [query, named] of BAD_WINDOWS) {
      const reply = await ask(hexiao, 'GET', `${path}?${query}`, { token });
      expect(reply.status, query).toBe(400);
      expect(expectProblem(reply, 400, 'request-invalid').detail).toContain(named);
    }
  });

  it.each(PATHS)('%s takes a window of 400 days, and one of one day', async (path) => {
    const { token } = await makeTenant(hexiao);
    for (const query of ['from=2024-08-27&to=2025-09-30', 'from=2025-10-01&to=2025-10-01']) {
      expect((await ask(hexiao, 'GET', `${path}?${query}`, { token })).status, query).toBe(200);
    }
  });

  it.each(PATHS.slice(0, 2))('%s refuses limits and cursors that are none', async (path) => {
    const { token } = await makeTenant(hexiao);
    for (const [query, named] of BAD_PAGES) {
      const reply = await ask(hexiao, 'GET', `${path}?${WINDOW}&${query}`, { token });
      expect(reply.status, query).toBe(400);
      expect(expectProblem(reply, 400, 'request-invalid').detail).toContain(named);
    }
  });

  it.each([
    ['/v1/stores', '2025-10-09#16:53:20.000#x'],
    ['/v1/stores/douyin/s/redemptions', { bucket: 0, after: null }],
  ])('%s refuses the cursor of another listing', async (path, position) => {
    const { token } = await makeTenant(hexiao);
    const query = `${WINDOW}&cursor=${cursorOf(position)}`;
    expectProblem(await ask(hexiao, 'GET', `${path}?${query}`, { token }), 400, 'request-invalid');
  });

  it('is never repeated in a refusal', async () => {
    const { token } = await makeTenant(hexiao);
    for (const name of ['from', 'to', 'limit', 'cursor', 'by']) {
      const reply = await ask(hexiao, 'GET', `/v1/gmv?${name}=sesame`, { token });
      expectProblem(reply, 400, 'request-invalid');
      expect(reply.text).not.toContain('sesame');
    }
  });
});

describe('ids with signs in them', () => {
  /** Pairs that would be one partition if ids were not escaped, or were escaped twice. */
  const PAIRS = [
    { owner: 'a#douyin#b', store: 's', stranger: 'a', guess: 'b#douyin#s' },
    { owner: 'c', store: 'b#douyin#s', stranger: 'c#douyin#b', guess: 's' },
    { owner: 'd#', store: 's', stranger: 'd%23', guess: 's' },
    { owner: 'e%23', store: 's', stranger: 'e#', guess: 's' },
    { owner: 'f%2523', store: '#', stranger: 'f%23', guess: '%23' },
    { owner: 'g', store: '../s', stranger: 'g/..', guess: 's' },
    { owner: '服务商', store: '店', stranger: '服务商 2', guess: '店' },
    {
      owner: 'x'.repeat(128),
      store: 'y'.repeat(128),
      stranger: 'x'.repeat(127),
      guess: 'y'.repeat(128),
    },
    { owner: 'h#2025-10-09', store: 's', stranger: 'h', guess: 's' },
  ];

  it.each(PAIRS)('never lead from provider $stranger to provider $owner', async (pair) => {
    const owner = await makeTenant(hexiao, pair.owner);
    const stranger = await makeTenant(hexiao, pair.stranger);
    await book(hexiao, [redemptionAt(owner, pair.store)]);
    expect((await stores(owner.token)).stores).toMatchObject([
      { storeId: pair.store, redeemedCount: 1 },
    ]);
    expect((await stores(stranger.token)).stores).toEqual([]);
    for (const storeId of [pair.store, pair.guess]) {
      const path = `/v1/stores/douyin/${encodeURIComponent(storeId)}/redemptions?${WINDOW}`;
      const mine = await ask(hexiao, 'GET', path, { token: owner.token });
      const theirs = await ask(hexiao, 'GET', path, { token: stranger.token });
      expect(JSON.parse(mine.text).redemptions).toHaveLength(storeId === pair.store ? 1 : 0);
      expect(JSON.parse(theirs.text)).toEqual({ redemptions: [], next: null });
    }
    const gmv = await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}`, { token: stranger.token });
    expect(read(gmv, gmvAnswer).rows).toEqual([]);
  });

  it('are whole in every page of a listing', async () => {
    const tenant = await makeTenant(hexiao, fresh('odd#%'));
    const ids = ['#', '%', '%23', 'a#b', 'a/b', '../x', '店'.repeat(128), "'<script>", ' ', 'a\nb'];
    await book(
      hexiao,
      ids.map((storeId) => redemptionAt(tenant, storeId)),
    );
    const seen = (await allPages(tenant.token, 1)).flat().map((store) => store.storeId);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });
});
