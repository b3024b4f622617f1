import { fingerprint } from '../crypto/hash.ts';
import {
  createReconciliation,
  type Reconciliation,
} from '../store/reconciliation/reconciliations.ts';
import type { Table } from '../store/table.ts';
import { toInstant } from '../time/shanghai.ts';

/** What was wanted by the schedule is kept so long after it was begun, in days. */
const KEPT_DAYS = 60;

export type WantedReconciliation = Pick<
  Reconciliation,
  'integration' | 'appKey' | 'from' | 'to' | 'stores' | 'pass' | 'wantedBy'
>;

/**
 * Begins a reconciliation. The schedule's is named by what it is of, so that it is begun once. An operator's
 * begins with the time, and the same wanted twice at once is one.
 * @param time which of the readings that the schedule wants of one day in one pass, from 1
 * @returns its id
 */
export async function beginReconciliation(
  table: Table,
  wanted: WantedReconciliation,
  nowMs: number,
  time = 1,
): Promise<string> {
  const startedAt = toInstant(nowMs);
  const isScheduled = wanted.wantedBy === 'schedule';
  const hash = fingerprint(JSON.stringify(wanted)).slice(0, 12);
  const stamp = startedAt.replace(/\D/g, '').slice(0, 17);
  const reconciliationId = isScheduled
    ? `${wanted.pass}${time === 1 ? '' : time}-${wanted.to}-${hash}`
    : `${stamp}-${hash}`;
  await createReconciliation(table, {
    ...wanted,
    ...{ reconciliationId, status: 'running', reason: null, startedAt, endedAt: null, step: 0 },
    ...{ placesTotal: null, businessDay: wanted.from, place: null, soFar: null, awaited: [] },
    ...{ failures: 0, resumeAtMs: 0, worker: null, workerUntilMs: 0 },
    ...{ done: 0, calls: 0, found: 0, repaired: 0, differences: 0 },
    ...(isScheduled ? { expiresAt: Math.floor(nowMs / 1000) + KEPT_DAYS * 86_400 } : {}),
  });
  return reconciliationId;
}
