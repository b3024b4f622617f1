import { mapLimit } from '../async/map-limit.ts';
import { putDifference } from '../store/reconciliation/differences.ts';
import type { AwaitedDay, DayProgress } from '../store/reconciliation/reconciliations.ts';
import { beginDay, checkDay, type DayPlace } from './check-day.ts';
import type { FactDifference } from './compare.ts';
import { conclude, unverifiableReason, writeUnread } from './conclude.ts';
import type { Reconciler } from './deps.ts';

const AT_ONCE = 8;

/** A day that cannot be read whole is read so often, so far apart, before it is left unchecked. */
const MAX_READINGS = 4;
const READ_AFTER_MS = 600_000;

/**
 * What became of a place's day in this run: `paused` goes on where it stood, `done` may leave something to be
 * looked at again, or to be read again.
 */
export type DayOutcome =
  | { readonly outcome: 'paused'; readonly soFar: DayProgress }
  | {
      readonly outcome: 'done';
      readonly awaited: AwaitedDay | undefined;
      readonly counts: Pick<DayProgress, 'found' | 'repaired' | 'differences'>;
    };

/**
 * Reads one day of one place, or goes on with it, and writes down what it came to.
 * @param soFar what was read of it; null: nothing
 * @param readings how often it could not be read whole
 * @throws PlatformError
 */
export async function readDay(
  place: DayPlace,
  { pass, soFar, readings }: { pass: 'day' | 'late'; soFar: DayProgress | null; readings: number },
  reconciler: Reconciler,
): Promise<DayOutcome> {
  const { integration, app, deps } = reconciler;
  const nothing = { found: 0, repaired: 0, differences: 0 };
  const offered = integration.records?.(app);
  if (offered === undefined || 'unverifiable' in offered) {
    const isKnown = offered !== undefined;
    const reason = isKnown ? unverifiableReason(offered) : 'not-offered';
    await writeUnread(
      place,
      { reason, status: isKnown ? 'unverifiable' : 'unchecked' },
      reconciler,
    );
    return { outcome: 'done', awaited: undefined, counts: nothing };
  }
  const from = soFar ?? beginDay(place, deps.now());
  const keep = (all: readonly FactDifference[]) => keepOpen(all, place, from, reconciler);
  const check = await checkDay(offered, place, { pass, from }, reconciler, keep);
  if (check.outcome === 'paused') return check;
  const conclusion =
    check.outcome === 'read' ? await conclude(place, check, pass, reconciler) : check;
  if (conclusion.outcome === 'unread' || conclusion.outcome === 'again') {
    const reason = conclusion.outcome === 'unread' ? conclusion.reason : 'empty-may-be-outage';
    await writeUnread(place, { reason, status: 'unchecked' }, reconciler);
    const dueAtMs = deps.now() + READ_AFTER_MS;
    const again = { ...placeOf(place), checkedAt: null, looks: readings + 1, dueAtMs };
    const awaited = again.looks < MAX_READINGS ? again : undefined;
    return { outcome: 'done', awaited, counts: nothing };
  }
  const { found, repaired, differences } = conclusion.checked;
  const awaited = conclusion.outcome === 'awaited' ? conclusion.awaited : undefined;
  return { outcome: 'done', awaited, counts: { found, repaired, differences } };
}

const placeOf = ({ merchantId, storeId, businessDay }: DayPlace) => ({
  ...{ merchantId, storeId, businessDay },
});

async function keepOpen(
  differences: readonly FactDifference[],
  { merchantId, businessDay }: DayPlace,
  { startedAt }: DayProgress,
  { integration, app, deps }: Reconciler,
): Promise<number> {
  const open = await mapLimit(differences, AT_ONCE, (one) =>
    putDifference(deps.table, {
      ...{ platform: integration.platform, integration: integration.name, appKey: app.appKey },
      ...{ ...one, merchantId, businessDay, state: 'open', seenAt: startedAt },
    }),
  );
  return open.filter(Boolean).length;
}
