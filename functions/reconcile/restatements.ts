import type { Log } from '../../lib/log/log.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { newestJobs } from '../../lib/store/ledger/restatements.ts';
import type { Table } from '../../lib/store/table.ts';

/**
 * Sends the message of every restatement and rebuild under way again, in case it got lost. Where it did
 * not, two workers do one piece at once, and one of them finds it saved and stops.
 * @returns how many were sent
 */
export async function resumeJobs(deps: {
  readonly table: Table;
  readonly attribution: Queue<AttributionMessage>;
  readonly log: Log;
}): Promise<number> {
  const underWay = (await newestJobs(deps.table)).filter(
    ({ status }) => status === 'planned' || status === 'running',
  );
  const messages = underWay.map(({ restatementId, step }) => {
    return { type: 'restate', v: MESSAGE_VERSION, restatementId, step } as const;
  });
  await deps.attribution.sendAll(messages);
  if (messages.length > 0) deps.log('info', 'jobs-resumed', { sent: messages.length });
  return messages.length;
}
