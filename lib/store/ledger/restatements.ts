import * as z from 'zod';
import { contractVersionSchema } from '../../attribution/contract.ts';
import type { Marker } from '../../attribution/generations.ts';
import { channelSchema } from '../../events/channel.ts';
import { type Event, eventSchema, idSchema, platformSchema } from '../../events/event.ts';
import { sumsSchema } from '../../ledger/statement.ts';
import { keys, PREFIX, streamPartition } from '../keys.ts';
import type { BookedStream } from '../streams.ts';
import type { Item, Table } from '../table.ts';

const dayWindow = { from: z.iso.date(), to: z.iso.date() };

const markerSchema = z.object({
  restatementId: z.string(),
  asOf: z.iso.datetime({ offset: true }),
  ...dayWindow,
  reason: z.string(),
  channels: z.record(z.string(), channelSchema).optional(),
});

/** Everything booking needs of one voucher or order, read at once. */
export interface StreamState {
  readonly events: Event[];
  readonly markers: Marker[];
}

export async function readState(table: Table, stream: BookedStream): Promise<StreamState> {
  const state: StreamState = { events: [], markers: [] };
  // '$' sorts right after '#'.
  const between = [PREFIX.event, PREFIX.restated.replace('#', '$')] as const;
  for await (const item of table.query(streamPartition(stream), { between })) {
    if (item.sk.startsWith(PREFIX.event)) state.events.push(eventSchema.parse(item));
    else if (item.sk.startsWith(PREFIX.restated)) state.markers.push(markerSchema.parse(item));
  }
  return state;
}

/** From now on the voucher or order is attributed as the restatement knows. @returns false when it was */
export async function placeMarker(
  table: Table,
  stream: BookedStream,
  marker: Marker,
): Promise<boolean> {
  return table.put(keys.restated(stream, marker.restatementId), marker);
}

const gainSchema = z.object({
  ...{ paidFen: z.int(), redeemedFen: z.int(), commissionFen: z.int() },
  /** Entries that stand: an original, and what takes it back. */
  entryCount: z.int().default(0),
});

/** A list of all the stores of a run could outgrow its item. */
export const MOST_STORES_OF_RUN = 100;

const differenceSchema = z.object({
  /** An entry, a store's day, a provider's day, one of its dimensions, or a statement's sums. */
  what: z.enum(['missing', 'extra', 'different', 'rollup', 'day', 'dimension', 'statement']),
  providerId: z.string(),
  /** Null for totals over stores. */
  storeId: z.string().nullable(),
  /** Of a statement the month's last. */
  businessDay: z.string(),
  /** As entries are shown: see `entryRef`. Null for a total. */
  entryId: z.string().nullable(),
  /** Which dimension; `buyers` for repeat purchases. */
  dimension: z.string().optional(),
  /** Whether the rebuild put it right. */
  mended: z.boolean().default(false),
});
export type Difference = z.infer<typeof differenceSchema>;

/**
 * A run over a merchant's window: a restatement attributes again, a rebuild compares, and mends unless
 * it is a dry run. One item,
 * saved after each piece of work under a guard, so that it goes on where it stood.
 */
