import { html } from 'hono/html';
import type { Event } from '../../../../lib/events/event.ts';
import { fullDay, weekday } from '../../../../lib/i18n/format.ts';
import { raiseCard } from '../disputes/page.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { word } from '../views.ts';
import { voucherAside } from './aside.ts';
import { eventCard } from './event.ts';
import type { VoucherPageView } from './model.ts';

/** What happened to a voucher, the newest first, over both loops; beside it what it comes to, and what waits. */
export function voucherView(speech: Speech, view: VoucherPageView): Html {
  const { say } = speech;
  const { platform, id, voucher } = view;
  const events = voucher.events.toSorted((a, b) => (a.occurredAt < b.occurredAt ? 1 : -1));
  const loops = new Set(events.map(({ loop }) => loop));
  const note = [word(say, platform), ...[...loops].map((loop) => say(`loop.${loop}`))].join(' · ');
  return html`<p class="crumb"><a href="/search">${say('vouchers')}</a> <span class="dim">/</span> ${word(say, platform)}</p>
<div class="head"><div><h1>${say('voucher')} <span class="id h">••••${id.slice(-4)}</span></h1><p class="note">${note}</p></div></div>
<div class="vg"><section aria-label="${say('voucher.events')}" data-live="events"><div class="lg"><h2>${say('voucher.events')}</h2>
<p class="key"><span><i class="lk"></i>${say('loop.open')}</span><span><i class="lk c"></i>${say('loop.closed')}</span><span>${say('voucher.newest-first')}</span></p></div>
<ol class="tl">${byDay(events).map(
    ([date, own]) =>
      html`<li class="day">${fullDay(date, speech.language)} ${weekday(date, speech.language)}</li>${own.map((event) => eventCard(speech, event, view))}`,
  )}</ol></section>
<aside class="col" data-live="aside">${voucherAside(speech, view)}</aside></div>
${view.disputable === null ? '' : raiseCard(speech, { platform, voucherId: id }, view.disputable)}`;
}

function byDay(events: readonly Event[]): [string, Event[]][] {
  return [...Map.groupBy(events, ({ occurredAt }) => occurredAt.slice(0, 10))];
}
