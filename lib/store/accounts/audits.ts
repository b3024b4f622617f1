import * as z from 'zod';
import { keys, trailPartition } from '../keys.ts';
import type { Table } from '../table.ts';

/** Who changed or took out what: an item each, which is completed once and never changed again. */

const recordedSchema = z.object({
  /** Its instant and a random end: the order of the trail. */
  auditId: z.string(),
  at: z.string(),
  /** `bootstrap`, `member/<memberId>` or `token/<tokenId>`. */
  actor: z.string(),
  /** A truncated address. */
  from: z.string(),
  /** The route. */
  call: z.string(),
  requestId: z.string(),
  /** Providers whom it is about: their owners see it. */
  providers: z.array(z.string()),
  subject: z.string(),
  /** Null: it was begun, and nobody knows what became of it. `unchanged`: all was as it is already. */
  outcome: z.enum(['done', 'refused', 'unchanged']).nullable(),
  before: z.unknown(),
  after: z.unknown(),
});
export type AuditRecord = z.infer<typeof recordedSchema>;

const DAY_SECONDS = 86_400;

/** Written before anything is done: what was done without a trace cannot be. */
export async function beginAudit(
  table: Table,
  record: AuditRecord,
  keepDays: number,
): Promise<void> {
  const expiresAt = Math.ceil(Date.parse(record.at) / 1000) + keepDays * DAY_SECONDS;
  await table.put(placeOf(record.auditId), { ...record, expiresAt });
}

/** What became of it. The first counts. */
export async function completeAudit(
  table: Table,
  auditId: string,
  what: Pick<AuditRecord, 'outcome' | 'providers' | 'subject' | 'before' | 'after'>,
): Promise<void> {
  await table.set(placeOf(auditId), what, {
    expression: 'attribute_exists(#id) AND #outcome = :open',
    names: { '#id': 'auditId', '#outcome': 'outcome' },
    values: { ':open': null },
  });
}

/** A day's trail after a record, the oldest first. */
export async function* trailOf(
  table: Table,
  day: string,
  after: string | undefined,
): AsyncGenerator<AuditRecord> {
  const between = [after === undefined ? '0' : `${after}!`, '~'] as const;
  for await (const item of table.query(trailPartition(day), { between })) {
    yield recordedSchema.parse(item);
  }
}

function placeOf(auditId: string) {
  return keys.audit(auditId.slice(0, 10), auditId);
}
