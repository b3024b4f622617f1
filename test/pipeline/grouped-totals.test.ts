import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../lib/events/event.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { rollUpEntries } from '../../lib/ledger/rollup.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { book, Clock, contractBody, fresh, makeProvider } from '../functions/api/support.ts';
import { amountsOf, paid, redeemed, reversed, START_MS } from '../lib/make.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { runs } from '../support/long.ts';

/**
 * What the API says by merchant, city, store and so on, against the ledger's entries: of merchants who share
 * providers, stores and days, and whose payments have no store.
 */

let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
});
afterAll(() => hexiao?.stop());

const DAY_MS = 86_400_000;
const DAYS = ['2025-10-09', '2025-10-10'];
const MERCHANTS = ['douyin', 'douyin', 'kuaishou'] as const;
/** By whose list they stand in; the last is in nobody's. */
const STORES = [
  { owner: 0, city: '成都' },
  { owner: 1, city: '重庆' },
  { owner: 1, city: null },
  { owner: 2, city: '成都' },
  { owner: null, city: null },
] as const;

interface Act {
  readonly does: 'pays' | 'redeems' | 'reverses';
  readonly merchant: number;
  /** Null where the platform named none. */
  readonly store: number | null;
  readonly day: number;
  readonly fen: number;
}

const anyAct: fc.Arbitrary<Act> = fc.record({
  does: fc.constantFrom<Act['does'][]>('pays', 'redeems', 'reverses'),
  merchant: fc.nat(MERCHANTS.length - 1),
  store: fc.option(fc.nat(STORES.length - 1)),
  day: fc.nat(DAYS.length - 1),
  fen: fc.integer({ min: 1, max: 99_999 }),
});

interface World {
  readonly merchants: readonly string[];
  readonly providers: readonly string[];
  /** Each name begins with what is fresh: unattributed entries of earlier worlds stay. */
  readonly storeOf: (store: number) => string;
}

/** Two providers share the first merchant, one has the second alone, nobody the third. */
async function makeWorld(): Promise<World> {
  const merchants = MERCHANTS.map(() => fresh('merchant'));
  const providers = [fresh('provider'), fresh('provider')];
  const prefix = fresh('store');
  const storeOf = (store: number) => `${prefix}-${store}`;
  for (const providerId of providers) await makeProvider(hexiao, providerId);
  for (const [index, platform] of MERCHANTS.entries()) {
    await hexiao.call('PUT', `/v1/merchants/${platform}/${merchants[index]}`, { name: '商家' });
  }
  for (const [index, { owner, city }] of STORES.entries()) {
    if (owner === null) continue;
    const body = { merchantId: merchants[owner], name: '店', ...(city === null ? {} : { city }) };
    await hexiao.call('PUT', `/v1/stores/${MERCHANTS[owner]}/${storeOf(index)}`, body);
  }
  const [one, two] = merchants;
  const [shared, alone] = providers;
  for (const own of [
    { providerId: shared, merchantId: one, shareBp: 6_667 },
    { providerId: alone, merchantId: one, shareBp: 3_333 },
    { providerId: shared, merchantId: two },
  ]) {
    await hexiao.call('POST', '/v1/contracts', contractBody(own));
  }
  return { merchants, providers, storeOf };
}

function eventsOf({ merchants, storeOf }: World, act: Act, index: number): Event[] {
  const id = fresh('act');
  const own = {
    ...{ platform: MERCHANTS[act.merchant] ?? 'douyin', merchantId: merchants[act.merchant] ?? '' },
    ...{ orderId: `order-${id}`, amounts: amountsOf(act.fen) },
    occurredAt: toInstant(START_MS + act.day * DAY_MS + index * 1_000),
  };
  if (act.does === 'pays') return [paid({ ...own, eventId: `paid:${id}` })];
  const { amounts, ...place } = { ...own, voucherId: `voucher-${id}` };
  const storeId = act.store === null ? null : storeOf(act.store);
  const use = redeemed(id, { ...place, amounts, storeId });
  return act.does === 'redeems' ? [use] : [use, reversed(id, place)];
}

type Sums = Record<string, Readonly<Record<string, number>>>;

const amountsFrom = (entries: readonly Entry[]) => {
  const { entryCount: _entries, reversedCount: _count, ...amounts } = rollUpEntries(entries);
  return amounts;
};

function grouped(entries: readonly Entry[], keyOf: (entry: Entry) => string): Sums {
  const groups = Map.groupBy(entries, keyOf);
  return Object.fromEntries([...groups].map(([key, own]) => [key, amountsFrom(own)]));
}

interface Answer {
  readonly rows: readonly ({ readonly key: string } & Record<string, number | string>)[];
  readonly total: Record<string, number>;
}

/** The rows of an answer by their keys, without what only names them. */
function rowsOf({ rows, total }: Answer): Sums {
  const amounts = Object.keys(total);
  const sums = rows.map((row) => [
    row.key,
    Object.fromEntries(amounts.map((name) => [name, Number(row[name])])),
  ]);
  // A key twice would hide a row.
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  return Object.fromEntries(sums);
}

function sumOf(sums: Sums, names: readonly string[]) {
  const all = Object.values(sums);
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((sum, own) => sum + (own[name] ?? 0), 0)]),
  );
}

describe('what happened to several merchants of one provider on one day', () => {
  it('is each merchant’s, city’s and store’s own, and in total the same by everything', async () => {
    const cities = new Map<string, string>();
    const property = fc.asyncProperty(
      fc.array(anyAct, { minLength: 1, maxLength: 12 }),
      fc.array(anyAct, { maxLength: 4 }),
      async (first, later) => {
        // Prepare
        const world = await makeWorld();
        for (const [index, { owner, city }] of STORES.entries()) {
          if (owner !== null && city !== null)
            cities.set(`${MERCHANTS[owner]}/${world.storeOf(index)}`, city);
        }
        const events = [...first, ...later].map((act, index) => eventsOf(world, act, index));
        // Act: the later ones come when there are totals already
        await book(hexiao, events.slice(0, first.length).flat());
        await book(hexiao, events.slice(first.length).flat());
        // Assess
        const all = await hexiao.entries();
        for (const providerId of [...world.providers, 'unattributed']) {
          for (const day of DAYS) {
            const entries = all.filter(
              (entry) => entry.providerId === providerId && entry.businessDay === day,
            );
            const read = (by: string) =>
              hexiao.call<Answer>(
                'GET',
                `/v1/gmv?providerId=${providerId}&from=${day}&to=${day}&by=${by}`,
              );
            const cityOf = ({ platform, storeId }: Entry) =>
              cities.get(`${platform}/${storeId}`) ?? 'unknown';
            const ofStore = ({ platform, storeId }: Entry) => `${platform}/${storeId}`;
            const ofMerchant = ({ platform, merchantId }: Entry) => `${platform}/${merchantId}`;
            expect(rowsOf(await read('merchant'))).toEqual(grouped(entries, ofMerchant));
            expect(rowsOf(await read('city'))).toEqual(grouped(entries, cityOf));
            expect(rowsOf(await read('store'))).toEqual(grouped(entries, ofStore));
            expect(rowsOf(await read('day'))).toEqual(grouped(entries, () => day));
            for (const by of ['channel', 'product', 'loop', 'creator', 'platform']) {
              const answer = await read(by);
              expect(answer.total).toEqual(amountsFrom(entries));
              expect(sumOf(rowsOf(answer), Object.keys(answer.total))).toEqual(answer.total);
            }
          }
        }
      },
    );
    await fc.assert(property, { numRuns: runs(40), endOnFailure: true });
  }, 300_000);
});
