import { html } from 'hono/html';
import { amount, timeOf } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import { isWord } from '../../../../lib/i18n/words.ts';
import { assetHref } from '../assets.ts';
import type { Html } from '../html.ts';
import { status } from '../parts/status.ts';
import type { Screen, Station } from './frame.ts';
import { receiptSwitch } from './receipt.ts';
import type { TodayRow } from './today.ts';

/** The first screen: a code is typed, pasted or scanned, and what was done today lies below. */
export function enterScreen(station: Station, rows: readonly TodayRow[]): Screen {
  return {
    state: 'enter',
    heading: ({ say }) => say('till.enter'),
    body: ({ say }) => html`<h2 class="h">${say('till.enter')}</h2>
<form class="cf" id="look" method="post" action="/till/find">${storeField(station)}
<label class="sr" for="code">${say('till.code')}</label>
<input id="code" name="code" inputmode="text" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="2048" placeholder="${say('till.code-hint')}" required autofocus>
<video class="cam" id="camera" muted playsinline hidden></video>
<p class="note" id="no-camera" hidden role="status">${say('till.no-camera')}</p>
<p class="note" id="no-paste" hidden role="status">${say('till.no-paste')}</p>
<div class="pb"><button class="btn mid" id="paste" type="button" hidden>${say('till.paste')}</button><button class="btn mid pri" type="submit">${say('till.find')}</button></div>
</form>
${todayList(say, station, rows)}
${receiptSwitch(say, station)}`,
    foot: ({ say }) =>
      html`<button class="btn big pri" id="scan" type="button" data-stop="${say('till.stop-scan')}" data-reader="${assetHref('scan.js')}" data-wasm="${assetHref('scan.wasm')}" hidden>${say('till.scan')}</button>`,
  };
}

export function storeField({ store }: Station): Html {
  return html`<input type="hidden" name="store" value="${store.platform}/${store.storeId}">`;
}

function todayList(say: Say, station: Station, rows: readonly TodayRow[]): Html {
  const fen = rows.reduce((sum, { entry }) => sum + entry.amountFen, 0);
  const sum = rows.length === 0 ? '' : say('till.today-sum', { n: rows.length, fen: amount(fen) });
  return html`<div class="today"><h3>${say('till.today')}</h3><span class="note">${sum}</span></div>
${rows.length === 0 ? html`<p class="note">${say('till.today-none')}</p>` : ''}
<ul class="acts">${rows.map((row) => todayRow(say, station, row))}</ul>`;
}

function todayRow(say: Say, station: Station, { entry, status: is, undo }: TodayRow): Html {
  const kind = `kind.${entry.kind}`;
  const what = isWord(kind) ? say(kind) : entry.kind;
  const fen = amount(entry.amountFen);
  return html`<li><span>${timeOf(entry.occurredAt).slice(0, 5)}</span><span>${what} ${entry.productId === null ? '' : html`<span class="note">${entry.productId}</span>`}</span><b>${entry.amountFen < 0 ? html`<span class="neg">${fen}</span>` : fen}</b>
<span class="sub">${stateOf(say, is)}${
    undo === null
      ? ''
      : html`<form method="post" action="/till/undo">${storeField(station)}<input type="hidden" name="undo" value="${undo}"><button class="btn">${say('till.undo')}</button></form>`
  }</span></li>`;
}

function stateOf(say: Say, is: TodayRow['status']): Html | '' {
  switch (is) {
    case 'provisional':
      return status('prov', 'half', say('provisional'));
    case 'final':
      return status('ok', 'ok', say('final'));
    case 'reversed':
      return status('off', 'off', say('status.reversed'));
    case 'refunded':
      return status('back', 'back', say('status.refunded'));
    case null:
      return '';
    default:
      return is satisfies never;
  }
}
