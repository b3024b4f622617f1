import { mapLimit } from '../../../../lib/async/map-limit.ts';
import { Problem } from '../../../../lib/errors/problem.ts';
import { businessDayAt } from '../../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../../deps.ts';
import { type TillPlace, tillPlaces } from '../../till-places.ts';
import { type LedgerRow, readRows } from '../store/rows.ts';
import type { Viewer } from '../viewer.ts';
import type { TillStore } from './stores.ts';
import { writeUndo } from './tokens.ts';

/** A line of today's list, with what undoes it; null where it cannot be undone here. */
export type TodayRow = LedgerRow & { readonly undo: string | null };

const READS_AT_ONCE = 8;

/** What happened in the store today, newest first: the latest of it. */
export async function readToday(
  { principal, providerId }: Viewer,
  { platform, storeId }: TillStore,
  deps: ApiDeps,
): Promise<readonly TodayRow[]> {
  const { table, now } = deps;
  const nowMs = now();
  const today = businessDayAt(nowMs);
  const place = { providerId, platform, storeId };
  const page = {
    before: undefined,
    filter: { kind: null, channel: null, tail: null },
    isNewest: true,
    nowMs,
  };
  const { rows } = await readRows(table, place, { from: today, to: today }, page);
  const [app, ...others] = await appsOf(principal, { platform, storeId }, deps);
  // Which of several redeemed it, the ledger does not say.
  const by = others.length > 0 || app?.integration.reverse === undefined ? undefined : app;
  return mapLimit(rows, READS_AT_ONCE, async (row): Promise<TodayRow> => {
    return { ...row, undo: by === undefined ? null : await undoOf(row, by, deps) };
  });
}

async function appsOf(
  principal: Viewer['principal'],
  place: Pick<TillStore, 'platform' | 'storeId'>,
  deps: ApiDeps,
): Promise<readonly TillPlace[]> {
  try {
    return await tillPlaces(principal, place, deps);
  } catch (error) {
    // The list is worth looking at where nothing can be redeemed any more.
    if (error instanceof Problem) return [];
    throw error;
  }
}

async function undoOf(
  { entry, status }: LedgerRow,
  { integration, appKey }: TillPlace,
  deps: ApiDeps,
): Promise<string | null> {
  const { voucherId, redemptionId, orderId, storeId, productId, amountFen } = entry;
  if (status !== 'provisional' || voucherId === null || redemptionId === null) return null;
  const act = { voucherId, redemptionId, orderId, title: productId, worthFen: amountFen };
  return writeUndo({ integration: integration.name, appKey, storeId, acts: [act] }, deps);
}
