import { dropIfDone, openRefunds } from '../../lib/callbacks/open-refunds.ts';
import { isToBeNotified, lateMs } from '../../lib/callbacks/refund-requests.ts';
import { MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { OVERDUE_MS, type SweepDeps } from './sweep.ts';

/**
 * Sends the refund decisions whose time to be reported has passed and whose message never came, and
 * clears the list of what needs nobody any more. The item is what counts; messages are repeated.
 * @param overdueMs 0 sends every decision that is not reported and whose time has come
 * @returns how many were sent
 */
export async function sweepAudits(deps: SweepDeps, overdueMs = OVERDUE_MS): Promise<number> {
  let sent = 0;
  for await (const open of openRefunds(deps.table)) {
    const { request, platform, refundId } = open;
    if (await dropIfDone(deps.table, open, deps.now())) continue;
    if (request === undefined || !isToBeNotified(request)) continue;
    if (lateMs(request, deps.now()) < overdueMs) continue;
    await deps.intake.send({ type: 'audit', v: MESSAGE_VERSION, platform, refundId });
    sent += 1;
  }
  if (sent > 0) deps.log('warn', 'audits-swept', { sent });
  return sent;
}
