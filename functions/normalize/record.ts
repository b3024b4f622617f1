import { mapLimit } from '../../lib/async/map-limit.ts';
import { type EventOf, idSchema } from '../../lib/events/event.ts';
import { discoverStore } from '../../lib/store/accounts/parties.ts';
import { amendArchive, archiveDelivery, putSetAside } from '../../lib/store/deliveries/archive.ts';
import { deleteHint } from '../../lib/store/deliveries/waiting-hints.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import { priceByOrder } from '../../lib/store/ledger/order-worth.ts';
import { type BookedStream, isBooked, type Stream, streamsOf } from '../../lib/store/streams.ts';
import type { Table } from '../../lib/store/table.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { Finding, RecordDeps } from './finding.ts';
import { kindForItems, kindForLogs } from './kinds.ts';
import { notifyAttribution } from './notify.ts';
import { sift } from './sift.ts';

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
      return await writeFacts(finding, deps);
    } catch (error) {
      finding.fail(error);
      return undefined;
    }
  });
  const done = written.filter((one) => one !== undefined);
  try {
    await notifyAttribution(
      done.flatMap((one) => one.streams),
      deps,
    );
  } catch (error) {
    for (const { finding, streams } of done) if (streams.length > 0) finding.fail(error);
    return closeAll(
      done.filter((one) => one.streams.length === 0),
      deps,
    );
  }
  await closeAll(done, deps);
}

/** A finding with the histories that its facts changed. */
interface Written {
  readonly finding: Finding;
  readonly streams: readonly Stream[];
}

async function writeFacts(finding: Finding, deps: RecordDeps): Promise<Written> {
  const streams: Stream[] = [];
  const { events, refused } = await sift(finding, deps.buyerKey, deps.now());
  for (const event of events) {
    const outcome = await recordEvent(deps.table, event);
    if (outcome === 'conflict') {
      deps.log('error', 'event-conflict', { eventId: event.eventId, kind: event.kind });
    }
    streams.push(...streamsOf(event));
    const priced = await priceByOrder(deps.table, event, toInstant(deps.now()));
    streams.push(...priced.flatMap(streamsOf));
    if (event.kind === 'store.bound') await bindStore(event, deps.table);
  }
  await nameStores(finding, deps.table);
  if (refused === undefined || finding.outcome === 'waiting') return { finding, streams };
  return { finding: { ...finding, outcome: 'quarantined', why: refused }, streams };
}

/** A courtesy of the platform's: what is no id holds up nothing. */
async function nameStores({ stores, integration }: Finding, table: Table): Promise<void> {
  const { platform } = integration;
  for (const { storeId, merchantId, name } of stores) {
    if (!isId(storeId) || !isId(merchantId)) continue;
    const store = { platform, storeId, merchantId, name: name.slice(0, MAX_NAME), city: null };
    await discoverStore(table, { ...store, namedBy: 'platform' });
  }
}

const isId = (id: string) => idSchema.safeParse(id).success;

/** Longer than any sign over a receiver. */
const MAX_NAME = 200;

/** The platform reported that a store is the merchant's; its name comes later, or from the operator. */
async function bindStore(event: EventOf<'store.bound'>, table: Table): Promise<void> {
  const { platform, storeId, merchantId } = event;
  await discoverStore(table, {
    ...{ platform, storeId, merchantId },
    ...{ name: null, city: null, namedBy: 'platform' as const },
  });
}

async function closeAll(all: readonly Written[], deps: RecordDeps): Promise<void> {
  await mapLimit(all, WRITES_AT_ONCE, async (one) => {
    try {
      await close(one, deps);
    } catch (error) {
      one.finding.fail(error);
    }
  });
}

async function close(
  { finding, streams }: Written,
  { table, now, log }: RecordDeps,
): Promise<void> {
  const { delivery, outcome, why } = finding;
  if (outcome === 'waiting') return;
  const kind = kindForLogs(finding);
  const changed = uniqueOf(streams.filter(isBooked));
  const written = { outcome, kind: kindForItems(finding), why, changed };
  if (outcome === 'parked' || outcome === 'quarantined') {
    await putSetAside(table, outcome, delivery, written, now());
    log('warn', `delivery-${outcome}`, { deliveryId: delivery.deliveryId, kind, why });
  }
  if (finding.again) await amendArchive(table, delivery, written, now());
  else await archiveDelivery(table, delivery, written, now());
  if (finding.waiting !== undefined) await deleteHint(table, delivery.deliveryId);
  const { deliveryId } = delivery;
  log('info', 'delivery-read', { deliveryId, outcome, kind, events: finding.events.length });
}

function uniqueOf(streams: readonly BookedStream[]): BookedStream[] {
  return [...new Map(streams.map((stream) => [JSON.stringify(stream), stream])).values()];
}
