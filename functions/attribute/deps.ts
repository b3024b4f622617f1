import type { Policy } from '../../lib/attribution/policy.ts';
import type { Log } from '../../lib/log/log.ts';
import type { NoticeRequests } from '../../lib/notices/requests.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import type { Table } from '../../lib/store/table.ts';

export interface AttributeDeps {
  readonly table: Table;
  readonly attribution: Queue<AttributionMessage>;
  /** Absent where nobody is notified of anything, as in the demo's past. */
  readonly notices?: NoticeRequests;
  /** What holds before an operator recorded a policy. */
  readonly policy: Policy;
  readonly now: () => number;
  readonly log: Log;
  /** How long the rollups wait that closings and jobs request: piece after piece touches the same hours. */
  readonly rollupDelaySeconds: number;
  /** How long a day's dimensions wait: they are rolled up from all its store-days. */
  readonly dimensionsDelaySeconds: number;
  /** From how many entries on several workers close a month side by side; tests begin with fewer. */
  readonly entriesALane?: number;
}

export type MessageOf<T extends AttributionMessage['type']> = Extract<
  AttributionMessage,
  { type: T }
>;
