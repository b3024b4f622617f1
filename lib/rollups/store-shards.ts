import * as z from 'zod';
import { mapLimit } from '../async/map-limit.ts';
import { fingerprint } from '../crypto/hash.ts';
import { ByteReader, ByteWriter } from '../ledger/bytes.ts';
import { UNKNOWN_STORE } from '../ledger/entry.ts';
import { isTierStore } from '../ledger/tiers.ts';
import { dimensionPartition, keys } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';
import { addDays } from '../time/shanghai.ts';
import {
  MOST_STORES,
  readSummaryStore,
  type SummaryStore,
  writeSummaryStore,
} from './day-summary.ts';
import type { StoreDay } from './store-day.ts';

/**
 * The stores of a provider's day that is over, by a hash of their ids in shards of six to twelve: a shard's days stand one
 * after the other, so a store's months are one small query, also where it is not among the largest that a summary lists.
 * How many shards there are is a power of two, which grows with the provider from a day on and never shrinks.
 */
const STORES_A_SHARD = 12;

/** 16,384 shards: beyond, they are larger. */
const MOST_BITS = 14;

/** What is tried again where two workers let them grow at once. */
const TRIES = 5;
const AT_ONCE = 32;

/** What a check calls them. */
export const STORES = 'stores';

/** From this day on there are `2 ** bits` shards. */
type Level = readonly [from: string, bits: number];

const levelsSchema = z.array(z.tuple([z.string(), z.int().min(0).max(MOST_BITS)]));
const FIRST_DAY = '0001-01-01';

interface Window {
  readonly from: string;
  readonly to: string;
}

interface DayPlace {
  readonly providerId: string;
  readonly day: string;
}

/** Whether a day has more stores than its summary lists. Once it has, it always has: no store-day goes away. */
export function needsShards(stores: readonly StoreDay[]): boolean {
  return stores.filter(isPlace).length > MOST_STORES;
}

/**
 * The shards of a day as they should stand, by the dimension that they are kept as.
 * @param today the business day that is not over yet
 */
export async function shardsOfDay(
  table: Table,
  { providerId, day }: DayPlace,
  stores: readonly StoreDay[],
  today: string,
): Promise<Map<string, Uint8Array>> {
  const places = stores.filter(isPlace);
  const bits = await growTo(table, { providerId, day }, places.length, today);
  const own = Map.groupBy(places, (place) => shardOf(place, bits));
  const all = Array.from({ length: 2 ** bits }, (_, shard) => dimensionOf(bits, shard));
  return new Map(all.map((dimension) => [dimension, pack(own.get(dimension) ?? [])]));
}

/**
 * Writes the shards that differ from what stands, and nothing over what has seen more.
 * @param how `first`: nothing stands yet, so nothing is read; `mend`: puts right what is wrong, whatever it has seen
 */
export async function putShards(
  table: Table,
  { providerId, day, entryCount }: DayPlace & { readonly entryCount: number },
  shards: ReadonlyMap<string, Uint8Array>,
  how: 'first' | 'again' | 'mend',
): Promise<void> {
  const isNewer = {
    expression: 'attribute_not_exists(pk) OR n <= :count',
    values: { ':count': entryCount },
  };
  await mapLimit([...shards], AT_ONCE, async ([dimension, stores]) => {
    const key = keys.dimensionDay(providerId, dimension, day, 0);
    const item = how === 'first' ? undefined : await table.get(key);
    const standing = item?.stores;
    if (standing instanceof Uint8Array && Buffer.compare(standing, stores) === 0) return;
    const isAsRead = { expression: 'n = :n', values: { ':n': item?.n } };
    const guard = how === 'mend' && item !== undefined ? isAsRead : isNewer;
    await table.put(key, { stores, n: entryCount }, guard);
  });
}

/** The shards of a day that stand and are not what they should be, by dimension. */
export async function wrongShards(
  table: Table,
  { providerId, day }: DayPlace,
  shards: ReadonlyMap<string, Uint8Array>,
): Promise<string[]> {
  const wrong = await mapLimit([...shards], AT_ONCE, async ([dimension, stores]) => {
    const standing = (await table.get(keys.dimensionDay(providerId, dimension, day, 0)))?.stores;
    const isRight = !(standing instanceof Uint8Array) || Buffer.compare(standing, stores) === 0;
    return isRight ? [] : [dimension];
  });
  return wrong.flat();
}

