import { html } from 'hono/html';
import * as z from 'zod';
import { pathOf } from '../ask.ts';
import { actForm } from '../parts/act-form.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { card, id, inside, nothing, when } from './parts.ts';
import { replayed } from './set-aside.ts';
import { trialCards, tryDelivery } from './trial.ts';

const delivery = z.object({
  ...{
    deliveryId: z.string(),
    integration: z.string(),
    appKey: z.string(),
    receivedAt: z.string(),
  },
  ...{ outcome: z.string().nullable(), kind: z.string().nullable(), why: z.string().nullable() },
  ...{ erasedAt: z.string().nullable(), bytes: z.int().nullable(), body: z.unknown() },
});

/** `GET /operator/deliveries/{deliveryId}`: what a platform sent, masked, and what became of it. */
export const deliveryPage: Room = {
  ...{ path: '/operator/deliveries/:deliveryId', is: 'operator', needs: 'pipeline:read' },
  async read({ c, ask, viewer, typed }: Desk): Promise<RoomPage> {
    const deliveryId = c.req.param('deliveryId') ?? '';
    const one = await ask({ path: pathOf`/v1/deliveries/${deliveryId}` }, delivery);
    // A copy is edited in clear.
    const canTry = one.bytes !== null && viewer.principal.permissions.has('personal:read');
    return {
      title: ({ say }) => `${say('operator.delivery')} ${when(one.receivedAt)}`,
      crumb: ({ say }) => html`<a href="/operator/set-aside">${say('operator.set-aside')}</a>`,
      note: ({ say }) => say('operator.masked'),
      main: ({ say }) => html`${card(
        say('operator.what-became'),
        '',
        inside(html`<dl class="kvs"><dt>${say('operator.app')}</dt><dd>${one.integration} · ${id(one.appKey)}</dd>
<dt>${say('kind')}</dt><dd>${id(one.kind)}</dd><dt>${say('operator.outcome')}</dt><dd>${id(one.outcome)}</dd>
<dt>${say('operator.why')}</dt><dd>${one.why ?? '—'}</dd><dt>${say('operator.delivery-id')}</dt><dd>${id(one.deliveryId)}</dd></dl>
${actForm(say, { action: c.req.path, act: 'replay', submit: 'operator.replay-one', typed })}
${canTry ? actForm(say, { action: c.req.path, act: 'open', submit: 'trial.open', typed }) : ''}`),
      )}
${card(
  say('operator.body'),
  one.bytes === null ? '' : say('operator.bytes', { n: one.bytes }),
  one.body === null || one.body === undefined
    ? nothing(say(one.erasedAt === null ? 'operator.body.none' : 'operator.body.erased'))
    : inside(html`<pre class="pre" tabindex="0">${JSON.stringify(one.body, null, 2)}</pre>`),
)}`,
    };
  },
  acts: {
    async replay({ c, ask }) {
      const deliveryIds = [c.req.param('deliveryId') ?? ''];
      await ask({ method: 'POST', path: '/v1/replays', body: { deliveryIds } }, replayed);
      return { to: c.req.path, done: 'done.replayed' };
    },
    async open({ c, ask }) {
      const tried = await tryDelivery(ask, c.req.param('deliveryId') ?? '');
      return { once: (speech) => trialCards(speech, c.req.path, tried) };
    },
    async try({ c, ask }, { text = '' }) {
      const tried = await tryDelivery(ask, c.req.param('deliveryId') ?? '', text);
      return { once: (speech) => trialCards(speech, c.req.path, tried) };
    },
  },
};
