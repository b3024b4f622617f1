import type { Context } from 'hono';
import type { Permission } from '../../../lib/access/permissions.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { type Language, type Say, sayIn } from '../../../lib/i18n/words.ts';
import { readProvider } from '../../../lib/store/accounts/parties.ts';
import type { Table } from '../../../lib/store/table.ts';
import type { ApiDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import type { Html } from './html.ts';
import { Kept } from './kept.ts';
import { layout, PAGE_HEADERS, type PageFrame } from './layout.ts';
import { pageLanguage, signedIn } from './session.ts';
import type { SignInError } from './sign-in.ts';
import { themeOf } from './theme.ts';
import { messageView, signInView } from './views.ts';

/** Who looks at a page. */
export interface Viewer {
  readonly providerId: string;
  /** The provider's name. */
  readonly who: string;
  readonly principal: Principal;
}

/** What a page says in whatever language. */
export interface Speech {
  readonly say: Say;
  readonly language: Language;
}

export interface PageAnswer {
  readonly title: (speech: Speech) => string;
  readonly main: (speech: Speech) => Html;
  readonly status?: 200 | 400 | 401 | 404 | 429;
  /** Null on the pages of nobody. */
  readonly who: string | null;
  readonly version?: string;
  readonly sheet?: PageFrame['sheet'];
}

/** Answers with a page in the reader's language and theme. */
export async function answerPage(c: Context, answer: PageAnswer): Promise<Response> {
  const { title, main, status = 200, who, version, sheet } = answer;
  const language = pageLanguage(c);
  const speech = { say: sayIn(language), language };
  const frame = { language, title: title(speech), who, version, sheet };
  const place = { href: hrefOfPage(c), theme: themeOf(c) };
  const body = await layout({ ...frame, ...place }, main(speech));
  if (version !== undefined) c.header('etag', `"${version}"`);
  return c.html(body, status, PAGE_HEADERS);
}

/** The version that the browser has, when it asks whether there is another. */
export function isUnchanged(c: Context, version: string): boolean {
  return c.req.header('if-none-match') === `"${version}"`;
}

/** For a page that is as the browser has it. */
export function unchanged(c: Context): Response {
  return c.body(null, 304, PAGE_HEADERS);
}

/** Shows the sign-in form to anyone who is no provider, and a kind word for an address nobody can read. */
export async function forProvider(
  c: Context,
  deps: ApiDeps,
  needs: Permission,
  show: (viewer: Viewer) => Promise<Response>,
): Promise<Response> {
  const principal = await signedIn(c, deps);
  const mayRead = principal?.permissions.has(needs) === true;
  if (principal?.is !== 'provider' || !mayRead) return answerPage(c, signInPage(null));
  const who = await nameOf(deps.table, principal.providerId, deps.now());
  const viewer = { providerId: principal.providerId, who, principal };
  try {
    return await show(viewer);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return answerPage(c, {
      title: ({ say }) => say(error.status === 404 ? 'notFound' : 'badInputTitle'),
      main: ({ say }) => messageView(say, error.status === 404 ? 'notFoundHere' : 'badInput'),
      status: error.status === 404 ? 404 : 400,
      who: viewer.who,
    });
  }
}

export function signInPage(error: SignInError | null, status: 200 | 401 | 429 = 200): PageAnswer {
  return {
    title: ({ say }) => say('signIn'),
    main: ({ say }) => signInView(say, error),
    status,
    who: null,
  };
}

/** For an address that leads nowhere. */
export function notFoundPage(c: Context): Promise<Response> {
  return answerPage(c, {
    title: ({ say }) => say('notFound'),
    main: ({ say }) => messageView(say, 'notFoundHere'),
    status: 404,
    who: null,
  });
}

const names = new Kept<string>();

async function nameOf(table: Table, providerId: string, nowMs: number): Promise<string> {
  const who = await names.of(table, providerId, nowMs, async () => {
    const provider = await readProvider(table, providerId);
    return provider?.name ?? null;
  });
  return who ?? providerId;
}

/** A form's answer is not a page to come back to. */
function hrefOfPage(c: Context): string {
  const url = new URL(c.req.url);
  url.searchParams.delete('lang');
  return `${c.req.method === 'GET' ? url.pathname : '/'}${url.search}`;
}
