import { UNATTRIBUTED } from '../attribution/contract.ts';
import { ByteReader, ByteWriter } from '../ledger/bytes.ts';
import {
  addRows,
  type Cell,
  packRows,
  type Row,
  rowsBy,
  unpackRows,
} from '../ledger/dimensions.ts';
import { addRollups } from '../ledger/rollup.ts';
import { type Key, keys, overallPartition, overallShardOf } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';
import {
  addPlatforms,
  byPlatform,
  overPlatforms,
  type PlatformRollups,
  packPlatforms,
  unpackPlatforms,
} from './provider-day.ts';
import { newerThan, versionOf } from './slots.ts';
import type { StoreDay } from './store-day.ts';

/**
 * The totals of a day over all providers. Each provider's part is a small item, in one of a fixed number of shards; a
 * shard's sum is another, made of its parts. So a day of all providers is that many small items, however many there are.
 * What nobody claims (`unattributed`) is no provider's and not in it.
 *
 * A part is written first, and its shard is added up after. So of two workers of a shard, whoever began to add up last
 * has read both parts; and a sum overwrites only one of fewer entries.
 */
export interface Overall {
  readonly platforms: PlatformRollups;
  readonly loops: readonly Row[];
  readonly channels: readonly Row[];
}

/** How it is named among the dimensions of a day that a rebuild compares. */
export const OVERALL = 'overall';

/** A provider's store-days and their cells → its part. */
export function overallOf(stores: readonly StoreDay[], cells: readonly Cell[]): Overall {
  const [loops, channels] = [rowsBy('loop', cells), rowsBy('channel', cells)];
  return { platforms: byPlatform(stores), loops: byValue(loops), channels: byValue(channels) };
}

/** Writes a provider's part of a day, and then what its shard comes to. */
export async function rollUpOverall(
  table: Table,
  { providerId, day }: { readonly providerId: string; readonly day: string },
  part: Overall,
): Promise<void> {
  if (providerId === UNATTRIBUTED) return;
  await putNewer(table, keys.overallPart(day, providerId), part);
  // Also where the part stood: whoever wrote it may have died before this.
  const shard = overallShardOf(providerId);
  await putNewer(table, keys.overall(day, shard), await sumOfShard(table, day, shard));
}

/** Most days are rolled up once more than they change, and reading is a fraction of a refused write's price. */
async function putNewer(table: Table, key: Key, overall: Overall): Promise<void> {
  const [t, version] = [packOverall(overall), versionOfOverall(overall)];
  const standing = (await table.get(key, false))?.t;
  if (standing instanceof Uint8Array && versionOf(standing) >= version) return;
  await table.set(key, { t }, newerThan('t', version));
}

/** What the parts of a shard come to, as they stand. */
export async function sumOfShard(table: Table, day: string, shard: string): Promise<Overall> {
  const parts: Overall[] = [];
  for await (const item of table.query(overallPartition(day, shard))) parts.push(readOverall(item));
  return addOverall(parts);
}

/**
 * The totals over all providers of each day of a window that has any, and a text that changes with them. A day is
 * `OVERALL_SHARDS` items of at most some 600 bytes: less than five read units.
 */
export async function readOverallDays(
  table: Table,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<{ readonly days: (Overall & { readonly day: string })[]; readonly version: string }> {
  const shards = new Map<string, Overall[]>();
  const marks: string[] = [];
  const { pk } = keys.overall(from, '');
  for await (const item of table.query(pk, { between: [from, `${to}$`], consistent: false })) {
    const [day = ''] = item.sk.split('#');
    shards.set(day, [...(shards.get(day) ?? []), readOverall(item)]);
    // Its bytes, since a rebuild may have put it right without another entry.
    marks.push(item.sk, Buffer.from(item.t as Uint8Array).toString('base64'));
  }
  const days = [...shards].map(([day, own]) => ({ day, ...addOverall(own) }));
  return { days, version: [from, to, ...marks].join(' ') };
}

export function addOverall(all: readonly Overall[]): Overall {
  return {
    platforms: addPlatforms(all.map(({ platforms }) => platforms)),
    loops: byValue(addRows(all.flatMap(({ loops }) => loops))),
    channels: byValue(addRows(all.flatMap(({ channels }) => channels))),
  };
}

/** @throws RangeError when the item is none that `rollUpOverall` wrote */
function readOverall(item: Item): Overall {
  if (!(item.t instanceof Uint8Array)) throw new RangeError('a total over providers has no bytes');
  const reader = new ByteReader(item.t);
  reader.version();
  const part = () => reader.raw(reader.int());
  return {
    platforms: unpackPlatforms(part()),
    loops: unpackRows(part()),
    channels: unpackRows(part()),
  };
}

export function packOverall(overall: Overall): Uint8Array {
  const writer = new ByteWriter().version(versionOfOverall(overall));
  const { platforms, loops, channels } = overall;
  for (const bytes of [packPlatforms(platforms), packRows(loops), packRows(channels)])
    writer.int(bytes.byteLength).raw(bytes);
  return writer.finish();
}

/**
 * How many entries each of its three has seen, together. Each only grows, so of two that have seen as many together
 * neither knows anything that the other does not.
 */
function versionOfOverall({ platforms, loops, channels }: Overall): number {
  const rows = addRollups([...loops, ...channels].map(({ rollup }) => rollup));
  return overPlatforms(platforms).entryCount + rows.entryCount;
}

/** So that equal totals are equal bytes. */
function byValue(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => ((a.value ?? '') < (b.value ?? '') ? -1 : 1));
}
