import type { Marker } from '../../../lib/attribution/generations.ts';
import { readHistory } from '../../../lib/attribution/history.ts';
import { addEntries, NO_SUMS, restate } from '../../../lib/attribution/restate.ts';
import { bookStream } from '../../../lib/booking/book.ts';
import { readBookable } from '../../../lib/booking/stream-state.ts';
import { type ReadTerms, termsReader } from '../../../lib/booking/terms.ts';
import type { Channel } from '../../../lib/events/channel.ts';
import {
  type ChannelMap,
  mapKnownAt,
  withMappedChannel,
  wordedSale,
} from '../../../lib/events/channel-map.ts';
import type { Event } from '../../../lib/events/event.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import { readChannelMaps } from '../../../lib/store/accounts/channel-maps.ts';
import { type Job, placeMarker } from '../../../lib/store/ledger/restatements.ts';
import { streamOf } from '../../../lib/store/streams.ts';
import type { Table } from '../../../lib/store/table.ts';
import type { AttributeDeps } from '../deps.ts';
import { type LedgerFinding, NOTHING_FOUND } from './progress.ts';

/**
 * Attributes again what one entry stands for. A fact is dealt with at the first of its entries that
 * stood before this restatement; at its other ones there is nothing to do.
 */
export async function restateEntry(
  entry: Entry,
  job: Job,
  readTerms: ReadTerms,
  deps: AttributeDeps,
): Promise<LedgerFinding> {
  if (!isOriginal(entry) || entry.restatementId === job.restatementId) return NOTHING_FOUND;
  const stream = streamOf(entry);
  const state = await readBookable(deps.table, stream);
  const { restatementId, asOf, from, to, reason } = job;
  const channels = await channelsKnownAt(state.events, asOf, deps.table);
  const marker: Marker = { restatementId, asOf, from, to, reason, ...channels };
  const fact = readHistory(state.events).booked.find(
    ({ event }) => event.eventId === entry.eventId,
  );
  if (fact === undefined) return NOTHING_FOUND;
  const terms = await readTerms(entry.platform, entry.merchantId);
  const restated = restate(fact, terms, state.markers, marker);
  if (restated.originals[0]?.entryId !== entry.entryId) return NOTHING_FOUND;
  const found = { ...NOTHING_FOUND, facts: 1 };
  if (!restated.isChanged) return found;
  const changed = { ...found, changed: 1, providers: comparison(restated.before, restated.after) };
  if (job.dryRun) return changed;
  await placeMarker(deps.table, stream, marker);
  const now = await readBookable(deps.table, stream);
  const { hours, standing } = await bookStream(stream, now, termsReader(deps), deps);
  // Also what a worker before us booked of it, who may have died before it requested that.
  await deps.notices?.request(standing.filter((one) => one.restatementId === restatementId));
  return { ...changed, touched: hours };
}

/** By the apps' channel maps as they were at an instant; nothing where the events have the same channels. */
async function channelsKnownAt(
  events: readonly Event[],
  asOf: string,
  table: Table,
): Promise<Pick<Marker, 'channels'>> {
  const channels: Record<string, Channel> = {};
  const logs = new Map<string, Promise<ChannelMap[]>>();
  for (const event of events) {
    const sale = wordedSale(event);
    if (sale === undefined) continue;
    const { integration, appKey } = event;
    const key = JSON.stringify([integration, appKey]);
    const log = logs.get(key) ?? readChannelMaps(table, integration, appKey);
    logs.set(key, log);
    const { channel } = withMappedChannel(sale, mapKnownAt(await log, asOf));
    if (channel !== sale.channel) channels[event.eventId] = channel;
  }
  return Object.keys(channels).length === 0 ? {} : { channels };
}

/** An entry that a fact opened, and not one that takes back, corrects, or stands again. */
export function isOriginal({ reverses, corrects, entryId }: Entry): boolean {
  return reverses === null && corrects === null && !/~v\d+$/.test(entryId);
}

function comparison(before: readonly Entry[], after: readonly Entry[]): Job['providers'] {
  const providers = new Set([...before, ...after].map((entry) => entry.providerId));
  return Object.fromEntries(
    [...providers].map((providerId) => {
      const own = (entries: readonly Entry[]) =>
        entries.filter((entry) => entry.providerId === providerId);
      const [had, has] = [own(before), own(after)];
      const stores = [...new Set([...had, ...has].map(({ storeId }) => storeId))];
      const [first, second] = [addEntries(NO_SUMS, had), addEntries(NO_SUMS, has)];
      return [providerId, { before: first, after: second, stores, hasMoreStores: false }];
    }),
  );
}
