import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { type Language, type Say, sayIn } from '../../../lib/i18n/words.ts';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** No script anywhere, so nothing may run; the one style sheet is in the page. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

const STYLE = raw(`
:root { color-scheme: light dark; background: Canvas; color: CanvasText; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
header { display: flex; gap: 1rem; align-items: center; justify-content: space-between; flex-wrap: wrap; border-bottom: 1px solid var(--line); padding-bottom: .75rem; }
h1 { font-size: 1.15rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.25rem 0 .5rem; }
nav, form.inline { display: flex; gap: .75rem; align-items: center; flex-wrap: wrap; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid; outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding: .5rem 0; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tbody th { font-weight: inherit; } tfoot td, tfoot th { font-weight: 600; }
input, button { font: inherit; padding: .35rem .6rem; }
.error { color: #b3261e; } @media (prefers-color-scheme: dark) { .error { color: #f2b8b5; } }
`);

export interface PageFrame {
  readonly language: Language;
  readonly title: string;
  /** Who is signed in; null on the sign-in page. */
  readonly who: string | null;
  /** The path and query of this page in the other language. */
  readonly otherLanguageHref: string;
}

export function layout({ language, title, who, otherLanguageHref }: PageFrame, main: Html): Html {
  const say = sayIn(language);
  return html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${say('product')}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${say('product')}</h1>
<nav>
<a href="${otherLanguageHref}" lang="${language === 'zh' ? 'en' : 'zh-CN'}">${say('otherLanguage')}</a>
${who === null ? '' : account(who, say)}
</nav>
</header>
<main>${main}</main>
</body>
</html>`;
}

/** A table that may be wider than the screen: the keyboard reaches it, and then scrolls it. */
export function scrolling(label: string, table: Html): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${table}</div>`;
}

function account(who: string, say: Say): Html {
  return html`<a href="/statements">${say('statements')}</a>
<span>${who}</span>
<form class="inline" method="post" action="/sign-out"><button>${say('signOut')}</button></form>`;
}
