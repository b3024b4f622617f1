import memory from '../../docs/measured/memory.json' with { type: 'json' };
import measured from '../../docs/measured/voucher.json' with { type: 'json' };
import { MB_PER_PROCESSOR } from '../memory.ts';
import { FUNCTIONS, type FunctionName } from '../topology.ts';
import type { RegionTraits } from './regions.ts';

/**
 * What a stage needs to carry so many redemptions a second, with as many payments. Computed from what was measured
 * of a voucher that is sold and redeemed on a busy day, so that a change that costs more shows here.
 */

/** Redemptions a second that a stage can be made for. */
export const THROUGHPUTS = [50, 500, 5_000] as const;
export type Throughput = (typeof THROUGHPUTS)[number];

export interface Size {
  /** Workers of each queue at once, which are also set aside. */
  readonly workers: Readonly<Partial<Record<FunctionName, number>>>;
  /** Requests a second, and at once, that are let in. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  /** Units a second that the table takes. */
  readonly table: { readonly reads: number; readonly writes: number };
  /** What the table is made ready for; absent where a new one is. */
  readonly warm?: { readonly reads: number; readonly writes: number };
  /** Executions of all functions at once. */
  readonly concurrency: number;
}

/** The part of the time that a worker is busy: messages do not come evenly. */
const BUSY_PART = 0.7;

/** Webhooks for each voucher: paid, and redeemed. */
const WEBHOOKS = 2;

/** Above what comes on average: rush hours, repetitions, and people at the console. */
const LET_IN = 2;
const TABLE_ROOM = 1.25;

/** Receivers that may be at work at once, as many times as on average. */
const BURST = 4;

/** What was always let in. */
const LEAST_LET_IN = 1_000;

/** AWS lets one queue start no more. Source: Lambda, "maximum concurrency for Amazon SQS event sources": 2 to 1,000. */
const MOST_WORKERS = 1_000;

/** Executions for `reconcile` and `api`, whatever comes in. */
const OTHERS = 20;

/** A new table is ready for so much. Source: DynamoDB, "warm throughput for an on-demand table". */
const NEW_TABLE = { reads: 12_000, writes: 4_000 } as const;

const STEP = 1_000;

export function sizeOf(throughput: Throughput): Size {
  const { redemption, sale } = measured.busy;
  const units = (kind: 'reads' | 'writes') =>
    Math.ceil(throughput * (redemption[kind].units + sale[kind].units) * TABLE_ROOM);
  const table = { reads: units('reads'), writes: units('writes') };
  const workers = {
    normalize: workersFor('normalize', throughput),
    attribute: workersFor('attribute', throughput),
    notify: workersFor('notify', throughput),
  };
  const receivers = Math.ceil(throughput * WEBHOOKS * secondsOf('ingest') * BURST);
  const rate = Math.max(LEAST_LET_IN, throughput * WEBHOOKS * LET_IN);
  const isNewEnough = table.reads <= NEW_TABLE.reads && table.writes <= NEW_TABLE.writes;
  return {
    workers,
    throttle: { rate, burst: Math.max(LEAST_LET_IN, rate / 2) },
    table,
    ...(isNewEnough ? {} : { warm: warmFor(table) }),
    concurrency: workers.normalize + workers.attribute + workers.notify + receivers + OTHERS,
  };
}

/** Redemptions a second, with as many payments, that so many workers carry day after day. */
export function sustainedBy(workers: Size['workers']): number {
  const rates = (['normalize', 'attribute'] as const).map(
    (name) => ((workers[name] ?? 0) * BUSY_PART) / secondsOf(name),
  );
  return Math.floor(Math.min(...rates));
}

/** One provider's day is one item, which takes 1,000 write units a second: so many of its redemptions. */
export function mostOfOneProvider(): number {
  const { redemption, sale } = measured.busy;
  const each = redemption.writes.by['PROVIDER/DAY'] + sale.writes.by['PROVIDER/DAY'];
  return Math.floor(1_000 / each);
}

/** What has to be asked for before a region carries it: each in words, with the quota's name. */
export function quotasToAsk(
  size: Size,
  { apiQuota, tableQuota, concurrencyQuota }: Quotas,
): string[] {
  const { throttle, table, concurrency } = size;
  const asked: string[] = [];
  const ask = (needed: number, quota: number, what: string) => {
    if (needed > quota) asked.push(`${what}: ${needed}, instead of ${quota}`);
  };
  ask(throttle.rate, apiQuota.rate, 'API Gateway, throttle rate of the account, requests a second');
  ask(
    throttle.burst,
    apiQuota.burst,
    'API Gateway, throttle burst of the account, requests at once',
  );
  ask(table.reads, tableQuota, 'DynamoDB, table-level read throughput, units a second');
  ask(table.writes, tableQuota, 'DynamoDB, table-level write throughput, units a second');
  ask(concurrency, concurrencyQuota, 'Lambda, concurrent executions');
  return asked;
}

export type Quotas = Pick<RegionTraits, 'apiQuota' | 'tableQuota' | 'concurrencyQuota'>;

function workersFor(name: 'normalize' | 'attribute' | 'notify', throughput: Throughput): number {
  const least = topologyOf(name).consumes?.maxConcurrency ?? 1;
  const needed = Math.ceil((throughput * secondsOf(name)) / BUSY_PART);
  return Math.min(MOST_WORKERS, Math.max(least, needed));
}

/** A worker's time for one voucher: what it waits for, and its processor's time by its share of one. */
function secondsOf(name: 'ingest' | 'normalize' | 'attribute' | 'notify'): number {
  const { redemption, sale } = measured.busy;
  if (name === 'ingest') return INGEST_SECONDS;
  if (name === 'notify') return NOTICES * NOTICE_SECONDS;
  const waits = redemption.workerMs[name] + sale.workerMs[name];
  const { work, messages } = PROCESSOR[name];
  const found = memory.functions[name].works.find((one) => one.work === work);
  if (found === undefined) throw new Error(`docs/measured/memory.json has no work "${work}"`);
  const share = topologyOf(name).memoryMb / MB_PER_PROCESSOR;
  return (waits + (WEBHOOKS * found.warmCpuMs) / messages / share) / 1_000;
}

/** A webhook of `ingest`, of which nearly all is the wait for the queue. */
const INGEST_SECONDS = 0.02;

/** Of a voucher that is sold and redeemed: two entries, and that it was redeemed; for one endpoint of its provider. */
const NOTICES = 3;

/** A worker tells ten at once, and a receiver takes a third of a second: an assumption, theirs is all of the wait. */
const NOTICE_SECONDS = 0.03;

/** Of the works that `npm run bench -- memory` measures: those of ordinary messages, and how many they are. */
const PROCESSOR = {
  normalize: { work: '50 redemptions, asked about', messages: 50 },
  attribute: { work: '100 vouchers changed', messages: 100 },
} as const;

function topologyOf(name: FunctionName) {
  const found = FUNCTIONS.find(({ folder }) => folder === name);
  if (found === undefined) throw new Error(`the topology has no ${name}`);
  return found;
}

function warmFor({ reads, writes }: Size['table']) {
  const up = (units: number) => Math.ceil(units / STEP) * STEP;
  return {
    reads: Math.max(NEW_TABLE.reads, up(reads)),
    writes: Math.max(NEW_TABLE.writes, up(writes)),
  };
}
