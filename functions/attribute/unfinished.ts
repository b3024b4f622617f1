import { mapLimit } from '../../lib/async/map-limit.ts';
import { errorFields } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { beginWork, endWork, type Unfinished } from '../../lib/store/deliveries/unfinished.ts';
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
 * when this worker did not fail it.
 */
export async function workNoted(
  received: readonly One[],
  deps: AttributeDeps,
  work: (received: readonly One[]) => Promise<void>,
): Promise<void> {
  const noted = await mapLimit(received.filter(isNoted), WRITES_AT_ONCE, (one) => note(one, deps));
  const failed = new Set<AttributionMessage>();
  const watched = received.map(({ fail, ...one }) => ({
    ...one,
    fail(error: unknown) {
      failed.add(one.message);
      fail(error);
    },
  }));
  await work(watched);
  const done = noted.flat().filter(({ message }) => !failed.has(message));
  await mapLimit(done, WRITES_AT_ONCE, async ({ unfinished, fail }) => {
    try {
      await endWork(deps.table, unfinished);
    } catch (error) {
      fail(error);
    }
  });
}

/** Where the table does not take the note, the work is tried all the same: its message is still there. */
async function note(
  { message, fail }: One,
  { table, now, log }: AttributeDeps,
): Promise<(Pick<One, 'message' | 'fail'> & { readonly unfinished: Unfinished })[]> {
  try {
    const unfinished = await beginWork(table, workOf(message), toInstant(now()), now());
    return [{ message, fail, unfinished }];
  } catch (error) {
    log('warn', 'work-not-noted', errorFields(error));
    return [];
  }
}

/** The same text for the same work, however its message came. */
function workOf({ unfinished: _unfinished, ...message }: AttributionMessage): string {
  return JSON.stringify(message);
}
