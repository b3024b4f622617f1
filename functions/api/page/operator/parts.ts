import { html } from 'hono/html';
import { count, ledgerTime } from '../../../../lib/i18n/format.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';

/** What the operator's pages share. */

export interface Count {
  readonly name: string;
  readonly value: number | null;
  readonly why: string;
  readonly href: string;
}

/** Numbers at the top, each a link to what makes it. Null is not known. */
export function counts({ say }: Speech, all: readonly Count[]): Html {
  return html`<section class="figs" aria-label="${say('figure.label')}">${all.map(
    ({ name, value, why, href }) =>
      html`<a class="card fig" href="${href}"><span class="k">${name}</span><span class="v">${value === null ? say('unknown') : count(value)}</span><span class="d">${why}</span></a>`,
  )}</section>`;
}

/** A card with its heading. */
export function card(title: string, note: string, body: Html | string): Html {
  return html`<section class="card"><header><h2>${title}</h2>${note === '' ? '' : html`<p class="note">${note}</p>`}</header>${body}</section>`;
}

export function inside(body: Html | string | readonly Html[]): Html {
  return html`<div class="in">${body}</div>`;
}

export function nothing(text: string): Html {
  return html`<p class="in note">${text}</p>`;
}

export function more(
  { say }: Speech,
  path: string,
  query: Record<string, string>,
  next: string | null,
): Html | string {
  if (next === null) return '';
  const href = `${path}?${new URLSearchParams({ ...query, cursor: next })}`;
  return html`<footer><span></span><a class="btn" rel="next" href="${href}">${say('next')}</a></footer>`;
}

/** `11-30 14:31:52` of an instant, or `—`. */
export function when(instant: string | null | undefined): string {
  return instant == null ? '—' : ledgerTime(instant);
}

export function id(text: string | null): Html | string {
  return text === null ? '—' : html`<span class="id wrap">${text}</span>`;
}

/** A name with its id below it; the id alone where nobody gave it a name. */
export function named(name: string | undefined, own: string | null): Html | string {
  return name === undefined ? id(own) : html`${name} <small class="id">${own ?? ''}</small>`;
}

/** An address with a query, of what is given. */
export function address(path: string, query: Record<string, string | undefined>): string {
  const text = new URLSearchParams(given(query)).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Without what is empty. */
export function given(query: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  );
}
