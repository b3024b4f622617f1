import { PlatformError } from '../integrations/kit/platform-error.ts';
import type {
  RecordsPass,
  RecordsSource,
  RecordsWindow,
} from '../integrations/kit/platform-records.ts';
import type { DayProgress } from '../store/reconciliation/reconciliations.ts';
import { DAY_MS, instantToMs, toInstant } from '../time/shanghai.ts';
import { checkWindow, type WindowCheck } from './check-window.ts';
import type { FactDifference } from './compare.ts';
import type { Reconciler } from './deps.ts';
import { extraPayments } from './extra-payments.ts';
import { bookedDay, KnownStreams, type OurRedemption, ourRedemptions } from './ours.ts';
import { type ListedUnread, readWindow } from './read-window.ts';
import { sendBills } from './send-bills.ts';
import { addSide, storeOf, theirsOf } from './sides.ts';
import { extra, sendTakenBack, unlistedOf } from './unlisted.ts';

/** With so many redemptions of ours a window has about as many records as are held at once: payments and refunds too. */
const OURS_IN_WINDOW = 350;

/** A reading of so long that fails so shortly before the time is up was cut by that, and by no outage. */
const OUT_OF_TIME_MS = 3_000;
const LONG_MS = 15_000;

/** Into so many equal windows a day may be cut before it is read. */
const DAY_PARTS = [1, 2, 3, 4, 6, 8, 12, 24, 48, 96] as const;

/** A day is not cut into shorter windows than this. */
const SHORTEST_MS = 60_000;

/** Whose day is checked: a merchant's, or one store's. */
export interface DayPlace {
  readonly merchantId: string;
  readonly storeId: string | null;
  readonly businessDay: string;
}

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
  const day = { ...place, platform, integration, covers: source.covers };
  const booked = await bookedDay(deps.table, day);
  const ours = await ourRedemptions(deps.table, day, known, booked);
  const perhapsOut = new Set<string>();
  const isBegun = from.untilMs > startOf(place.businessDay) || from.windowMs !== DAY_MS;
  let soFar = isBegun ? from : { ...from, windowMs: windowFor(ours, from.untilMs) };
  while (soFar.untilMs < endMs) {
    if (deps.now() >= context.deadlineMs) return { outcome: 'paused', soFar };
    const fromMs = soFar.untilMs;
    const untilMs = Math.min(fromMs + soFar.windowMs, endMs);
    const window: RecordsWindow = { ...place, fromMs, untilMs };
    const begunMs = deps.now();
    try {
      const reading = await readWindow(source, window, pass, reconciler);
      if (reading.outcome === 'changed') return { outcome: 'unread', reason: 'changed-while-read' };
      if (reading.outcome === 'too-long') {
        if (soFar.windowMs <= SHORTEST_MS) return { outcome: 'unread', reason: 'too-many-records' };
        soFar = withShorter(soFar, 8);
        continue;
      }
      for (const list of reading.perhapsOut) perhapsOut.add(list);
      // Without a record there is nothing to look up: the streams read so far are enough.
      const check = await checkWindow(source, reading, known, reconciler);
      await sendBills(source, reading, known, reconciler);
      const unlisted = unlistedOf(ours, reading, window);
      const takenBack = await sendTakenBack(unlisted, source, reading, reconciler);
      const open = await keep([
        ...differencesIn(check),
        ...unreadable(reading.unread),
        ...unlisted.filter((one) => !takenBack.has(one.eventId)).map(extra),
        ...(await extraPayments(booked.paid, { source, reading, window, known }, reconciler)),
      ]);
      soFar = withWindow(soFar, check, {
        ...{ untilMs, rows: reading.rows, open, takenBack: takenBack.size },
      });
    } catch (error) {
      if (!(error instanceof PlatformError && error.retryable)) throw error;
      // The windows before it are kept; what fails as the first thing of a run is a failure.
      if (soFar.untilMs > from.untilMs) return { outcome: 'paused', soFar };
      if (!isCut(window, begunMs, reconciler)) throw error;
      return { outcome: 'paused', soFar: withShorter(soFar, 4) };
    }
  }
  const empty = [...perhapsOut].filter((list) => (soFar.rows[list] ?? 0) === 0);
  return { outcome: 'read', soFar, ours, perhapsOut: empty };
}

function withShorter(soFar: DayProgress, times: number): DayProgress {
  return { ...soFar, windowMs: Math.max(SHORTEST_MS, Math.floor(soFar.windowMs / times)) };
}

/** Whether a window's reading was cut by the end of its turn, as far as one can tell: then the next one is shorter. */
function isCut(
  { fromMs, untilMs }: RecordsWindow,
  begunMs: number,
  { deps, context }: Reconciler,
): boolean {
  const isLate = deps.now() + OUT_OF_TIME_MS > context.deadlineMs;
  return isLate && deps.now() - begunMs >= LONG_MS && untilMs - fromMs > SHORTEST_MS;
}

/**
 * The longest window that ours are few enough in. What the platform has may be more, and then it is cut shorter; but as a
 * rule a day of which too much would be held at once is not read in vain first.
 */
function windowFor(ours: readonly OurRedemption[], startMs: number): number {
  const fits = DAY_PARTS.find((parts) => {
    const lengthMs = DAY_MS / parts;
    const counts = new Map<number, number>();
    for (const { event } of ours) {
      const part = Math.floor((instantToMs(event.occurredAt) - startMs) / lengthMs);
      counts.set(part, (counts.get(part) ?? 0) + 1);
    }
    return Math.max(0, ...counts.values()) <= OURS_IN_WINDOW;
  });
  return DAY_MS / (fits ?? DAY_PARTS[DAY_PARTS.length - 1] ?? 1);
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
  return rows.map(({ list, field, rowId, voucherId, orderId, why }) => ({
    ...({ kind: 'missing', ours: null } as const),
    reason: why === 'of-another' ? 'row-of-another' : 'row-unreadable',
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
