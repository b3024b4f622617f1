import type {
  RecordsPass,
  RecordsSource,
  RecordsWindow,
} from '../integrations/kit/platform-records.ts';
import type { KeptDifference } from '../store/reconciliation/differences.ts';
import type { DayProgress } from '../store/reconciliation/reconciliations.ts';
import { DAY_MS, instantToMs, toInstant } from '../time/shanghai.ts';
import { checkWindow, type WindowCheck } from './check-window.ts';
import type { Difference } from './compare.ts';
import type { Reconciler } from './deps.ts';
import { KnownStreams, type OurRedemption, ourRedemptions } from './ours.ts';
import { type ListedUnread, readWindow } from './read-window.ts';
import { addSide, storeOf, theirsOf } from './sides.ts';
import { extra, sendTakenBack, unlistedOf } from './unlisted.ts';

/** A day is not cut into shorter windows than this. */
const SHORTEST_MS = 60_000;

/** Whose day is checked: a merchant's, or one store's. */
export interface DayPlace {
  readonly merchantId: string;
  readonly storeId: string | null;
  readonly businessDay: string;
}

/** A difference with the fact that it is of. */
export type FactDifference = Difference &
  Pick<KeptDifference, 'voucherId' | 'orderId' | 'storeId' | 'rowId'>;

/**
 * `paused`: its time is up, to be gone on with. `unread`: it could not be read whole, and is worth another try.
 * `read`: to its end.
 */
export type DayCheck =
  | { readonly outcome: 'paused'; readonly soFar: DayProgress }
  | { readonly outcome: 'unread'; readonly reason: 'changed-while-read' | 'too-many-records' }
  | {
      readonly outcome: 'read';
      readonly soFar: DayProgress;
      readonly perhapsOut: readonly string[];
      readonly ours: readonly OurRedemption[];
    };

export function beginDay(
  { businessDay }: Pick<DayPlace, 'businessDay'>,
  nowMs: number,
): DayProgress {
  return {
    startedAt: toInstant(nowMs),
    ...{ untilMs: startOf(businessDay), windowMs: DAY_MS },
    ...{ theirs: {}, rows: {}, found: 0, repaired: 0, differences: 0 },
  };
}

/**
 * Reads a day on, window after window: as a rule there is one. Differences are handed on window by window, so
 * that nothing has to be remembered that grows with the day.
 * @param keep says how many of them are open
 * @throws PlatformError
 */
export async function checkDay(
  source: RecordsSource,
  place: DayPlace,
  { pass, from }: { readonly pass: Exclude<RecordsPass, 'edge'>; readonly from: DayProgress },
  reconciler: Reconciler,
  keep: (differences: readonly FactDifference[]) => Promise<number>,
): Promise<DayCheck> {
  const { deps, context } = reconciler;
  const endMs = startOf(place.businessDay) + DAY_MS;
  const known = new KnownStreams(deps.table);
  const { platform, name: integration } = reconciler.integration;
  const ours = await ourRedemptions(
    deps.table,
    { ...place, platform, integration, covers: source.covers },
    known,
  );
  const perhapsOut = new Set<string>();
  let soFar = from;
  while (soFar.untilMs < endMs) {
    if (deps.now() >= context.deadlineMs) return { outcome: 'paused', soFar };
    const fromMs = soFar.untilMs;
    const untilMs = Math.min(fromMs + soFar.windowMs, endMs);
    const window: RecordsWindow = { ...place, fromMs, untilMs };
    const reading = await readWindow(source, window, pass, reconciler);
    if (reading.outcome === 'changed') return { outcome: 'unread', reason: 'changed-while-read' };
    if (reading.outcome === 'too-long') {
      if (soFar.windowMs <= SHORTEST_MS) return { outcome: 'unread', reason: 'too-many-records' };
      soFar = { ...soFar, windowMs: Math.max(SHORTEST_MS, Math.floor(soFar.windowMs / 8)) };
      continue;
    }
    for (const list of reading.perhapsOut) perhapsOut.add(list);
    // Without a record there is nothing to look up: the streams read so far are enough.
    const check = await checkWindow(source, reading, known, reconciler);
    const unlisted = unlistedOf(ours, reading, window);
    const takenBack = await sendTakenBack(unlisted, source, reading, reconciler);
    const open = await keep([
      ...differencesIn(check),
      ...unreadable(reading.unread),
      ...unlisted.filter((one) => !takenBack.has(one.eventId)).map(extra),
    ]);
    soFar = withWindow(soFar, check, {
      ...{ untilMs, rows: reading.rows, open, takenBack: takenBack.size },
    });
  }
  const empty = [...perhapsOut].filter((list) => (soFar.rows[list] ?? 0) === 0);
  return { outcome: 'read', soFar, ours, perhapsOut: empty };
}

function differencesIn({ compared }: WindowCheck): FactDifference[] {
  return compared.flatMap((one) =>
    one.differences.map((difference) => ({
      ...difference,
      voucherId: one.record.voucherId,
      orderId: one.record.orderId ?? one.known[0]?.orderId ?? null,
      storeId: storeOf(one),
    })),
  );
}

/** Each by itself: the day is not complete, and its other rows are compared. */
function unreadable(rows: readonly ListedUnread[]): FactDifference[] {
  return rows.map(({ list, field, rowId, voucherId, orderId }) => ({
    ...({ kind: 'missing', reason: 'row-unreadable', ours: null } as const),
    theirs: `${list}: ${field}`.slice(0, 300),
    ...{ voucherId, orderId, storeId: null, rowId },
  }));
}

function withWindow(
  soFar: DayProgress,
  check: WindowCheck,
  read: {
    readonly untilMs: number;
    readonly rows: Readonly<Record<string, number>>;
    readonly open: number;
    readonly takenBack: number;
  },
): DayProgress {
  const theirs = { ...soFar.theirs };
  for (const [store, side] of theirsOf(check.compared)) {
    theirs[store] = addSide(theirs[store], side);
  }
  const rows = { ...soFar.rows };
  for (const [list, count] of Object.entries(read.rows)) rows[list] = (rows[list] ?? 0) + count;
  return {
    ...soFar,
    ...{ untilMs: read.untilMs, theirs, rows },
    found: soFar.found + check.found + read.takenBack,
    repaired: soFar.repaired + check.repaired + read.takenBack,
    differences: soFar.differences + read.open,
  };
}

function startOf(businessDay: string): number {
  return instantToMs(`${businessDay}T00:00:00+08:00`);
}
