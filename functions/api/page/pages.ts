import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { idSchema, platformSchema } from '../../../lib/events/event.ts';
import { type Language, sayIn, type Word } from '../../../lib/i18n/words.ts';
import { addRollups } from '../../../lib/ledger/rollup.ts';
import { readProvider, readStore } from '../../../lib/store/accounts/parties.ts';
import { readStatements } from '../../../lib/store/ledger/statements.ts';
import type { ApiDeps } from '../deps.ts';
import { check, cursorInput, type Window, windowOf, windowShape, writeCursor } from '../input.ts';
import { principalOf } from '../principal.ts';
import { storePlaceSchema } from '../ranked-stores.ts';
import { ledgerPositionSchema, listRedemptions } from '../redemptions.ts';
import { totalsByDay } from '../reports.ts';
import { listStores } from '../stores.ts';
import { type Html, layout, PAGE_HEADERS } from './layout.ts';
import { pageLanguage, signedIn, signIn, signOut } from './session.ts';
import { statementsView } from './statement.ts';
import { messageView, nameOf, signInView, storesView, storeView } from './views.ts';

const PAGE = 50;

const storesQuery = z.object({ ...windowShape, cursor: cursorInput(storePlaceSchema) });
const storeQuery = z.object({ ...windowShape, cursor: cursorInput(ledgerPositionSchema) });

/** What a provider looks at: its stores, and a store's redemptions. Plain HTML, no script. */
export function pages(api: Hono, deps: ApiDeps): void {
  api.get('/', (c) => forProvider(c, deps, (providerId) => storesPage(c, deps, providerId)));

  api.get('/stores/:platform/:storeId', (c) =>
    forProvider(c, deps, (providerId) => storePage(c, deps, providerId)),
  );

  api.get('/statements', (c) =>
    forProvider(c, deps, (providerId) => statementsPage(c, deps, providerId)),
  );

  api.post('/sign-in', async (c) => {
    requireSameOrigin(c);
    const given = await givenToken(c);
    const principal = given === '' ? undefined : await principalOf(given, deps);
    if (principal?.is !== 'provider') {
      const error = principal === undefined ? 'tokenWrong' : 'operatorToken';
      return page(c, { title: 'signIn', who: null, status: 401 }, (say) => signInView(say, error));
    }
    signIn(c, given);
    return c.redirect('/', 303);
  });

  api.post('/sign-out', (c) => {
    requireSameOrigin(c);
    signOut(c);
    return c.redirect('/', 303);
  });
}

/** What the form says; a body that is no form says nothing. */
async function givenToken(c: Context): Promise<string> {
  try {
    const { token } = await c.req.parseBody();
    return typeof token === 'string' ? token.trim() : '';
  } catch {
    return '';
  }
}

/** Shows the sign-in form to anyone who is no provider, and a kind word for a date nobody can read. */
async function forProvider(
  c: Context,
  deps: ApiDeps,
  show: (providerId: string) => Promise<Response>,
): Promise<Response> {
  const principal = await signedIn(c, deps);
  if (principal?.is !== 'provider') {
    return page(c, { title: 'signIn', who: null, status: 200 }, (say) => signInView(say, null));
  }
  try {
    return await show(principal.providerId);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    const frame = { title: 'stores' as const, who: principal.providerId, status: error.status };
    return page(c, frame, (say) => messageView(say, 'badInput'));
  }
}

async function storesPage(c: Context, deps: ApiDeps, providerId: string): Promise<Response> {
  const query = check(storesQuery, c.req.query());
  const window = windowOf(query, deps.now());
  const { stores, order, next } = await listStores(deps.table, providerId, window, {
    position: query.cursor,
    limit: PAGE,
  });
  const days = await totalsByDay(deps.table, providerId, window);
  const who = (await readProvider(deps.table, providerId))?.name ?? providerId;
  return page(c, { title: 'stores', who, status: 200 }, (say) =>
    storesView(say, {
      window,
      stores,
      isRanked: order === 'redeemedFen',
      total: addRollups(days.map((day) => day.rollup)),
      nextHref: next === null ? null : hrefOf('/', window, writeCursor(next)),
      storeHref: ({ platform, storeId }) =>
        hrefOf(`/stores/${platform}/${encodeURIComponent(storeId)}`, window),
    }),
  );
}

async function storePage(c: Context, deps: ApiDeps, providerId: string): Promise<Response> {
  const platform = check(platformSchema, c.req.param('platform'));
  const storeId = check(idSchema, c.req.param('storeId'));
  const query = check(storeQuery, c.req.query());
  const window = windowOf(query, deps.now());
  const place = { providerId, platform, storeId };
  const { redemptions, next } = await listRedemptions(deps, place, window, {
    before: query.cursor,
    limit: PAGE,
  });
  const who = (await readProvider(deps.table, providerId))?.name ?? providerId;
  // A store's name is shown to those who have redemptions there, not to whoever guesses its id.
  const known = redemptions.length > 0 ? await readStore(deps.table, platform, storeId) : undefined;
  const path = `/stores/${platform}/${encodeURIComponent(storeId)}`;
  return page(c, { title: 'store', who, status: 200 }, (say) =>
    storeView(say, {
      window,
      name: nameOf(say, { storeId, name: known?.name ?? null }),
      redemptions,
      nextHref: next === null ? null : hrefOf(path, window, writeCursor(next)),
      backHref: hrefOf('/', window),
    }),
  );
}

async function statementsPage(c: Context, deps: ApiDeps, providerId: string): Promise<Response> {
  const statements = await readStatements(deps.table, providerId);
  const who = (await readProvider(deps.table, providerId))?.name ?? providerId;
  return page(c, { title: 'statements', who, status: 200 }, (say) =>
    statementsView(say, statements),
  );
}

/** Whether a browser asks, for a person to look at. Programs ask for anything, or for JSON. */
export function isForPerson(c: Context): boolean {
  return c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html');
}

/** For an address that leads nowhere. */
export function notFoundPage(c: Context): Promise<Response> {
  return page(c, { title: 'notFound', who: null, status: 404 }, (say) =>
    messageView(say, 'notFoundHere'),
  );
}

async function page(
  c: Context,
  { title, who, status }: { title: Word; who: string | null; status: number },
  main: (say: ReturnType<typeof sayIn>) => Html,
): Promise<Response> {
  const language: Language = pageLanguage(c);
  const say = sayIn(language);
  const other = new URL(c.req.url);
  other.searchParams.set('lang', language === 'zh' ? 'en' : 'zh');
  // A form's answer is not a page to come back to.
  const path = c.req.method === 'GET' ? other.pathname : '/';
  const frame = { language, title: say(title), who, otherLanguageHref: `${path}${other.search}` };
  const body = await layout(frame, main(say));
  return c.html(body, status as 200, PAGE_HEADERS);
}

function hrefOf(path: string, { from, to }: Window, cursor?: string): string {
  const query = new URLSearchParams({ from, to, ...(cursor === undefined ? {} : { cursor }) });
  return `${path}?${query}`;
}

/** SameSite cookies keep other sites from acting as a provider; this keeps them from signing one in. */
function requireSameOrigin(c: Context): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const isOurs =
    site !== undefined
      ? site === 'same-origin' || site === 'none'
      : origin === undefined || origin === new URL(c.req.url).origin;
  if (isOurs) return;
  throw new Problem('role-forbidden', 'Send this form from the page itself.');
}
