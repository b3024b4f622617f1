import type { Context, Hono } from 'hono';
import { Problem } from '../../../lib/errors/problem.ts';
import { readStatements } from '../../../lib/store/ledger/statements.ts';
import type { ApiDeps } from '../deps.ts';
import { principalOf } from '../principal.ts';
import { assetRoutes } from './assets.ts';
import { compressed } from './compress.ts';
import { overviewPage } from './overview/page.ts';
import { answerPage, forProvider, signInPage, type Viewer } from './page.ts';
import { signIn, signOut } from './session.ts';
import { statementsView } from './statement.ts';
import { storePage } from './store/page.ts';
import { storesPage } from './stores/page.ts';
import { turnTheme } from './theme.ts';

type Show = (c: Context, deps: ApiDeps, viewer: Viewer) => Promise<Response>;

/** The pages of a provider, by address; a new page is a line here, in `navigation.ts` and in the topology. */
const PAGES: readonly (readonly [string, Show])[] = [
  ['/', overviewPage],
  ['/stores', storesPage],
  ['/stores/:platform/:storeId', storePage],
  ['/statements', statementsPage],
];

/** The console: what a provider looks at, readable without a script. */
export function pages(api: Hono, deps: ApiDeps): void {
  assetRoutes(api);
  for (const [path, show] of PAGES) {
    api.get(path, async (c) => {
      const turned = turnTheme(c);
      if (turned !== undefined) return turned;
      return compressed(c, await forProvider(c, deps, (viewer) => show(c, deps, viewer)));
    });
  }

  api.post('/sign-in', async (c) => {
    requireSameOrigin(c);
    const given = await givenToken(c);
    const principal = given === '' ? undefined : await principalOf(given, deps);
    if (principal?.is !== 'provider') {
      return answerPage(c, signInPage(principal === undefined ? 'tokenWrong' : 'operatorToken'));
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

async function statementsPage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const statements = await readStatements(deps.table, viewer.providerId);
  return answerPage(c, {
    title: ({ say }) => say('statements'),
    main: ({ say }) => statementsView(say, statements),
    who: viewer.who,
  });
}

/** Whether a browser asks, for a person to look at. Programs ask for anything, or for JSON. */
export function isForPerson(c: Context): boolean {
  return c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html');
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
