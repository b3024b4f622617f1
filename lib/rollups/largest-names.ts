import * as z from 'zod';
import { readContracts } from '../store/accounts/contracts.ts';
import type { Store } from '../store/accounts/parties.ts';
import { keys } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';

/**
 * What a provider's largest stores are called, in one small item, so that a list of stores reads one item and not a
 * store each. Whoever rolls up a day keeps it; a name that is not there is read by itself.
 */
export interface LargestName {
  /** Null: nobody named it when its provider's day was last rolled up. */
  readonly name: string | null;
  readonly city: string | null;
  readonly merchantId: string | null;
}

/** Some 90 bytes each: the item is read for half a unit. */
const MOST_NAMES = 40;

const namesSchema = z.array(
  z.tuple([
    z.string(),
    z.object({
      name: z.string().nullable(),
      city: z.string().nullable(),
      merchantId: z.string().nullable(),
    }),
  ]),
);

type Names = ReadonlyMap<string, LargestName>;

/** By `<platform>/<storeId>`. */
export async function readLargestNames(table: Table, providerId: string): Promise<Names> {
  return namesIn(await table.get(keys.largestNames(providerId), false));
}

/** Keeps the names of a day's largest stores, before those of other days. Writes nothing where they stand so. */
export async function keepLargestNames(
  table: Table,
  providerId: string,
  largest: Names,
): Promise<void> {
  const item = await table.get(keys.largestNames(providerId), false);
  const before = namesIn(item);
  const isKept = [...largest].every(([key, name]) => isSame(before.get(key), name));
  if (isKept) return;
  const others = [...before].filter(([key]) => !largest.has(key));
  await putNames(table, providerId, [...largest, ...others].slice(0, MOST_NAMES), item);
}

/** After a store was given another name: lists read it by itself then, until a day is rolled up again. */
export async function forgetLargestName(
  table: Table,
  { platform, storeId, merchantId }: Pick<Store, 'platform' | 'storeId' | 'merchantId'>,
): Promise<void> {
  const log = await readContracts(table, platform, merchantId);
  for (const providerId of new Set(log.map((version) => version.providerId))) {
    await forgetFor(table, providerId, `${platform}/${storeId}`);
  }
}

async function forgetFor(table: Table, providerId: string, key: string): Promise<void> {
  const item = await table.get(keys.largestNames(providerId));
  const names = namesIn(item);
  if (!names.has(key)) return;
  const others = [...names].filter(([own]) => own !== key);
  await putNames(table, providerId, others, item);
}

/** Where another worker was ahead, its names are as good. */
async function putNames(
  table: Table,
  providerId: string,
  names: readonly (readonly [string, LargestName])[],
  before: Item | undefined,
): Promise<void> {
  const n = Number(before?.n ?? 0);
  const isAsRead = { expression: 'n = :n', values: { ':n': n } };
  const key = keys.largestNames(providerId);
  await table.put(key, { names, n: n + 1 }, before === undefined ? undefined : isAsRead);
}

function namesIn(item: Item | undefined): Map<string, LargestName> {
  return new Map(item === undefined ? [] : namesSchema.parse(item.names));
}

function isSame(a: LargestName | undefined, b: LargestName): boolean {
  return a !== undefined && a.name === b.name && a.city === b.city && a.merchantId === b.merchantId;
}
