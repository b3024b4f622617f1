import { type Depth, readDepth } from '../../lib/queue/queue.ts';
import { daysBehind, recentDays } from '../../lib/rollups/days-behind.ts';
import { countUnfinished } from '../../lib/store/deliveries/unfinished.ts';
import { countHints } from '../../lib/store/deliveries/waiting-hints.ts';
import type { ApiDeps, QueueName, QueueUrls } from './deps.ts';

type QueueState = Depth & { readonly dead: number };

/** What is on its way. */
export interface PipelineState {
  readonly queues: Readonly<Record<QueueName, QueueState>>;
  /** Hints that wait for their platform. */
  readonly hints: number;
  /** Work that failed, to be sent again. */
  readonly unfinished: number;
  /** Noted messages that have totals added up, and days whose dimensions know less than the day. */
  readonly behind: number;
  /** Nothing is: what the platforms sent until now is known and booked, and whoever is to be notified of it was. */
  readonly idle: boolean;
}

/** By the queues' own (approximate) counts. Costs a read of each provider's days of five weeks. */
export async function readPipeline(
  deps: Pick<ApiDeps, 'table' | 'sqs' | 'queues' | 'now'>,
): Promise<PipelineState> {
  const way = await readWay(deps);
  const noted = await countUnfinished(deps.table, 'behind');
  const behind = noted + (await daysBehind(deps.table, recentDays(deps.now()))).length;
  const notices = await readQueue(deps.queues.notices, deps);
  const queues = { ...way.queues, notices };
  const idle = isDone(way) && behind === 0 && isEmpty(notices);
  return { ...way, queues, behind, idle };
}

type WayDeps = Pick<ApiDeps, 'table' | 'sqs' | 'queues'>;

/** Whether what the platforms sent until now is known and booked, whatever became of its totals. */
export async function isBooked(deps: WayDeps): Promise<boolean> {
  return isDone(await readWay(deps));
}

interface Way extends Pick<PipelineState, 'hints' | 'unfinished'> {
  readonly queues: Omit<PipelineState['queues'], 'notices'>;
}

async function readWay(deps: WayDeps): Promise<Way> {
  // Read in the order of the way: what leaves one place while we look is seen in the next.
  const intake = await readQueue(deps.queues.intake, deps);
  const hints = await countHints(deps.table);
  const attribution = await readQueue(deps.queues.attribution, deps);
  const unfinished = await countUnfinished(deps.table);
  return { queues: { intake, attribution }, hints, unfinished };
}

function isDone({ queues, hints, unfinished }: Way): boolean {
  return isEmpty(queues.intake) && isEmpty(queues.attribution) && hints === 0 && unfinished === 0;
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
