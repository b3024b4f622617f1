import type { Context } from 'hono';
import * as z from 'zod';
import { platformSchema } from '../../../../lib/events/event.ts';
import { addRollups, emptyRollup } from '../../../../lib/ledger/rollup.ts';
import { addPlatforms, overPlatforms } from '../../../../lib/rollups/provider-day.ts';
import { readProviderDays } from '../../../../lib/rollups/rollups.ts';
import type { ApiDeps } from '../../deps.ts';
import { check, cursorInput } from '../../input.ts';
import { pageOfStores, storePlaceSchema } from '../../ranked-stores.ts';
import { hasRedemptions } from '../../stores.ts';
import { storeNames } from '../names.ts';
import { answerPage } from '../page.ts';
import { pageCursor } from '../page-cursor.ts';
import { periodOf, periodQuery, periodShape } from '../period.ts';
import type { Viewer } from '../viewer.ts';
import { SORTS, storesView } from './view.ts';

const PAGE = 50;

const storesQuery = z.object({
  ...periodShape,
  platform: platformSchema.or(z.literal('')).optional(),
  sort: z.enum(['redeemed', 'count', 'refunded', 'commission']).default('redeemed'),
  cursor: cursorInput(storePlaceSchema),
});

/** `GET /stores`: the stores in which a provider's vouchers were redeemed. */
export async function storesPage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const { table } = deps;
  const cursor = await pageCursor(c, table, viewer, storesQuery);
  const query = check(storesQuery, cursor.query);
  const period = periodOf(query, deps.now());
  const platform = query.platform || null;
  const found = await pageOfStores(
    table,
    viewer.providerId,
    period.window,
    { position: query.cursor, limit: PAGE },
    (store) => hasRedemptions(store) && (platform === null || store.platform === platform),
    undefined,
    SORTS[query.sort],
  );
  const days = await readProviderDays(table, viewer.providerId, period.window);
  const rollups = addPlatforms(days.map((day) => day.rollups));
  const total = platform === null ? overPlatforms(rollups) : (rollups[platform] ?? emptyRollup());
  const names = await storeNames(table, found.stores, deps.now());
  const filters = {
    ...(platform === null ? {} : { platform }),
    ...(query.sort === 'redeemed' ? {} : { sort: query.sort }),
  };
  const next =
    found.next === null ? null : cursor.next({ ...periodQuery(period), ...filters }, found.next);
  return answerPage(c, {
    title: ({ say }) => say('stores'),
    main: (speech) =>
      storesView(speech, {
        ...{ period, platform, sort: query.sort, filters, names, total: addRollups([total]) },
        stores: found.stores,
        isRanked: found.order === 'redeemedFen',
        nextHref: next === null ? null : `/stores?${new URLSearchParams(next)}`,
      }),
    viewer,
  });
}
