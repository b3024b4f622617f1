import { mapLimit } from '../async/map-limit.ts';
import type { Event, EventDraft, Platform } from '../events/event.ts';
import { PlatformError } from '../integrations/kit/platform-error.ts';
import type {
  PlatformRecord,
  RecordsContext,
  RecordsSource,
} from '../integrations/kit/platform-records.ts';
import { requestedBy } from '../integrations/kit/platform-requests.ts';
import { discoverStore } from '../store/accounts/parties.ts';
import type { BookedStream } from '../store/streams.ts';
import { toInstant } from '../time/shanghai.ts';
import { compareRecord, type Difference } from './compare.ts';
import type { Reconciler } from './deps.ts';
import type { KnownStreams } from './ours.ts';
import { patiently } from './patience.ts';
import type { WindowReading } from './read-window.ts';
import { sendFacts } from './send-facts.ts';

/** Streams that are read at once. */
const AT_ONCE = 16;

/** How often what is missing is asked for: a question among many may fail. */
const REPAIRS = 3;

/** A record, what differs from it in our events, and what these are once what we lacked is recorded. */
export interface Compared {
  readonly record: PlatformRecord;
  readonly differences: readonly Difference[];
  readonly known: readonly Event[];
}

export interface WindowCheck {
  readonly compared: readonly Compared[];
  /** Records that lacked something with us, and those of them that lack nothing any more. */
  readonly found: number;
  readonly repaired: number;
}

/**
 * Compares a window's records with our events, and sends what we lack to be recorded. That it is recorded
 * shows later: see `look`.
 * @throws PlatformError
 */
export async function checkWindow(
  source: RecordsSource,
  { records, facts }: Pick<WindowReading, 'records' | 'facts'>,
  known: KnownStreams,
  reader: Reconciler,
): Promise<WindowCheck> {
  const { platform } = reader.integration;
  const shown = await unknownOf(facts, known, platform);
  const reconciler = knowing(shown, reader);
  if (shown.length > 0) await sendFacts(shown, reconciler);
  const before = await mapLimit(records, AT_ONCE, async (record) => {
    const stream = streamOf(record, platform);
    return comparedWith(record, stream === undefined ? [] : await known.of(stream));
  });
  const lacking = before.filter(isLacking);
  if (lacking.length === 0) return { compared: before, found: 0, repaired: 0 };
  const { drafts, isUnanswered } = await askFor(source, lacking, records, reconciler);
  if (drafts.length > 0) await sendFacts(drafts, reconciler);
  if (isUnanswered) {
    throw new PlatformError('not every question about the records was answered', {
      retryable: true,
    });
  }
  const compared = before.map((one) =>
    isLacking(one) ? comparedWith(one.record, withDrafts(one, drafts, reconciler)) : one,
  );
  const left = compared.filter(isLacking).length;
  return { compared, found: lacking.length, repaired: lacking.length - left };
}

/** Facts beside the records that we have no complete event of. */
export async function unknownOf(
  facts: readonly EventDraft[],
  known: KnownStreams,
  platform: Platform,
): Promise<EventDraft[]> {
  const unknown = await mapLimit(facts, AT_ONCE, async (fact) => {
    const id = fact.voucherId ?? fact.orderId;
    if (id === null) return [fact];
    const events = await known.of({
      of: fact.voucherId === null ? 'order' : 'voucher',
      platform,
      id,
    });
    const same = events.find((event) => event.eventId === fact.eventId);
    return same !== undefined && (same.complete || !fact.complete) ? [] : [fact];
  });
  return unknown.flat();
}

/** These facts are on their way: to the integration they are known already. */
function knowing(shown: readonly EventDraft[], reader: Reconciler): Reconciler {
  if (shown.length === 0) return reader;
  const { context } = reader;
  const events = shown.map((draft) => stamped(draft, reader));
  const history: RecordsContext['history'] = async (voucherId) => [
    ...(await context.history(voucherId)),
    ...events.filter((event) => event.voucherId === voucherId),
  ];
  return { ...reader, context: { ...context, history } };
}

