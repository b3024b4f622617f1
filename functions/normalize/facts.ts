import { mapLimit } from '../../lib/async/map-limit.ts';
import type { EventDraft } from '../../lib/events/event.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import { parseJsonBytes } from '../../lib/json/parse.ts';
import type { Received } from '../../lib/queue/batch.ts';
import { type FactsMessage, factsSchema } from '../../lib/queue/messages.ts';
import { COUNTER_ABOUT, type Delivery, isArchived } from '../../lib/store/deliveries.ts';
import type { Table } from '../../lib/store/table.ts';
import type { Finding } from './record.ts';

const READS_AT_ONCE = 16;

/**
 * Facts that a platform answered to a call of ours: nothing is to be read or asked any more. They are
 * recorded like any finding, and archived as the events they are, so that a replay tells the same.
 */
export async function findingsOfFacts(
  received: readonly Received<FactsMessage>[],
  table: Table,
): Promise<Finding[]> {
  const findings = await mapLimit(received, READS_AT_ONCE, async ({ message, fail }) => {
    try {
      if (await isArchived(table, message.deliveryId)) return undefined;
      return factsFinding(deliveryOf(message), message.events, { fail, again: undefined });
    } catch (error) {
      fail(error);
      return undefined;
    }
  });
  return findings.filter((finding) => finding !== undefined);
}

/** A replay of what was archived here; undefined for every other delivery. @throws when it is damaged */
export function factsIn(
  delivery: Delivery,
  how: Pick<Finding, 'fail' | 'again'>,
): Finding | undefined {
  if (delivery.about !== COUNTER_ABOUT) return undefined;
  return factsFinding(delivery, factsSchema.parse(parseJsonBytes(delivery.body)), how);
}

/** @throws when the integration is gone: that is ours to mend, and the message is kept */
function factsFinding(
  delivery: Delivery,
  events: readonly EventDraft[],
  { fail, again }: Pick<Finding, 'fail' | 'again'>,
): Finding {
  const integration = findIntegration(delivery.integration);
  if (integration === undefined) throw new Error(`no integration ${delivery.integration} here`);
  const { kind } = events[0] ?? { kind: 'none' };
  return {
    ...{ delivery, integration, kind, fail, again, events },
    ...{ outcome: 'events', stores: [], waiting: undefined },
  };
}

function deliveryOf({
  deliveryId,
  integration,
  appKey,
  receivedAt,
  events,
}: FactsMessage): Delivery {
  const body = new Uint8Array(Buffer.from(JSON.stringify(events), 'utf8'));
  return { deliveryId, integration, appKey, receivedAt, about: COUNTER_ABOUT, body };
}
