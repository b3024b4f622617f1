import * as z from 'zod';
import { type SetAsideReason, SHARDS, setAsidePartition } from '../keys.ts';
import type { Table } from '../table.ts';

const setAsideSchema = z.object({
  deliveryId: z.string(),
  integration: z.string(),
  appKey: z.string(),
  receivedAt: z.string(),
  /** What the platform calls it. */
  kind: z.string(),
  why: z.string().nullish(),
});
/** A delivery that was set aside, without its body. */
export type SetAsideDelivery = z.infer<typeof setAsideSchema>;

/** The deliveries on a set-aside list, by id, after one when given. */
export async function* listSetAside(
  table: Table,
  reason: SetAsideReason,
  afterId?: string,
): AsyncGenerator<SetAsideDelivery> {
  // The shard is the id's first digit, so shards in order are ids in order.
  const first = afterId?.slice(0, 1) ?? '';
  for (const shard of SHARDS.filter((each) => each >= first)) {
    const after = shard === first ? afterId : undefined;
    // 'g' comes after every hexadecimal digit.
    const options = after === undefined ? {} : { between: [after, 'g'] as const };
    for await (const item of table.query(setAsidePartition(reason, shard), options)) {
      if (item.sk !== after) yield setAsideSchema.parse(item);
    }
  }
}
