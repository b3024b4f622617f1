import { mapLimit } from '../../lib/async/map-limit.ts';
import { type Event, type EventDraft, type EventOf, eventSchema } from '../../lib/events/event.ts';
import type { Integration, NamedStore } from '../../lib/integrations/integration.ts';
import type { Log } from '../../lib/log/log.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { withoutBuyer } from '../../lib/store/buyer-key.ts';
import {
  amendArchive,
  archiveDelivery,
  type Delivery,
  deleteHint,
  shelve,
  type WaitingHint,
} from '../../lib/store/deliveries.ts';
import { recordEvent } from '../../lib/store/events.ts';
import { discoverStore } from '../../lib/store/registry.ts';
import { isBooked, type Subject, subjectsOf } from '../../lib/store/subjects.ts';
import type { Table } from '../../lib/store/table.ts';
import { toInstant } from '../../lib/time/shanghai.ts';

export interface RecordDeps {
  readonly table: Table;
  readonly attribution: Queue<AttributionMessage>;
  readonly now: () => number;
  readonly log: Log;
  readonly buyerKey: () => Promise<string>;
  /** Head start for contract writes under way before an event of the same moment is booked. */
  readonly changedDelaySeconds: number;
}

/** What one delivery came to. */
export interface Finding {
  readonly delivery: Delivery;
  readonly integration: Integration;
  readonly kind: string;
  /** `waiting`: its facts so far are written, but it is asked about again. */
  readonly outcome: 'events' | 'hint' | 'kept' | 'parked' | 'quarantined' | 'waiting';
  readonly why?: string;
  readonly events: readonly EventDraft[];
  readonly stores: readonly NamedStore[];
  /** The item of a hint that waited, to be deleted in the end. */
  readonly waiting: WaitingHint | undefined;
  /** It is in the archive already, and was read again. */
  readonly again?: true | undefined;
  readonly fail: (error: unknown) => void;
}

const WRITES_AT_ONCE = 16;

/**
 * Writes findings down, in the order that makes every crash harmless: events, then the message to
 * attribution, then the archive that marks the delivery done, then the end of its waiting.
 */
export async function recordFindings(
  findings: readonly Finding[],
  deps: RecordDeps,
): Promise<void> {
  const written = await mapLimit(findings, WRITES_AT_ONCE, async (finding) => {
    try {
      return { finding, subjects: await writeFacts(finding, deps) };
    } catch (error) {
      finding.fail(error);
      return undefined;
    }
  });
  const done = written.filter((one) => one !== undefined);
  try {
    await tellAttribution(
      done.flatMap((one) => one.subjects),
      deps,
    );
  } catch (error) {
    for (const { finding, subjects } of done) if (subjects.length > 0) finding.fail(error);
    return closeAll(
      done.filter((one) => one.subjects.length === 0).map((one) => one.finding),
      deps,
    );
  }
  await closeAll(
    done.map((one) => one.finding),
    deps,
  );
}

async function writeFacts(finding: Finding, deps: RecordDeps): Promise<Subject[]> {
  const subjects: Subject[] = [];
  const { name: integration } = finding.integration;
  for (const draft of finding.events) {
    const event = stamp(await withoutBuyer(draft, integration, deps.buyerKey), finding, deps.now());
    const outcome = await recordEvent(deps.table, event);
    if (outcome === 'conflict') {
      deps.log('error', 'event-conflict', { eventId: event.eventId, kind: event.kind });
    }
    subjects.push(...subjectsOf(event));
    if (event.kind === 'store.bound') await bindStore(event, deps.table);
  }
  for (const { storeId, merchantId, name } of finding.stores) {
    const { platform } = finding.integration;
    const store = { platform, storeId, merchantId, name, city: null, namedBy: 'platform' as const };
    await discoverStore(deps.table, store);
  }
  return subjects;
}

/** The platform told that a store is the merchant's; its name comes later, or from the operator. */
async function bindStore(event: EventOf<'store.bound'>, table: Table): Promise<void> {
  const { platform, storeId, merchantId } = event;
  await discoverStore(table, {
    ...{ platform, storeId, merchantId },
    ...{ name: null, city: null, namedBy: 'platform' as const },
  });
}

function stamp(draft: object, { delivery, integration }: Finding, nowMs: number): Event {
  return eventSchema.parse({
    ...draft,
    platform: integration.platform,
    loop: integration.loop,
    integration: integration.name,
    appKey: delivery.appKey,
    deliveryId: delivery.deliveryId,
    recordedAt: toInstant(nowMs),
  });
}

async function tellAttribution(subjects: readonly Subject[], deps: RecordDeps): Promise<void> {
  const unique = new Map(subjects.map((subject) => [JSON.stringify(subject), subject]));
  const messages = [...unique.values()].filter(isBooked).map(
    ({ of, platform, id }): AttributionMessage => ({
      ...{ type: 'changed', v: MESSAGE_VERSION, of, platform, id },
    }),
  );
  await deps.attribution.sendAll(messages, deps.changedDelaySeconds);
}

async function closeAll(findings: readonly Finding[], deps: RecordDeps): Promise<void> {
  await mapLimit(findings, WRITES_AT_ONCE, async (finding) => {
    try {
      await close(finding, deps);
    } catch (error) {
      finding.fail(error);
    }
  });
}

async function close(finding: Finding, { table, now, log }: RecordDeps): Promise<void> {
  const { delivery, outcome, kind, why } = finding;
  if (outcome === 'waiting') return;
  const written = { outcome, kind, why };
  if (outcome === 'parked' || outcome === 'quarantined') {
    await shelve(table, outcome, delivery, written, now());
    log('warn', `delivery-${outcome}`, { deliveryId: delivery.deliveryId, kind, why });
  }
  if (finding.again) await amendArchive(table, delivery, written, now());
  else await archiveDelivery(table, delivery, written, now());
  if (finding.waiting !== undefined) await deleteHint(table, delivery.deliveryId);
  const { deliveryId } = delivery;
  log('info', 'delivery-read', { deliveryId, outcome, kind, events: finding.events.length });
}
