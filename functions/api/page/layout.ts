import { html } from 'hono/html';
import { type Language, type Say, sayIn } from '../../../lib/i18n/words.ts';
import { assetHref } from './assets.ts';
import type { Html } from './html.ts';
import { navigation } from './navigation.ts';
import { icon, SHAPES } from './parts/icons.ts';
import { nextTheme, type Theme } from './theme.ts';
import type { SignedIn } from './viewer.ts';

/**
 * What a page may do: load our style sheets, our scripts and our mark by their hashes, send its forms to us, and
 * ask us for news. Nothing inline runs or colours anything, so text from outside cannot.
 */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

export interface PageFrame {
  readonly language: Language;
  readonly title: string;
  /** Who is signed in; null on the sign-in page. */
  readonly viewer: SignedIn | null;
  /** The path and query of this page. */
  readonly href: string;
  readonly theme: Theme | null;
  /** What changes when something that the page shows changed; absent where a page does not follow. */
  readonly version?: string | undefined;
  /** A style sheet beside the console's own. */
  readonly sheet?: 'statement.css' | undefined;
}

/** The document around a page's own part: the bar on top, the navigation at the side. */
export function layout(frame: PageFrame, main: Html): Html {
  const { language, title, viewer, theme, version, sheet } = frame;
  const say = sayIn(language);
  return html`<!doctype html>
<html lang="${htmlLanguage(language)}"${theme === null ? '' : html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${say('product')}</title>
<link rel="icon" href="${assetHref('mark.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assetHref('console.css')}">
${sheet === undefined ? '' : html`<link rel="stylesheet" href="${assetHref(sheet)}">`}
${version === undefined ? '' : html`<script src="${assetHref('live.js')}" type="module"></script>`}
</head>
<body>
<a class="skip" href="#main">${say('nav.skip')}</a>
${SHAPES}
${topBar(frame, say)}
<div class="frame">
${viewer === null ? html`<span></span>` : navigation(say, frame.href, viewer)}
<main id="main" tabindex="-1"${version === undefined ? '' : html` data-version="${version}"`}>${main}</main>
</div>
</body>
</html>`;
}

function topBar({ language, viewer, href, theme }: PageFrame, say: Say): Html {
  const other = language === 'zh' ? 'en' : 'zh';
  return html`<header class="top">
${
  viewer === null
    ? ''
    : html`<button class="ic" id="menu" type="button" popovertarget="nav" aria-label="${say('nav.menu')}">${icon('menu', 16)}</button>`
}
<a class="mark" href="/" aria-label="${say('nav.home')}">${icon('mark', 24)}<span class="hide-s">${say('mark.name')}</span></a>
${
  viewer === null
    ? html`<form></form>`
    : html`<form role="search" action="/search">${icon('search', 16)}<input type="search" name="q" aria-label="${say('search.label')}" placeholder="${say('search.hint')}" maxlength="128"></form>
<span class="who">${viewer.who ?? say('nav.operator')}</span>`
}
<a class="ic" href="${withQuery(href, 'lang', other)}" lang="${htmlLanguage(other)}" hreflang="${other}">${say('otherLanguage')}</a>
<a class="ic" href="${withQuery(href, 'theme', nextTheme(theme))}" aria-label="${say('nav.theme')}">${icon('theme', 16)}</a>
</header>`;
}

/** An address with one parameter set. */
function withQuery(href: string, name: string, value: string): string {
  const url = new URL(href, 'http://page');
  url.searchParams.set(name, value);
  return `${url.pathname}${url.search}`;
}

function htmlLanguage(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en';
}
