import { html } from 'hono/html';
import { isWord, type Say, type Word } from '../../../lib/i18n/words.ts';
import type { Html } from './html.ts';
import { type ReturnTo, returnFields } from './return-to.ts';

export function signInView(
  say: Say,
  error: Word | null,
  back: ReturnTo | null,
  hasOidc: boolean,
): Html {
  return html`<div class="sign"><h1>${say('signIn')}</h1>
${error === null ? '' : html`<p class="msg bad error" role="alert">${say(error)}</p>`}
${back?.typed == null ? '' : html`<p class="msg warn" role="status">${say('goOn.over')}</p>`}
<form method="post" action="/sign-in">${returnFields(back)}
<label>${say('token')} <input type="password" name="token" autocomplete="current-password" required autofocus></label>
<button class="btn pri">${say('signIn')}</button>
</form>${hasOidc ? oidcLink(say, back) : ''}<p class="note">${say('signIn.help')}</p></div>`;
}

/** A link and no form: the way leads to another site, and our forms lead to ours alone. */
function oidcLink(say: Say, back: ReturnTo | null): Html {
  const query = back === null ? '' : `?next=${encodeURIComponent(back.path)}`;
  return html`<p class="tools"><a class="btn" href="/sign-in/oidc${query}">${say('oidc.button')}</a></p>`;
}

/** Words of the vocabulary have a translation; what has none is shown as it is. */
export function word(say: Say, text: string): string {
  return isWord(text) ? say(text) : text;
}
