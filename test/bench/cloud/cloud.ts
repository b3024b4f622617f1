import { FUNCTIONS, type FunctionName, type QueueName } from '../../../infra/topology.ts';
import { logLines } from '../../../lib/log/log.ts';
import type { BatchResponse, SqsEvent } from '../../../lib/queue/batch.ts';
import { MESSAGE_VERSION } from '../../../lib/queue/packing.ts';
import { keys } from '../../../lib/store/keys.ts';
import { Clock } from '../../world/engine/clock.ts';
import { createQueues } from '../../world/engine/queues.ts';
import {
  apiWorker,
  attributeWorker,
  ingestWorker,
  type Machine,
  normalizeWorker,
  type Receiver,
  reconcileOnce,
} from '../../world/engine/workers.ts';
import { MemoryQueues } from '../../world/store/queues.ts';
import { MemorySqs } from '../../world/store/sqs.ts';
import { type Charge, MemoryTable } from '../../world/store/table.ts';
import type { Take } from '../../world/store/take.ts';
import { type Bills, charge, kindOf } from '../support/meter.ts';
import { EventSource, POLLERS } from './event-source.ts';

/** What a call takes, in ms: assumed, since nothing here is AWS. */
const TAKES_MS = { table: 4, queue: 10, platform: 80 } as const;

export interface CloudOptions {
  readonly startMs: number;
  readonly fetch: typeof globalThis.fetch;
  /** Connections that poll a queue. */
  readonly pollers?: number;
  /** Whether the queues look at message groups. */
  readonly isFair?: boolean;
  /** Other windows than deployed, in seconds: to try out. */
  readonly windows?: Partial<Record<QueueName, number>>;
}

/**
 * The deployed shape in one process and in a time of its own: the real functions, the queues with AWS's windows and
 * pollers, and a table that says what each call costs. What takes processor takes no time here.
 */
export class Cloud {
  readonly clock: Clock;
  readonly table: MemoryTable;
  /** Units of the table by kind of item; `… refused` for writes that their condition refused. */
  readonly writes: Bills = {};
  readonly reads: Bills = {};
  /** Requests to the queues, the pollers' included. */
  readonly requests: Bills = {};
  /** Calls of the platform, by address. */
  readonly calls: Bills = {};
  readonly invocations: Record<string, number> = {};
  /** Of the functions' own log lines, as a stage writes them. */
  logBytes = 0;
  /** How long workers were at it, in ms: what they wait for, and no processor. */
  readonly workerMs: Record<string, number> = {};
  /** Sees each charge, after it was added. */
  onCharge: ((charged: Charge) => void) | undefined;
  readonly operator: Receiver;
  private readonly ingest: Receiver;
  private readonly sources: readonly EventSource[];
  private readonly queues: MemoryQueues;
  private readonly urls: ReturnType<typeof createQueues>;
  private readonly sqs: MemorySqs;
  private readonly options: CloudOptions;
  private readonly log = logLines(
    (line) => {
      this.logBytes += Buffer.byteLength(line) + 1;
    },
    'info',
    'Hexiao/bench',
  );

  constructor(options: CloudOptions) {
    this.options = options;
    this.clock = new Clock(options.startMs);
    this.table = new MemoryTable({ charge: (charged) => this.charged(charged) });
    const { isFair = true } = options;
    this.queues = new MemoryQueues({ now: () => this.clock.nowMs, isFair });
    this.urls = createQueues(this.queues);
    this.sqs = new MemorySqs(this.queues);
    this.operator = apiWorker(this.machine('operator'));
    this.ingest = ingestWorker(this.machine('ingest'));
    this.sources = [
      this.source('normalize', () => normalizeWorker(this.machine('normalize'))),
      this.source('attribute', () => attributeWorker(this.machine('attribute'))),
    ];
  }

  async prepare(): Promise<void> {
    await this.table.put(keys.buyerKey, { key: 'the buyers’ key of the bench' });
  }

