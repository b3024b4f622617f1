import { html } from 'hono/html';
import type { Say } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';

/**
 * Below a list: what of it is shown, and where it goes on.
 * @param nextHref null on the last page
 */
export function pager(say: Say, shown: string, nextHref: string | null): Html {
  return html`<footer><span>${shown}</span>${
    nextHref === null ? '' : html`<a class="btn" href="${nextHref}" rel="next">${say('next')}</a>`
  }</footer>`;
}
