import type { Fate, Take } from '../store/take.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import type { Life } from './life.ts';

/** What watches every call of every worker. */
export interface CallWatch {
  /** Before the call takes effect; what it returns is done to it. */
  readonly fateOf: (call: Call) => CallFate | undefined;
  /** After a write took effect. */
  readonly written: (what: string, life: Life) => void;
}

export interface Call {
  readonly what: string;
  readonly kind: 'read' | 'weak read' | 'write';
  readonly life: Life;
  /** What it is, for those who draw about it, and how often it was made. */
  readonly site: string;
  readonly count: number;
  /** In [0, 1). */
  readonly drawn: number;
}

export type CallFate =
  | 'dies before'
  | 'dies after'
  | 'is refused'
  | 'loses its answer'
  | 'is stale';

/** How long most calls take, in ms. */
const QUICK_MS = 12;
/** How long one in thirty takes at most. */
const SLOW_MS = 1_500;

/** Enough of a message to name it. */
const LABEL = 160;

const NEVER = new Promise<never>(() => {});

type Turn = (life: Life, ...call: Parameters<Take>) => ReturnType<Take>;

/** The turns of the workers' calls: each takes a while, then meets its fate. */
export function turnsOf(clock: Clock, dice: Dice, watch: CallWatch): Turn {
  return async (life, what, kind) => {
    if (life.isOver) return NEVER;
    const site = `${life.stage} ${sameEachTime(what.slice(0, LABEL))}`;
    const { first, second, count } = dice.draw(site);
    await clock.wait(latencyMs(first), life);
    const fate = watch.fateOf({ what, kind, life, site, drawn: second, count });
    switch (fate) {
      case undefined:
        return kind === 'write' ? { after: () => watch.written(what, life) } : undefined;
      case 'dies before':
        life.die();
        return NEVER;
      case 'is refused':
        throw new Error('the world: this call was refused');
      case 'is stale':
        return { isStale: true };
      case 'dies after':
      case 'loses its answer':
        return { after: () => afterwards(fate, what, kind, life, watch) } satisfies Fate;
      default:
        return fate satisfies never;
    }
  };
}

/** A record of the trail ends with what is drawn for it: without that, so that a seed is the same run each time. */
export function sameEachTime(what: string): string {
  return what.includes('AUDIT#') ? what.replace(/-[0-9a-f]{8}$/, '') : what;
}

function afterwards(
  fate: 'dies after' | 'loses its answer',
  what: string,
  kind: Call['kind'],
  life: Life,
  watch: CallWatch,
): Promise<never> {
  if (kind === 'write') watch.written(what, life);
  if (fate === 'loses its answer') throw new Error('the world: the answer to this call was lost');
  life.die();
  return NEVER;
}

function latencyMs(drawn: number): number {
  // The last thirtieth of the draws is stretched over the slow ones.
  return drawn < 29 / 30 ? 1 + drawn * QUICK_MS : 1 + (drawn * 30 - 29) * SLOW_MS;
}
