import type { Policy } from '../../lib/attribution/policy.ts';
import type { Log } from '../../lib/log/log.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import type { Table } from '../../lib/store/table.ts';

export interface AttributeDeps {
  readonly table: Table;
  readonly attribution: Queue<AttributionMessage>;
  /** What holds before an operator recorded a policy. */
  readonly policy: Policy;
  readonly now: () => number;
  readonly log: Log;
  /** How long the upper levels wait, so that many changes are rolled up at once. */
  readonly rollupDelaySeconds: number;
  /** How long a day's dimensions wait: they are rolled up from all its store-days. */
  readonly dimensionsDelaySeconds: number;
}

export type MessageOf<T extends AttributionMessage['type']> = Extract<
  AttributionMessage,
  { type: T }
>;
