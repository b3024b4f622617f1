import * as z from 'zod';
import { droppedPartition, keys, SHARDS } from '../keys.ts';
import type { Table } from '../table.ts';

/** A dead letter that somebody dropped, and why: what it stood for is not done, and not outstanding either. */
export const droppedSchema = z.object({
  /** Its delivery's id, or a hash of its message where it is of none. */
  letterId: z.string(),
  queue: z.string(),
  type: z.string(),
  deliveryId: z.string().nullable(),
  integration: z.string().nullable(),
  appKey: z.string().nullable(),
  receivedAt: z.string(),
  /** What was to be done, of the attribution queue: its messages hold ids and no personal data. */
  work: z.string().nullable(),
  reason: z.string(),
  droppedBy: z.string(),
  droppedAt: z.string(),
});
export type Dropped = z.infer<typeof droppedSchema>;

/** Before the letter is deleted. Dropped again, it says the latest reason. */
export async function recordDrop(table: Table, dropped: Dropped): Promise<void> {
  await table.put(keys.dropped(dropped.letterId), dropped, null);
}

export async function isDropped(table: Table, deliveryId: string): Promise<boolean> {
  return (await table.get(keys.dropped(deliveryId))) !== undefined;
}

/** All of them by id, after one when given. */
export async function* droppedLetters(table: Table, afterId?: string): AsyncGenerator<Dropped> {
  // The shard is the id's first digit, so shards in order are ids in order.
  const first = afterId?.slice(0, 1) ?? '';
  for (const shard of SHARDS.filter((each) => each >= first)) {
    const after = shard === first ? afterId : undefined;
    // 'g' comes after every hexadecimal digit.
    const options = after === undefined ? {} : { between: [after, 'g'] as const };
    for await (const item of table.query(droppedPartition(shard), options)) {
      if (item.sk !== after) yield droppedSchema.parse(item);
    }
  }
}
