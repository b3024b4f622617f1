import type { Received } from '../../lib/queue/batch.ts';
import { MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { closePiece } from '../../lib/store/closing.ts';
import { foldMessages } from '../../lib/store/fold-messages.ts';
import { readStatement } from '../../lib/store/statements.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';

/** Entries a message works through: some seconds of work. */
const ENTRIES_A_PIECE = 300;

/** Works on the next piece of closing a month and asks for the piece after it. */
export async function workOnClosing(
  received: Received<MessageOf<'close'>>,
  deps: AttributeDeps,
): Promise<void> {
  const { providerId, month, step } = received.message;
  try {
    const standing = await readStatement(deps.table, { providerId, month });
    if (standing === undefined || standing.status === 'closed' || standing.step !== step) return;
    if (standing.leaseUntilMs > deps.now()) throw new Error('another worker has this closing');
    const closer = {
      ...deps,
      askToFold: (hours: Parameters<typeof foldMessages>[0]) =>
        deps.attribution.sendAll(foldMessages(hours), deps.foldDelaySeconds),
    };
    const piece = await closePiece(closer, standing, ENTRIES_A_PIECE);
    if (piece === undefined || piece.statement.status === 'closed') return;
    const next = { type: 'close', v: MESSAGE_VERSION, providerId, month } as const;
    await deps.attribution.send({ ...next, step: piece.statement.step });
  } catch (error) {
    received.fail(error);
  }
}
