import type {
  RecordsSource,
  RecordsWindow,
  Unlisted,
} from '../integrations/kit/platform-records.ts';
import { instantToMs } from '../time/shanghai.ts';
import type { FactDifference } from './compare.ts';
import type { Reconciler } from './deps.ts';
import type { OurRedemption } from './ours.ts';
import { patiently } from './patience.ts';
import type { WindowReading } from './read-window.ts';
import { sendFacts } from './send-facts.ts';

/** So many are asked about of one window; the others are `extra` until the next reading. */
const MAX_ASKED = 200;

/** Of one question, so that what was answered is kept when the next one is not. */
const PER_QUESTION = 20;

/**
 * Redemptions of ours within a window that stand, and that no list of the platform shows, reversed or not. What a row
 * that nobody can read says of its voucher is not known, so nothing of that voucher is among them.
 */
export function unlistedOf(
  ours: readonly OurRedemption[],
  { records, unread }: Pick<WindowReading, 'records' | 'unread'>,
  { fromMs, untilMs }: Pick<RecordsWindow, 'fromMs' | 'untilMs'>,
): Unlisted[] {
  const listed = new Set(records.map(({ eventId }) => eventId));
  const unreadable = new Set(unread.map(({ voucherId }) => voucherId));
  return ours.flatMap(({ event, isReversed }) => {
    const atMs = instantToMs(event.occurredAt);
    // A till's own time may lie in another window than the platform's.
    const isWithin = atMs >= fromMs && atMs < untilMs && event.isTimeEstimated !== true;
    const isListed = listed.has(event.eventId) || unreadable.has(event.voucherId);
    return isWithin && !isReversed && !isListed ? [event] : [];
  });
}

/**
 * Sends the reversals that the platform tells of when it is asked about what its lists do not show.
 * @returns the ids of the redemptions that were taken back
 * @throws PlatformError
 */
export async function sendTakenBack(
  unlisted: readonly Unlisted[],
  source: RecordsSource,
  { records }: Pick<WindowReading, 'records'>,
  reconciler: Reconciler,
): Promise<ReadonlySet<string>> {
  const { takenBack } = source;
  if (takenBack === undefined || unlisted.length === 0) return new Set();
  const asked = unlisted.slice(0, MAX_ASKED);
  const chunks = Array.from({ length: Math.ceil(asked.length / PER_QUESTION) }, (_, at) =>
    asked.slice(at * PER_QUESTION, (at + 1) * PER_QUESTION),
  );
  const ids = new Set<string>();
  for (const some of chunks) {
    const found = await patiently(() => takenBack(some, reconciler.context, records), reconciler);
    if (found.size > 0) await sendFacts([...found.values()], reconciler);
    for (const id of found.keys()) ids.add(id);
  }
  return ids;
}

/** What we have and the platform does not record. */
export function extra({ voucherId, orderId, storeId, amounts }: Unlisted): FactDifference {
  return {
    ...({ kind: 'extra', reason: 'redemption-extra', theirs: null } as const),
    ours: amounts.paidFen + amounts.platformDiscountFen,
    ...{ voucherId, orderId, storeId },
  };
}
