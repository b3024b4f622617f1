import type { Message } from '@aws-sdk/client-sqs';
import type { BatchResponse, SqsEvent } from '../../../lib/queue/batch.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import { DIED, type Pool } from './pool.ts';
import type { TracedQueues } from './queues.ts';

export interface MappingSpec {
  readonly url: string;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly maxConcurrency: number;
}

/** What a seed does to the service between a queue and its function. */
export interface MappingFaults {
  /** How many messages the next batch has at most. */
  readonly batchSize: (url: string, size: number) => number;
  /** After how many seconds a message that is being worked on is handed out a second time; undefined: it is not. */
  readonly showsAgainSeconds: (message: Message) => number | undefined;
  /** Whether a message stays though the function was done with it. */
  readonly staysThoughDone: (message: Message) => boolean;
}

type Handler = (event: SqsEvent) => Promise<BatchResponse>;

interface Service {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly queues: TracedQueues;
  readonly faults: MappingFaults;
}

/** SQS hands out at most ten a call. */
const PER_RECEIVE = 10;

/** An event source mapping: hands batches to workers and deletes what did not fail. */
export class Mapping {
  private readonly service: Service;
  private readonly spec: MappingSpec;
  private readonly pool: Pool<Handler>;
  private busy = 0;
  /** When it looks next. */
  private looksAtMs = Number.POSITIVE_INFINITY;

  constructor(service: Service, spec: MappingSpec, pool: Pool<Handler>) {
    this.service = service;
    this.spec = spec;
    this.pool = pool;
  }

  /** To be called after every change of the queue. A batch begins a while after its first message can be seen. */
  look(): void {
    const { clock, dice, queues } = this.service;
    const { url, windowMs, maxConcurrency } = this.spec;
    const nextMs = queues.nextVisibleMs(url);
    if (nextMs === undefined || this.busy >= maxConcurrency) return;
    const atMs = Math.max(nextMs, clock.nowMs);
    if (this.looksAtMs <= atMs + windowMs) return;
    const looksAtMs = atMs + dice.roll(`window ${url}`) * windowMs;
    this.looksAtMs = looksAtMs;
    clock.in(looksAtMs - clock.nowMs, () => {
      // A later call found an earlier message.
      if (this.looksAtMs !== looksAtMs) return;
      this.looksAtMs = Number.POSITIVE_INFINITY;
      this.begin();
      this.look();
    });
  }

  private begin(): void {
    const { queues, faults } = this.service;
    const { url, batchSize, maxConcurrency } = this.spec;
    if (this.busy >= maxConcurrency) return;
    const batch = this.receive(faults.batchSize(url, batchSize));
    if (batch.length === 0) return;
    this.busy += 1;
    for (const message of batch) {
      const seconds = faults.showsAgainSeconds(message);
      if (seconds !== undefined) queues.show(url, message.ReceiptHandle ?? '', seconds);
    }
    const origins = batch.map(({ MessageId = '' }) => queues.originOf(MessageId));
    const event = { Records: batch.map(recordOf) };
    this.pool
      .run(Math.min(...origins), (handler) => handler(event))
      .then(
        (answer) => this.finish(batch, answer),
        // A handler that throws has failed its whole batch.
        () => this.finish(batch, DIED),
      );
  }

  private receive(size: number): Message[] {
    const { queues } = this.service;
    const batch: Message[] = [];
    while (batch.length < size) {
      const most = Math.min(PER_RECEIVE, size - batch.length);
      const received = queues.receive(this.spec.url, most);
      batch.push(...received);
      if (received.length < most) break;
    }
    return batch;
  }

  private finish(batch: readonly Message[], answer: BatchResponse | typeof DIED): void {
    const { queues, faults } = this.service;
    this.busy -= 1;
    if (answer !== DIED) {
      const failed = new Set(answer.batchItemFailures.map((one) => one.itemIdentifier));
      for (const message of batch) {
        if (failed.has(message.MessageId ?? '') || faults.staysThoughDone(message)) continue;
        queues.delete(this.spec.url, message.ReceiptHandle ?? '');
      }
    }
    this.look();
  }
}

function recordOf({ MessageId = '', Body = '', Attributes }: Message) {
  const { ApproximateReceiveCount = '1' } = Attributes ?? {};
  return { messageId: MessageId, body: Body, attributes: { ApproximateReceiveCount } };
}