export const jobSchema = z.object({
  restatementId: z.string(),
  does: z.enum(['restate', 'rebuild']),
  platform: platformSchema,
  merchantId: idSchema,
  ...dayWindow,
  reason: z.string(),
  dryRun: z.boolean(),
  /** What was recorded at or before this instant is known to it, and nothing later. */
  asOf: z.iso.datetime({ offset: true }),
  /** A contract that is not recorded: a dry run says what it would change if it were. */
  proposed: contractVersionSchema.nullable().default(null),
  /** When it was done, failed or was stopped. */
  endedAt: z.iso.datetime({ offset: true }).nullable().default(null),
  status: z.enum(['planned', 'running', 'done', 'cancelled', 'failed']),
  /** Pieces of work that were saved: the guard. */
  step: z.int(),
  /** How often the piece at hand failed. */
  failures: z.int().default(0),
  /** The place in the ledger it goes on from; null before the first. */
  cursor: z.object({ providerId: z.string(), storeId: z.string(), sk: z.string() }).nullable(),
  /** A rebuild compares entries and store-days first, then providers' days, then statements. */
  phase: z.enum(['entries', 'days', 'statements']).default('entries'),
  /** What the lines of the statement at hand come to so far. */
  adding: sumsSchema.nullable().default(null),
  progress: z.object({
    placesDone: z.int(),
    placesTotal: z.int(),
    entriesRead: z.int(),
    /** Redemptions and payments that were looked at, and those whose attribution changed. */
    facts: z.int(),
    changed: z.int(),
    /** Providers' days and statements that were added up. */
    totals: z.int().default(0),
  }),
  /** What the changed facts come to for each provider, and at which stores: the first hundred. */
  providers: z.record(
    z.string(),
    z.object({
      ...{ before: gainSchema, after: gainSchema },
      stores: z.array(z.string()).max(MOST_STORES_OF_RUN).default([]),
      hasMoreStores: z.boolean().default(false),
    }),
  ),
  differenceCount: z.int().default(0),
  /** Of them. */
  mendedCount: z.int().default(0),
  /** The first hundred. */
  differences: z.array(differenceSchema).default([]),
});
export type Job = z.infer<typeof jobSchema>;

/** @returns false when a run of this id stands */
export async function createJob(table: Table, job: Job): Promise<boolean> {
  return table.put(keys.restatement(job.restatementId), job);
}

export async function readJob(table: Table, restatementId: string): Promise<Job | undefined> {
  const item = await table.get(keys.restatement(restatementId));
  return item === undefined ? undefined : jobSchema.parse(item);
}

/**
 * Saves a run where nobody saved or stopped it since it was read.
 * @param read the step that it was read at
 * @returns false when somebody did: leave it to them
 */
export async function saveJob(table: Table, job: Job, read: number): Promise<boolean> {
  return table.put(keys.restatement(job.restatementId), job, {
    expression: 'step = :step AND (#status = :planned OR #status = :running)',
    names: { '#status': 'status' },
    values: { ':step': read, ':planned': 'planned', ':running': 'running' },
  });
}

/** Runs are few and operators start them; the newest are the ones that may still be under way. */
const NEWEST = 200;

/** The newest runs, newest first: their ids begin with the time they were made. */
export async function newestJobs(table: Table): Promise<Job[]> {
  const items: Item[] = [];
  const { pk } = keys.restatement('');
  for await (const item of table.query(pk, { backwards: true, limit: NEWEST })) items.push(item);
  return items.map((item) => jobSchema.parse(item));
}

/** Restatements that were begun on or after a day and are done, the oldest first. */
export async function restatedSince(table: Table, day: string): Promise<Job[]> {
  const jobs: Job[] = [];
  const { pk } = keys.restatement('');
  const between = [day.replaceAll('-', ''), '~'] as const;
  for await (const item of table.query(pk, { between, consistent: false })) {
    const job = jobSchema.parse(item);
    if (job.does === 'restate' && !job.dryRun && job.status === 'done') jobs.push(job);
  }
  return jobs;
}

/** The stores where a merchant's entries may be: its list, and those that left it or never were in it. */
export async function storesEverOf(
  table: Table,
  platform: string,
  merchantId: string,
): Promise<string[]> {
  const stores = new Set<string>();
  const pk = keys.merchant(platform, merchantId).pk;
  for (const startsWith of [PREFIX.store, PREFIX.seen]) {
    for await (const item of table.query(pk, { startsWith })) stores.add(String(item.storeId));
  }
  return [...stores];
}

/** Remembers that a store redeemed for a merchant that does not list it. */
export async function noteStore(
  table: Table,
  platform: string,
  merchantId: string,
  storeId: string,
): Promise<void> {
  if ((await table.get(keys.storeOfMerchant(platform, merchantId, storeId), false)) !== undefined) {
    return;
  }
  await table.put(keys.seenStore(platform, merchantId, storeId), { storeId });
}
