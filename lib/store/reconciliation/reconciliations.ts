import * as z from 'zod';
import { idSchema } from '../../events/id.ts';
import { type Key, keys } from '../keys.ts';
import type { Table } from '../table.ts';

const placeSchema = z.object({ merchantId: idSchema, storeId: idSchema.nullable() });

const sideSchema = z.object({ count: z.int(), fen: z.int().nullable() });

/** What the windows of the day at hand came to that were read already. */
const dayProgressSchema = z.object({
  /** When its first window was begun. */
  startedAt: z.string(),
  /** Epoch ms: up to here the day is read. */
  untilMs: z.int(),
  /** How long the next window may be, so that it can be read at once. */
  windowMs: z.int(),
  /** What the platform records, by store; '' where no store was named. */
  theirs: z.record(z.string(), sideSchema),
  rows: z.record(z.string(), z.int()),
  found: z.int(),
  repaired: z.int(),
  differences: z.int(),
});
export type DayProgress = z.infer<typeof dayProgressSchema>;

/**
 * A day that lacked facts which are on their way: it is looked at again without calling the platform. Or one that
 * could not be read whole, to be read again: then it has no `checkedAt`.
 */
const awaitedSchema = z.object({
  ...placeSchema.shape,
  businessDay: z.iso.date(),
  checkedAt: z.string().nullable(),
  /** How often it was looked at, or read. */
  looks: z.int(),
  /** Epoch ms: not before. */
  dueAtMs: z.int(),
  /** How far it is read again, where that takes longer than a turn. */
  soFar: dayProgressSchema.optional(),
});
export type AwaitedDay = z.infer<typeof awaitedSchema>;

/**
 * A reconciliation: an app's business days are compared with its platform's records, day after day and
 * merchant after merchant. One item, saved under a guard, so that it goes on where it stood. What a piece of
 * work that was not saved did is done again, and changes nothing then.
 */
export const reconciliationSchema = z.object({
  reconciliationId: z.string(),
  integration: z.string(),
  appKey: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  /** Only these; all of the app when absent. */
  stores: z.array(idSchema).optional(),
  pass: z.enum(['day', 'late']),
  /** `schedule`: goes before what operators want of longer times. */
  wantedBy: z.enum(['schedule', 'operator']),
  status: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** Why it failed; a word of the reasons. */
  reason: z.string().nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  /** How often it was saved: the guard. */
  step: z.int(),
  /** Whose days: as the app's merchants were when it began; null before. */
  placesTotal: z.int().nullable(),
  /** The day and the place that are next; null: the first of the day. */
  businessDay: z.iso.date(),
  place: placeSchema.nullable(),
  soFar: dayProgressSchema.nullable(),
  awaited: z.array(awaitedSchema),
  /** Failures in a row, and from when on it is gone on with, in epoch ms. */
  failures: z.int(),
  resumeAtMs: z.int(),
  /** Who works on it, until when in epoch ms. */
  worker: z.string().nullable(),
  workerUntilMs: z.int(),
  /** Days of places that are done. */
  done: z.int(),
  calls: z.int(),
  found: z.int(),
  repaired: z.int(),
  differences: z.int(),
  /** In epoch seconds: those of the schedule are kept for some weeks. */
  expiresAt: z.int().optional(),
});
export type Reconciliation = z.infer<typeof reconciliationSchema>;

/** @returns false when one of this id stands */
export async function createReconciliation(table: Table, one: Reconciliation): Promise<boolean> {
  const { reconciliationId } = one;
  // The list first: one that is there is worked on. An id without a reconciliation is taken out again.
  await table.put(keys.reconciling(reconciliationId), { reconciliationId });
  return table.put(keys.reconciliation(reconciliationId), one);
}

export async function readReconciliation(
  table: Table,
  id: string,
): Promise<Reconciliation | undefined> {
  const item = await table.get(keys.reconciliation(id));
  return item === undefined ? undefined : reconciliationSchema.parse(item);
}

/**
 * Saves it where nobody saved or stopped it since it was read.
 * @returns what was saved; undefined when somebody did: leave it to them
 */
export async function saveReconciliation(
  table: Table,
  read: Reconciliation,
  change: Partial<Reconciliation>,
): Promise<Reconciliation | undefined> {
  const saved = { ...read, ...change, step: read.step + 1 };
  const key: Key = keys.reconciliation(read.reconciliationId);
  const isSaved = await table.put(key, saved, {
    expression: 'step = :step AND #status = :running',
    names: { '#status': 'status' },
    values: { ':step': read.step, ':running': 'running' },
  });
  return isSaved ? saved : undefined;
}

/** The ids of those under way, oldest first by their names. */
export async function reconcilingIds(table: Table): Promise<string[]> {
  const ids: string[] = [];
  for await (const item of table.query(keys.reconciling('').pk)) ids.push(item.sk);
  return ids;
}

/** Once it has ended. */
export async function unlistReconciliation(table: Table, id: string): Promise<void> {
  await table.delete(keys.reconciling(id));
}
