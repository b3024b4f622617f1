import { mapLimit } from '../../lib/async/map-limit.ts';
import { attempt, type Received } from '../../lib/queue/batch.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { groupOf } from '../../lib/queue/queue.ts';
import { rollUpDimensions } from '../../lib/rollups/dimensions.ts';
import { requestIfBehind } from '../../lib/rollups/dimensions-due.ts';
import { hoursOf, uniqueHours } from '../../lib/rollups/messages.ts';
import { rollUpBuckets } from '../../lib/rollups/rollups.ts';
import type { StoreHour } from '../../lib/rollups/store-day.ts';
import { rollUpHour } from '../../lib/rollups/store-hour.ts';
import { bucketOf } from '../../lib/store/keys.ts';
import type { Item } from '../../lib/store/table.ts';
import { businessDayAt } from '../../lib/time/shanghai.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';

const ROLLUPS_AT_ONCE = 8;
const HOURS_AT_ONCE = 4;

/** Of the function's 30 s, so that the days begun last have as much again to end in. */
const DIMENSIONS_MS = 12_000;

/** A store's hour that a booking looked at, and the messages that had it booked. */
interface Touched {
  readonly hour: StoreHour;
  readonly received: readonly Received<AttributionMessage>[];
}

/**
 * Rolls up what a batch touched, also where all entries stood: an earlier worker may have died before it did.
 * What fails fails the messages that touched the same provider's day, and comes again with them.
 */
export async function rollUpTouched(
  touched: readonly Touched[],
  deps: AttributeDeps,
): Promise<void> {
  await mapLimit(
    byProviderDay(touched, ({ hour }) => hour),
    ROLLUPS_AT_ONCE,
    async (own) => {
      const messages = new Set(own.flatMap(({ received }) => received));
      await attempt([...messages], () => rollUpDay(uniqueHours(own.map(({ hour }) => hour)), deps));
    },
  );
}

/** Rolls up what closings and jobs requested by messages of their own, those of a provider's day together. */
export async function rollUpAbove(
  received: readonly Received<MessageOf<'rollup'>>[],
  deps: AttributeDeps,
): Promise<void> {
  await mapLimit(byProviderDay(received, messageOf), ROLLUPS_AT_ONCE, async (own) => {
    await attempt(own, () => rollUpDay(hoursOf(own.map(messageOf)), deps));
  });
}

/** The store-hours of one provider's day, then their buckets; its dimensions later: they are made of the whole day. */
async function rollUpDay(hours: readonly StoreHour[], deps: AttributeDeps): Promise<void> {
  const { table } = deps;
  const first = hours[0];
  if (first === undefined) return;
  const { providerId, day } = first;
  await mapLimit(hours, HOURS_AT_ONCE, (hour) => rollUpHour(table, hour));
  const buckets = new Set(hours.map(({ platform, storeId }) => bucketOf(platform, storeId)));
  const written = await rollUpBuckets(table, providerId, day, [...buckets]);
  await requestDimensions({ providerId, day }, deps, written);
}

/**
 * Where they know less than the day, also when nothing changed: an earlier worker may have died here.
 * @param written the day as the caller's own write left it
 */
export function requestDimensions(
  place: { providerId: string; day: string },
  deps: AttributeDeps,
  written?: Item,
): Promise<void> {
  const message = { type: 'dimensions', v: MESSAGE_VERSION, ...place } as const;
  const request = () =>
    deps.attribution.send(message, deps.dimensionsDelaySeconds, groupOf(place.providerId));
  return requestIfBehind(deps.table, place, request, deps.now, written);
}

/**
 * Rolls up the dimensions of the days that were requested, each once. A restated month of many stores is more
 * than one invocation has time for: what is not begun by then is requested again.
 */
export async function rollUpDays(
  received: readonly Received<MessageOf<'dimensions'>>[],
  deps: AttributeDeps,
): Promise<void> {
  const beganMs = deps.now();
  const untilMs = beganMs + DIMENSIONS_MS;
  const today = businessDayAt(beganMs);
  const late: Received<MessageOf<'dimensions'>>[] = [];
  await mapLimit(byProviderDay(received, messageOf), ROLLUPS_AT_ONCE, async (own) => {
    const first = own[0];
    if (first === undefined) return;
    const { providerId, day } = first.message;
    // The first are done however late it is, so that each round leaves fewer.
    if (first !== received[0] && deps.now() >= untilMs) late.push(...own);
    else await attempt(own, () => rollUpThenCompare({ providerId, day }, today, deps));
  });
  await attempt(late, () => deps.attribution.sendAll(late.map(messageOf)));
}

/** What changed while the day was read is not in what was rolled up: it is requested again. */
async function rollUpThenCompare(
  place: { providerId: string; day: string },
  today: string,
  deps: AttributeDeps,
): Promise<void> {
  const written = await rollUpDimensions(deps.table, place.providerId, place.day, today);
  await requestDimensions(place, deps, written);
}

const messageOf = <M>({ message }: Received<M>): M => message;

function byProviderDay<T>(
  all: readonly T[],
  placeOf: (one: T) => { providerId: string; day: string },
): T[][] {
  const groups = Map.groupBy(all, (one) => {
    const { providerId, day } = placeOf(one);
    return JSON.stringify([providerId, day]);
  });
  return [...groups.values()];
}
