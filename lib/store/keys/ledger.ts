import { fingerprint } from '../../crypto/hash.ts';
import type { Entry } from '../../ledger/entry.ts';
import { instantToMs, toInstant } from '../../time/shanghai.ts';
import { providerPartition } from './people.ts';
import { escapeId as e, type Key, PREFIX, twoDigits } from './spelling.ts';

/** Entries and the totals that are made of them. */
export const ledgerKeys = {
  entry: (
    entry: Pick<Entry, 'providerId' | 'platform' | 'storeId' | 'occurredAt' | 'entryId'>,
  ): Key => ({
    pk: ledgerPartition(entry.providerId, entry.platform, entry.storeId),
    sk: `${ledgerTime(entry.occurredAt)}#${e(entry.entryId)}`,
  }),

  storeDay: (providerId: string, day: string, platform: string, storeId: string): Key => ({
    pk: bucketPartition(providerId, day, bucketOf(platform, storeId)),
    sk: `${PREFIX.store}${platform}#${e(storeId)}`,
  }),

  /** The totals of a busy store's minutes, those of an hour together. */
  storeSlots: (
    providerId: string,
    day: string,
    platform: string,
    storeId: string,
    hour: string,
  ): Key => ({
    pk: bucketPartition(providerId, day, bucketOf(platform, storeId)),
    sk: `${PREFIX.slots}${platform}#${e(storeId)}#${hour}`,
  }),

  /** What the entries of a store's hour say of their sales, where it is much; of a slot's: `<hour>:<minute>`. */
  storeHourDetail: (
    providerId: string,
    day: string,
    platform: string,
    storeId: string,
    hour: string,
  ): Key => ({
    pk: bucketPartition(providerId, day, bucketOf(platform, storeId)),
    sk: `${PREFIX.detail}${platform}#${e(storeId)}#${hour}`,
  }),

  /** A page of a provider's day by one dimension. */
  dimensionDay: (providerId: string, dimension: string, day: string, page: number): Key => ({
    pk: dimensionPartition(providerId),
    sk: `${dimension}#${day}#${String(page).padStart(3, '0')}`,
  }),

  /** What the largest stores of a provider are called. */
  largestNames: (providerId: string): Key => ({ pk: dimensionPartition(providerId), sk: 'names' }),

  /** How many shards the stores of a provider's days have. */
  storeShards: (providerId: string): Key => ({ pk: dimensionPartition(providerId), sk: 'shards' }),

  /** A provider's part of a day's totals over all providers, and what its shard's parts come to. */
  overallPart: (day: string, providerId: string): Key => ({
    pk: overallPartition(day, overallShardOf(providerId)),
    sk: e(providerId),
  }),

  overall: (day: string, shard: string): Key => ({ pk: 'OVERALL', sk: `${day}#${shard}` }),

  providerDay: (providerId: string, day: string): Key => ({
    pk: providerPartition(providerId),
    sk: `${PREFIX.day}${day}`,
  }),
};

/**
 * Store-days of one provider and day are spread over this many buckets: a bucket is reread when one of its
 * stores changed, and a list of stores asks one after the other, so neither many nor few of them is cheap.
 */
export const BUCKETS = 4;

/** Providers are spread over this many for the totals of all: as many small items are read for a day. */
export const OVERALL_SHARDS = 32;

export const ledgerPartition = (providerId: string, platform: string, storeId: string) =>
  `LEDGER#${e(providerId)}#${platform}#${e(storeId)}`;

/** How the ledger's partitions of a provider begin. In full, as `workPartition`. */
export const ledgerPrefix = (providerId: string) => `LEDGER#${e(providerId)}#`;

/** `<businessDay>#<time of day>`: sorts a store's ledger by time, and cuts it by day and hour. */
export function ledgerTime(occurredAt: string): string {
  const instant = toInstant(instantToMs(occurredAt));
  return `${instant.slice(0, 10)}#${instant.slice(11, 23)}`;
}

/** The hour of the business day, `00` to `23`. */
export function hourOf(occurredAt: string): string {
  return ledgerTime(occurredAt).slice(11, 13);
}

/** The minute of the hour, `00` to `59`. */
export function minuteOf(occurredAt: string): string {
  return ledgerTime(occurredAt).slice(14, 16);
}

export const bucketPartition = (providerId: string, day: string, bucket: number) =>
  `ROLLUP#${e(providerId)}#${day}#${twoDigits(bucket)}`;

export const dimensionPartition = (providerId: string) => `DIMENSION#${e(providerId)}`;

export const overallPartition = (day: string, shard: string) => `OVERALL-PART#${day}#${shard}`;

/** Two digits. */
export function overallShardOf(providerId: string): string {
  return twoDigits(Number.parseInt(fingerprint(providerId).slice(0, 4), 16) % OVERALL_SHARDS);
}

export function bucketOf(platform: string, storeId: string): number {
  return Number.parseInt(fingerprint(platform, storeId).slice(0, 4), 16) % BUCKETS;
}