/** As it will be recorded, as far as anybody here looks. */
function stamped(draft: EventDraft, { integration, app }: Reconciler): Event {
  const { platform, loop, name } = integration;
  const of = { platform, loop, integration: name, appKey: app.appKey, deliveryId: null };
  return { ...draft, ...of, recordedAt: toInstant(0) } as Event;
}

/** Asks for what is missing, and again for what is missing still where a question was not answered. */
async function askFor(
  source: RecordsSource,
  lacking: readonly Compared[],
  all: readonly PlatformRecord[],
  reconciler: Reconciler,
): Promise<{ drafts: EventDraft[]; isUnanswered: boolean }> {
  const drafts = new Map<string, EventDraft>();
  const { platform } = reconciler.integration;
  let missing = lacking;
  let isUnanswered = false;
  for (let left = REPAIRS; left > 0 && missing.length > 0; left -= 1) {
    const records = missing.map(({ record }) => record);
    const repair = await patiently(
      () => source.repair(records, reconciler.context, all),
      reconciler,
    );
    for (const draft of listedBy(repair.events, records)) drafts.set(draft.eventId, draft);
    for (const { storeId, merchantId, name } of repair.stores) {
      const store = { platform, storeId, merchantId, name: name.slice(0, 200), city: null };
      await discoverStore(reconciler.deps.table, { ...store, namedBy: 'platform' });
    }
    isUnanswered = repair.again === 'unanswered';
    if (repair.again === undefined) break;
    const found = [...drafts.values()];
    missing = missing.filter((one) =>
      isLacking(comparedWith(one.record, withDrafts(one, found, reconciler))),
    );
  }
  return { drafts: [...drafts.values()], isUnanswered: isUnanswered && missing.length > 0 };
}

/** Facts with the call whose page shows their record: who asks the platform about one, asks about that. */
function listedBy(events: readonly EventDraft[], records: readonly PlatformRecord[]): EventDraft[] {
  const requests = new Map(records.map((record) => [nameOf(record), record.request] as const));
  return events.flatMap((event) => {
    const request = requests.get(event.eventId) ?? requests.get(event.voucherId ?? event.orderId);
    return requestedBy([event], request === undefined ? [] : [request]);
  });
}

/** A refund whose record names none is found by its voucher. */
function nameOf({ eventId, voucherId, orderId }: PlatformRecord): string | null {
  return eventId ?? voucherId ?? orderId;
}

function comparedWith(record: PlatformRecord, known: readonly Event[]): Compared {
  return { record, known, differences: compareRecord(record, known) };
}

function isLacking({ differences }: Compared): boolean {
  return differences.some(({ kind }) => kind === 'missing');
}

/** A stream's events as they are once these are recorded in it. */
function withDrafts(
  { record, known }: Compared,
  drafts: readonly EventDraft[],
  reconciler: Reconciler,
): Event[] {
  const own = drafts.filter((draft) =>
    record.voucherId === null
      ? draft.orderId === record.orderId && draft.kind === 'order.paid'
      : draft.voucherId === record.voucherId,
  );
  const names = new Set(own.map(({ eventId }) => eventId));
  const before = new Map(known.map((event) => [event.eventId, event]));
  const recorded = own.map((draft) =>
    asRecorded(stamped(draft, reconciler), before.get(draft.eventId)),
  );
  return [...known.filter((event) => !names.has(event.eventId)), ...recorded];
}

/** What `recordEvent` would make of it, as far as comparing cares: a complete event stays, but for its store. */
function asRecorded(event: Event, before: Event | undefined): Event {
  if (before?.complete !== true) return event;
  const isNamed = 'storeId' in before && before.storeId === null && 'storeId' in event;
  return isNamed ? ({ ...before, storeId: event.storeId } as Event) : before;
}

function streamOf(
  { voucherId, orderId }: PlatformRecord,
  platform: BookedStream['platform'],
): BookedStream | undefined {
  if (voucherId !== null) return { of: 'voucher', platform, id: voucherId };
  return orderId === null ? undefined : { of: 'order', platform, id: orderId };
}
