import { PLAYED_INTEGRATIONS } from '../../../lib/integrations/sandboxes.ts';
import type { MemoryTable } from '../store/table.ts';
import { Dice } from './dice.ts';
import type { DrawnOutage } from './outage.ts';
import type { Seen } from './sights.ts';
import { drawWeather, type FaultKind } from './weather.ts';

/** What a run is made of. All of it follows from the seed, unless somebody says otherwise. */
export interface WorldOptions {
  readonly seed: number;
  /** What people do at the platforms, in all. */
  readonly acts?: number;
  /** Over how many days of the world they do it. */
  readonly days?: number;
  /** Changes the table behind everybody's back before the books are looked at: to see that they are. */
  readonly tamper?: (table: MemoryTable) => void;
  /** Is shown what happens. */
  readonly watch?: (seen: Seen) => void;
  /** The only acts that are done, by their index, and the only faults that happen, by their ids: to shrink a failure. */
  readonly only?: {
    readonly acts?: ReadonlySet<number> | undefined;
    readonly faults?: ReadonlySet<string> | undefined;
    /** Of the operator's people. */
    readonly office?: ReadonlySet<number> | undefined;
  };
}

/** What the seed drew. */
export interface Drawn {
  readonly seed: number;
  readonly acts: number;
  readonly days: number;
  /** Epoch ms of the first act. */
  readonly startMs: number;
  readonly integrations: readonly string[];
  /** What goes wrong, and how often. */
  readonly weather: ReadonlyMap<FaultKind, number>;
  /** One of its platforms is down for an hour, and nothing else goes wrong; null in most runs. */
  readonly outage: DrawnOutage | null;
}

const DAY_MS = 86_400_000;

/** Midnight in Shanghai. */
const EPOCH_MS = Date.UTC(2026, 0, 31, 16);

const ACTS = 30;

/** Of all runs. */
const OUTAGES = 1 / 10;

export function draw({ seed, acts = ACTS, days }: WorldOptions): Drawn {
  const dice = new Dice(seed);
  const spread = days ?? dice.pick('days', [0.000_1, 0.001, 0.001, 0.01, 1, 30]);
  // Half of the runs begin a little before a day ends.
  const ofDayMs = dice.roll('edge') < 0.5 ? DAY_MS - 60_000 : dice.between('of day', 0, DAY_MS - 1);
  const startMs = EPOCH_MS + dice.between('day', 0, 27) * DAY_MS + ofDayMs;
  const chosen = PLAYED_INTEGRATIONS.filter((name) => dice.roll(`plays ${name}`) < 0.5);
  const integrations = chosen.length === 0 ? [dice.pick('one', PLAYED_INTEGRATIONS)] : chosen;
  const outage = drawOutage(dice, integrations, { startMs, lengthMs: spread * DAY_MS });
  const weather = outage === null ? drawWeather(dice) : new Map<FaultKind, number>();
  return { seed, acts, days: spread, startMs, integrations, weather, outage };
}

/** Somewhere among the acts, so that some come before it and some while it lasts. */
function drawOutage(
  dice: Dice,
  integrations: readonly string[],
  { startMs, lengthMs }: { readonly startMs: number; readonly lengthMs: number },
): DrawnOutage | null {
  if (dice.roll('has an outage') >= OUTAGES) return null;
  const integration = dice.pick('is down', integrations);
  return { integration, fromMs: startMs + Math.floor(dice.roll('down at') * lengthMs * 0.8) };
}
