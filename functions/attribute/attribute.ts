import { mapLimit } from '../../lib/async/map-limit.ts';
import { type Booked, bookChanged } from '../../lib/booking/book.ts';
import { readChanged } from '../../lib/booking/stream-state.ts';
import { termsReader } from '../../lib/booking/terms.ts';
import { attempt, type Received } from '../../lib/queue/batch.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import type { BookedStream } from '../../lib/store/streams.ts';
import { workOnClosing } from './close.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';
import { makeExport } from './export.ts';
import { inTime } from './in-time.ts';
import { workOnJob } from './restatement/job.ts';
import { rollUpAbove, rollUpDays, rollUpTouched } from './totals.ts';
import { workNoted } from './unfinished.ts';

const STREAMS_AT_ONCE = 16;

/**
 * One batch from the attribution queue. What changed is booked, then the store-hours it touched and the levels
 * above are rolled up, each once for the whole batch. A message is done when its totals are, so what a worker
 * that dies leaves comes again with it. The days' dimensions are requested by delayed messages.
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
  const beganAtMs = deps.now();
  await bookAll(select(received, 'changed'), deps);
  await rollUpAbove(select(received, 'rollup'), deps);
  await rollUpDays(select(received, 'dimensions'), deps);
  const jobs = select(received, 'restate');
  await inTime(jobs, beganAtMs, deps, (one) => workOnJob(one, deps));
  const closings = select(received, 'close');
  await inTime(closings, beganAtMs, deps, (one) => workOnClosing(one, deps));
  const exports = select(received, 'export');
  await inTime(exports, beganAtMs, deps, (one) => makeExport(one, deps));
}

async function bookAll(
  received: readonly Received<MessageOf<'changed'>>[],
  deps: AttributeDeps,
): Promise<void> {
  const byStream = Map.groupBy(received, ({ message: { of, platform, id } }) =>
    JSON.stringify({ of, platform, id } satisfies BookedStream),
  );
  // Every event first, then the contracts: what an event must know was recorded before it, so a log
  // that is read after the event knows it, for all the streams of the batch.
  const read = await mapLimit([...byStream], STREAMS_AT_ONCE, async ([key, own]) => {
    const stream = JSON.parse(key) as BookedStream;
    const states = await attempt(own, () => readChanged(deps.table, stream));
    return states === undefined ? [] : [{ stream, own, states }];
  });
  const readTerms = termsReader(deps);
  const done = await mapLimit(read.flat(), STREAMS_AT_ONCE, async ({ stream, own, states }) => {
    const booked = await attempt(own, () => bookChanged(stream, states, readTerms, deps));
    return booked === undefined ? [] : [{ own, ...booked }];
  });
  await requestNotices(done.flat(), deps);
  const touched = done
    .flat()
    .flatMap(({ own, hours }) => hours.map((hour) => ({ hour, received: own })));
  await rollUpTouched(touched, deps);
}

interface Done extends Booked {
  readonly own: readonly Received<MessageOf<'changed'>>[];
}

/**
 * What a message booked is told once it stands; of one that comes again, all that stands of it: an earlier worker may
 * have died before it told. A fact that is told twice has one id.
 */
async function requestNotices(done: readonly Done[], { notices }: AttributeDeps): Promise<void> {
  if (notices === undefined) return;
  const isAgain = ({ message, receives = 1 }: Done['own'][number]) =>
    receives > 1 || message.unfinished === true;
  const wanted = done.flatMap(({ own, standing, booked }) => {
    const entries = own.some(isAgain) ? standing : booked;
    return entries.length === 0 ? [] : [{ own, entries }];
  });
  await attempt(
    wanted.flatMap(({ own }) => own),
    () => notices.request(wanted.flatMap(({ entries }) => entries)),
  );
}

function select<T extends AttributionMessage['type']>(
  received: readonly Received<AttributionMessage>[],
  type: T,
): Received<MessageOf<T>>[] {
  return received.filter((one): one is Received<MessageOf<T>> => one.message.type === type);
}
