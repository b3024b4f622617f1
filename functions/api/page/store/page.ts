import type { Context } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { idSchema, type Platform, platformSchema } from '../../../../lib/events/event.ts';
import { addRollups } from '../../../../lib/ledger/rollup.ts';
import { firstProviderDay, readStoreHours } from '../../../../lib/rollups/rollups.ts';
import { hasEntries } from '../../../../lib/store/ledger/entries.ts';
import { noteChange, withTrail } from '../../audit.ts';
import type { ApiDeps } from '../../deps.ts';
import { answerFile, FILE_FORMATS } from '../../files.ts';
import { check, cursorInput } from '../../input.ts';
import { requireCovered } from '../../own-stores.ts';
import { ledgerPositionSchema } from '../../redemptions.ts';
import { asOfPage, pageAsOf } from '../as-of/page.ts';
import { nameOf, placeKey, storeNames } from '../names.ts';
import { answerPage, isUnchanged, type Speech, unchanged } from '../page.ts';
import { pageCursor } from '../page-cursor.ts';
import { type Period, periodOf, periodQuery, periodShape } from '../period.ts';
import type { Viewer } from '../viewer.ts';
import { fileRows } from './file-rows.ts';
import { type HourRollups, readStoreTotals } from './read.ts';
import { readRows, rowFilterShape } from './rows.ts';
import { storeView } from './view.ts';

interface StorePlace {
  readonly providerId: string;
  readonly platform: Platform;
  readonly storeId: string;
}

const storeQuery = z.object({
  ...periodShape,
  ...rowFilterShape,
  file: z.enum(FILE_FORMATS).optional(),
  asOf: pageAsOf,
  cursor: cursorInput(ledgerPositionSchema),
});

/** `GET /stores/{platform}/{storeId}`: one store's figures and its lines, newest first, followed as they arrive. */
export async function storePage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const platform = check(platformSchema, c.req.param('platform'));
  const storeId = check(idSchema, c.req.param('storeId'));
  const cursor = await pageCursor(c, deps.table, viewer, storeQuery);
  const query = check(storeQuery, cursor.query);
  const period = periodOf(query, deps.now());
  const place = { providerId: viewer.providerId, platform, storeId };
  if (query.asOf !== undefined)
    return storeAsOf(c, { ...place, period, asOf: query.asOf }, deps, viewer);
  const isFirst = query.cursor === undefined;
  const isNewest = isFirst && period.part !== null;
  const isFollowed = c.req.header('if-none-match') !== undefined && query.file === undefined;
  if (isNewest && isFollowed) {
    // A page that is followed asks for this alone, most of the time: one small read.
    const day = period.window.to;
    const hours = await readStoreHours(deps.table, place.providerId, day, place);
    if (isUnchanged(c, versionOf(day, hours))) return unchanged(c);
  }
  const filter = {
    kind: query.kind || null,
    channel: query.channel || null,
    tail: query.tail || null,
  };
  if (query.file !== undefined) {
    await requireOwn(place, deps);
    const name = `store-${storeId.replaceAll(/[^\w-]/g, '_')}-${period.window.from}-${period.window.to}`;
    const file = { format: query.file, name, sheet: 'store' };
    // Whatever leaves the house leaves a trace, from a page as from the API.
    noteChange(c, { subject: `${name}.${query.file}` });
    const trail = { call: 'GET /stores/{platform}/{storeId}', principal: viewer.principal };
    return withTrail(c, trail, deps, async () =>
      answerFile(c, { ...file, rows: await fileRows(deps.table, place, period.window, filter) }),
    );
  }
  const page = { before: query.cursor, filter, isNewest, nowMs: deps.now() };
  const [{ rows, next }, totals] = await Promise.all([
    readRows(deps.table, place, period.window, page),
    // Where somebody pages on, the figures are a page back.
    isFirst ? readStoreTotals(deps.table, place, period) : null,
  ]);
  // A store's name is shown to those whose store it is, not to whoever guesses its id.
  if (rows.length === 0) await requireOwn(place, deps);
  const firstDay = rows.length === 0 ? await firstProviderDay(deps.table, place.providerId) : null;
  const names = await storeNames(deps.table, [place], deps.now());
  const known = names.get(placeKey(place));
  const path = `/stores/${platform}/${encodeURIComponent(storeId)}`;
  const own = { storeId, name: known?.name ?? null };
  const filters = Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== null),
  ) as Record<string, string>;
  const more = next === null ? null : cursor.next({ ...periodQuery(period), ...filters }, next);
  return answerPage(c, {
    title: ({ say }) => nameOf(say, own),
    main: (speech) =>
      storeView(speech, {
        ...{ period, platform, path, storeId, rows, totals, filter, filters, firstDay },
        canExport: viewer.principal.permissions.has('statements:read'),
        name: nameOf(speech.say, own),
        city: known?.city ?? null,
        nextHref: more === null ? null : `${path}?${new URLSearchParams(more)}#rows`,
      }),
    viewer,
    ...(isNewest && totals !== null
      ? { version: versionOf(period.window.to, totals.lastDay.now) }
      : {}),
  });
}

/** The same store as it was known at an instant. */
async function storeAsOf(
  c: Context,
  { period, asOf, ...place }: StorePlace & { readonly period: Period; readonly asOf: string },
  deps: ApiDeps,
  viewer: Viewer,
): Promise<Response> {
  await requireOwn(place, deps);
  const { providerId, platform, storeId } = place;
  const names = await storeNames(deps.table, [place], deps.now());
  const own = { storeId, name: names.get(placeKey(place))?.name ?? null };
  const asked = {
    ...{ providerId, asOf, window: period.window, store: { platform, storeId } },
    ...{ path: `/stores/${platform}/${encodeURIComponent(storeId)}`, query: periodQuery(period) },
    title: ({ say }: Speech) => nameOf(say, own),
  };
  return asOfPage(c, asked, deps, viewer);
}

/** One's own has lines, or a contract that covers it. @throws Problem `not-found` */
async function requireOwn(place: StorePlace, deps: ApiDeps): Promise<void> {
  if (await hasEntries(deps.table, place)) return;
  try {
    await requireCovered(place.providerId, place, deps);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'store-unknown') throw error;
    throw new Problem('not-found', 'You have no such store.', { cause: error });
  }
}

/** How many lines the store has of the day. */
function versionOf(day: string, hours: HourRollups): string {
  return `${day}.${addRollups(hours.values()).entryCount}`;
}
