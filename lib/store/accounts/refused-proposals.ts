import * as z from 'zod';
import { keys, merchantPartition, PREFIX } from '../keys.ts';
import type { Table } from '../table.ts';

/** That the operator refused to make a contract of a cooperation that a platform reports, and why. */
const refusedSchema = z.object({
  cooperationId: z.string(),
  reason: z.string(),
  actor: z.string(),
  at: z.iso.datetime({ offset: true }),
});
export type RefusedProposal = z.infer<typeof refusedSchema>;

interface Place {
  readonly platform: string;
  readonly merchantId: string;
}

/** Of a merchant, by cooperation. */
export async function readRefused(
  table: Table,
  { platform, merchantId }: Place,
): Promise<Map<string, RefusedProposal>> {
  const refused = new Map<string, RefusedProposal>();
  const pk = merchantPartition(platform, merchantId);
  for await (const item of table.query(pk, { startsWith: PREFIX.refused })) {
    const one = refusedSchema.parse(item);
    refused.set(one.cooperationId, one);
  }
  return refused;
}

/** Refuses it once: what was said first stays. @returns what stands */
export async function refuseProposal(
  table: Table,
  { platform, merchantId }: Place,
  refused: RefusedProposal,
): Promise<RefusedProposal> {
  const key = keys.refusedProposal(platform, merchantId, refused.cooperationId);
  if (await table.put(key, refused)) return refused;
  return refusedSchema.parse(await table.get(key));
}
