import { html } from 'hono/html';
import { fullDay } from '../../../../lib/i18n/format.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import type { Period } from '../period.ts';

/**
 * What to do where a period has nothing.
 * @param firstDay the first day with anything booked; null: there is none yet
 */
export function emptyNote(
  { say, language }: Speech,
  { path, period, firstDay }: { path: string; period: Period; firstDay: string | null },
): Html {
  if (firstDay === null) {
    return html`<b class="strong">${say('empty.title')}</b><br>${say('empty.body')}`;
  }
  if (firstDay <= period.window.to) return html`${say('empty.period')}`;
  const month = new URLSearchParams({ from: firstDay, to: lastOfMonth(firstDay) });
  const day = fullDay(firstDay, language);
  return html`${say('empty.before', { day })} <a href="${path}?${month}">${say('empty.first', { day })}</a>`;
}

/** A window may end after today. */
function lastOfMonth(day: string): string {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}
