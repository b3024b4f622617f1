import { html } from 'hono/html';
import type { Say, Word } from '../../../lib/i18n/words.ts';
import { KINDS } from './dimensions/model.ts';
import type { Html } from './html.ts';

interface Place {
  readonly href: string;
  readonly word: Word;
  /** Whose addresses begin like this are below it. */
  readonly below: readonly string[];
}

interface Group {
  readonly word: Word | null;
  readonly places: readonly Place[];
}

/** The pages of the console, in their order; a new page is a line here. */
const GROUPS: readonly Group[] = [
  {
    word: null,
    places: [
      { href: '/', word: 'overview', below: [] },
      { href: '/stores', word: 'stores', below: ['/stores/'] },
      { href: '/search', word: 'vouchers', below: ['/vouchers/'] },
    ],
  },
  {
    word: 'nav.split',
    places: KINDS.map(({ path, title }) => ({ href: path, word: title, below: [] })),
  },
  {
    word: 'nav.settle',
    places: [
      { href: '/contracts', word: 'contracts', below: [] },
      { href: '/statements', word: 'statements', below: ['/v1/statements/'] },
    ],
  },
];

/** The side: a column at a desk, a popover on anything smaller. */
export function navigation(say: Say, href: string, who: string): Html {
  const { pathname } = new URL(href, 'http://page');
  const isAt = ({ href: own, below }: Place) =>
    pathname === own || below.some((start) => pathname.startsWith(start));
  return html`<nav class="side" id="nav" popover aria-label="${say('nav.main')}">
${GROUPS.map(
  ({ word, places }) =>
    html`${word === null ? '' : html`<p>${say(word)}</p>`}${places.map(
      (place) =>
        html`<a href="${place.href}"${isAt(place) ? html` aria-current="page"` : ''}>${say(place.word)}</a>`,
    )}`,
)}
<p>${say('nav.account')} · ${who}</p>
<form method="post" action="/sign-out"><button class="ic">${say('signOut')}</button></form>
</nav>`;
}
