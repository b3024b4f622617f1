import type { Context, Hono } from 'hono';
import type { Permission } from '../../../lib/access/permissions.ts';
import type { ApiDeps } from '../deps.ts';
import { assetRoutes } from './assets.ts';
import { compressed } from './compress.ts';
import { KINDS } from './dimensions/model.ts';
import { forProvider, forSignedIn, goOnPage, signInPage } from './guard.ts';
import { oidcRoutes } from './oidc/routes.ts';
import { answerPage } from './page.ts';
import { rooms } from './rooms.ts';
import { signInRoutes } from './sign-in.ts';
import { turnTheme } from './theme.ts';
import { tillPages } from './till/routes.ts';
import { letInPages } from './till/start.ts';
import type { Viewer } from './viewer.ts';

type Show = (c: Context, deps: ApiDeps, viewer: Viewer) => Promise<Response>;

/** A page's code is loaded when somebody opens it: a webhook's or a program's start does not wait for it. */
function lazily(load: () => Promise<Show>): Show {
  return async (...request) => (await load())(...request);
}

/** The pages of a provider, by address; a new page is a line here, in `navigation.ts` and in the topology. */
const PAGES: readonly (readonly [string, Show, Permission?])[] = [
  ['/', lazily(async () => (await import('./overview/page.ts')).overviewPage)],
  ['/stores', lazily(async () => (await import('./stores/page.ts')).storesPage)],
  ['/stores/:platform/:storeId', lazily(async () => (await import('./store/page.ts')).storePage)],
  ...KINDS.map(
    (kind) =>
      [
        kind.path,
        lazily(async () => (await import('./dimensions/page.ts')).dimensionPage(kind)),
      ] as const,
  ),
  ['/search', lazily(async () => (await import('./search/page.ts')).searchPage)],
  [
    '/vouchers/:platform/:voucherId',
    lazily(async () => (await import('./voucher/page.ts')).voucherPage),
  ],
  [
    '/contracts',
    lazily(async () => (await import('./contracts/page.ts')).contractsPage),
    'contracts:read',
  ],
  [
    '/statements',
    lazily(async () => (await import('./statements/page.ts')).statementsPage),
    'statements:read',
  ],
  [
    '/statements/:month',
    lazily(async () => (await import('./statement/page.ts')).statementMonthPage),
    'statements:read',
  ],
];

/** The console: what a provider looks at, readable without a script. */
export function pages(api: Hono, deps: ApiDeps): void {
  assetRoutes(api);
  for (const [path, show, needs = 'reports:read'] of PAGES) {
    api.get(path, async (c) => {
      const turned = turnTheme(c);
      if (turned !== undefined) return turned;
      return compressed(c, await forProvider(c, deps, needs, (viewer) => show(c, deps, viewer)));
    });
  }

  api.post('/statements/:month', (c) =>
    forSignedIn(c, deps, { is: 'provider', needs: 'statements:answer' }, async (viewer) => {
      const { statementMonthForm } = await import('./statement/page.ts');
      return statementMonthForm(c, api, deps, viewer);
    }),
  );
  api.get('/operator/statements/:id', (c) =>
    forSignedIn(c, deps, { is: 'operator', needs: 'statements:read' }, async (viewer) => {
      const { operatorStatementPage } = await import('./statement/page.ts');
      return compressed(c, await operatorStatementPage(c, deps, viewer));
    }),
  );
  api.post('/operator/statements/:id', (c) =>
    forSignedIn(c, deps, { is: 'operator', needs: 'statements:settle' }, async (viewer) => {
      const { operatorStatementForm } = await import('./statement/page.ts');
      return operatorStatementForm(c, api, deps, viewer);
    }),
  );
  api.get('/verify/:token', async (c) => {
    const turned = turnTheme(c);
    if (turned !== undefined) return turned;
    return (await import('./identity/verify.ts')).verifyPage(c, deps);
  });
  tillPages(api, deps);
  letInPages(api, deps);
  rooms(api, deps);
  oidcRoutes(api, deps, (c, error, status) => answerPage(c, signInPage(deps, error, status, null)));
  signInRoutes(api, deps, {
    form: (c, error, status, back) => answerPage(c, signInPage(deps, error, status, back)),
    goOn: (c, principal, back) => goOnPage(c, principal, back, deps),
  });
}

/** Whether a browser asks, for a person to look at. Programs ask for anything, or for JSON. */
export function isForPerson(c: Context): boolean {
  return c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html');
}
