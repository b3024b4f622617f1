import type { AttributionMessage } from '../../lib/queue/messages.ts';
import type { NoticeMessage } from '../../lib/queue/notice-messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { countLosingApps } from './losing.ts';
import { resumeJobs } from './restatements.ts';
import { countSilentApps } from './silent.ts';
import { type SweepDeps, sweepHints } from './sweep.ts';
import { sweepAudits } from './sweep-audits.ts';
import { sweepNotices } from './sweep-notices.ts';
import { sweepBehind, sweepUnfinished } from './sweep-unfinished.ts';

export interface ReconcileDeps extends SweepDeps {
  readonly attribution: Queue<AttributionMessage>;
  readonly notices: Queue<NoticeMessage>;
  readonly silentAfterMinutes: number;
  readonly lossAlarmBp: number;
  readonly notifies: (integration: string) => boolean;
}

/** One run of the schedule: sends again what waits and whose message may be lost. @returns how many of each */
export async function reconcile(deps: ReconcileDeps) {
  return {
    hints: await sweepHints(deps),
    audits: await sweepAudits(deps),
    jobs: await resumeJobs(deps),
    unfinished: await sweepUnfinished(deps),
    behind: await sweepBehind(deps),
    notices: await sweepNotices(deps),
    silent: await countSilentApps(deps),
    losing: await countLosingApps(deps),
  };
}
