import { mapLimit } from '../../lib/async/map-limit.ts';
import { attempt, type Received } from '../../lib/queue/batch.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { foldDimensions } from '../../lib/store/dimensions.ts';
import { requestIfBehind } from '../../lib/store/dimensions-due.ts';
import { foldMessages, hoursOf } from '../../lib/store/fold-messages.ts';
import { foldBuckets } from '../../lib/store/folds.ts';
import { BUCKETS, bucketOf } from '../../lib/store/keys.ts';
import { refoldStoreHour } from '../../lib/store/refold.ts';
import type { StoreHour } from '../../lib/store/store-day.ts';
import { v1Hours } from '../../lib/store/v1-folds.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';

type Asked = Received<AttributionMessage>;

const FOLDS_AT_ONCE = 8;
const HOURS_AT_ONCE = 4;

/** Of the function's 30 s, so that the days begun last have as much again to end in. */
const DIMENSIONS_MS = 12_000;

/**
 * Asks for the folds of store-hours that were touched. They wait, so that what many batches touched is
 * folded once: folds are written as often as they are asked for, entries only once.
 */
export async function foldTouched(
  touched: readonly { hour: StoreHour; received: readonly Asked[] }[],
  deps: AttributeDeps,
): Promise<void> {
  const messages = foldMessages(touched.map(({ hour }) => hour));
  await attempt(
    touched.flatMap(({ received }) => received),
    () => deps.attribution.sendAll(messages, deps.foldDelaySeconds),
  );
}

/**
 * Folds the store-hours that were asked for, then their buckets, those of a provider's day together,
 * and asks for the day's dimensions: later, because they are made of the whole day.
 */
export async function foldUp(
  received: readonly Received<MessageOf<'fold'>>[],
  deps: AttributeDeps,
): Promise<void> {
  await mapLimit(byProviderDay(received), FOLDS_AT_ONCE, async (own) => {
    await attempt(own, () =>
      foldDay(
        own.map(({ message }) => message),
        deps,
      ),
    );
  });
}

async function foldDay(messages: readonly MessageOf<'fold'>[], deps: AttributeDeps): Promise<void> {
  const { table } = deps;
  const first = messages[0];
  if (first === undefined) return;
  const { providerId, day } = first;
  const v1Buckets = new Set(messages.flatMap(({ bucket }) => bucket ?? []));
  const hours = [...hoursOf(messages), ...(await v1Hours(table, providerId, day, [...v1Buckets]))];
  await mapLimit(hours, HOURS_AT_ONCE, (hour) => refoldStoreHour(table, hour));
  const buckets = new Set([
    ...hours.map(({ platform, storeId }) => bucketOf(platform, storeId)),
    ...[...v1Buckets].map((bucket) => bucket % BUCKETS),
  ]);
  await foldBuckets(table, providerId, day, [...buckets]);
  await requestDimensions({ providerId, day }, deps);
}

/** Where they know less than the day, also when nothing changed: an earlier worker may have died here. */
export function requestDimensions(
  place: { providerId: string; day: string },
  { table, attribution, dimensionsDelaySeconds, now }: AttributeDeps,
): Promise<void> {
  const request = () =>
    attribution.send({ type: 'dimensions', v: MESSAGE_VERSION, ...place }, dimensionsDelaySeconds);
  return requestIfBehind(table, place, request, now);
}

/**
 * Folds the dimensions of the days that were asked for, each once. A restated month of many stores is more
 * than one invocation has time for: what is not begun by then is asked for again.
 */
export async function foldDays(
  received: readonly Received<MessageOf<'dimensions'>>[],
  deps: AttributeDeps,
): Promise<void> {
  const untilMs = deps.now() + DIMENSIONS_MS;
  const late: Received<MessageOf<'dimensions'>>[] = [];
  await mapLimit(byProviderDay(received), FOLDS_AT_ONCE, async (own) => {
    const first = own[0];
    if (first === undefined) return;
    const { providerId, day } = first.message;
    // The first are done however late it is, so that each round leaves fewer.
    if (first !== received[0] && deps.now() >= untilMs) late.push(...own);
    else await attempt(own, () => foldThenCompare({ providerId, day }, deps));
  });
  await attempt(late, () => deps.attribution.sendAll(late.map(({ message }) => message)));
}

/** What changed while the day was read is not in what was folded: it is requested again. */
async function foldThenCompare(
  place: { providerId: string; day: string },
  deps: AttributeDeps,
): Promise<void> {
  await foldDimensions(deps.table, place.providerId, place.day);
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
