import { html } from 'hono/html';
import type { ContractVersion } from '../../../../lib/attribution/contract.ts';
import { amount, fullDay } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import { businessDayAt } from '../../../../lib/time/shanghai.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import type { ContractRollup, ContractState } from './read.ts';

/** `5.00%` of a rate in 1/10000. */
export function percent(bp: number): string {
  return `${(bp / 100).toFixed(2)}%`;
}

/** From its first day to its last; an end is just after the last day. */
export function spanText(
  { say, language }: Speech,
  { startsAt, endsAt }: Pick<ContractVersion, 'startsAt' | 'endsAt'>,
): string {
  const from = fullDay(businessDayAt(Date.parse(startsAt)), language);
  if (endsAt === null) return say('contract.since', { from });
  const to = fullDay(businessDayAt(Date.parse(endsAt) - 1), language);
  return say('contract.until', { from, to });
}

export function stateCell(say: Say, { is, daysLeft }: ContractState): Html {
  switch (is) {
    case 'active':
      return status('ok', 'ok', say('contract.is.active'));
    case 'ending':
      return status('warn', 'warn', say('contract.is.ending', { n: daysLeft }));
    case 'upcoming':
      return status('go', 'go', say('contract.is.upcoming'));
    case 'ended':
      return status('none', 'none', say('contract.is.ended'));
    default:
      return is satisfies never;
  }
}

/** `100.00% × 5.00%` */
export function termsText(
  say: Say,
  { shareBp, rateBp, commission }: Pick<ContractVersion, 'shareBp' | 'rateBp' | 'commission'>,
): string {
  return `${percent(shareBp)} × ${commission === 'product' ? say('contract.by-product') : percent(rateBp)}`;
}

/** Where the month stands among the tiers: the rate of now, and how far the next one is. */
export function tierText(
  say: Say,
  version: ContractVersion,
  month: ContractRollup | null,
): Html | string {
  const { tiers, commission } = version;
  if (tiers === null || commission !== 'account')
    return html`<span class="dim">${say('contract.no-tiers')}</span>`;
  if (month?.parts == null) return say('contract.several');
  const { redeemedFen } = month.rollup;
  const at = month.parts.findLastIndex(
    ({ fromFen }, index) => index === 0 || redeemedFen > fromFen,
  );
  const [now, next] = [month.parts[at], month.parts[at + 1]];
  const rate = percent(now?.rateBp ?? version.rateBp);
  if (next === undefined) return say('contract.top', { rate });
  const left = amount(next.fromFen - Math.max(0, redeemedFen));
  return say('contract.next', { rate, left, next: percent(next.rateBp) });
}
