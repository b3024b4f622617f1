import type { OfferedRecords, RecordsSource } from '../integrations/kit/platform-records.ts';
import {
  type CheckedDay,
  putCheckedDay,
  putUnread,
  readCheckedDay,
  settleCheckedDay,
} from '../store/reconciliation/checked-days.ts';
import { differencesOf, repairDifference } from '../store/reconciliation/differences.ts';
import type { AwaitedDay } from '../store/reconciliation/reconciliations.ts';
import type { Table } from '../store/table.ts';
import { addDays, toInstant } from '../time/shanghai.ts';
import type { DayCheck, DayPlace } from './check-day.ts';
import type { Reconciler } from './deps.ts';
import { KnownStreams, ourRedemptions } from './ours.ts';
import { inBoth } from './reasons.ts';
import { isEven, lossOf, oursOf, sidesOf } from './sides.ts';

/** Days before, of which a place must have had none to be believed to have none. */
const USUAL_DAYS = 7;

/** So often is looked whether what we lacked is booked by now, and so much later each time. */
const MAX_LOOKS = 6;
const LOOK_AFTER_MS = 60_000;

/** What becomes of a day that was read: written down, to be looked at again, or to be read again. */
export type Conclusion =
  | { readonly outcome: 'written'; readonly checked: CheckedDay }
  | { readonly outcome: 'awaited'; readonly checked: CheckedDay; readonly awaited: AwaitedDay }
  | { readonly outcome: 'again' };

/** Writes down what a day came to that was read to its end. @param pass `late`: an empty list is believed now */
export async function conclude(
  place: DayPlace,
  check: Extract<DayCheck, { outcome: 'read' }>,
  pass: 'day' | 'late',
  reconciler: Reconciler,
): Promise<Conclusion> {
  const { table, now } = reconciler.deps;
  if (await mayBeOutage(place, check, pass, reconciler)) return { outcome: 'again' };
  const { soFar, ours } = check;
  const theirs = new Map(Object.entries(soFar.theirs));
  const sides = sidesOf(oursOf(ours), theirs);
  const checkedAt = toInstant(now());
  const status = statusOf(soFar, isEven(sides));
  const { found, repaired, differences, rows } = soFar;
  const checked: CheckedDay = {
    ...emptyDay(place, reconciler),
    ...{ status, ...sides, found, repaired, differences, rows, ...lossOf(ours) },
    source: sourceOf(reconciler, Object.keys(rows)),
    checkedAt,
  };
  await repairUnseen(table, checked, soFar.startedAt);
  await putCheckedDay(table, checked);
  if (status !== 'checking') return { outcome: 'written', checked };
  return {
    outcome: 'awaited',
    checked,
    awaited: { ...place, checkedAt, looks: 0, dueAtMs: now() + LOOK_AFTER_MS },
  };
}

function statusOf(
  { found, differences }: { readonly found: number; readonly differences: number },
  even: boolean,
): CheckedDay['status'] {
  if (differences > 0) return 'different';
  return found > 0 || !even ? 'checking' : 'complete';
}

/**
 * Looks whether what we lacked is booked by now, without a call to the platform: our redemptions of the day come to
 * what its records came to.
 * @returns what is to be looked at again; undefined when the day is settled
 */
export async function look(
  awaited: AwaitedDay,
  { integration, app, deps }: Reconciler,
): Promise<AwaitedDay | undefined> {
  const { businessDay, checkedAt, looks, merchantId, storeId } = awaited;
  const { platform, name } = integration;
  const of = { platform, merchantId, integration: name, appKey: app.appKey, storeId };
  const checked = await readCheckedDay(deps.table, businessDay, of);
  // Somebody read it again since.
  if (checkedAt === null || checked?.checkedAt !== checkedAt) return undefined;
  const known = new KnownStreams(deps.table);
  const covers = coversOf(integration.records?.(app));
  const ours = await ourRedemptions(deps.table, { ...of, businessDay, covers }, known);
  const theirs = new Map(
    checked.stores.flatMap(({ storeId: id, theirs: side }) =>
      side === null ? [] : [[id ?? '', side] as const],
    ),
  );
  const sides = sidesOf(oursOf(ours), theirs);
  const even = isEven(sides);
  if (!even && looks + 1 < MAX_LOOKS) {
    return { ...awaited, looks: looks + 1, dueAtMs: deps.now() + LOOK_AFTER_MS };
  }
  const status = even ? (checked.found > 0 ? 'repaired' : 'complete') : 'different';
  await settleCheckedDay(
    deps.table,
    { ...of, businessDay, checkedAt },
    { ...sides, ...lossOf(ours), status, reason: even ? null : 'counts-differ' },
  );
  return undefined;
}

