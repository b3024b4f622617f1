import { html } from 'hono/html';
import { amount, count, ledgerTime } from '../../../../lib/i18n/format.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import type { Window } from '../../input.ts';
import { asOfForm } from '../as-of/view.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { rangeOf } from '../parts/periods.ts';
import { status } from '../parts/status.ts';
import { titleOf } from './view.ts';

export interface DraftView {
  readonly month: string;
  readonly window: Window;
  /** All that is booked in the month, held or not. */
  readonly rollup: Rollup;
  /** The later month that was closed first, whose statement has this one's lines; else null. */
  readonly billedIn: string | null;
  readonly now: string;
}

/** A month that nobody has closed: what is booked in it, and why it is no statement yet. */
export function draftView(
  speech: Speech,
  { month, window, rollup, billedIn, now }: DraftView,
): Html {
  const { say, language } = speech;
  const { from, to } = window;
  const rows = new URLSearchParams({ from, to });
  return html`<p class="crumb"><a href="/statements">${say('statements')}</a></p>
<div class="head"><div><h1>${titleOf(speech, month)}</h1><p class="note">${rangeOf(window, language)} · ${say('statement.unit')} · ${say('asOf')} ${ledgerTime(now)}</p></div><div class="tools">${asOfForm(say, `/statements/${month}`, {})}</div></div>
${message(speech, billedIn)}
${billedIn === null ? figures(speech, rollup, rows) : ''}`;
}

function message(speech: Speech, billedIn: string | null): Html {
  const { say } = speech;
  if (billedIn === null) {
    return html`<p class="msg" role="status">${status('go', 'go', say('statement.draft'))} ${say('statement.draft.why')}</p>`;
  }
  return html`<p class="msg" role="status">${status('none', 'none', say('statement.passed'))} ${say('statement.passed.why')} <a href="/statements/${billedIn}">${titleOf(speech, billedIn)}</a></p>`;
}

function figures({ say }: Speech, rollup: Rollup, rows: URLSearchParams): Html {
  return html`<section class="card due"><dl class="dl">
<div><dt>${say('figure.commission')}</dt><dd class="big">${amount(rollup.commissionFen)}</dd></div>
<div><dt>${say('figure.redeemed')}</dt><dd class="big">${amount(rollup.redeemedFen)}</dd></div>
<div><dt>${say('figure.count')}</dt><dd class="big">${count(rollup.redeemedCount)}</dd></div>
<div><dt>${say('figure.refunded')}</dt><dd class="big">${amount(rollup.refundedFen)}</dd></div>
</dl><footer><a href="/stores?${rows}">${say('statement.rows')} →</a></footer></section>`;
}
