import { entriesOf, wantedEntries } from '../../lib/attribution/wanted.ts';
import { readBookable } from '../../lib/booking/stream-state.ts';
import { termsReader } from '../../lib/booking/terms.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { type ChannelMap, mapChannel } from '../../lib/events/channel-map.ts';
import { type Event, type EventDraft, eventSchema } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Integration, Reading } from '../../lib/integrations/kit/integration.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { errorFields } from '../../lib/log/log.ts';
import { mask } from '../../lib/mask/mask.ts';
import { readChannelMap } from '../../lib/store/accounts/channel-maps.ts';
import { readApp } from '../../lib/store/accounts/parties.ts';
import type { KeptDelivery } from '../../lib/store/deliveries/kept.ts';
import { type BookedStream, isBooked, streamsOf } from '../../lib/store/streams.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';

/** What an edited copy of a delivery would come to. Nothing of it is written, and no platform is asked. */
export interface Trial {
  /** As `read` has it; `unreadable` where the adapter failed. */
  readonly outcome: Reading['outcome'] | 'unreadable';
  readonly kind: string | null;
  readonly why: string | null;
  /** Of a hint: the platform's answer decides, which nobody asked for. */
  readonly isAsked: boolean;
  readonly events: readonly Event[];
  /** What would be booked beside what stands; a reversing entry has a minus. */
  readonly entries: readonly Entry[];
}

/** More facts than one delivery of any platform has. */
const MOST_EVENTS = 50;

/** @throws Problem `not-found` where its app or its integration is gone */
export async function tryCopy(
  { integration: name, appKey, receivedAt, deliveryId }: KeptDelivery,
  text: string,
  deps: ApiDeps,
): Promise<Trial> {
  const integration = findIntegration(name);
  const app = await readApp(deps.table, name, appKey);
  if (integration === undefined || app === undefined) {
    throw new Problem('not-found', 'The app of this delivery is not registered any more.');
  }
  const reading = readCopy(integration, app, text, receivedAt);
  if ('why' in reading && reading.outcome === 'unreadable') {
    return { ...reading, ...NOTHING, why: mask('text', reading.why) };
  }
  const drafts = draftsOf(reading, integration, app).slice(0, MOST_EVENTS);
  const map = await readChannelMap(deps.table, name, appKey);
  const stamped = { integration, appKey, deliveryId, nowMs: deps.now(), map };
  const { events, refused } = eventsOf(drafts, stamped);
  const why = reading.outcome === 'malformed' ? reading.why : refused;
  return {
    ...{
      outcome: reading.outcome,
      kind: reading.kind,
      why: why === null ? null : mask('text', why),
    },
    isAsked: reading.outcome === 'hint' && drafts.length === 0,
    ...{ events, entries: await wouldBook(events, deps) },
  };
}

const NOTHING = { isAsked: false, events: [], entries: [] };

type Read = Reading | { outcome: 'unreadable'; kind: null; why: string };

function readCopy(integration: Integration, app: App, text: string, receivedAt: string): Read {
  try {
    return integration.read(new TextEncoder().encode(text), app, receivedAt);
  } catch (error) {
    const { error: name, reason } = errorFields(error);
    return { outcome: 'unreadable', kind: null, why: `${name}: ${reason ?? ''}` };
  }
}

function draftsOf(reading: Read, integration: Integration, app: App): readonly EventDraft[] {
  if (reading.outcome === 'events') return reading.events;
  if (reading.outcome !== 'hint') return [];
  const isAsked = integration.resolve !== undefined && app.settings.enrichment === 'pull';
  return isAsked ? [] : (integration.fromHint?.(reading.hint) ?? []);
}

function eventsOf(
  drafts: readonly EventDraft[],
  stamp: {
    integration: Integration;
    appKey: string;
    deliveryId: string;
    nowMs: number;
    map: ChannelMap | undefined;
  },
): { events: Event[]; refused: string | null } {
  const { integration, appKey, deliveryId, nowMs } = stamp;
  const { platform, loop, name, refundsByOrder } = integration;
  const events: Event[] = [];
  const refused: string[] = [];
  for (const draft of drafts) {
    const parsed = eventSchema.safeParse({
      ...{ ...draft, platform, loop, integration: name, appKey, deliveryId, source: 'webhook' },
      recordedAt: toInstant(nowMs),
      ...(draft.kind === 'voucher.redeemed' && refundsByOrder === true ? { refundsByOrder } : {}),
    });
    if (parsed.success) events.push(mapChannel(parsed.data, stamp.map));
    else refused.push(parsed.error.issues.map(({ path }) => path.join('.')).join(', '));
  }
  return { events, refused: refused.length === 0 ? null : refused.join('; ').slice(0, 500) };
}

/** What each history would have booked with these events, less what it has booked without them. */
async function wouldBook(events: readonly Event[], deps: ApiDeps): Promise<Entry[]> {
  const readTerms = termsReader(deps);
  const streams = new Map<string, { stream: BookedStream; own: Event[] }>();
  for (const event of events) {
    for (const stream of streamsOf(event).filter(isBooked)) {
      const key = JSON.stringify([stream.of, stream.platform, stream.id]);
      const known = streams.get(key) ?? { stream, own: [] };
      known.own.push(event);
      streams.set(key, known);
    }
  }
  const found: Entry[] = [];
  for (const { stream, own } of streams.values()) {
    const [first] = own;
    if (first === undefined) continue;
    const state = await readBookable(deps.table, stream);
    const terms = await readTerms(first.platform, first.merchantId);
    const ids = new Set(own.map(({ eventId }) => eventId));
    const others = state.events.filter(({ eventId }) => !ids.has(eventId));
    const wanted = (all: readonly Event[]) =>
      wantedEntries(all, terms, state.markers).facts.flatMap((fact) => entriesOf(fact));
    const standing = new Set(wanted(state.events).map(entryKey));
    found.push(...wanted([...others, ...own]).filter((entry) => !standing.has(entryKey(entry))));
  }
  return found;
}

function entryKey({ entryId, providerId, amountFen, commissionFen, businessDay }: Entry): string {
  return JSON.stringify([entryId, providerId, amountFen, commissionFen, businessDay]);
}
