import type { Context } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod';
import type { Say } from '../../../lib/i18n/words.ts';
import { type Typed, typedIn } from './forms.ts';
import type { Html } from './html.ts';

/** Where somebody goes on after signing in, and what was typed there when the session ended. */
export interface ReturnTo {
  /** A path of ours, with its query. */
  readonly path: string;
  /** Null: nothing was sent. */
  readonly typed: Typed | null;
}

const typedSchema = z.record(z.string().max(64), z.string().max(8_192));

/** Where this request goes: back to its page, or on with its form. */
export async function returnTo(c: Context): Promise<ReturnTo> {
  const { pathname, search } = new URL(c.req.url);
  if (c.req.method !== 'POST') return { path: `${pathname}${search}`, typed: null };
  return { path: pathname, typed: await typedIn(c) };
}

/** What the form to sign in brought along; what is no path of ours leads nowhere. */
export function returnToOf({ next = '', typed }: Typed): ReturnTo | null {
  if (!/^\/(?![/\\])[\x21-\x7e]{0,2000}$/.test(next) || next.startsWith('/sign-')) return null;
  return { path: next, typed: typed === undefined ? null : parsed(typed) };
}

function parsed(text: string): Typed | null {
  try {
    return typedSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Hidden in the form to sign in. */
export function returnFields(back: ReturnTo | null): Html | string {
  if (back === null) return '';
  const typed = back.typed === null ? '' : JSON.stringify(back.typed);
  return html`<input type="hidden" name="next" value="${back.path}">${typed === '' ? '' : html`<input type="hidden" name="typed" value="${typed}">`}`;
}

/** After signing in: what was typed is still there, and is sent when its writer says so. */
export function goOnView(say: Say, path: string, typed: Typed): Html {
  const shown = Object.entries(typed).filter(([name, value]) => value !== '' && name !== 'act');
  return html`<div class="head"><div><h1>${say('goOn.title')}</h1></div></div>
<p class="msg" role="status">${say('goOn.kept')}</p>
<section class="card"><div class="in form"><form method="post" action="${path}" class="fields">
${Object.entries(typed).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<dl class="kvs">${shown.map(([name, value]) => html`<dt class="id">${name}</dt><dd>${value}</dd>`)}</dl>
<p class="tools"><button class="btn pri">${say('goOn.send')}</button> <a class="btn" href="${path}">${say('goOn.leave')}</a></p></form></div></section>`;
}
