import { mapLimit } from '../../lib/async/map-limit.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import type {
  AuditMessage,
  DeliveryMessage,
  FactsMessage,
  IntakeMessage,
} from '../../lib/queue/messages.ts';
import type { Table } from '../../lib/store/table.ts';
import { appsOfBatch, type RememberedApps } from './apps.ts';
import { type AuditDeps, notifyDecisions } from './audits.ts';
import { readFacts } from './facts.ts';
import type { Finding, RecordDeps } from './finding.ts';
import { type AskDeps, askAboutHints, type HintWork } from './hints.ts';
import { readMessage } from './reading.ts';
import { recordFindings } from './record.ts';
import { type Repeated, tellAgain } from './repeated.ts';

export interface NormalizeDeps extends RecordDeps, AskDeps, AuditDeps {
  readonly table: Table;
  readonly now: () => number;
  readonly log: Log;
  /** What this worker knows of apps from its batches before; absent: each batch reads its own. */
  readonly apps?: RememberedApps;
}

/** Deliveries read at once; each is a few single-item reads. */
const READS_AT_ONCE = 16;

/**
 * One batch from the intake queue: read what each delivery says, ask the platforms about the hints
 * (those of one order together), write the events, notify attribution, and archive; and report to the
 * platforms how refund requests were decided. A message is gone from the queue only after all of
 * that, and every step may be repeated.
 */
export async function normalize(
  received: readonly Received<IntakeMessage>[],
  deps: NormalizeDeps,
): Promise<void> {
  const appOf = appsOfBatch(deps.table, deps.apps, deps.now);
  const { deliveries, audits, facts } = byKind(received);
  const works = await mapLimit(
    [...deliveries, ...facts],
    READS_AT_ONCE,
    async ({ message, ...how }) => {
      try {
        return message.type === 'facts'
          ? await readFacts({ message, ...how }, appOf, deps.table)
          : await readMessage({ message, ...how }, appOf, deps);
      } catch (error) {
        how.fail(error);
        return undefined;
      }
    },
  );
  const hints: HintWork[] = [];
  const findings: Finding[] = [];
  const repeated: Repeated[] = [];
  for (const work of works) {
    if (work === undefined) continue;
    if ('changed' in work) repeated.push(work);
    else if ('hint' in work) hints.push(work);
    else findings.push(work);
  }
  // What needs nobody's answer does not wait for those that do.
  await recordFindings(findings, deps);
  await Promise.all([
    askAboutHints(hints, deps, (found, sending) => recordFindings(found, { ...deps, ...sending })),
    notifyDecisions(audits, deps),
    tellAgain(repeated, deps),
  ]);
}

function byKind(received: readonly Received<IntakeMessage>[]) {
  const deliveries: Received<DeliveryMessage>[] = [];
  const audits: Received<AuditMessage>[] = [];
  const facts: Received<FactsMessage>[] = [];
  for (const { message, ...how } of received) {
    if (message.type === 'audit') audits.push({ message, ...how });
    else if (message.type === 'facts') facts.push({ message, ...how });
    else deliveries.push({ message, ...how });
  }
  return { deliveries, audits, facts };
}
