import type { Context, Hono } from 'hono';
import type { Permission } from '../../../lib/access/permissions.ts';
import type { ApiDeps } from '../deps.ts';
import { assetRoutes } from './assets.ts';
import { compressed } from './compress.ts';
import { contractsPage } from './contracts/page.ts';
import { KINDS } from './dimensions/model.ts';
import { dimensionPage } from './dimensions/page.ts';
import { forProvider, goOnPage, signInPage } from './guard.ts';
import { overviewPage } from './overview/page.ts';
import { answerPage } from './page.ts';
import { rooms } from './rooms.ts';
import { searchPage } from './search/page.ts';
import { signInRoutes } from './sign-in.ts';
import { statementMonthPage } from './statement/page.ts';
import { statementsPage } from './statements/page.ts';
import { storePage } from './store/page.ts';
import { storesPage } from './stores/page.ts';
import { turnTheme } from './theme.ts';
import { tillPages } from './till/routes.ts';
import type { Viewer } from './viewer.ts';
import { voucherPage } from './voucher/page.ts';

type Show = (c: Context, deps: ApiDeps, viewer: Viewer) => Promise<Response>;

/** The pages of a provider, by address; a new page is a line here, in `navigation.ts` and in the topology. */
const PAGES: readonly (readonly [string, Show, Permission?])[] = [
  ['/', overviewPage],
  ['/stores', storesPage],
  ['/stores/:platform/:storeId', storePage],
  ...KINDS.map((kind) => [kind.path, dimensionPage(kind)] as const),
  ['/search', searchPage],
  ['/vouchers/:platform/:voucherId', voucherPage],
  ['/contracts', contractsPage, 'contracts:read'],
  ['/statements', statementsPage, 'statements:read'],
  ['/statements/:month', statementMonthPage, 'statements:read'],
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

  tillPages(api, deps);
  rooms(api, deps);
  signInRoutes(api, deps, {
    form: (c, error, status, back) => answerPage(c, signInPage(error, status, back)),
    goOn: (c, principal, back) => goOnPage(c, principal, back, deps),
  });
}

/** Whether a browser asks, for a person to look at. Programs ask for anything, or for JSON. */
export function isForPerson(c: Context): boolean {
  return c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html');
}
