import { FUNCTIONS, type FunctionName } from '../../../infra/topology.ts';
import type { Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import type { Log } from '../../../lib/log/log.ts';
import type { BatchResponse, SqsEvent } from '../../../lib/queue/batch.ts';
import { SHARDS } from '../../../lib/store/keys.ts';
import type { Item } from '../../../lib/store/table.ts';
import { MemorySqs } from '../store/sqs.ts';
import { MemoryTable } from '../store/table.ts';
import type { Fate, Take } from '../store/take.ts';
import { type CallWatch, turnsOf } from './calls.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import { Mapping, type MappingFaults } from './mapping.ts';
import { DIED, Pool, type Running } from './pool.ts';
import { createQueues, TracedQueues } from './queues.ts';
import {
  apiWorker,
  attributeWorker,
  ingestWorker,
  type Machine,
  normalizeWorker,
  type Receiver,
  reconcileOnce,
} from './workers.ts';

export interface HubOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly watch: CallWatch;
  readonly faults: MappingFaults;
  readonly isEntryRefused: (body: string) => boolean;
  /** How far a new machine's clock is ahead; negative: behind. */
  readonly skewMs: (stage: string) => number;
  /** Whether a new machine has the code of the next version; none has where it is absent. */
  readonly isNext?: (stage: string) => boolean;
  readonly players: readonly Player[];
  readonly log: Log;
  /** Workers of one function at once; as many as it is deployed with when absent. */
  readonly maxWorkers?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Hexiao as it is deployed: each function's workers, the queues between them, the table, and the schedule. */
export class WorldHub {
  readonly table = new MemoryTable();
  readonly queues: TracedQueues;
  readonly urls: ReturnType<typeof createQueues>;
  private readonly sqs: MemorySqs;
  private readonly mappings: readonly Mapping[];
  /** The API without any wait or fault: for what is before the run and after it. */
  readonly operator: Receiver;
  private readonly options: HubOptions;
  private readonly turn: ReturnType<typeof turnsOf>;
  private readonly receivers: Readonly<Record<'ingest' | 'api', Pool<Receiver>>>;
  private readonly reconcile: Pool<() => Promise<void>>;
  private isSweepDue = false;

  constructor(options: HubOptions) {
    this.options = options;
    const { clock } = options;
    this.turn = turnsOf(clock, options.dice, {
      fateOf: options.watch.fateOf,
      written: (what, life) => {
        this.lookAfter(what);
        options.watch.written(what, life);
      },
    });
    this.queues = new TracedQueues({ now: () => clock.nowMs }, options.isEntryRefused);
    this.sqs = new MemorySqs(this.queues);
    this.urls = createQueues(this.queues);
    this.operator = apiWorker(this.machine(async (what) => this.atOnce(what), 0));
    this.receivers = {
      ingest: this.pool('ingest', ingestWorker),
      api: this.pool('api', apiWorker),
    };
    this.reconcile = this.pool('reconcile', (machine) => () => reconcileOnce(machine));
    this.mappings = [
      this.mapping('normalize', normalizeWorker),
      this.mapping('attribute', attributeWorker),
    ];
  }

  /** One request over HTTP. A worker that dies has an answer all the same: the front's own. */
  async request(
    to: 'ingest' | 'api',
    path: string,
    init: {
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
    },
  ): Promise<Answer> {
    const { clock } = this.options;
    const ask = async (worker: Receiver) => {
      const response = await worker.request(path, init);
      return { status: response.status, body: await response.text() };
    };
    const answer = await this.receivers[to].run(clock.nowMs, ask, isUnrepeatable(path, init.body));
    return answer === DIED ? { status: 503, body: '' } : answer;
  }

  /** A run of the schedule now, whether there is anything for it to find or not. */
  async runSchedule(): Promise<void> {
    await this.reconcile.run(this.options.clock.nowMs, (run) => run());
  }

  /** The schedule's next run, where there is anything for it to find. */
  sweepSoon(): void {
    if (this.isSweepDue) return;
    this.isSweepDue = true;
    const { clock } = this.options;
    const restMs = SWEEP_MS - (clock.nowMs % SWEEP_MS);
    clock.in(restMs, () => {
      this.isSweepDue = false;
      if (!this.hasForSweep()) return;
      const again = () => this.sweepSoon();
      this.reconcile.run(clock.nowMs, (run) => run()).then(again, again);
    });
  }

  /** What somebody else puts on a queue. */
  put(url: string, body: string): void {
    this.queues.originMs = this.options.clock.nowMs;
    this.queues.put(url, body);
    this.lookAfter(` ${url}`);
  }

  private lookAfter(what: string): void {
    if (what.includes(' memory:')) for (const mapping of this.mappings) mapping.look();
  }

  /** For whoever is no worker: the call has its effect before anything else goes on. */
  private atOnce(what: string): Fate {
    this.queues.originMs = this.options.clock.nowMs;
    return { after: () => this.lookAfter(what) };
  }

  private hasForSweep(): boolean {
    const itemsOf = (list: string) =>
      SHARDS.flatMap((shard) => this.table.items.get(`${list}#${shard}`)?.all() ?? []);
    const isDecided = ({ sk }: Item) =>
      this.table.items.get(`REFUND#${sk}`)?.get('-')?.status !== 'pending';
    return (
      itemsOf('HINT').length > 0 ||
      itemsOf('UNFINISHED').length > 0 ||
      itemsOf('BEHIND').length > 0 ||
      itemsOf('REFUND-OPEN').some(isDecided) ||
      (this.table.items.get('RESTATEMENT')?.all() ?? []).some(
        ({ status }) => status === 'planned' || status === 'running',
      )
    );
  }

  private pool<Worker>(stage: FunctionName, make: (machine: Machine) => Worker): Pool<Worker> {
    const { clock, skewMs, isNext = () => false } = this.options;
    const { timeoutSeconds } = specOf(stage);
    const turn = this.turn;
    return new Pool(stage, clock, timeoutSeconds * 1000, (running: Running) => {
      const take: Take = async (what, kind) => {
        const { life } = running;
        const fate = await turn(life, what, kind);
        this.queues.originMs = life.originMs;
        return fate ?? undefined;
      };
      return make(this.machine(take, skewMs(stage), isNext(stage)));
    });
  }

  private mapping(
    stage: 'normalize' | 'attribute',
    make: (machine: Machine) => (event: SqsEvent) => Promise<BatchResponse>,
  ): Mapping {
    const { clock, dice, faults } = this.options;
    const { consumes } = specOf(stage);
    if (consumes === undefined) throw new Error(`${stage} consumes no queue`);
    const { queue, batchSize, batchingWindowSeconds, maxConcurrency } = consumes;
    const { url } = this.urls[queue];
    const windowMs = batchingWindowSeconds * 1000;
    const service = { clock, dice, faults, queues: this.queues };
    const maxWorkers = Math.min(maxConcurrency, this.options.maxWorkers ?? maxConcurrency);
    const spec = { url, batchSize, windowMs, maxConcurrency: maxWorkers };
    return new Mapping(service, spec, this.pool(stage, make));
  }

  private machine(take: Take, skewMs: number, isNext = false): Machine {
    const { clock, log } = this.options;
    return {
      ...{ table: this.table, sqs: this.sqs, queues: this.urls, take, log, isNext },
      now: () => Math.round(clock.nowMs) + skewMs,
      wait: (ms) => clock.wait(ms),
      fetch: (input, init) => this.call(new Request(input, { ...init, signal: null }), take),
    };
  }

  /** The platforms' APIs, by the host that each app was registered with. */
  private async call(request: Request, take: Take): Promise<Response> {
    const { hostname, pathname } = new URL(request.url);
    const player = this.options.players.find((one) => hostname.startsWith(`${one.integration}.`));
    if (player === undefined) throw new Error(`nobody plays ${hostname}`);
    const fate = await take(`fetch ${player.integration} ${pathname}`, 'write');
    const response = await player.api.fetch(request);
    await fate?.after?.();
    return response;
  }
}

function specOf(stage: FunctionName) {
  const spec = FUNCTIONS.find(({ folder }) => folder === stage);
  if (spec === undefined) throw new Error(`no function ${stage}`);
  return spec;
}

const SWEEP_MS = 300_000;

/** Where the platform's answer to a repetition says less than its first one. */
const UNREPEATABLE = /"integration":"(douyin-miniapp|kuaishou-\w+)"/;

function isUnrepeatable(path: string, body = ''): boolean {
  return path === '/v1/reversals' && UNREPEATABLE.test(body);
}
