import { mapLimit } from '../../lib/async/map-limit.ts';
import { attempt, type Received } from '../../lib/queue/batch.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { rollUpDimensions } from '../../lib/rollups/dimensions.ts';
import { requestIfBehind } from '../../lib/rollups/dimensions-due.ts';
import { hoursOf, rollupMessages } from '../../lib/rollups/messages.ts';
import { rollUpBuckets } from '../../lib/rollups/rollups.ts';
import { sendNoted } from '../../lib/rollups/send-noted.ts';
import type { StoreHour } from '../../lib/rollups/store-day.ts';
import { rollUpHour } from '../../lib/rollups/store-hour.ts';
import { bucketOf } from '../../lib/store/keys.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';

const ROLLUPS_AT_ONCE = 8;
const HOURS_AT_ONCE = 4;

/** Of the function's 30 s, so that the days begun last have as much again to end in. */
const DIMENSIONS_MS = 12_000;

export interface RollupRequest {
  readonly hour: StoreHour;
  /** Entries were booked there now. Else all stood, and its rollup is only looked after: no note. */
  readonly isBooked: boolean;
  readonly received: readonly Received<AttributionMessage>[];
}

/**
 * Asks for the rollups of store-hours that were touched. They wait, so that what many batches touched is
 * rolled up once: rollups are written as often as they are requested, entries only once.
 */
export async function rollUpTouched(
  touched: readonly RollupRequest[],
  deps: AttributeDeps,
): Promise<void> {
  const delaySeconds = deps.rollupDelaySeconds;
  for (const isBooked of [true, false]) {
    const own = touched.filter((one) => one.isBooked === isBooked);
    const messages = rollupMessages(own.map(({ hour }) => hour));
    await attempt(
      own.flatMap(({ received }) => received),
      () =>
        isBooked
          ? sendNoted(messages, deps, delaySeconds)
          : deps.attribution.sendAll(messages, delaySeconds),
    );
  }
}

/**
 * Rolls up the store-hours that were requested, then their buckets, those of a provider's day together,
 * and asks for the day's dimensions: later, because they are made of the whole day.
 */
export async function rollUpAbove(
  received: readonly Received<MessageOf<'rollup'>>[],
  deps: AttributeDeps,
): Promise<void> {
  await mapLimit(byProviderDay(received), ROLLUPS_AT_ONCE, async (own) => {
    await attempt(own, () =>
      rollUpDay(
        own.map(({ message }) => message),
        deps,
      ),
    );
  });
}

async function rollUpDay(
  messages: readonly MessageOf<'rollup'>[],
  deps: AttributeDeps,
): Promise<void> {
  const { table } = deps;
  const first = messages[0];
  if (first === undefined) return;
  const { providerId, day } = first;
  const hours = hoursOf(messages);
  await mapLimit(hours, HOURS_AT_ONCE, (hour) => rollUpHour(table, hour));
  const buckets = new Set(hours.map(({ platform, storeId }) => bucketOf(platform, storeId)));
  await rollUpBuckets(table, providerId, day, [...buckets]);
  await requestDimensions({ providerId, day }, deps);
}

/** Where they know less than the day, also when nothing changed: an earlier worker may have died here. */
export function requestDimensions(
  place: { providerId: string; day: string },
  deps: AttributeDeps,
): Promise<void> {
  const message = { type: 'dimensions', v: MESSAGE_VERSION, ...place } as const;
  const request = () => sendNoted([message], deps, deps.dimensionsDelaySeconds);
  return requestIfBehind(deps.table, place, request, deps.now);
}

/**
 * Rolls up the dimensions of the days that were requested, each once. A restated month of many stores is more
 * than one invocation has time for: what is not begun by then is requested again.
 */
export async function rollUpDays(
  received: readonly Received<MessageOf<'dimensions'>>[],
  deps: AttributeDeps,
): Promise<void> {
  const untilMs = deps.now() + DIMENSIONS_MS;
  const late: Received<MessageOf<'dimensions'>>[] = [];
  await mapLimit(byProviderDay(received), ROLLUPS_AT_ONCE, async (own) => {
    const first = own[0];
    if (first === undefined) return;
    const { providerId, day } = first.message;
    // The first are done however late it is, so that each round leaves fewer.
    if (first !== received[0] && deps.now() >= untilMs) late.push(...own);
    else await attempt(own, () => rollUpThenCompare({ providerId, day }, deps));
  });
  await attempt(late, () =>
    sendNoted(
      late.map(({ message }) => message),
      deps,
    ),
  );
}

/** What changed while the day was read is not in what was rolled up: it is requested again. */
async function rollUpThenCompare(
  place: { providerId: string; day: string },
  deps: AttributeDeps,
): Promise<void> {
  await rollUpDimensions(deps.table, place.providerId, place.day);
  await requestDimensions(place, deps);
}

function byProviderDay<M extends { providerId: string; day: string }>(
  received: readonly Received<M>[],
): Received<M>[][] {
  const groups = Map.groupBy(received, ({ message: { providerId, day } }) =>
    JSON.stringify([providerId, day]),
  );
  return [...groups.values()];
}
