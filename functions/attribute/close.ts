import type { Received } from '../../lib/queue/batch.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { rollupMessages } from '../../lib/rollups/messages.ts';
import { sendNoted } from '../../lib/rollups/send-noted.ts';
import type { Closer } from '../../lib/statements/closer.ts';
import { closeBatch } from '../../lib/statements/closing.ts';
import { digest } from '../../lib/statements/digest.ts';
import { isInLanes, lanesOf } from '../../lib/statements/in-lanes.ts';
import { openLanes } from '../../lib/statements/lanes.ts';
import { readStatement, type Statement } from '../../lib/store/ledger/statements.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';

/** Entries a message works through: some seconds of work. */
const ENTRIES_A_BATCH = 1_000;

const PIECES_A_MESSAGE = 100;

/** Works on the next piece of closing a month and asks for the piece after it. */
export async function workOnClosing(
  received: Received<MessageOf<'close'>>,
  deps: AttributeDeps,
): Promise<void> {
  const { message } = received;
  const { step, lane } = message;
  try {
    const standing = await readStatement(deps.table, message);
    if (standing?.status === 'closed') return await workOnDigest(standing, step, deps);
    if (standing === undefined) return;
    if (isInLanes(standing)) return await workInLane(standing, message, deps);
    // Whoever died had maybe ended its piece, or its lane, and not asked for the next.
    const mayGoOn = lane === undefined ? isAtOrBehind(standing, step) : isBarelyAdding(standing);
    if (!mayGoOn) return;
    if (standing.leaseUntilMs > deps.now()) {
      if (lane === undefined && standing.step === step)
        throw new Error('another worker has this closing');
      return;
    }
    if (standing.phase === 'taking' && standing.lanes === null) return await share(standing, deps);
    const batch = await closeBatch(closerOf(deps), standing, ENTRIES_A_BATCH);
    if (batch !== undefined) await sendNoted([nextOf(batch.statement)], deps);
  } catch (error) {
    received.fail(error);
  }
}

/** Before the first message's work: whether others share it. */
async function share(standing: Statement, deps: AttributeDeps): Promise<void> {
  const decided = await openLanes(deps.table, standing, deps.entriesALane);
  if (decided !== undefined) await sendNoted([nextOf(decided)], deps);
}

/** A message that names no lane has all lanes begin, or go on where they were left. */
async function workInLane(
  standing: Statement,
  { step, lane }: MessageOf<'close'>,
  deps: AttributeDeps,
): Promise<void> {
  const lanes = await lanesOf(deps.table, standing);
  const left = lanes.filter(({ isDone }) => !isDone);
  if (lane === undefined && left.length > 0) {
    if (!isAtOrBehind(standing, step)) return;
    return await sendNoted(
      left.map((one) => ({ ...nextOf(standing), step: one.step, lane: one.lane })),
      deps,
    );
  }
  const own = left.find((one) => one.lane === lane);
  if (own !== undefined && own.leaseUntilMs > deps.now()) {
    if (own.step === step) throw new Error('another worker has this lane');
    return;
  }
  if (own !== undefined && !isAtOrBehind(own, step)) return;
  const batch = await closeBatch(closerOf(deps), standing, ENTRIES_A_BATCH, lane ?? null);
  if (batch === undefined) return;
  const { lane: after, statement } = batch;
  if (after === undefined) return await sendNoted([nextOf(statement)], deps);
  if (after.isDone) return;
  await sendNoted([{ ...nextOf(statement), step: after.step, lane: after.lane }], deps);
}

/** Also a step behind: its worker is done with that, and may have died before it asked for more. */
const isAtOrBehind = (standing: { readonly step: number }, step: number) =>
  standing.step === step || standing.step === step + 1;

/** The lanes have ended, and nobody added anything up yet. */
const isBarelyAdding = ({ phase, cursor, sums }: Statement) =>
  phase === 'adding' &&
  cursor === null &&
  sums.month.entryCount + sums.adjustments.entryCount === 0;

function closerOf(deps: AttributeDeps): Closer {
  return {
    ...deps,
    requestRollup: (hours) => sendNoted(rollupMessages(hours), deps, deps.rollupDelaySeconds),
    requestNotices: async (entries) => deps.notices?.request(entries),
  };
}

function nextOf({ providerId, month, step }: Statement): AttributionMessage & { type: 'close' } {
  return { type: 'close', v: MESSAGE_VERSION, providerId, month, step };
}

const DIGEST_MS = 8_000;

/** A closed statement has no more steps: the messages of its digest go on counting. */
async function workOnDigest(
  statement: Statement,
  step: number,
  deps: AttributeDeps,
): Promise<void> {
  const untilMs = deps.now() + DIGEST_MS;
  let pieces = 0;
  const mayGoOn = () => pieces++ < PIECES_A_MESSAGE && deps.now() < untilMs;
  if (await digest(deps.table, statement, mayGoOn)) return;
  await sendNoted([{ ...nextOf(statement), step: step + 1 }], deps);
}
