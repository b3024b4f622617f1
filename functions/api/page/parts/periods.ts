import { html } from 'hono/html';
import { day, fullDay } from '../../../../lib/i18n/format.ts';
import type { Language, Say } from '../../../../lib/i18n/words.ts';
import type { Window } from '../../input.ts';
import type { Html } from '../html.ts';
import { comparisonOf, type Period, PRESETS } from '../period.ts';

/** The presets, and a form for a window of one's own; all of it in the address, whose other words stay. */
export function periodTools(
  say: Say,
  path: string,
  period: Period,
  others: Readonly<Record<string, string>> = {},
): Html {
  const href = (query: Record<string, string>) =>
    `${path}?${new URLSearchParams({ ...query, ...others })}`;
  const { from, to } = period.window;
  const isOwn = period.preset === null;
  return html`<nav class="seg" aria-label="${say('period.label')}">${PRESETS.map(
    (preset) =>
      html`<a href="${href({ period: preset })}"${preset === period.preset ? html` aria-current="true"` : ''}>${say(`period.${preset}`)}</a>`,
  )}<a href="${href({ from, to })}"${isOwn ? html` aria-current="true"` : ''}>${say('period.custom')}</a></nav>${
    isOwn ? windowForm(say, path, period.window, others) : ''
  }`;
}

function windowForm(
  say: Say,
  path: string,
  { from, to }: Window,
  others: Readonly<Record<string, string>>,
): Html {
  return html`<form class="custom" action="${path}">
<label class="f"><span>${say('from')}</span><input type="date" name="from" value="${from}"></label>
<label class="f"><span>${say('to')}</span><input type="date" name="to" value="${to}"></label>
${Object.entries(others).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button class="btn">${say('period.apply')}</button></form>`;
}

/** Both windows in full; the one before ends at the whole hour that is nearest to now. */
export function periodLine(say: Say, language: Language, { window, before, part }: Period): string {
  if (part === null) {
    const [now, was] = [window, before].map((one) => rangeOf(one, language));
    return say('period.against', { now: now ?? '', before: was ?? '' });
  }
  // What of the window has come, up to this minute.
  const come = { from: window.from, to: part.now.slice(0, 10) };
  return say('period.against-part', {
    now: `${rangeOf(come, language)} ${part.now.slice(11, 16)}`,
    before: rangeOf(before, language),
    hour: `${String(part.hours).padStart(2, '0')}:00`,
  });
}

/** The period, and which whole days its changes compare. */
export function wholeDaysLine(say: Say, language: Language, period: Period): string {
  const { window, part } = period;
  const whole = comparisonOf(period);
  const now = `${rangeOf(window, language)}${part === null ? '' : ` ${part.now.slice(11, 16)}`}`;
  if (whole === null) return say('dimension.today', { now });
  const before = rangeOf(whole.before, language);
  if (part === null) return say('period.against', { now, before });
  return say('dimension.whole', { now, whole: rangeOf(whole.now, language), before });
}

/** `11月1日 – 30日`, with the year where it is not the same. */
export function rangeOf({ from, to }: Window, language: Language): string {
  if (from === to) return day(from, language);
  if (from.slice(0, 4) !== to.slice(0, 4)) {
    return `${fullDay(from, language)} – ${fullDay(to, language)}`;
  }
  const isOneMonth = from.slice(0, 7) === to.slice(0, 7);
  const end = isOneMonth && language === 'zh' ? `${Number(to.slice(8))}日` : day(to, language);
  return `${day(from, language)} – ${end}`;
}
