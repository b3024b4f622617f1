import type { EventDraft, EventSource } from '../../lib/events/event.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import { parseJsonBytes } from '../../lib/json/parse.ts';
import type { Received } from '../../lib/queue/batch.ts';
import { type FactsMessage, factsSchema } from '../../lib/queue/messages.ts';
import {
  BILLS_ABOUT,
  type Delivery,
  RECORDS_ABOUT,
  TILL_ABOUT,
} from '../../lib/store/deliveries/archive.ts';
import type { Table } from '../../lib/store/table.ts';
import type { AppOf } from './apps.ts';
import type { Finding } from './finding.ts';
import { type Repeated, readRepeated } from './repeated.ts';
import { factsSinceMs } from './sift.ts';

/**
 * Facts that a platform answered to a call of ours: nothing of them is read or queried any more. They are
 * recorded like any finding, and archived as the events they are, so that a replay finds the same.
 */
export async function readFacts(
  { message, fail }: Received<FactsMessage>,
  appOf: AppOf,
  table: Table,
): Promise<Finding | Repeated> {
  const repeated = await readRepeated(table, message, fail);
  if (repeated !== undefined) return repeated;
  return factsFinding(deliveryOf(message), message.events, { fail, again: undefined }, appOf);
}

/** A replay of what was archived here; undefined for every other delivery. @throws when it is damaged */
export async function factsIn(
  delivery: Delivery,
  how: Pick<Finding, 'fail' | 'again'>,
  appOf: AppOf,
): Promise<Finding | undefined> {
  if (delivery.about === undefined || !SOURCES.has(delivery.about)) return undefined;
  return factsFinding(delivery, factsSchema.parse(parseJsonBytes(delivery.body)), how, appOf);
}

/** @throws when the integration is gone: that is ours to mend, and the message is kept */
async function factsFinding(
  delivery: Delivery,
  events: readonly EventDraft[],
  { fail, again }: Pick<Finding, 'fail' | 'again'>,
  appOf: AppOf,
): Promise<Finding> {
  const integration = findIntegration(delivery.integration);
  if (integration === undefined) throw new Error(`no integration ${delivery.integration} here`);
  const { kind } = events[0] ?? { kind: 'none' };
  // Its app may be gone: what was done at the till is booked all the same.
  const app = await appOf(delivery.integration, delivery.appKey);
  const sinceMs = factsSinceMs(app, delivery);
  return {
    ...{ delivery, integration, kind, fail, again, events, sinceMs, source: sourceOf(delivery) },
    ...{ outcome: 'events', stores: [], waiting: undefined },
  };
}

function deliveryOf({
  deliveryId,
  integration,
  appKey,
  receivedAt,
  events,
  source,
}: FactsMessage): Delivery {
  const body = new Uint8Array(Buffer.from(JSON.stringify(events), 'utf8'));
  const about = source === undefined ? TILL_ABOUT : ABOUT[source];
  return { deliveryId, integration, appKey, receivedAt, about, body };
}

const ABOUT = { list: RECORDS_ABOUT, bill: BILLS_ABOUT } as const;

const SOURCES: ReadonlyMap<string, EventSource> = new Map([
  [TILL_ABOUT, 'call'],
  [RECORDS_ABOUT, 'list'],
  [BILLS_ABOUT, 'bill'],
]);

function sourceOf({ about = '' }: Delivery): EventSource {
  return SOURCES.get(about) ?? 'call';
}
