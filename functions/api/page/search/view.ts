import { html } from 'hono/html';
import type { Platform } from '../../../../lib/events/id.ts';
import type { Html } from '../html.ts';
import { nameOf, placeKey, type StoreName } from '../names.ts';
import type { Speech } from '../page.ts';

export interface Hit {
  readonly is: 'voucher' | 'order' | 'store';
  readonly platform: Platform;
  readonly id: string;
}

export interface SearchView {
  readonly q: string;
  readonly hits: readonly (Hit & { readonly href: string })[];
  readonly names: ReadonlyMap<string, StoreName>;
}

/** What was found, or what to do when nothing was. */
export function searchView({ say }: Speech, { q, hits, names }: SearchView): Html {
  return html`<div class="head"><div><h1>${say('vouchers')}</h1><p class="note">${say('search.note')}</p></div></div>
<section class="card"><form class="filters big" action="/search"><label class="f"><span>${say('search.hint')}</span><input type="search" name="q" value="${q}" maxlength="128" size="36"></label><button class="btn pri">${say('search.label')}</button></form>
${
  hits.length > 0
    ? html`<ul class="wait">${hits.map(
        ({ is, platform, id, href }) =>
          html`<li><b></b><a href="${href}">${is === 'store' ? nameOf(say, { storeId: id, name: names.get(placeKey({ platform, storeId: id }))?.name ?? null }) : say(is)}</a><span class="tag">${say(platform)}</span><span class="x id">${id}</span></li>`,
      )}</ul>`
    : html`<p class="in form">${say(q === '' ? 'search.empty' : 'search.none')}</p>`
}</section>`;
}
