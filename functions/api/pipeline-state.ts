import { type Depth, readDepth } from '../../lib/queue/queue.ts';
import { countUnfinished } from '../../lib/store/deliveries/unfinished.ts';
import { countHints } from '../../lib/store/deliveries/waiting-hints.ts';
import type { ApiDeps, QueueUrls } from './deps.ts';

type QueueState = Depth & { readonly dead: number };

/** What is on its way. */
export interface PipelineState {
  readonly queues: Readonly<Record<'intake' | 'attribution', QueueState>>;
  /** Hints that wait for their platform. */
  readonly hints: number;
  /** Work that failed, to be sent again. */
  readonly unfinished: number;
  /** Messages that have totals added up and were not worked on yet. */
  readonly behind: number;
  /** Nothing is: what the platforms sent until now is known and booked. */
  readonly idle: boolean;
}

/** By the queues' own (approximate) counts. */
export async function readPipeline(
  deps: Pick<ApiDeps, 'table' | 'sqs' | 'queues'>,
): Promise<PipelineState> {
  // Read in the order of the way: what leaves one place while we look is seen in the next.
  const intake = await readQueue(deps.queues.intake, deps);
  const hints = await countHints(deps.table);
  const attribution = await readQueue(deps.queues.attribution, deps);
  const unfinished = await countUnfinished(deps.table);
  const behind = await countUnfinished(deps.table, 'behind');
  const isDone = hints === 0 && unfinished === 0 && behind === 0;
  const idle = isEmpty(intake) && isEmpty(attribution) && isDone;
  return { queues: { intake, attribution }, hints, unfinished, behind, idle };
}

async function readQueue(urls: QueueUrls, { sqs }: Pick<ApiDeps, 'sqs'>): Promise<QueueState> {
  const depth = await readDepth(sqs, urls.url);
  const dead = await readDepth(sqs, urls.deadLetterUrl);
  return { ...depth, dead: dead.waiting + dead.inFlight };
}

/** A dead letter is outstanding until it is sent back or somebody drops it and says why. */
function isEmpty({ waiting, inFlight, dead }: QueueState): boolean {
  return waiting === 0 && inFlight === 0 && dead === 0;
}
