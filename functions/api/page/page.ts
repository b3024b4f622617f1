import type { Context } from 'hono';
import { type Language, type Say, sayIn } from '../../../lib/i18n/words.ts';
import type { Html } from './html.ts';
import { layout, PAGE_HEADERS, type PageFrame } from './layout.ts';
import { pageLanguage } from './session.ts';
import { themeOf } from './theme.ts';
import type { SignedIn } from './viewer.ts';

/** What a page says in whatever language. */
export interface Speech {
  readonly say: Say;
  readonly language: Language;
}

export interface PageAnswer {
  readonly title: (speech: Speech) => string;
  readonly main: (speech: Speech) => Html;
  readonly status?: 200 | 400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503;
  /** Null on the pages of nobody. */
  readonly viewer: SignedIn | null;
  readonly version?: string;
  readonly sheet?: PageFrame['sheet'];
}

/** Answers with a page in the reader's language and theme. */
export async function answerPage(c: Context, answer: PageAnswer): Promise<Response> {
  const { title, main, status = 200, viewer, version, sheet } = answer;
  const language = pageLanguage(c);
  const speech = { say: sayIn(language), language };
  const frame = { language, title: title(speech), viewer, version, sheet };
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

/** A form's answer is not a page to come back to: its page has the address without the last word. */
function hrefOfPage(c: Context): string {
  const url = new URL(c.req.url);
  url.searchParams.delete('lang');
  if (c.req.method === 'GET') return `${url.pathname}${url.search}`;
  return url.pathname.startsWith('/sign-') ? '/' : url.pathname;
}