/**
 * What a store had on the days of windows whose shards stand; null where it had nothing. A day that is not over, or whose
 * shards are not written yet, is left out.
 */
export async function readStoreShard(
  table: Table,
  place: { providerId: string; platform: SummaryStore['platform']; storeId: string },
  windows: readonly Window[],
): Promise<Map<string, SummaryStore | null>> {
  const levels = levelsIn(await table.get(keys.storeShards(place.providerId), false));
  const found = new Map<string, SummaryStore | null>();
  for (const [at, [since, bits]] of levels.entries()) {
    const until = levels[at + 1]?.[0];
    for (const { from, to } of windows) {
      const first = since > from ? since : from;
      const last = until === undefined || until > to ? to : addDays(until, -1);
      if (first > last) continue;
      const dimension = shardOf(place, bits);
      const between = [`${dimension}#${first}`, `${dimension}#${last}$`] as const;
      const pk = dimensionPartition(place.providerId);
      for await (const item of table.query(pk, { between, consistent: false })) {
        const [, day = ''] = item.sk.split('#');
        const isOwn = (store: SummaryStore) =>
          store.platform === place.platform && store.storeId === place.storeId;
        found.set(day, unpack(item.stores).find(isOwn) ?? null);
      }
    }
  }
  return found;
}

/** How many bits a day's shards have, after they grew where they had to. */
async function growTo(
  table: Table,
  { providerId, day }: DayPlace,
  count: number,
  today: string,
): Promise<number> {
  const key = keys.storeShards(providerId);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const item = await table.get(key);
    const levels = levelsIn(item);
    const bits = levels.findLast(([from]) => from <= day)?.[1];
    const wanted = Math.min(MOST_BITS, Math.ceil(Math.log2(count / STORES_A_SHARD)));
    // Only the newest day lets them grow: those after an older one stand as they are.
    const isNewest = day === addDays(today, -1);
    if (bits !== undefined && (!isNewest || wanted <= bits)) return bits;
    const grown: Level[] = [
      ...levels.filter(([from]) => from !== day),
      [bits === undefined ? FIRST_DAY : day, wanted],
    ];
    const n = Number(item?.n ?? 0);
    const asRead = { expression: 'n = :n', values: { ':n': n } };
    if (await table.put(key, { levels: grown, n: n + 1 }, item === undefined ? undefined : asRead))
      return wanted;
  }
  throw new Error('the shards of a provider grew again and again while a day was rolled up');
}

function isPlace({ storeId }: StoreDay): boolean {
  return storeId !== UNKNOWN_STORE && !isTierStore(storeId);
}

function levelsIn(item: Item | undefined): Level[] {
  return item === undefined ? [] : levelsSchema.parse(item.levels);
}

/** A sort key of its own for each number of shards: what stands under fewer is never read as if it were whole. */
function dimensionOf(bits: number, shard: number): string {
  return `${STORES}.${bits}.${shard}`;
}

/** The shard of a store where there are `2 ** bits`, as the dimension that it is kept as. */
export function shardOf(
  { platform, storeId }: Pick<SummaryStore, 'platform' | 'storeId'>,
  bits: number,
): string {
  const hash = Number.parseInt(fingerprint(`${platform}/${storeId}`).slice(0, 4), 16);
  return dimensionOf(bits, hash >> (16 - bits));
}

function pack(stores: readonly StoreDay[]): Uint8Array {
  const byName = stores.toSorted((a, b) =>
    `${a.platform}/${a.storeId}` < `${b.platform}/${b.storeId}` ? -1 : 1,
  );
  const writer = new ByteWriter().int(byName.length);
  for (const store of byName) writeSummaryStore(writer, store);
  return writer.finish();
}

function unpack(bytes: unknown): SummaryStore[] {
  if (!(bytes instanceof Uint8Array)) throw new RangeError('a stored shard has no bytes');
  const reader = new ByteReader(bytes);
  return Array.from({ length: reader.int() }, () => readSummaryStore(reader));
}
