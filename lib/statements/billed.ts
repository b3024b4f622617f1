import { providerDayOf } from '../rollups/provider-day.ts';
import { rollUpBuckets } from '../rollups/rollups.ts';
import { type StoreDay, storeDayOf } from '../rollups/store-day.ts';
import { isV1Day } from '../rollups/v1-rollups.ts';
import { bucketPartition, keys, PREFIX, providerPartition } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';

/**
 * How many of a rollup's entries are in statements, kept beside the rollup by the closing. Where the two
 * numbers agree there is nothing left to state, so that closing a month looks only at what is new: its
 * own days, and old ones that a late entry or a restatement opened again.
 */
export interface Bucket {
  readonly day: string;
  readonly bucket: number;
}

/** The buckets of a provider's days up to one, in order, that hold entries in no statement yet. */
export async function openBuckets(
  table: Table,
  providerId: string,
  until: string,
  from: Bucket | null,
): Promise<Bucket[]> {
  const open: Bucket[] = [];
  const between = [`${PREFIX.day}${from?.day ?? ''}`, `${PREFIX.day}${until}`] as const;
  for await (const found of table.query(providerPartition(providerId), { between })) {
    const item = await takenOver(table, providerId, found);
    const { day, buckets } = providerDayOf(item);
    for (const [bucket, rollups] of [...buckets].sort(([a], [b]) => a - b)) {
      if (from !== null && day === from.day && bucket < from.bucket) continue;
      const rolledUp = Object.values(rollups).reduce((sum, { entryCount }) => sum + entryCount, 0);
      if (item[attributeOf(bucket)] !== rolledUp) open.push({ day, bucket });
    }
  }
  return open;
}

/** A day of the first version has no buckets to keep the numbers by: it gets them. */
async function takenOver(table: Table, providerId: string, item: Item): Promise<Item> {
  if (!isV1Day(item)) return item;
  await rollUpBuckets(table, providerId, item.sk.slice(PREFIX.day.length), []);
  return (await table.get(item)) ?? item;
}

/** A bucket's store-days with entries in no statement yet, after a sort key when given. */
export async function openStoreDays(
  table: Table,
  providerId: string,
  { day, bucket }: Bucket,
  after: string | null,
): Promise<{ sk: string; store: StoreDay }[]> {
  const open: { sk: string; store: StoreDay }[] = [];
  for await (const item of storeDayItems(table, providerId, { day, bucket })) {
    if (after !== null && Buffer.compare(Buffer.from(item.sk), Buffer.from(after)) <= 0) continue;
    const store = storeDayOf(item);
    if (item[BILLED_ENTRIES] !== store.rollup.entryCount) open.push({ sk: item.sk, store });
  }
  return open;
}

export async function setStoreDayBilled(
  table: Table,
  providerId: string,
  day: string,
  { platform, storeId }: Pick<StoreDay, 'platform' | 'storeId'>,
  count: number,
): Promise<void> {
  const key = keys.storeDay(providerId, day, platform, storeId);
  await table.set(key, { [BILLED_ENTRIES]: count }, EXISTS);
}

/** After its store-days: the bucket's number is their sum. */
export async function setBucketBilled(
  table: Table,
  providerId: string,
  { day, bucket }: Bucket,
): Promise<void> {
  let sum = 0;
  for await (const item of storeDayItems(table, providerId, { day, bucket })) {
    sum += Number(item[BILLED_ENTRIES] ?? 0);
  }
  await table.set(keys.providerDay(providerId, day), { [attributeOf(bucket)]: sum }, EXISTS);
}

const BILLED_ENTRIES = 'billed';
const EXISTS = { expression: 'attribute_exists(pk)' };

const attributeOf = (bucket: number) => `s${String(bucket).padStart(2, '0')}`;

function storeDayItems(
  table: Table,
  providerId: string,
  { day, bucket }: Bucket,
): AsyncGenerator<Item> {
  return table.query(bucketPartition(providerId, day, bucket), { startsWith: PREFIX.store });
}
