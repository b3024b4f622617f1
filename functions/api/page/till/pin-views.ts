import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Word } from '../../../../lib/i18n/words.ts';
import type { ClerkPin } from '../../../../lib/store/accounts/clerk-pins.ts';
import type { Html } from '../html.ts';
import { answerPage, type PageAnswer } from '../page.ts';
import type { TillStore } from './stores.ts';

type Status = NonNullable<PageAnswer['status']>;

const field = (label: string, name: string, autocomplete: string): Html =>
  html`<label>${label} <input type="password" name="${name}" inputmode="numeric" pattern="[0-9]{6}" minlength="6" maxlength="6" autocomplete="${autocomplete}" required></label>`;

/** Who stands here now, and the PIN. */
export function pinPage(
  c: Context,
  pins: readonly Pick<ClerkPin, 'memberId' | 'name'>[],
  error: Word | null,
  status: Status,
): Promise<Response> | Response {
  return answerPage(c, {
    title: ({ say }) => say('pin'),
    main: ({ say }) => html`<div class="sign"><h1>${say('pin')}</h1>
${error === null ? '' : html`<p class="msg bad error" role="alert">${say(error)}</p>`}
${
  pins.length === 0
    ? html`<p>${say('pin.none-here')}</p>`
    : html`<form method="post" action="/till/pin"><label>${say('pin.who')} <select name="who">${pins.map(({ memberId, name }) => html`<option value="${memberId}">${name}</option>`)}</select></label>
${field(say('pin.six'), 'pin', 'off')}
<button class="btn pri">${say('pin.start')}</button></form><p class="note">${say('pin.forgot')}</p>`
}</div>`,
    status,
    viewer: null,
  });
}

/** A new PIN for whoever is signed in, twice, and the store that it is for. */
export function setPage(
  c: Context,
  stores: readonly TillStore[],
  error: Word | null,
  status: Status,
): Promise<Response> | Response {
  return answerPage(c, {
    title: ({ say }) => say('pin.set'),
    main: ({ say }) => html`<div class="sign"><h1>${say('pin.set')}</h1>
${error === null ? html`<p>${say('pin.set.what')}</p>` : html`<p class="msg bad error" role="alert">${say(error)}</p>`}
<form method="post" action="/till/pin"><label>${say('pin.name')} <input name="name" maxlength="40" autocomplete="off" required></label>
<label>${say('till.store')} <select name="store">${stores.map((one) => html`<option value="${one.platform}/${one.storeId}">${one.name}</option>`)}</select></label>
${field(say('pin.six'), 'pin', 'new-password')}
${field(say('pin.again'), 'again', 'new-password')}
<button class="btn pri">${say('pin.set')}</button></form></div>`,
    status,
    viewer: null,
  });
}
