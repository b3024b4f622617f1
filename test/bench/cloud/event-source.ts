import type { Message } from '@aws-sdk/client-sqs';
import type { BatchResponse, SqsEvent } from '../../../lib/queue/batch.ts';
import type { Clock } from '../../world/engine/clock.ts';
import type { MemoryQueues } from '../../world/store/queues.ts';
import type { Bills } from '../support/meter.ts';
import { charge } from '../support/meter.ts';

export interface EventSourceSpec {
  readonly name: string;
  readonly url: string;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly maxConcurrency: number;
}

type Handler = (event: SqsEvent) => Promise<BatchResponse>;

/** SQS hands out at most ten a call, and deletes as many. */
const PER_CALL = 10;

/**
 * Connections that wait for messages at once, each of which gathers a batch of its own.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html "five parallel long-polling connections"
 */
export const POLLERS = 5;

/** How long a receive takes that finds something. */
const RECEIVE_MS = 10;

/** How long a connection waits for a message before it asks again. Source: SQS, "short and long polling": 20 s. */
const LONG_POLL_MS = 20_000;

interface Poller {
  isBusy: boolean;
  /** Since when it waits for a message. */
  waitsSinceMs: number;
  batch: Message[];
}

/**
 * AWS's event source mapping: several pollers wait for messages side by side, each gathers what it receives until
 * its batch is full or its window is over, has a worker do it, and deletes what did not fail. Counts its requests.
 */
export class EventSource {
  private readonly clock: Clock;
  private readonly queues: MemoryQueues;
  private readonly spec: EventSourceSpec;
  private readonly requests: Bills;
  private readonly run: Handler;
  private readonly pollers: Poller[];
  private turn = 0;
  private looksAtMs = Number.POSITIVE_INFINITY;
  /** Invocations so far. */
  batches = 0;

  constructor(
    { clock, queues, requests }: { clock: Clock; queues: MemoryQueues; requests: Bills },
    spec: EventSourceSpec,
    run: Handler,
    pollers = POLLERS,
  ) {
    this.clock = clock;
    this.queues = queues;
    this.requests = requests;
    this.spec = spec;
    this.run = run;
    const count = Math.min(Math.max(pollers, 1), spec.maxConcurrency);
    this.pollers = Array.from({ length: count }, () => ({
      ...{ isBusy: false, waitsSinceMs: clock.nowMs, batch: [] },
    }));
  }

  /** To be called when a message may have come. */
  look(): void {
    const nextMs = this.queues.nextVisibleMs(this.spec.url);
    if (nextMs === undefined) return;
    const atMs = Math.max(nextMs, this.clock.nowMs) + RECEIVE_MS;
    if (this.looksAtMs <= atMs) return;
    this.looksAtMs = atMs;
    this.clock.in(atMs - this.clock.nowMs, () => {
      if (this.looksAtMs !== atMs) return;
      this.looksAtMs = Number.POSITIVE_INFINITY;
      if (this.receive()) this.look();
    });
  }

  /** @returns false when every poller is at work */
  private receive(): boolean {
    const poller = this.nextPoller();
    if (poller === undefined) return false;
    const { url, batchSize, name } = this.spec;
    const most = Math.min(PER_CALL, batchSize - poller.batch.length);
    const messages = this.queues.receive(url, most);
    if (messages.length === 0) return true;
    charge(this.requests, `receive ${name}`, 1);
    if (poller.batch.length === 0) {
      const empty = Math.floor((this.clock.nowMs - poller.waitsSinceMs) / LONG_POLL_MS);
      if (empty > 0) charge(this.requests, `receive ${name} empty`, empty);
      this.open(poller);
    }
    poller.batch.push(...messages);
    if (poller.batch.length >= batchSize) this.begin(poller);
    return true;
  }

  private nextPoller(): Poller | undefined {
    for (let tried = 0; tried < this.pollers.length; tried += 1) {
      this.turn = (this.turn + 1) % this.pollers.length;
      const poller = this.pollers[this.turn];
      if (poller?.isBusy === false) return poller;
    }
    return undefined;
  }

  private open(poller: Poller): void {
    const { batch } = poller;
    this.clock.in(this.spec.windowMs, () => {
      if (poller.batch === batch && !poller.isBusy) this.begin(poller);
    });
  }

  private begin(poller: Poller): void {
    const { batch } = poller;
    poller.isBusy = true;
    this.batches += 1;
    const event = { Records: batch.map(recordOf) };
    void this.run(event).then((answer) => this.finish(poller, batch, answer));
  }

  private finish(poller: Poller, batch: readonly Message[], answer: BatchResponse): void {
    const failed = new Set(answer.batchItemFailures.map((one) => one.itemIdentifier));
    const done = batch.filter(({ MessageId = '' }) => !failed.has(MessageId));
    for (const { ReceiptHandle = '' } of done) this.queues.delete(this.spec.url, ReceiptHandle);
    charge(this.requests, `delete ${this.spec.name}`, Math.ceil(done.length / PER_CALL));
    Object.assign(poller, { isBusy: false, waitsSinceMs: this.clock.nowMs, batch: [] });
    this.look();
  }
}

function recordOf({ MessageId = '', Body = '', Attributes }: Message) {
  const { ApproximateReceiveCount = '1' } = Attributes ?? {};
  return { messageId: MessageId, body: Body, attributes: { ApproximateReceiveCount } };
}
