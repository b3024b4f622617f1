import { html } from 'hono/html';
import { count, day as dayOf, share } from '../../../../lib/i18n/format.ts';
import { STATES } from '../completeness/states.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { word } from '../views.ts';
import type { Checked } from './checked.ts';

/** Whether yesterday is complete by the platforms' own records, and what no webhook brought. */
export function checkedCard({ say, language }: Speech, checked: Checked): Html {
  const { day, states, byWebhook, byAsking } = checked;
  const href = `/completeness?${new URLSearchParams({ from: day, to: day })}`;
  const note = html`<p class="note">${dayOf(day, language)}</p>`;
  const head = html`<header><h2>${say('checked.title')}</h2>${note}</header>`;
  if (states === null) {
    return html`${head}<p class="in note">${say('checked.many')} <a href="${href}">${say('completeness')}</a></p>`;
  }
  if (states.size === 0) {
    return html`${head}<p class="in note">${say('checked.none')} <a href="/completeness">${say('completeness')}</a></p>`;
  }
  const rows = Object.entries(STATES).flatMap(([state, [tone, shape]]) => {
    const n = states.get(state as 'complete') ?? 0;
    return n === 0
      ? []
      : [
          html`<li><b>${count(n)}</b><a href="${href}">${say('checked.days', { n })}</a>${status(tone, shape, word(say, `checked.${state}`))}</li>`,
        ];
  });
  const all = byWebhook + byAsking;
  const lost = share(byAsking, all);
  const losses =
    lost === null
      ? ''
      : html`<li><b>${count(byAsking)}</b><a href="${href}">${say('checked.losses', { n: byAsking, all: count(all) })}</a>${byAsking === 0 ? status('ok', 'ok', lost) : status('warn', 'warn', lost)}</li>`;
  return html`${head}<ul class="wait">${rows}${losses}</ul>`;
}
