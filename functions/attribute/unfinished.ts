import { mapLimit } from '../../lib/async/map-limit.ts';
import { errorFields } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import { type AttributionMessage, workOf } from '../../lib/queue/messages.ts';
import {
  beginWork,
  endWork,
  readWork,
  type Unfinished,
} from '../../lib/store/deliveries/unfinished.ts';
import type { WorkList } from '../../lib/store/keys.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { AttributeDeps } from './deps.ts';

type One = Received<AttributionMessage>;

/**
 * From this receipt on, a message is noted in the table before it is worked on. It failed twice by
 * then, so the good way writes nothing, and a worker that dies each time has left its note all the same.
 */
const NOTED_FROM = 3;

const WRITES_AT_ONCE = 16;

/** Runs have an item of their own, which `reconcile` looks at. */
const isNoted = ({ message, receives = 1 }: One): boolean =>
  message.type !== 'restate' && (message.unfinished === true || receives >= NOTED_FROM);

/**
 * Works on a batch. What failed before stands among the unfinished work meanwhile, and leaves it only
 * when this worker did not fail it. So do totals that are behind, where nobody requested them since.
 */
export async function workNoted(
  received: readonly One[],
  deps: AttributeDeps,
  work: (received: readonly One[]) => Promise<void>,
): Promise<void> {
  const begun = await mapLimit(received.filter(isNoted), WRITES_AT_ONCE, (one) => note(one, deps));
  const isTotal = ({ message: { type } }: One) => type !== 'changed' && type !== 'dimensions';
  // Before the work: what is requested from now on may not be in it.
  const behind = await mapLimit(received.filter(isTotal), WRITES_AT_ONCE, (one) =>
    findBehind(one, deps),
  );
  const noted = [...begun.flat(), ...behind.flat()];
  const failed = new Set<AttributionMessage>();
  const watched = received.map(({ fail, ...one }) => ({
    ...one,
    fail(error: unknown) {
      failed.add(one.message);
      fail(error);
    },
  }));
  await work(watched);
  const done = noted.filter(({ message }) => !failed.has(message));
  await mapLimit(done, WRITES_AT_ONCE, async ({ list, work: one, fail }) => {
    try {
      await endWork(deps.table, list, one);
    } catch (error) {
      fail(error);
    }
  });
}

interface Noted extends Pick<One, 'message' | 'fail'> {
  readonly list: WorkList;
  readonly work: Unfinished;
}

/** Where the table does not take the note, the work is tried all the same: its message is still there. */
async function note({ message, fail }: One, { table, now, log }: AttributeDeps): Promise<Noted[]> {
  try {
    const work = await beginWork(table, 'unfinished', workOf(message), toInstant(now()), now());
    return [{ message, fail, list: 'unfinished', work }];
  } catch (error) {
    log('warn', 'work-not-noted', errorFields(error));
    return [];
  }
}

/** A note that cannot be read stays, and the work is done once more. */
async function findBehind({ message, fail }: One, { table, log }: AttributeDeps): Promise<Noted[]> {
  try {
    const work = await readWork(table, 'behind', workOf(message));
    return work === undefined ? [] : [{ message, fail, list: 'behind', work }];
  } catch (error) {
    log('warn', 'note-not-read', errorFields(error));
    return [];
  }
}
