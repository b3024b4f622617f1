import * as z from 'zod';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** How far an app's records were read behind the live edge, and which days are planned to be read whole. */
const edgeSchema = z.object({
  /** Epoch ms: every merchant's records are read up to here … */
  untilMs: z.int(),
  /** … and up to there those of the merchants up to this one; null: none of them. */
  reading: z.object({ toMs: z.int(), after: z.string() }).nullable(),
  /** The last business day that is planned. */
  plannedDay: z.iso.date(),
  /** Who reads on from there at this moment, until when at the latest. */
  worker: z.string().nullable(),
  workerUntilMs: z.int(),
  /** How often it was changed: the guard. */
  step: z.int(),
});
export type Edge = z.infer<typeof edgeSchema>;

export async function readEdge(
  table: Table,
  integration: string,
  appKey: string,
): Promise<Edge | undefined> {
  const item = await table.get(keys.edge(integration, appKey));
  return item === undefined ? undefined : edgeSchema.parse(item);
}

/** @param before as it was read; undefined: there was none @returns false when somebody was faster */
export function writeEdge(
  table: Table,
  { integration, appKey }: { readonly integration: string; readonly appKey: string },
  edge: Omit<Edge, 'step'>,
  before: Edge | undefined,
): Promise<boolean> {
  const key = keys.edge(integration, appKey);
  if (before === undefined) return table.put(key, { ...edge, step: 0 });
  return table.put(
    key,
    { ...edge, step: before.step + 1 },
    { expression: 'step = :step', values: { ':step': before.step } },
  );
}