function coversOf(offered: OfferedRecords | undefined): RecordsSource['covers'] {
  return offered !== undefined && 'lists' in offered ? offered.covers : undefined;
}

/** Says of a day why it could not be read, unless it was read before. */
export async function writeUnread(
  place: DayPlace,
  { reason, status }: { readonly reason: string; readonly status: 'unchecked' | 'unverifiable' },
  reconciler: Reconciler,
): Promise<void> {
  const { table, now } = reconciler.deps;
  const { platform, name: integration } = reconciler.integration;
  const known = new KnownStreams(table);
  const ours = await ourRedemptions(table, { ...place, platform, integration }, known);
  await putUnread(table, {
    ...emptyDay(place, reconciler),
    ...{ status, reason, ...sidesOf(oursOf(ours), null), ...lossOf(ours) },
    checkedAt: toInstant(now()),
  });
}

/** The reason that is kept of records that cannot be listed: both languages, as the integration words it. */
export function unverifiableReason(offered: Extract<OfferedRecords, { unverifiable: unknown }>) {
  return inBoth(offered.unverifiable).slice(0, 300);
}

function emptyDay(place: DayPlace, { integration, app }: Reconciler): CheckedDay {
  return {
    ...place,
    ...{ platform: integration.platform, integration: integration.name, appKey: app.appKey },
    ...{ status: 'unchecked', reason: null, theirs: null, stores: [], found: 0, repaired: 0 },
    ...{ differences: 0, byWebhook: 0, byAsking: 0, latestSeconds: null, rows: {} },
    ...{ ours: { count: 0, fen: 0 }, source: integration.name, checkedAt: '' },
  };
}

/**
 * Whether a list without any row may be an outage: we have redemptions of that day, or the place had rows on every
 * day before that was read. A week later an empty list is believed, because no outage lasts that long.
 */
async function mayBeOutage(
  { merchantId, storeId, businessDay }: DayPlace,
  { perhapsOut, ours }: Extract<DayCheck, { outcome: 'read' }>,
  pass: 'day' | 'late',
  { integration, app, deps: { table } }: Reconciler,
): Promise<boolean> {
  if (perhapsOut.length === 0) return false;
  // What was taken back may be in no list.
  if (ours.some(({ isReversed }) => !isReversed)) return true;
  if (pass === 'late') return false;
  const { platform, name } = integration;
  const of = { platform, merchantId, integration: name, appKey: app.appKey, storeId };
  let days = 0;
  for (let back = 1; back <= USUAL_DAYS; back += 1) {
    const before = await readCheckedDay(table, addDays(businessDay, -back), of);
    if (before === undefined || before.theirs === null) continue;
    days += 1;
    if (perhapsOut.every((list) => (before.rows[list] ?? 0) === 0)) return false;
  }
  return days > 0;
}

/** Differences of this day that this reading does not show any more. */
async function repairUnseen(table: Table, checked: CheckedDay, since: string): Promise<void> {
  const { businessDay, integration, appKey, storeId } = checked;
  for await (const { one, id } of differencesOf(table, businessDay, checked)) {
    const isOfThis = one.integration === integration && one.appKey === appKey;
    const isOfPlace = storeId === null || one.storeId === storeId;
    if (!isOfThis || !isOfPlace || one.state !== 'open' || one.seenAt >= since) continue;
    await repairDifference(table, one, id);
  }
}

function sourceOf({ integration }: Reconciler, lists: readonly string[]): string {
  return [integration.name, ...lists].join(' ').slice(0, 300);
}
