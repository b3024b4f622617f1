import type { Context } from 'hono';
import * as z from 'zod';
import { markOfDay } from '../../../../lib/rollups/dimensions-due.ts';
import { firstProviderDay } from '../../../../lib/rollups/rollups.ts';
import { keys } from '../../../../lib/store/keys.ts';
import { businessDayAt } from '../../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../../deps.ts';
import { check } from '../../input.ts';
import { asOfPage, pageAsOf } from '../as-of/page.ts';
import { storeNames } from '../names.ts';
import { answerPage, isUnchanged, type Speech, unchanged } from '../page.ts';
import { periodOf, periodQuery, periodShape } from '../period.ts';
import type { Viewer } from '../viewer.ts';
import { readChecked } from './checked.ts';
import { readTotals } from './read.ts';
import { moversOf, storeCourses } from './stores.ts';
import { overviewView } from './view.ts';
import { readWaiting, waitingOf } from './waiting.ts';

/** What the trend shows: the measure of one of the figures, by day or by hour. */
const overviewQuery = z.object({
  ...periodShape,
  asOf: pageAsOf,
  measure: z.enum(['redeemed', 'paid']).default('redeemed'),
  by: z.enum(['day', 'hour']).optional(),
});

const TOP = 6;
const MOVERS = 4;

/** `GET /`: what a provider opens in the morning. */
export async function overviewPage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const { table } = deps;
  const query = check(overviewQuery, c.req.query());
  const period = periodOf(query, deps.now());
  if (query.asOf !== undefined) {
    const { providerId } = viewer;
    const own = {
      path: '/',
      query: periodQuery(period),
      title: ({ say }: Speech) => say('overview'),
    };
    const asked = { ...own, providerId, window: period.window, asOf: query.asOf };
    return asOfPage(c, asked, deps, viewer);
  }
  const today = businessDayAt(deps.now());
  const followed = period.part === null ? undefined : c.req.header('if-none-match');
  if (followed !== undefined) {
    // A page that is followed asks for this alone, most of the time: one small read.
    const key = keys.providerDay(viewer.providerId, today);
    const mark = markOfDay(await table.get(key, false));
    if (isUnchanged(c, versionOf(today, mark))) return unchanged(c);
  }
  const reading = readTotals(table, viewer.providerId, period);
  const booked = reading.then((read) => read.booked);
  // Whoever waits for it fails with it; nobody may have to.
  booked.catch(() => undefined);
  const [totals, waiting, checked] = await Promise.all([
    reading,
    readWaiting(table, viewer.providerId, deps.now(), { window: period.before, booked }),
    readChecked(deps, viewer),
  ]);
  const { now, before, mark } = totals;
  const courses = storeCourses(now.summaries, before.summaries, period);
  const top = courses.stores.filter(({ redeemedFen }) => redeemedFen !== 0).slice(0, TOP);
  const movers = moversOf(courses.stores, MOVERS);
  const names = await storeNames(table, [...top, ...movers], deps.now(), viewer.providerId);
  const canHour = now.hours.length > 0;
  const by = canHour ? (query.by ?? (period.days === 1 ? 'hour' : 'day')) : 'day';
  const { measure } = query;
  const isEmpty = now.total.entryCount === 0 && before.total.entryCount === 0;
  const firstDay = isEmpty ? await firstProviderDay(table, viewer.providerId) : null;
  const stores = { top, movers, names, isComplete: courses.isComplete, all: courses.stores.length };
  return answerPage(c, {
    title: ({ say }) => say('overview'),
    main: (speech) =>
      overviewView(speech, {
        ...{ period, totals, stores, checked, measure, by, canHour, isEmpty, firstDay },
        waiting: [...waiting, ...waitingOf(checked)],
      }),
    viewer,
    ...(period.part === null ? {} : { version: versionOf(today, mark ?? markOfDay(undefined)) }),
  });
}

/** What today's numbers know. The day is in it, because at midnight another begins. */
function versionOf(today: string, mark: string): string {
  return `${today}.${mark}`;
}
