import * as z from 'zod';
import { hintPartition, keys, SHARDS } from '../keys.ts';
import type { Item, Table } from '../table.ts';
import { countShards, deliverySchema, pack, unpackBody } from './archive.ts';

/** Hints that wait for their platform's answer, each an item with its delivery. */

export const waitingHintSchema = deliverySchema.extend({
  /** How often it was put aside: the item's version. */
  attempt: z.int(),
  /** How often it was queried in vain; not counted where its turn did not come. */
  failures: z.int(),
  /** How often the platform answered without showing what the hint says. */
  answers: z.int(),
  /** Epoch ms. */
  dueAtMs: z.int(),
  why: z.string(),
  /** It is in the archive already, and is read again. */
  again: z.literal(true).optional(),
});
/** A hint whose platform could not answer yet, with its delivery. */
export type WaitingHint = z.infer<typeof waitingHintSchema>;

/**
 * Puts a hint aside, or further off.
 * @param before how often it was queried when it was last read
 * @returns false when it was queried again since: then it is another worker's
 */
export async function putHint(table: Table, hint: WaitingHint, before: number): Promise<boolean> {
  const { attempt, failures, answers, dueAtMs, why, again } = hint;
  const fields = { ...(await pack(table, hint)), attempt, failures, answers, dueAtMs, why, again };
  if (before === 0) return table.put(keys.hint(hint.deliveryId), fields);
  return table.put(keys.hint(hint.deliveryId), fields, {
    expression: 'attempt = :before',
    values: { ':before': before },
  });
}

export async function readHint(table: Table, deliveryId: string): Promise<WaitingHint | undefined> {
  const item = await table.get(keys.hint(deliveryId));
  return item === undefined ? undefined : unpackHint(table, item);
}

export async function deleteHint(table: Table, deliveryId: string): Promise<void> {
  await table.delete(keys.hint(deliveryId));
}

/** All of them, without their bodies. */
export async function* waitingHints(table: Table): AsyncGenerator<Omit<WaitingHint, 'body'>> {
  for await (const item of hintItems(table)) yield withoutBody.parse(item);
}

/** All of them, each opened: only an errand looks into all. */
export async function* openedHints(table: Table): AsyncGenerator<WaitingHint> {
  for await (const item of hintItems(table)) yield await unpackHint(table, item);
}

async function* hintItems(table: Table): AsyncGenerator<Item> {
  for (const shard of SHARDS) yield* table.query(hintPartition(shard));
}

const withoutBody = waitingHintSchema.omit({ body: true });

export async function countHints(table: Table): Promise<number> {
  return countShards(table, hintPartition);
}

async function unpackHint(table: Table, item: Item): Promise<WaitingHint> {
  return waitingHintSchema.parse({ ...item, body: await unpackBody(table, item) });
}
