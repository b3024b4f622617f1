import type { Received } from '../../lib/queue/batch.ts';
import { MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { sendNoted } from '../../lib/rollups/send-noted.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';

/** Of the function's 30 s: a piece is a second's work. */
const EXPORT_MS = 8_000;

/** Makes some pieces of a file, and requests those after them. */
export async function makeExport(
  received: Received<MessageOf<'export'>>,
  deps: AttributeDeps,
): Promise<void> {
  try {
    // Few ask for a file: the function starts without.
    const { workOnExport } = await import('../../lib/exports/work.ts');
    const untilMs = deps.now() + EXPORT_MS;
    let pieces = 0;
    const mayGoOn = () => pieces++ === 0 || deps.now() < untilMs;
    const one = await workOnExport(received.message, deps, mayGoOn);
    if (one?.status !== 'running') return;
    const { tenant, exportId, step } = one;
    await sendNoted([{ type: 'export', v: MESSAGE_VERSION, tenant, exportId, step }], deps);
  } catch (error) {
    received.fail(error);
  }
}
