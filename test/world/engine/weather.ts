import type { Message } from '@aws-sdk/client-sqs';
import type { Outgoing } from '../../../lib/integrations/sandbox-kit/player.ts';
import { type Call, type CallFate, sameEachTime } from './calls.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import type { MappingFaults } from './mapping.ts';
import type { Journey } from './roads.ts';

/** What can go wrong, and how often where it is switched on: of a call, a message, a request or a machine. */
const RATES = {
  'a worker dies before a call': 0.006,
  'a worker dies after a call': 0.006,
  'a call is refused': 0.02,
  'an answer is lost': 0.02,
  'a weak read is stale': 0.5,
  'a batch is small': 0.5,
  'a message is handed out twice': 0.1,
  'a message stays though done': 0.05,
  'an entry of a batch is refused': 0.03,
  'a request is lost on its way': 0.2,
  'an acknowledgement is lost': 0.2,
  'a request comes twice': 0.2,
  'a request comes fifty times': 0.02,
  'a request is overtaken': 0.4,
  'a request is late by days': 0.05,
  'a request is late by months': 0.02,
  'a clock is wrong': 0.5,
  'a worker is of the next version': 0.5,
  'what has expired is deleted': 0.5,
  'a message is none of ours': 0.05,
  'a platform misbehaves': 0.2,
} as const;

export type FaultKind = keyof typeof RATES;

const FAULT_KINDS = Object.keys(RATES) as readonly FaultKind[];

/** A fault that happened. */
export interface Fault {
  readonly id: string;
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly stage: string;
  readonly what: string;
  /** What kind of thing it happened to. */
  readonly of: string;
}

/** Each kind is on in so many runs. */
const SWITCHED_ON = 0.35;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Which kinds a seed switches on, and how bad each is: from a tenth of its rate to all of it. */
export function drawWeather(dice: Dice): ReadonlyMap<FaultKind, number> {
  // One run in eight has none: what fails there fails by itself.
  if (dice.roll('is calm') < 1 / 8) return new Map();
  return new Map(
    FAULT_KINDS.flatMap((kind) =>
      dice.roll(`on ${kind}`) < SWITCHED_ON
        ? [[kind, RATES[kind] * (0.1 + 0.9 * dice.roll(`how bad ${kind}`))] as const]
        : [],
    ),
  );
}

/** Decides of everything that could go wrong whether it does, and remembers what did. */
export class Weather {
  readonly happened: Fault[] = [];
  isOver = false;
  private readonly clock: Clock;
  private readonly dice: Dice;
  private readonly rates: ReadonlyMap<FaultKind, number>;
  private readonly allowed: ReadonlySet<string> | undefined;
  private readonly writtenMs = new Map<string, number>();
  private readonly ofCalls: readonly (readonly [FaultKind, CallFate, number])[];

  /** @param allowed the only faults that may happen, by their ids; all when absent */
  constructor(
    clock: Clock,
    dice: Dice,
    rates: ReadonlyMap<FaultKind, number>,
    allowed?: ReadonlySet<string>,
  ) {
    this.clock = clock;
    this.dice = dice;
    this.rates = rates;
    this.allowed = allowed;
    this.ofCalls = OF_CALLS.map(
      ([kind, fate]) => [kind, fate, rates.get(kind) ?? 0] as const,
    ).filter(([, , rate]) => rate > 0);
  }

  /** What becomes of a call. One draw for all kinds: a call has one fate. */
  fateOf({ what, kind, life, site, drawn, count }: Call): CallFate | undefined {
    if (this.isOver || this.ofCalls.length === 0 || life.isCareful) return undefined;
    let left = drawn;
    for (const [fault, fate, rate] of this.ofCalls) {
      if (fate === 'is stale' && !(kind === 'weak read' && this.isFresh(what))) continue;
      left -= rate;
      if (left < 0)
        return this.note(fault, life.stage, site, count, ofCall(what)) ? fate : undefined;
    }
    return undefined;
  }

  /** To be called after every write. */
  written(what: string): void {
    if (this.rates.has('a weak read is stale')) this.writtenMs.set(keyOf(what), this.clock.nowMs);
  }

  /** Whether the item was written so lately that a weakly consistent read may miss it. */
  private isFresh(what: string): boolean {
    return this.clock.nowMs - (this.writtenMs.get(keyOf(what)) ?? 0) < STALE_MS;
  }

  /** Of the services between queues and functions. */
  readonly mapping: MappingFaults = {
    batchSize: (url, size) =>
      this.happens('a batch is small', 'mapping', url)
        ? this.dice.between(`size ${url}`, 1, 3)
        : size,
    showsAgainSeconds: ({ Body = '' }) =>
      this.happens('a message is handed out twice', 'mapping', Body.slice(0, LABEL))
        ? this.dice.between(`again ${Body.slice(0, LABEL)}`, 0, 4)
        : undefined,
    staysThoughDone: ({ Body = '' }: Message) =>
      this.happens('a message stays though done', 'mapping', Body.slice(0, LABEL)),
  };

