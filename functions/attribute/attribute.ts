import { mapLimit } from '../../lib/async/map-limit.ts';
import { attempt, type Received } from '../../lib/queue/batch.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { readState } from '../../lib/store/restatements.ts';
import type { StoreHour } from '../../lib/store/store-day.ts';
import type { BookedSubject } from '../../lib/store/subjects.ts';
import { bookSubject } from './book.ts';
import { workOnClosing } from './close.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';
import { knowledgeOf } from './knowledge.ts';
import { workOnRun } from './runs.ts';
import { foldDays, foldTouched, foldUp } from './totals.ts';
import { workNoted } from './unfinished.ts';

const SUBJECTS_AT_ONCE = 16;

/**
 * One batch from the attribution queue. What changed is booked, then the store-hours it touched are
 * folded once for the whole batch, then the levels above are asked for by delayed messages; such
 * messages of earlier batches are folded here, each bucket and day once.
 */
export async function attributeBatch(
  received: readonly Received<AttributionMessage>[],
  deps: AttributeDeps,
): Promise<void> {
  await workNoted(received, deps, (noted) => work(noted, deps));
}

async function work(
  received: readonly Received<AttributionMessage>[],
  deps: AttributeDeps,
): Promise<void> {
  await bookChanged(select(received, 'changed'), deps);
  await foldUp(select(received, 'fold'), deps);
  await foldDays(select(received, 'dimensions'), deps);
  for (const one of select(received, 'restate')) await workOnRun(one, deps);
  for (const one of select(received, 'close')) await workOnClosing(one, deps);
}

async function bookChanged(
  received: readonly Received<MessageOf<'changed'>>[],
  deps: AttributeDeps,
): Promise<void> {
  const bySubject = Map.groupBy(received, ({ message: { of, platform, id } }) =>
    JSON.stringify({ of, platform, id } satisfies BookedSubject),
  );
  // Every event first, then the contracts: what an event must know was recorded before it, so a log
  // that is read after the event knows it, for all the subjects of the batch.
  const read = await mapLimit([...bySubject], SUBJECTS_AT_ONCE, async ([key, own]) => {
    const subject = JSON.parse(key) as BookedSubject;
    const state = await attempt(own, () => readState(deps.table, subject));
    return state === undefined ? [] : [{ subject, own, state }];
  });
  const knowledge = knowledgeOf(deps);
  const touched = await mapLimit(read.flat(), SUBJECTS_AT_ONCE, async ({ subject, own, state }) => {
    const hours = await attempt(own, () => bookSubject(subject, state, knowledge, deps));
    return (hours ?? []).map((hour) => ({ hour, received: own }));
  });
  await foldTouched(ownersOf(touched.flat()), deps);
}

/** Each store-hour once, with every message that touched it. */
function ownersOf(
  touched: readonly { hour: StoreHour; received: readonly Received<AttributionMessage>[] }[],
) {
  const byHour = Map.groupBy(touched, ({ hour }) => JSON.stringify(hour));
  return [...byHour.values()].flatMap((all) => {
    const hour = all[0]?.hour;
    return hour === undefined ? [] : [{ hour, received: all.flatMap((one) => one.received) }];
  });
}

function select<T extends AttributionMessage['type']>(
  received: readonly Received<AttributionMessage>[],
  type: T,
): Received<MessageOf<T>>[] {
  return received.filter((one): one is Received<MessageOf<T>> => one.message.type === type);
}
