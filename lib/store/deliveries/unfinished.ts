import * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import { keys, SHARDS, unfinishedPartition } from '../keys.ts';
import type { Condition, Item, Table } from '../table.ts';

/**
 * Work of the attribution queue that failed and may fail for good. Its message may then get lost (a
 * dead-letter queue purged, 14 days over), so what is to be done stands here until it is done.
 * See docs/decisions/0021.
 */
export const unfinishedSchema = z.object({
  workId: z.string(),
  /** The message as JSON, to be sent again as it is. */
  message: z.string(),
  /** When it failed first. */
  since: z.string(),
  /** How often a worker began it: who ends it must be the last who did. */
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
  message: string,
  since: string,
  nowMs: number,
): Promise<Unfinished> {
  const key = keys.unfinished(workIdOf(message));
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
export async function endWork(table: Table, { workId, begun }: Unfinished): Promise<void> {
  await table.delete(keys.unfinished(workId), {
    expression: 'begun = :begun',
    values: { ':begun': begun },
  });
}

/** Somebody decided that it is not done at all. */
export async function dropWork(table: Table, message: string): Promise<void> {
  await table.delete(keys.unfinished(workIdOf(message)));
}

/** Before it is sent again. @returns false when it was begun, ended or sent since */
export async function putOffWork(table: Table, work: Unfinished, nowMs: number): Promise<boolean> {
  const sends = work.sends + 1;
  const next = { ...work, sends, dueAtMs: nowMs + waitMs(sends) };
  return table.put(keys.unfinished(work.workId), next, asRead(work));
}

export async function* unfinishedWork(table: Table): AsyncGenerator<Unfinished> {
  for (const shard of SHARDS) {
    for await (const item of table.query(unfinishedPartition(shard))) yield read(item);
  }
}

export async function countUnfinished(table: Table): Promise<number> {
  const counts = await Promise.all(SHARDS.map((shard) => table.count(unfinishedPartition(shard))));
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
