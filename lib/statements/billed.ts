import { providerDayOf } from '../rollups/provider-day.ts';
import { type StoreDay, storeDayOf } from '../rollups/store-day.ts';
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

/** With how many of its entries are in no statement, as far as they are rolled up. */
interface OpenBucket extends Bucket {
  readonly open: number;
}

/** Items that are read ahead at most: a batch of work ends before all are looked at. */
const PAGE = 50;

/** The buckets of a provider's days up to one, in order, that hold entries in no statement yet. */
export async function* openBuckets(
  table: Table,
  providerId: string,
  until: string,
  from: Bucket | null,
): AsyncGenerator<OpenBucket> {
  const pk = providerPartition(providerId);
  const first = `${PREFIX.day}${from?.day ?? ''}`;
  for await (const item of inPages(table, pk, [first, `${PREFIX.day}${until}`])) {
    const { day, buckets } = providerDayOf(item);
    for (const [bucket, rollups] of [...buckets].sort(([a], [b]) => a - b)) {
      if (from !== null && day === from.day && bucket < from.bucket) continue;
      const rolledUp = Object.values(rollups).reduce((sum, { entryCount }) => sum + entryCount, 0);
      const open = rolledUp - Number(item[attributeOf(bucket)] ?? 0);
      if (open !== 0) yield { day, bucket, open };
    }
  }
}

/** A store-day as the closing passes it. */
export interface PassedStoreDay {
  readonly sk: string;
  readonly store: StoreDay;
  /** How many of its entries are in statements. */
  readonly billed: number;
}

/** A bucket's store-days after a sort key when given; what was passed is not read again. */
export async function* storeDaysToBill(
  table: Table,
  providerId: string,
  { day, bucket }: Bucket,
  after: string | null,
): AsyncGenerator<PassedStoreDay> {
  const pk = bucketPartition(providerId, day, bucket);
  // '$' sorts right after '#', and a space before everything that an escaped id begins with.
  const first = after === null ? PREFIX.store : `${after} `;
  for await (const item of inPages(table, pk, [first, 'STORE$'])) {
    yield { sk: item.sk, store: storeDayOf(item), billed: Number(item[BILLED_ENTRIES] ?? 0) };
  }
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

/** After its store-days. @param sum what their numbers come to */
export async function setBucketBilled(
  table: Table,
  providerId: string,
  { day, bucket }: Bucket,
  sum: number,
): Promise<void> {
  await table.set(keys.providerDay(providerId, day), { [attributeOf(bucket)]: sum }, EXISTS);
}

const BILLED_ENTRIES = 'billed';
const EXISTS = { expression: 'attribute_exists(pk)' };

const attributeOf = (bucket: number) => `s${String(bucket).padStart(2, '0')}`;

async function* inPages(
  table: Table,
  pk: string,
  [from, to]: readonly [string, string],
): AsyncGenerator<Item> {
  for (let first = from; ; ) {
    let read = 0;
    for await (const item of table.query(pk, { between: [first, to], limit: PAGE })) {
      read += 1;
      first = `${item.sk} `;
      yield item;
    }
    if (read < PAGE) return;
  }
}
