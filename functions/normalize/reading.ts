import * as z from 'zod';
import { idSchema } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Hint, Integration, Reading } from '../../lib/integrations/kit/integration.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import { errorFields } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import { type DeliveryMessage, unpackBody } from '../../lib/queue/messages.ts';
import type { Delivery } from '../../lib/store/deliveries/archive.ts';
import { readHint } from '../../lib/store/deliveries/waiting-hints.ts';
import type { Table } from '../../lib/store/table.ts';
import type { AppOf } from './apps.ts';
import { factsIn } from './facts.ts';
import type { Finding } from './finding.ts';
import type { HintWork } from './hints.ts';
import { type Repeated, readRepeated } from './repeated.ts';
import { factsSinceMs } from './sift.ts';

/** @returns undefined for a hint that somebody else has dealt with */
export async function readMessage(
  received: Received<DeliveryMessage>,
  appOf: AppOf,
  { table, now }: { readonly table: Table; readonly now: () => number },
): Promise<Finding | HintWork | Repeated | undefined> {
  const { message, fail } = received;
  const waiting = message.type === 'hint' ? await readHint(table, message.deliveryId) : undefined;
  if (message.type === 'hint' && waiting === undefined) return undefined;
  const delivery = waiting ?? deliveryOf(message);
  // Archived last, so what is archived is done. A hint that waits is looked at again all the same:
  // only its own item, deleted after the archive, says that it is done.
  const again = message.type === 'delivery' ? message.again : waiting?.again;
  if (waiting === undefined && !again) {
    const repeated = await readRepeated(table, delivery, fail);
    if (repeated !== undefined) return repeated;
  }
  const facts = await factsIn(delivery, { fail, again }, appOf);
  if (facts !== undefined) return facts;
  const { integration, app } = await ownerOf(delivery, appOf);
  const sinceMs = factsSinceMs(app, delivery);
  const isFirst = isFirstTry(received, now());
  const source = 'webhook' as const;
  const base = { delivery, integration, fail, waiting, again, sinceMs, isFirst, source };
  const finding = readDelivery(base, app);
  if ('hint' in finding || !UNREAD.has(finding.outcome)) return finding;
  // It may be encrypted with a key that was registered since this worker read the app.
  const { app: anew } = await ownerOf(delivery, appOf, true);
  return anew === app ? finding : readDelivery(base, anew);
}

const UNREAD: ReadonlySet<Finding['outcome']> = new Set(['parked', 'quarantined']);

/** A dead letter that AWS's own means moved back has no mark of it, but is older than this. */
const FIRST_TRY_MS = 60_000;

/**
 * Whether nobody worked on a delivery before, as far as its message shows: it was handed out once, is new, and is
 * no dead letter, replay or waiting hint. An earlier try may have written some of its facts and died.
 */
function isFirstTry({ message, receives = 1 }: Received<DeliveryMessage>, nowMs: number): boolean {
  if (message.type !== 'delivery' || receives > 1) return false;
  if (message.again === true || message.redriven === true) return false;
  return nowMs - Date.parse(message.receivedAt) < FIRST_TRY_MS;
}

type Base = Omit<Finding, 'kind' | 'outcome' | 'events' | 'stores'>;

/**
 * What the delivery says. Nothing here but its content can make this fail, so whatever is thrown is of
 * the content: it is set aside, to be read again when the adapter learnt, and never a dead letter.
 */
function readDelivery(base: Base, app: App): Finding | HintWork {
  const { delivery, integration } = base;
  let kind = 'unreadable';
  try {
    const reading = integration.read(delivery.body, app, delivery.receivedAt, delivery.about);
    ({ kind } = reading);
    return findingOf(reading, { ...base, kind }, app);
  } catch (error) {
    const { error: name, reason } = errorFields(error);
    const why = `the adapter could not read it: ${name}${reason === undefined ? '' : `, ${reason}`}`;
    return { ...base, kind, outcome: 'quarantined', why, events: [], stores: [] };
  }
}

function findingOf(
  reading: Reading,
  base: Omit<Finding, 'outcome' | 'events' | 'stores'>,
  app: App,
): Finding | HintWork {
  const nothing = { events: [], stores: [] };
  switch (reading.outcome) {
    case 'events':
      return { ...base, outcome: 'events', events: reading.events, stores: [] };
    case 'hint': {
      const hint: Hint = { ...reading.hint, ...hintIds.parse(reading.hint) };
      const { integration } = base;
      const canAsk = integration.resolve !== undefined;
      if (canAsk && app.settings.enrichment === 'pull')
        return { ...base, source: 'query', hint, app };
      const events = integration.fromHint?.(hint) ?? [];
      return { ...base, outcome: 'hint', events, stores: [] };
    }
    case 'kept':
      return { ...base, outcome: 'kept', ...nothing };
    case 'unknown':
      return {
        ...{ ...base, outcome: 'parked', why: 'nobody knows this kind', isKindUnknown: true },
        ...nothing,
      };
    case 'malformed':
      return { ...base, outcome: 'quarantined', why: reading.why, ...nothing };
    default:
      return reading satisfies never;
  }
}

/** Keys of the table and of questions to the platform are made of these. */
const hintIds = z.object({ merchantId: idSchema, orderId: idSchema, voucherId: idSchema });

/** @throws when the app or its integration is gone: that is ours to mend, and the message is kept */
async function ownerOf(
  delivery: Delivery,
  appOf: AppOf,
  isAnew = false,
): Promise<{ integration: Integration; app: App }> {
  const integration = findIntegration(delivery.integration);
  if (integration === undefined) throw new Error(`no integration ${delivery.integration} here`);
  const app = await appOf(delivery.integration, delivery.appKey, isAnew);
  if (app === undefined) throw new Error('the app of this delivery is not registered any more');
  return { integration, app };
}

function deliveryOf(message: DeliveryMessage): Delivery {
  if (message.type === 'hint') throw new Error('a hint message has no body of its own');
  const { deliveryId, integration, appKey, receivedAt, about } = message;
  const body = unpackBody(message);
  return { deliveryId, integration, appKey, receivedAt, ...(about && { about }), body };
}