  async post(path: string, headers: Record<string, string>, body: string): Promise<void> {
    this.invoked('ingest');
    const { status } = await this.ingest.request(path, { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`a webhook was answered ${status}`);
  }

  /** A history that changed, as `normalize` would say it. */
  notify(stream: {
    readonly of: 'voucher';
    readonly platform: 'douyin';
    readonly id: string;
  }): void {
    const message = { type: 'changed', v: MESSAGE_VERSION, ...stream };
    this.queues.send(this.urls.attribution.url, JSON.stringify(message));
    this.look();
  }

  /** One run of the schedule's function. */
  reconcile(): Promise<void> {
    this.invoked('reconcile');
    return reconcileOnce(this.machine('reconcile'));
  }

  /** What was counted so far is forgotten. */
  reset(): void {
    this.logBytes = 0;
    const { writes, reads, requests, calls, invocations, workerMs } = this;
    for (const counted of [writes, reads, requests, calls, invocations, workerMs]) {
      for (const name of Object.keys(counted)) delete counted[name];
    }
  }

  private invoked(name: string): void {
    this.invocations[name] = (this.invocations[name] ?? 0) + 1;
  }

  private charged(charged: Charge): void {
    const { isWrite, isRefused, units } = charged;
    const kind = `${kindOf(charged)}${isRefused ? ' refused' : ''}`;
    charge(isWrite ? this.writes : this.reads, kind, units);
    this.onCharge?.(charged);
  }

  private source(
    stage: FunctionName,
    make: () => (event: SqsEvent) => Promise<BatchResponse>,
  ): EventSource {
    const consumes = FUNCTIONS.find(({ folder }) => folder === stage)?.consumes;
    if (consumes === undefined) throw new Error(`${stage} consumes no queue`);
    const { queue, batchSize, batchingWindowSeconds, maxConcurrency } = consumes;
    const spec = { name: queue, url: this.urls[queue].url, batchSize, maxConcurrency };
    const free: ReturnType<typeof make>[] = [];
    const run = async (event: SqsEvent) => {
      this.invoked(stage);
      const worker = free.pop() ?? make();
      const beganMs = this.clock.nowMs;
      const answer = await worker(event);
      this.workerMs[stage] = (this.workerMs[stage] ?? 0) + this.clock.nowMs - beganMs;
      free.push(worker);
      return answer;
    };
    const { clock, queues, requests } = this;
    const { pollers = POLLERS, windows = {} } = this.options;
    const windowMs = (windows[queue] ?? batchingWindowSeconds) * 1_000;
    return new EventSource({ clock, queues, requests }, { ...spec, windowMs }, run, pollers);
  }

  private machine(stage: string): Machine {
    const { clock, table, sqs, urls } = this;
    const isOperator = stage === 'operator';
    const take: Take = async (what) => {
      const queue = queueOf(what);
      if (queue !== undefined) charge(this.requests, `${what.split(' ')[0]} ${queue}`, 1);
      if (!isOperator) await clock.wait(queue === undefined ? TAKES_MS.table : TAKES_MS.queue);
      return { after: () => (queue === undefined ? undefined : this.look()) };
    };
    return {
      ...{ table, sqs, queues: urls, take, log: this.log },
      now: () => Math.round(clock.nowMs),
      wait: (ms) => clock.wait(ms),
      fetch: async (input, init) => {
        const request = new Request(input, { ...init, signal: null });
        charge(this.calls, new URL(request.url).pathname, 1);
        await clock.wait(TAKES_MS.platform);
        return this.options.fetch(request);
      },
    };
  }

  private look(): void {
    for (const source of this.sources) source.look();
  }
}

function queueOf(what: string): QueueName | undefined {
  const [, name] = / memory:(intake|attribution)(?![-\w])/.exec(what) ?? [];
  return name as QueueName | undefined;
}
