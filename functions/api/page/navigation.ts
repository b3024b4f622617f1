import { html } from 'hono/html';
import type { Permission } from '../../../lib/access/permissions.ts';
import type { Say, Word } from '../../../lib/i18n/words.ts';
import { KINDS, OF_PRODUCTS, rolledUpAs } from './dimensions/model.ts';
import type { Html } from './html.ts';
import type { SignedIn } from './viewer.ts';

interface Place {
  readonly href: string;
  readonly word: Word;
  /** Whoever may not see it is not offered it. */
  readonly needs: Permission;
  /** Whose addresses begin like this are below it. */
  readonly below: readonly string[];
}

interface Group {
  readonly word: Word | null;
  readonly places: readonly Place[];
}

/** The pages of the console, in their order; a new page is a line here. */
const PROVIDERS: readonly Group[] = [
  {
    word: null,
    places: [
      { href: '/', word: 'overview', needs: 'reports:read', below: [] },
      { href: '/stores', word: 'stores', needs: 'reports:read', below: ['/stores/'] },
      { href: '/search', word: 'vouchers', needs: 'reports:read', below: ['/vouchers/'] },
      { href: '/till', word: 'till', needs: 'till:use', below: [] },
    ],
  },
  {
    word: 'nav.split',
    // What products are grouped by is a view of the products.
    places: KINDS.filter((kind) => rolledUpAs(kind).grouping === null).map(
      ({ path, title, dimension }) => ({
        ...{ href: path, word: title, needs: 'reports:read' },
        below: dimension === 'product' ? OF_PRODUCTS.map((kind) => kind.path) : [],
      }),
    ),
  },
  {
    word: 'nav.settle',
    places: [
      { href: '/contracts', word: 'contracts', needs: 'contracts:read', below: [] },
      { href: '/disputes', word: 'disputes', needs: 'reports:read', below: [] },
      {
        ...{ href: '/statements', word: 'statements', needs: 'statements:read' },
        below: ['/statements/', '/v1/statements/', '/exports'],
      },
      { href: '/completeness', word: 'completeness', needs: 'reports:read', below: [] },
    ],
  },
  {
    word: 'nav.manage',
    places: [
      { href: '/standing', word: 'standing', needs: 'reports:read', below: [] },
      { href: '/ad-spend', word: 'ads', needs: 'reports:read', below: [] },
      { href: '/leads', word: 'leads', needs: 'reports:read', below: [] },
      { href: '/identity', word: 'identity', needs: 'identity:show', below: [] },
      { href: '/team', word: 'team', needs: 'members:manage', below: [] },
      { href: '/team/clerks', word: 'clerks', needs: 'clerks:admit', below: [] },
    ],
  },
];

/** The operator's, beside them. */
const OPERATORS: readonly Group[] = [
  {
    word: null,
    places: [
      {
        href: '/operator',
        word: 'operator.apps',
        needs: 'pipeline:read',
        below: ['/operator/apps/'],
      },
      {
        ...{ href: '/operator/set-aside', word: 'operator.set-aside', needs: 'pipeline:read' },
        below: ['/operator/deliveries/'],
      },
      { href: '/operator/dead-letters', word: 'operator.dead', needs: 'pipeline:read', below: [] },
    ],
  },
  {
    word: 'nav.operator.books',
    places: [
      {
        ...{ href: '/operator/contracts', word: 'contracts', needs: 'contracts:write' },
        below: [],
      },
      {
        ...{ href: '/operator/disputes', word: 'disputes', needs: 'disputes:answer' },
        below: [],
      },
      {
        ...{ href: '/operator/reconciliations', word: 'operator.reconciliations', below: [] },
        needs: 'pipeline:read',
      },
      {
        ...{ href: '/operator/completeness', word: 'completeness', below: [] },
        needs: 'reports:read',
      },
      {
        ...{ href: '/operator/restatements', word: 'operator.restatements', below: [] },
        needs: 'ledger:restate',
      },
      {
        ...{ href: '/operator/statements', word: 'operator.statements', needs: 'statements:read' },
        below: ['/operator/statements/'],
      },
      { href: '/operator/ad-accounts', word: 'ads.accounts', needs: 'registry:read', below: [] },
      { href: '/operator/imports', word: 'operator.imports', needs: 'statements:read', below: [] },
      { href: '/operator/products', word: 'catalogue', needs: 'registry:read', below: [] },
      { href: '/operator/refunds', word: 'operator.refunds', needs: 'refunds:read', below: [] },
    ],
  },
  {
    word: 'nav.operator.people',
    places: [
      { href: '/operator/people', word: 'operator.people', needs: 'members:manage', below: [] },
      { href: '/operator/audit', word: 'operator.audit', needs: 'audit:read', below: [] },
    ],
  },
];

/** The side: a column at a desk, a popover on anything smaller. */
export function navigation(say: Say, href: string, { who, principal }: SignedIn): Html {
  const { pathname } = new URL(href, 'http://page');
  const groups = (principal.is === 'operator' ? OPERATORS : PROVIDERS)
    .map(({ word, places }) => ({
      word,
      places: places.filter(
        ({ needs }) =>
          principal.permissions.has(needs) && (needs !== 'till:use' || principal.stores.length > 0),
      ),
    }))
    .filter(({ places }) => places.length > 0);
  const isAt = ({ href: own, below }: Place) =>
    pathname === own || below.some((start) => pathname.startsWith(start));
  return html`<nav class="side" id="nav" popover aria-label="${say('nav.main')}">
${groups.map(
  ({ word, places }) =>
    html`${word === null ? '' : html`<p>${say(word)}</p>`}${places.map(
      (place) =>
        html`<a href="${place.href}"${isAt(place) ? html` aria-current="page"` : ''}>${say(place.word)}</a>`,
    )}`,
)}
<p>${say('nav.account')} · ${who ?? say('nav.operator')}</p>
<form method="post" action="/sign-out"><button class="ic">${say('signOut')}</button></form>
</nav>`;
}
