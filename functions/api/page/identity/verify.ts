import type { Context } from 'hono';
import { html } from 'hono/html';
import { Problem } from '../../../../lib/errors/problem.ts';
import { isWord, sayIn, type Word } from '../../../../lib/i18n/words.ts';
import type { ApiDeps } from '../../deps.ts';
import { type Identity, identityOf } from '../../identity.ts';
import type { Html } from '../html.ts';
import { card, inside, when } from '../operator/parts.ts';
import { answerPage, type Speech } from '../page.ts';
import { status } from '../parts/status.ts';

/**
 * `GET /verify/{token}`, for anyone: who shows this code. To a program that asks for JSON it answers JSON. It sets no
 * cookie of its own, writes nothing and is in no log of ours.
 */
export async function verifyPage(c: Context, deps: ApiDeps): Promise<Response> {
  const accept = c.req.header('accept') ?? '';
  const isProgram = accept.includes('application/json') && !accept.includes('text/html');
  c.header('x-robots-tag', 'noindex');
  try {
    const identity = await identityOf(c.req.param('token') ?? '', deps);
    if (isProgram) return c.json(toldOf(identity), 200, { 'cache-control': 'no-store' });
    return answerPage(c, {
      title: ({ say }) => say('identity.valid'),
      main: (speech) => validView(speech, identity),
      viewer: null,
    });
  } catch (error) {
    if (isProgram || !(error instanceof Problem) || error.code !== 'identity-code-invalid') {
      throw error;
    }
    const word = `identity.why.${error.fields[0] ?? ''}`;
    return answerPage(c, {
      title: ({ say }) => say('identity.invalid'),
      main: (speech) => invalidView(speech, isWord(word) ? word : 'identity.why.forged'),
      ...{ status: 404, viewer: null },
    });
  }
}

function toldOf({ role, ...identity }: Identity) {
  const authorisedFor = {
    zh: sayIn('zh')(`identity.may.${role}`),
    en: sayIn('en')(`identity.may.${role}`),
  };
  return { valid: true, ...identity, role, authorisedFor };
}

function validView({ say }: Speech, identity: Identity): Html {
  const { name, provider, role, stores, photoSha256, until } = identity;
  const facts = html`<dl class="kvs"><dt>${say('identity.who')}</dt><dd>${name}</dd>
<dt>${say('identity.provider')}</dt><dd>${provider}</dd>
<dt>${say('identity.may')}</dt><dd>${say(`identity.may.${role}`)}</dd>
${stores.length === 0 ? '' : html`<dt>${say('identity.stores')}</dt><dd class="id">${stores.join(' ')}</dd>`}
<dt>${say('identity.until')}</dt><dd>${when(until)}</dd>
<dt>${say('identity.photo.hash')}</dt><dd>${photoSha256 === null ? say('identity.photo.none') : html`<span class="id wrap">${photoSha256}</span>`}</dd></dl>`;
  const state = status('ok', 'ok', say('identity.valid'));
  return html`<div class="head"><div><h1>${say('identity')}</h1><p>${state}</p></div></div>
${card(name, provider, inside(facts))}<p class="note">${say('identity.look')}</p>`;
}

function invalidView({ say }: Speech, why: Word): Html {
  return html`<div class="head"><div><h1>${say('identity.invalid')}</h1></div></div>
<p class="msg bad" role="alert">${say(why)}</p>`;
}
