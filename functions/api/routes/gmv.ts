import type { Hono } from 'hono';
import * as z from 'zod';
import { addFolds, type Fold } from '../../../lib/ledger/fold.ts';
import type { ApiDeps } from '../deps.ts';
import { check, readCursor, readLimit, readWindow, type Window, writeCursor } from '../input.ts';
import { requireProvider } from '../principal.ts';
import {
  type Row,
  storeKey,
  storePositionSchema,
  totalsByDay,
  totalsByPlatform,
  totalsByStore,
} from '../reports.ts';

const BY = ['day', 'store', 'platform'] as const;

const MAX_ROWS = 1_000;

/** `GET /v1/gmv?from&to&by=day|store|platform`: a provider's GMV, by rows and in total. */
export function gmvRoute(api: Hono, deps: ApiDeps): void {
  api.get('/v1/gmv', async (c) => {
    const providerId = await requireProvider(c, deps);
    const window = readWindow(c, deps.now());
    const { by } = check(z.object({ by: z.enum(BY).default('day') }), { by: c.req.query('by') });
    const page = {
      position: readCursor(c, storePositionSchema),
      limit: readLimit(c, MAX_ROWS, MAX_ROWS),
    };
    const { rows, next } = await rowsBy(by, deps, providerId, window, page);
    const days = await totalsByDay(deps.table, providerId, window);
    return c.json({
      rows: rows.map(({ key, fold }) => ({ key, ...amountsOf(fold) })),
      total: amountsOf(addFolds(days.map((day) => day.fold))),
      ...(by === 'store' ? { next } : {}),
    });
  });
}

/** A fold as readers of GMV see it. */
export function amountsOf(fold: Fold) {
  const { paidFen, redeemedFen, reversedFen, refundedFen, redeemedCount, commissionFen } = fold;
  return { paidFen, redeemedFen, reversedFen, refundedFen, redeemedCount, commissionFen };
}

async function rowsBy(
  by: (typeof BY)[number],
  { table }: ApiDeps,
  providerId: string,
  window: Window,
  page: Parameters<typeof totalsByStore>[3],
): Promise<{ rows: Row[]; next: string | null }> {
  switch (by) {
    case 'day':
      return { rows: await totalsByDay(table, providerId, window), next: null };
    case 'platform':
      return { rows: await totalsByPlatform(table, providerId, window), next: null };
    case 'store': {
      const { stores, next } = await totalsByStore(table, providerId, window, page);
      const rows = stores.map((store) => ({ key: storeKey(store), fold: store.fold }));
      return { rows, next: next === null ? null : writeCursor(next) };
    }
    default:
      return by satisfies never;
  }
}
