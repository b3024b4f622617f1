import type { Received } from '../../lib/queue/batch.ts';
import { MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { rollupMessages } from '../../lib/rollups/messages.ts';
import { sendNoted } from '../../lib/rollups/send-noted.ts';
import { closeBatch } from '../../lib/statements/closing.ts';
import { digest } from '../../lib/statements/digest.ts';
import { readStatement, type Statement } from '../../lib/store/ledger/statements.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';

/** Entries a message works through: some seconds of work. */
const ENTRIES_A_BATCH = 300;

const PIECES_A_MESSAGE = 100;

/** Works on the next piece of closing a month and asks for the piece after it. */
export async function workOnClosing(
  received: Received<MessageOf<'close'>>,
  deps: AttributeDeps,
): Promise<void> {
  const { providerId, month, step } = received.message;
  try {
    const standing = await readStatement(deps.table, { providerId, month });
    if (standing?.status === 'closed') return await workOnDigest(standing, step, deps);
    if (standing === undefined || standing.step !== step) return;
    if (standing.leaseUntilMs > deps.now()) throw new Error('another worker has this closing');
    const closer = {
      ...deps,
      requestRollup: (hours: Parameters<typeof rollupMessages>[0]) =>
        sendNoted(rollupMessages(hours), deps, deps.rollupDelaySeconds),
    };
    const batch = await closeBatch(closer, standing, ENTRIES_A_BATCH);
    if (batch === undefined) return;
    const next = { type: 'close', v: MESSAGE_VERSION, providerId, month } as const;
    await sendNoted([{ ...next, step: batch.statement.step }], deps);
  } catch (error) {
    received.fail(error);
  }
}

const DIGEST_MS = 8_000;

/** A closed statement has no more steps: the messages of its digest go on counting. */
async function workOnDigest(
  statement: Statement,
  step: number,
  deps: AttributeDeps,
): Promise<void> {
  const { providerId, month } = statement;
  const untilMs = deps.now() + DIGEST_MS;
  let pieces = 0;
  const mayGoOn = () => pieces++ < PIECES_A_MESSAGE && deps.now() < untilMs;
  if (await digest(deps.table, statement, mayGoOn)) return;
  const next = { type: 'close', v: MESSAGE_VERSION, providerId, month } as const;
  await sendNoted([{ ...next, step: step + 1 }], deps);
}
