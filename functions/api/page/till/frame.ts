import type { Context } from 'hono';
import { html } from 'hono/html';
import { sayIn } from '../../../../lib/i18n/words.ts';
import { assetHref } from '../assets.ts';
import type { Html } from '../html.ts';
import { PAGE_HEADERS } from '../layout.ts';
import type { Speech } from '../page.ts';
import { icon, SHAPES } from '../parts/icons.ts';
import { pageLanguage } from '../session.ts';
import { nextTheme, themeOf } from '../theme.ts';
import type { TillStore } from './stores.ts';

/** The document of the till: no navigation, nothing beside the one act. */

/** Where the clerk stands, and which of their stores they may change to. */
export interface Station {
  readonly store: TillStore;
  readonly stores: readonly TillStore[];
  readonly who: string;
  /** Whether this device prints receipts. */
  readonly prints: boolean;
}

export interface Screen {
  /** What the script sounds and shows for it. */
  readonly state: 'enter' | 'found' | 'done' | 'refused' | 'asking' | 'undo' | 'undone';
  readonly heading: (speech: Speech) => string;
  readonly body: (speech: Speech) => Html;
  readonly foot: (speech: Speech) => Html | '';
  readonly status?: 200 | 400 | 404 | 422 | 503;
}

export async function answerScreen(
  c: Context,
  station: Station,
  screen: Screen,
): Promise<Response> {
  const language = pageLanguage(c);
  const say = sayIn(language);
  const theme = themeOf(c);
  const other = language === 'zh' ? 'en' : 'zh';
  const home = homeOf(station.store);
  const heading = screen.heading({ say, language });
  const body = await html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"${theme === null ? '' : html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${heading} · ${say('till')} · ${say('product')}</title>
<link rel="icon" href="${assetHref('mark.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assetHref('console.css')}">
<link rel="stylesheet" href="${assetHref('till.css')}">
<script src="${assetHref('till.js')}" type="module"></script>
</head>
<body class="till" data-state="${screen.state}" data-home="${home}">
${SHAPES}
<header class="top"><a class="mark" href="${home}">${icon('mark', 24)}<span>${say('till')}</span></a>
<span class="who">${station.who}</span>
<a class="ic" href="${home}&amp;lang=${other}" lang="${other === 'zh' ? 'zh-CN' : 'en'}" hreflang="${other}">${say('otherLanguage')}</a>
<a class="ic" href="${home}&amp;theme=${nextTheme(theme)}" aria-label="${say('nav.theme')}">${icon('theme', 16)}</a>
</header>
<main id="main"><h1 class="sr">${say('till')}</h1>
<section class="scr" id="screen">
<div class="tt">${storeLine(station)}<form method="post" action="/sign-out"><button>${say('till.another')}</button></form></div>
<div class="bd">${screen.body({ say, language })}</div>
${footOf(screen.foot({ say, language }))}
</section>
<section class="scr" id="offline" hidden><div class="bd"><div class="res wt" role="status">${SIGNS.offline}<h2>${say('till.offline')}</h2><p>${say('till.offline-what')}</p></div>
<div class="msg warn"><p class="strong">${say('till.help')}</p><p>${say('till.offline-note')}</p></div></div></section>
</main>
</body>
</html>`;
  return c.html(body, screen.status ?? 200, TILL_HEADERS);
}

function footOf(foot: Html | ''): Html | '' {
  return foot === '' ? '' : html`<div class="ft">${foot}</div>`;
}

/**
 * The camera is asked for by a button of this page, and by nothing else. What reads codes is WebAssembly of our origin where
 * the browser has nothing of its own: no text becomes a script.
 */
const TILL_HEADERS = {
  ...PAGE_HEADERS,
  'content-security-policy': PAGE_HEADERS['content-security-policy'].replace(
    "script-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
  ),
  'permissions-policy': 'camera=(self), microphone=()',
};

export function homeOf({ platform, storeId }: Pick<TillStore, 'platform' | 'storeId'>): string {
  return `/till?store=${encodeURIComponent(`${platform}/${storeId}`)}`;
}

function storeLine({ store, stores }: Station): Html {
  if (stores.length === 1) return html`<span class="strong">${store.name}</span>`;
  return html`<span>${stores.map((one) =>
    one.storeId === store.storeId && one.platform === store.platform
      ? html`<span class="strong">${one.name}</span> `
      : html`<a href="${homeOf(one)}">${one.name}</a> `,
  )}</span>`;
}

const round = (shape: string) =>
  html`<span class="rnd"><svg width="40" height="40" viewBox="0 0 24 24" aria-hidden="true"><path d="${shape}" fill="none" stroke="currentColor" stroke-width="2.5"/></svg></span>`;

/** Done, refused, asking and undone differ by shape first. */
export const SIGNS = {
  done: round('M4 13l5 5L20 6'),
  refused: round('M5 5l14 14M19 5L5 19'),
  asking: round('M12 2.5a9.5 9.5 0 1 1-.1 0M12 7v5.5l3.5 2'),
  undone: round('M8 4L3 9l5 5M3 9h11a6 6 0 0 1 0 12H8'),
  offline: round(
    'M3 3l18 18M2 9a15 15 0 0 1 5-3M22 9a15 15 0 0 0-10-4M6 13a9 9 0 0 1 4-2M12 19h.01',
  ),
} as const;
