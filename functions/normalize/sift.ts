import { type Event, type EventDraft, eventSchema } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Delivery } from '../../lib/store/deliveries/archive.ts';
import { withoutBuyer } from '../../lib/store/privacy/buyer-key.ts';
import { instantToMs, toInstant } from '../../lib/time/shanghai.ts';
import type { Finding } from './finding.ts';

/** What was sold before an app was registered may still be redeemed: the longest validity that is sold is a year. */
const BEFORE_REGISTRATION_MS = 400 * 86_400_000;

/** Of a clock that is ahead, or of a day given instead of an instant. */
const AHEAD_MS = 86_400_000;

/** What came longer ago than this has had its wait; it is recorded when it is written. */
const JUST_RECEIVED_MS = 5_000;

/**
 * Epoch ms: when the facts of a delivery count as recorded, which decides what contracts are known to them. One that
 * has just come was recorded when it came, so that the head start of contract writes passes while the queue gathers a
 * batch. A clock that is ahead or far behind is not asked.
 */
export function recordedMs(
  { delivery, again }: Pick<Finding, 'delivery' | 'again'>,
  nowMs: number,
): number {
  const ageMs = nowMs - Date.parse(delivery.receivedAt);
  return again === true || !(ageMs >= 0 && ageMs <= JUST_RECEIVED_MS) ? nowMs : nowMs - ageMs;
}

/** Far more than any documented fact; an item of the table holds 400 KB. */
const MAX_EVENT_CHARACTERS = 64 * 1024;

/**
 * Epoch ms. What an app reports of an earlier time is no fact of it: most likely a time in another unit.
 * @param app undefined where it is not registered any more
 */
export function factsSinceMs(app: App | undefined, { receivedAt }: Pick<Delivery, 'receivedAt'>) {
  const since = app?.settings.factsSince;
  if (since !== undefined) return instantToMs(`${since}T00:00:00+08:00`);
  return instantToMs(app?.registeredAt ?? receivedAt) - BEFORE_REGISTRATION_MS;
}

export interface Sifted {
  readonly events: readonly Event[];
  /** Why others of its facts may not be written, without what they say; undefined when all may. */
  readonly refused: string | undefined;
}

/**
 * The one place where facts become events: stamped with where they came from, and held to what an event
 * may be. What does not fit is a platform's content, whichever integration read it, and never our failure.
 */
export async function sift(
  finding: Pick<Finding, 'events' | 'source' | 'delivery' | 'integration' | 'sinceMs' | 'again'>,
  buyerKey: () => Promise<string>,
  nowMs: number,
): Promise<Sifted> {
  const events: Event[] = [];
  const refused = new Set<string>();
  for (const draft of finding.events) {
    const { name } = finding.integration;
    const parsed = eventSchema.safeParse(
      stamp(await withoutBuyer(draft, name, buyerKey), finding, nowMs),
    );
    const why = parsed.success
      ? whyNot(parsed.data, finding, nowMs)
      : `did not fit: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`;
    if (parsed.success && why === undefined) events.push(parsed.data);
    else refused.add(`${draft.kind}: ${why}`);
  }
  return {
    events,
    refused: refused.size === 0 ? undefined : [...refused].join('; ').slice(0, 500),
  };
}

function stamp(
  draft: Omit<EventDraft, 'buyerId'>,
  finding: Pick<Finding, 'delivery' | 'integration' | 'source' | 'again'>,
  nowMs: number,
): object {
  const { delivery, integration } = finding;
  return {
    ...draft,
    platform: integration.platform,
    loop: integration.loop,
    integration: integration.name,
    appKey: delivery.appKey,
    deliveryId: delivery.deliveryId,
    source: finding.source,
    recordedAt: toInstant(recordedMs(finding, nowMs)),
    ...(draft.kind === 'voucher.redeemed' && integration.refundsByOrder === true
      ? { refundsByOrder: true }
      : {}),
  };
}

function whyNot(
  event: Event,
  { sinceMs }: Pick<Finding, 'sinceMs'>,
  nowMs: number,
): string | undefined {
  const atMs = Date.parse(event.occurredAt);
  if (!(atMs >= sinceMs && atMs <= nowMs + AHEAD_MS)) {
    return `its time ${event.occurredAt} is not between ${toInstant(sinceMs)} and a day from now`;
  }
  const isLarge = JSON.stringify(event).length > MAX_EVENT_CHARACTERS;
  return isLarge ? `it has more than ${MAX_EVENT_CHARACTERS} characters` : undefined;
}
