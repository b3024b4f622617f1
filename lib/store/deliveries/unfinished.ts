import * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import { keys, SHARDS, type WorkList, workPartition } from '../keys.ts';
import type { Condition, Item, Table } from '../table.ts';

/**
 * Work of the attribution queue that failed and may fail for good. Its message may then get lost (a
 * dead-letter queue purged, 14 days over), so what is to be done stands here until it is done.
 * See docs/decisions/0021. Totals that are behind stand in a list of their own, from before their message is
 * sent: see docs/decisions/0034.
 */
export const unfinishedSchema = z.object({
  workId: z.string(),
  /** The message as JSON, to be sent again as it is. */
  message: z.string(),
  /** When it failed first, or was requested. */
  since: z.string(),
  /** How often a worker began it, or somebody requested it: who ends it must know the last of them. */
  begun: z.int(),
  /** How often it was sent again from here. */
  sends: z.int(),
  /** Epoch ms. */
  dueAtMs: z.int(),
});
export type Unfinished = z.infer<typeof unfinishedSchema>;

/** Its message's own tries come meanwhile: each puts it off. */
const FIRST_WAIT_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 86_400_000;

/** Others who begin the same work at the same moment; each of them writes once. */
const MAX_TRIES = 10;

/** @param message without what says how it was sent: the same work is the same item */
function workIdOf(message: string): string {
  return fingerprint('unfinished', message);
}

/**
 * Says, before work is done, that it may fail.
 * @returns what `endWork` wants to see unchanged. @throws when others keep writing it
 */
export async function beginWork(
  table: Table,
  list: WorkList,
  message: string,
  since: string,
  nowMs: number,
): Promise<Unfinished> {
  const key = keys.work(list, workIdOf(message));
  const first = { workId: key.sk, message, since, begun: 1, sends: 0 };
  const fresh: Unfinished = { ...first, dueAtMs: nowMs + waitMs(0) };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (await table.put(key, fresh)) return fresh;
    const item = await table.get(key);
    if (item === undefined) continue;
    const standing = unfinishedSchema.parse(item);
    const dueAtMs = nowMs + waitMs(standing.sends);
    const next = { ...standing, begun: standing.begun + 1, dueAtMs };
    if (await table.put(key, next, asRead(standing))) return next;
  }
  throw new Error('work was begun by others whenever it was to be noted');
}

/** The work is done: what it stood for is written. One who began it later ends it himself. */
export async function endWork(
  table: Table,
  list: WorkList,
  { workId, begun }: Unfinished,
): Promise<void> {
  await table.delete(keys.work(list, workId), {
    expression: 'begun = :begun',
    values: { ':begun': begun },
  });
}

/** What stands of it, if anything. */
export async function readWork(
  table: Table,
  list: WorkList,
  message: string,
): Promise<Unfinished | undefined> {
  const item = await table.get(keys.work(list, workIdOf(message)));
  return item === undefined ? undefined : read(item);
}

/** Somebody decided that it is not done at all. */
export async function dropWork(table: Table, message: string): Promise<void> {
  await table.delete(keys.work('unfinished', workIdOf(message)));
  await table.delete(keys.work('behind', workIdOf(message)));
}

/** Before it is sent again. @returns false when it was begun, ended or sent since */
export async function putOffWork(
  table: Table,
  list: WorkList,
  work: Unfinished,
  nowMs: number,
): Promise<boolean> {
  const sends = work.sends + 1;
  const next = { ...work, sends, dueAtMs: nowMs + waitMs(sends) };
  return table.put(keys.work(list, work.workId), next, asRead(work));
}

export async function* unfinishedWork(
  table: Table,
  list: WorkList = 'unfinished',
): AsyncGenerator<Unfinished> {
  for (const shard of SHARDS) {
    for await (const item of table.query(workPartition(list, shard))) yield read(item);
  }
}

export async function countUnfinished(
  table: Table,
  list: WorkList = 'unfinished',
): Promise<number> {
  const counts = await Promise.all(SHARDS.map((shard) => table.count(workPartition(list, shard))));
  return counts.reduce((total, count) => total + count, 0);
}

function waitMs(sends: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.min(sends, 20), LONGEST_WAIT_MS);
}

function read(item: Item): Unfinished {
  return unfinishedSchema.parse(item);
}

function asRead({ begun, sends }: Unfinished): Condition {
  return {
    expression: 'begun = :begun AND sends = :sends',
    values: { ':begun': begun, ':sends': sends },
  };
}
