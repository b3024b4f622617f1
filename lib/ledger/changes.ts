import { instantToMs } from '../time/shanghai.ts';
import type { Entry } from './entry.ts';
import { type Rollup, rollUpEntries } from './rollup.ts';

/**
 * Why an entry came when its period had been looked at already: the fact was late, something took back what was
 * booked, a restatement attributed again, what was booked was decided again, or the month's tiers were settled.
 */
export const CAUSES = ['late', 'taken-back', 'restated', 'corrected', 'settled'] as const;
export type Cause = (typeof CAUSES)[number];

export function causeOf(
  entry: Pick<Entry, 'kind' | 'entryId' | 'reverses' | 'corrects' | 'restatementId'>,
): Cause {
  if (entry.restatementId !== null) return 'restated';
  if (entry.kind === 'tier') return 'settled';
  // A later revision stands where an earlier one was corrected.
  if (entry.corrects !== null || /~v\d+$/.test(entry.entryId)) return 'corrected';
  return entry.reverses === null ? 'late' : 'taken-back';
}

/** Whether an entry was in the books at an instant. @param bookedAt null: nobody noted it, so it always was */
export function wasBooked(bookedAt: string | null, asOf: string): boolean {
  return bookedAt === null || instantToMs(bookedAt) <= instantToMs(asOf);
}

export interface CauseTotal {
  readonly cause: Cause;
  readonly rollup: Rollup;
}

/** What entries come to by their cause; a cause without any is left out. */
export function byCause(entries: readonly Entry[]): CauseTotal[] {
  const groups = Map.groupBy(entries, causeOf);
  return CAUSES.flatMap((cause) => {
    const own = groups.get(cause);
    return own === undefined ? [] : [{ cause, rollup: rollUpEntries(own) }];
  });
}
