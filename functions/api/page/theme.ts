import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** Light, dark, or as the system has it. */
export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const COOKIE = 'hexiao_theme';
const KEPT_SECONDS = 365 * 24 * 3600;

/** Null: as the system has it. */
export function themeOf(c: Context): Theme | null {
  const kept = getCookie(c, COOKIE);
  return THEMES.find((theme) => theme === kept) ?? null;
}

/** What the switch turns to next; it ends where the system decides again. */
export function nextTheme(theme: Theme | null): Theme | 'system' {
  if (theme === null) return 'dark';
  return theme === 'dark' ? 'light' : 'system';
}

/**
 * `?theme=` is remembered, and the page comes again without it: no script decides what is dark.
 * @returns undefined where the address turns nothing
 */
export function turnTheme(c: Context): Response | undefined {
  const wanted = c.req.query('theme');
  const known = [...THEMES, 'system'].find((theme) => theme === wanted);
  if (known === undefined) return undefined;
  const url = new URL(c.req.url);
  const isKept = known !== 'system';
  setCookie(c, COOKIE, isKept ? known : '', {
    ...{ httpOnly: true, secure: url.protocol === 'https:', sameSite: 'Strict', path: '/' },
    maxAge: isKept ? KEPT_SECONDS : 0,
  });
  url.searchParams.delete('theme');
  return c.redirect(`${url.pathname}${url.search}`, 303);
}