  isEntryRefused(body: string): boolean {
    return this.happens('an entry of a batch is refused', 'queue', body.slice(0, LABEL));
  }

  /** What somebody puts on a queue that is no message of ours; undefined mostly. */
  poison(site: string): string | undefined {
    if (!this.happens('a message is none of ours', 'queue', site)) return undefined;
    return this.dice.pick(`poison ${site}`, POISON);
  }

  /** Whether a platform begins to misbehave now. @param of in which way */
  misbehaves(integration: string, site: string, of: string): boolean {
    return this.happens('a platform misbehaves', integration, site, of);
  }

  /** During a deployment some machines have the next version already. */
  isNext(stage: string): boolean {
    return this.happens('a worker is of the next version', stage, 'version', 'machine');
  }

  get hasExpiry(): boolean {
    return !this.isOver && this.rates.has('what has expired is deleted');
  }

  /** Whether an item that has expired is gone now. */
  expires(pk: string, sk: string): boolean {
    const [kind = ''] = pk.split('#');
    return this.happens('what has expired is deleted', 'table', sameEachTime(`${pk} ${sk}`), kind);
  }

  skewMs(stage: string): number {
    if (!this.happens('a clock is wrong', stage, 'machine')) return 0;
    return this.dice.between(`skew ${stage}`, -10 * MINUTE_MS, 10 * MINUTE_MS);
  }

  /** @param of the kind of request */
  journeyOf(outgoing: Outgoing, site: string, of: string): Journey {
    const ms = (name: string, most: number) => Math.floor(this.dice.roll(`${name} ${site}`) * most);
    const isSo = (kind: FaultKind, what = site) => this.happens(kind, 'road', what, of);
    let lateMs = 0;
    if (isSo('a request is overtaken')) lateMs += ms('overtaken', 2 * MINUTE_MS);
    const isTill = outgoing.road === 'v1';
    if (!isTill && isSo('a request is late by days')) lateMs += ms('days', 6 * DAY_MS);
    // What is signed with its time must come within a week.
    if (!isTill && isOfAnyAge(outgoing) && isSo('a request is late by months')) {
      lateMs += ms('months', 180 * DAY_MS);
    }
    const copies = [lateMs];
    if (isSo('a request comes twice')) {
      copies.push(lateMs + ms('twice', 5 * MINUTE_MS));
    }
    if (isSo('a request comes fifty times')) {
      for (let copy = 2; copy < 50; copy += 1) copies.push(lateMs + ms(`copy ${copy}`, MINUTE_MS));
    }
    return {
      copiesMs: copies,
      lost: (copy) => {
        const one = `${site} copy ${copy}`;
        if (isSo('a request is lost on its way', one)) return 'before';
        return isSo('an acknowledgement is lost', one) ? 'after' : undefined;
      },
    };
  }

  private happens(kind: FaultKind, stage: string, what: string, of = ofMessage(what)): boolean {
    const rate = this.rates.get(kind);
    if (rate === undefined || this.isOver) return false;
    const { first, count } = this.dice.draw(`${kind} ${what}`);
    return first < rate && this.note(kind, stage, what, count, of);
  }

  /** @returns whether it may happen */
  private note(kind: FaultKind, stage: string, what: string, count: number, of: string): boolean {
    const id = `${kind}|${what}|${count}`;
    if (this.allowed !== undefined && !this.allowed.has(id)) return false;
    this.happened.push({ id, atMs: this.clock.nowMs, kind, stage, what, of });
    return true;
  }
}

/** Copies of the table follow within a second, as a rule; nobody promises when. */
const STALE_MS = 3_000;

/** Of `get <pk> <sk>`, `put <pk> <sk>` and the like; of an update the names of what it sets come first. */
function keyOf(what: string): string {
  return what.split(' ').slice(-2).join(' ');
}

/** Enough of a message or call to name it. */
const LABEL = 160;

/** No JSON, no object, no type, a type of a version to come. */
const POISON = ['{"type":', '[]', '{"v":1}', '{"type":"to come","v":2}', 'null'] as const;

/** `put LEDGER`, `send changed`, `fetch meituan` … */
function ofCall(what: string): string {
  if (what.includes('memory:')) return `${what.split(' ')[0]} ${ofMessage(what)}`;
  const [verb = '', ...rest] = what.split(' ');
  const key = verb === 'set' ? rest.at(-2) : rest[0];
  return `${verb} ${key?.split('#')[0]}`;
}

function ofMessage(body: string): string {
  return /"type":"(\w+)"/.exec(body)?.[1] ?? 'anything';
}

const OF_CALLS = [
  ['a worker dies before a call', 'dies before'],
  ['a worker dies after a call', 'dies after'],
  ['a call is refused', 'is refused'],
  ['an answer is lost', 'loses its answer'],
  ['a weak read is stale', 'is stale'],
] as const satisfies readonly (readonly [FaultKind, CallFate])[];

function isOfAnyAge({ headers }: Outgoing): boolean {
  return headers['byte-timestamp'] === undefined;
}
