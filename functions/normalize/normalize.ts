import { mapLimit } from '../../lib/async/map-limit.ts';
import type { App } from '../../lib/integrations/app.ts';
import type { Integration, Reading } from '../../lib/integrations/integration.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import {
  type AuditMessage,
  type DeliveryMessage,
  type FactsMessage,
  type IntakeMessage,
  unpackBody,
} from '../../lib/queue/messages.ts';
import { type Delivery, isArchived, readHint } from '../../lib/store/deliveries.ts';
import { readApp } from '../../lib/store/registry.ts';
import type { Table } from '../../lib/store/table.ts';
import { type AuditDeps, tellDecisions } from './audits.ts';
import { factsIn, findingsOfFacts } from './facts.ts';
import { type AskDeps, askAboutHints, type HintWork } from './hints.ts';
import { type Finding, type RecordDeps, recordFindings } from './record.ts';

export interface NormalizeDeps extends RecordDeps, AskDeps, AuditDeps {
  readonly table: Table;
  readonly now: () => number;
  readonly log: Log;
}

/** Deliveries read at once; each is a few single-item reads. */
const READS_AT_ONCE = 16;

/**
 * One batch from the intake queue: read what each delivery says, ask the platforms about the hints
 * (those of one order together), write the events, tell attribution, and archive; and tell the
 * platforms how refund requests were decided. A message is gone from the queue only after all of
 * that, and every step may be repeated.
 */
export async function normalize(
  received: readonly Received<IntakeMessage>[],
  deps: NormalizeDeps,
): Promise<void> {
  const apps = new Map<string, Promise<App | undefined>>();
  const { deliveries, audits, facts } = byKind(received);
  const works = await mapLimit(deliveries, READS_AT_ONCE, async (one) => {
    try {
      return await readMessage(one, apps, deps);
    } catch (error) {
      one.fail(error);
      return undefined;
    }
  });
  const hints: HintWork[] = [];
  const findings: Finding[] = await findingsOfFacts(facts, deps.table);
  for (const work of works) {
    if (work === undefined) continue;
    if ('hint' in work) hints.push(work);
    else findings.push(work);
  }
  // What needs nobody's answer does not wait for those that do.
  await recordFindings(findings, deps);
  await Promise.all([
    askAboutHints(hints, deps, (found) => recordFindings(found, deps)),
    tellDecisions(audits, deps),
  ]);
}

function byKind(received: readonly Received<IntakeMessage>[]) {
  const deliveries: Received<DeliveryMessage>[] = [];
  const audits: Received<AuditMessage>[] = [];
  const facts: Received<FactsMessage>[] = [];
  for (const { message, fail } of received) {
    if (message.type === 'audit') audits.push({ message, fail });
    else if (message.type === 'facts') facts.push({ message, fail });
    else deliveries.push({ message, fail });
  }
  return { deliveries, audits, facts };
}

async function readMessage(
  { message, fail }: Received<DeliveryMessage>,
  apps: Map<string, Promise<App | undefined>>,
  deps: NormalizeDeps,
): Promise<Finding | HintWork | undefined> {
  const waiting =
    message.type === 'hint' ? await readHint(deps.table, message.deliveryId) : undefined;
  if (message.type === 'hint' && waiting === undefined) return undefined;
  const delivery = waiting ?? deliveryOf(message);
  // Archived last, so what is archived is done. A hint that waits is looked at again all the same:
  // only its own item, deleted after the archive, says that it is done.
  const again = message.type === 'delivery' ? message.again : waiting?.again;
  if (waiting === undefined && !again && (await isArchived(deps.table, delivery.deliveryId)))
    return undefined;
  const facts = factsIn(delivery, { fail, again });
  if (facts !== undefined) return facts;
  const { integration, app } = await ownerOf(delivery, apps, deps.table);
  const reading = integration.read(delivery.body, app, delivery.receivedAt, delivery.about);
  const base = { delivery, integration, kind: reading.kind, fail, waiting, again };
  return findingOf(reading, base, app);
}

function findingOf(
  reading: Reading,
  base: Omit<Finding, 'outcome' | 'events' | 'stores'>,
  app: App,
): Finding | HintWork {
  switch (reading.outcome) {
    case 'events':
      return { ...base, outcome: 'events', events: reading.events, stores: [] };
    case 'hint':
      if (app.settings.enrichment === 'pull') return { ...base, hint: reading.hint, app };
      return {
        ...base,
        outcome: 'hint',
        events: base.integration.fromHint(reading.hint),
        stores: [],
      };
    case 'kept':
      return { ...base, outcome: 'kept', events: [], stores: [] };
    case 'unknown':
      return { ...base, outcome: 'parked', why: 'nobody knows this kind', events: [], stores: [] };
    case 'malformed':
      return { ...base, outcome: 'quarantined', why: reading.why, events: [], stores: [] };
    default:
      return reading satisfies never;
  }
}

/** @throws when the app or its integration is gone: that is ours to mend, and the message is kept */
async function ownerOf(
  delivery: Delivery,
  apps: Map<string, Promise<App | undefined>>,
  table: Table,
): Promise<{ integration: Integration; app: App }> {
  const integration = findIntegration(delivery.integration);
  if (integration === undefined) throw new Error(`no integration ${delivery.integration} here`);
  const key = JSON.stringify([delivery.integration, delivery.appKey]);
  const found = apps.get(key) ?? readApp(table, delivery.integration, delivery.appKey);
  apps.set(key, found);
  const app = await found;
  if (app === undefined) throw new Error('the app of this delivery is not registered any more');
  return { integration, app };
}

function deliveryOf(message: DeliveryMessage): Delivery {
  if (message.type === 'hint') throw new Error('a hint message has no body of its own');
  const { deliveryId, integration, appKey, receivedAt, about } = message;
  const body = unpackBody(message);
  return { deliveryId, integration, appKey, receivedAt, ...(about && { about }), body };
}
