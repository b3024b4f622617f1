import { mapLimit } from '../../lib/async/map-limit.ts';
import { type Event, type EventOf, idSchema } from '../../lib/events/event.ts';
import { groupOf } from '../../lib/queue/queue.ts';
import { discoverStore } from '../../lib/store/accounts/parties.ts';
import { noteProduct } from '../../lib/store/accounts/products.ts';
import { amendArchive, archiveDelivery, putSetAside } from '../../lib/store/deliveries/archive.ts';
import { deleteHint } from '../../lib/store/deliveries/waiting-hints.ts';
import { type RecordedFact, recordFact } from '../../lib/store/ledger/events.ts';
import { priceByOrder } from '../../lib/store/ledger/order-worth.ts';
import { type BookedStream, isBooked, type Stream, streamsOf } from '../../lib/store/streams.ts';
import type { Table } from '../../lib/store/table.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { ChannelMaps } from './channels.ts';
import type { Finding, RecordDeps } from './finding.ts';
import { kindForItems, kindForLogs } from './kinds.ts';
import { type ChangedStream, notifyAttribution } from './notify.ts';
import { recordedMs, sift } from './sift.ts';

const WRITES_AT_ONCE = 16;

/**
 * Writes findings down, in the order that makes every crash harmless: events, then the message to
 * attribution, then the archive that marks the delivery done, then the end of its waiting.
 */
export async function recordFindings(
  findings: readonly Finding[],
  deps: RecordDeps,
): Promise<void> {
  const maps = deps.channelMaps ?? new ChannelMaps(Number.POSITIVE_INFINITY, deps.now);
  const written = await mapLimit(findings, WRITES_AT_ONCE, async (finding) => {
    try {
      return await writeFacts(finding, maps, deps);
    } catch (error) {
      finding.fail(error);
      return undefined;
    }
  });
  const done = written.filter((one) => one !== undefined);
  try {
    await notifyAttribution(
      done.flatMap((one) => changedBy(one, deps)),
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
  /** Epoch ms: what it recorded is not of a later time. */
  readonly recordedMs: number;
}

/** What has waited long enough on the intake queue already does not wait again. */
function changedBy(
  written: Written,
  { now, changedDelaySeconds }: Pick<RecordDeps, 'now' | 'changedDelaySeconds'>,
): ChangedStream[] {
  const leftMs = written.recordedMs + changedDelaySeconds * 1_000 - now();
  const delaySeconds = Math.max(0, Math.ceil(leftMs / 1_000));
  const { integration, appKey } = written.finding.delivery;
  const group = groupOf(integration, appKey);
  return written.streams.map((stream) => ({ stream, delaySeconds, group }));
}

async function writeFacts(finding: Finding, maps: ChannelMaps, deps: RecordDeps): Promise<Written> {
  const streams: Stream[] = [];
  const nowMs = deps.now();
  let newestMs = recordedMs(finding, nowMs);
  const { events, refused } = await sift(finding, deps.buyerKey, nowMs);
  await noteProducts(finding, events, deps.table);
  for (const sifted of events) {
    const event = await maps.mapped(deps.table, sifted);
    const recorded = await recordFact(deps.table, event);
    if (recorded.outcome === 'conflict') {
      deps.log('error', 'event-conflict', { eventId: event.eventId, kind: event.kind });
    }
    // A bill changes nothing that is booked.
    const isBill = event.kind === 'voucher.billed';
    if (!isBill && !isToldByAnother(recorded, finding)) streams.push(...streamsOf(event));
    const pricedMs = deps.now();
    const priced = await priceByOrder(deps.table, event, toInstant(pricedMs));
    streams.push(...priced.flatMap(streamsOf));
    if (priced.length > 0) newestMs = pricedMs;
    if (event.kind === 'store.bound') await bindStore(event, deps.table);
  }
  await nameStores(finding, deps.table);
  const own = { streams, recordedMs: newestMs };
  if (refused === undefined || finding.outcome === 'waiting') return { finding, ...own };
  return { finding: { ...finding, outcome: 'quarantined', why: refused }, ...own };
}

/**
 * A payment that another delivery brought, whole and as it is reported now: that delivery notifies attribution, or
 * comes again. An earlier try of this one may have left something in the order's history, so a repeated one notifies.
 */
function isToldByAnother({ stood }: RecordedFact, { isFirst = false, delivery }: Finding): boolean {
  if (!isFirst || stood?.kind !== 'order.paid' || !stood.complete) return false;
  return stood.deliveryId !== null && stood.deliveryId !== delivery.deliveryId;
}

/** What was sold, for the catalogue, under the name that the platform told. */
async function noteProducts(
  { events: drafts }: Finding,
  events: readonly Event[],
  table: Table,
): Promise<void> {
  const names = new Map(
    drafts.flatMap((draft) =>
      'sale' in draft && draft.productName ? [[draft.sale?.productId, draft.productName]] : [],
    ),
  );
  for (const event of events) {
    if (event.kind !== 'order.paid' && event.kind !== 'voucher.redeemed') continue;
    const { productId } = event.sale;
    if (productId === null) continue;
    const { platform, merchantId, recordedAt: seenAt } = event;
    const platformName = names.get(productId) ?? null;
    await noteProduct(table, { platform, productId, merchantId, platformName, seenAt });
  }
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
  { table, now, log, bodyDays }: RecordDeps,
): Promise<void> {
  const { delivery, outcome, why } = finding;
  if (outcome === 'waiting') return;
  const kind = kindForLogs(finding);
  const changed = uniqueOf(streams.filter(isBooked));
  const written = { outcome, kind: kindForItems(finding), why, changed };
  if (outcome === 'parked' || outcome === 'quarantined') {
    await putSetAside(table, outcome, delivery, written, now(), bodyDays);
    log('warn', `delivery-${outcome}`, { deliveryId: delivery.deliveryId, kind, why });
  }
  if (finding.again) await amendArchive(table, delivery, written, now(), bodyDays);
  else await archiveDelivery(table, delivery, written, now(), bodyDays);
  if (finding.waiting !== undefined) await deleteHint(table, delivery.deliveryId);
  const { deliveryId } = delivery;
  log('info', 'delivery-read', { deliveryId, outcome, kind, events: finding.events.length });
}

function uniqueOf(streams: readonly BookedStream[]): BookedStream[] {
  return [...new Map(streams.map((stream) => [JSON.stringify(stream), stream])).values()];
}
