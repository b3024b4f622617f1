import * as z from 'zod';
import { keys, PREFIX, type StatementId, statementPartition } from '../keys.ts';
import type { Table } from '../table.ts';

/** How far one of the workers came who make lines of a month side by side: each has some of the days' buckets. */
const laneSchema = z.object({
  lane: z.int().min(0),
  /** Batches of work done: the item's version. */
  step: z.int(),
  /** Nobody else works on the batch before this, epoch ms. */
  leaseUntilMs: z.int(),
  /** Where it goes on; null: at the beginning, or nowhere when it is done. */
  cursor: z.string().nullable(),
  isDone: z.boolean(),
  /** Entries looked at. */
  looked: z.int(),
});
export type Lane = z.infer<typeof laneSchema>;

/** Makes lanes where they are not yet: of two who do it, both find the same. */
export async function createLanes(table: Table, id: StatementId, count: number): Promise<void> {
  for (let lane = 0; lane < count; lane += 1) {
    const begun = { lane, step: 0, leaseUntilMs: 0, cursor: null, isDone: false, looked: 0 };
    await table.put(keys.statementLane(id, lane), begun satisfies Lane);
  }
}

/** The first so many, in their order. */
export async function readLanes(table: Table, id: StatementId, count: number): Promise<Lane[]> {
  const lanes: Lane[] = [];
  const pk = statementPartition(id);
  for await (const item of table.query(pk, { startsWith: PREFIX.lane, limit: count })) {
    lanes.push(laneSchema.parse(item));
  }
  return lanes;
}

/** @returns false when another worker was ahead */
export async function saveLane(
  table: Table,
  id: StatementId,
  lane: Lane,
  { step, leaseUntilMs }: Lane,
): Promise<boolean> {
  return table.put(keys.statementLane(id, lane.lane), lane, {
    expression: 'step = :step AND leaseUntilMs = :lease',
    values: { ':step': step, ':lease': leaseUntilMs },
  });
}
