import { html } from 'hono/html';
import type { Problem } from '../../../../lib/errors/problem.ts';
import { amount, lastFour, timeOf } from '../../../../lib/i18n/format.ts';
import { isWord, type Say, type Word } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';
import { storeField } from './enter.ts';
import { homeOf, type Screen, SIGNS, type Station } from './frame.ts';
import { printAgain, receipt } from './receipt.ts';
import type { ActLine, Undo } from './tokens.ts';

/** What an act came to: done, refused, asked about, or taken back. */

export interface DoneOf {
  readonly lines: readonly ActLine[];
  /** What was chosen and not redeemed; uses that happened and that the platform names not. */
  readonly notDone: number;
  readonly unread: number;
  readonly at: string;
  readonly undo: string | null;
  readonly undoMinutes: number;
}

export function doneScreen(station: Station, done: DoneOf): Screen {
  const { lines, notDone, unread, at, undo, undoMinutes } = done;
  const heading: Word = notDone > 0 ? 'till.done-part' : 'till.done';
  return {
    state: 'done',
    heading: ({ say }) => say(heading),
    body: ({
      say,
    }) => html`<div class="res ok" role="status">${SIGNS.done}<h2>${say(heading)}</h2><p>${sumText(say, lines)}</p></div>
<dl class="kvs num">${lines.map((one) => lineOf(say, one, 1))}
<dt>${say('till.time')}</dt><dd>${timeOf(at)}</dd>
<dt>${say('till.act')}</dt><dd class="id">${lines.map(({ redemptionId }) => lastFour(redemptionId)).join(' ')}</dd></dl>
${notDone > 0 ? html`<p class="msg warn">${say('till.not-done')} · ${say('till.pieces', { n: notDone })}</p>` : ''}
${unread > 0 ? html`<p class="msg warn">${say('till.done-elsewhere')}</p>` : ''}
${receipt(say, station, { lines, at, sign: 1 })}`,
    foot: ({
      say,
    }) => html`<a class="btn big pri" href="${homeOf(station.store)}">${say('till.next')}</a>
${
  undo === null
    ? ''
    : html`<form method="post" action="/till/undo">${storeField(station)}<input type="hidden" name="undo" value="${undo}"><button class="btn big q">${say('till.undo-within', { n: undoMinutes })}</button></form>`
}${printAgain(say, station)}`,
  };
}

/** Nothing happened, and the clerk reads what to do. @param isUndo what was refused was taking back */
export function refusedScreen(station: Station, problem: Problem, isUndo = false): Screen {
  const heading: Word = isUndo ? 'till.refused-undo' : 'till.refused';
  const { status } = problem;
  return {
    state: 'refused',
    status: status === 400 || status === 404 || status === 422 ? status : 422,
    heading: ({ say }) => say(heading),
    body: ({
      say,
    }) => html`<div class="res no" role="alert" data-code="${problem.code}">${SIGNS.refused}<h2>${say(heading)}</h2></div>
<div class="msg bad"><p class="strong">${say('till.help')}</p><p>${say(helpOf(problem, isUndo))}</p></div>
${problem.code === 'platform-refused' ? html`<dl class="kvs"><dt>${say('till.platform-said')}</dt><dd lang="en">${problem.message}</dd></dl>` : ''}`,
    foot: ({ say }) =>
      html`<a class="btn big pri" href="${homeOf(station.store)}">${say('till.other')}</a>`,
  };
}

function helpOf({ code }: Problem, isUndo: boolean): Word {
  if (isUndo && code === 'platform-refused') return 'refused.undo';
  const word = `refused.${code}`;
  return isWord(word) ? word : 'refused.other';
}

/**
 * Nobody knows yet whether it happened: the same form goes out again, as the same request, until it is known.
 * @param fields of the form, as they came
 */
export function askingScreen(
  station: Station,
  action: string,
  fields: readonly (readonly [string, string])[],
  { retryAfterMs = 4_000 }: Problem,
): Screen {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return {
    state: 'asking',
    status: 503,
    heading: ({ say }) => say('till.asking'),
    body: ({
      say,
    }) => html`<div class="res wt" role="status">${SIGNS.asking}<h2>${say('till.asking')}</h2><p>${say('till.asking-what')}</p></div>
<div class="msg"><p class="strong">${say('till.asking-help')}</p><p>${say('till.asking-note')}</p></div>
<form id="again" method="post" action="${action}" data-seconds="${seconds}">${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<noscript><button class="btn mid">${say('till.again')}</button></noscript></form>
<p class="note c" data-next>${say('till.asking-next', { n: seconds })}</p>`,
    foot: ({ say }) =>
      html`<a class="btn big" href="${homeOf(station.store)}">${say('till.next-first')}</a>`,
  };
}

/** The platform did not say what the guest holds; nothing was asked for that could happen. */
export function unansweredScreen(station: Station): Screen {
  return {
    state: 'refused',
    status: 503,
    heading: ({ say }) => say('till.unanswered'),
    body: ({
      say,
    }) => html`<div class="res wt" role="alert">${SIGNS.asking}<h2>${say('till.unanswered')}</h2></div>
<div class="msg warn"><p>${say('till.unanswered-note')}</p></div>`,
    foot: ({ say }) =>
      html`<a class="btn big pri" href="${homeOf(station.store)}">${say('till.again')}</a>`,
  };
}

const REASONS = ['till.reason-wrong', 'till.reason-mind', 'till.reason-twice'] as const;

export function undoScreen(station: Station, undo: Undo, token: string, requestId: string): Screen {
  const { acts } = undo;
  return {
    state: 'undo',
    heading: ({ say }) => say('till.undo-ask'),
    body: ({ say }) => html`<h2 class="h">${say('till.undo-ask')}</h2>
<form class="vl" id="undoing" method="post" action="/till/reverse">${storeField(station)}<input type="hidden" name="undo" value="${token}"><input type="hidden" name="requestId" value="${requestId}">
${acts.map(
  ({ title, worthFen }, index) =>
    html`<label class="vc"><input type="checkbox" name="pick" value="${index}" checked><span class="vn">${title ?? say('till.no-title')}</span><b>${worthFen === null ? '' : amount(worthFen)}</b><span class="vd">${say('till.undo-effect')}</span></label>`,
)}
<label class="rs"><span>${say('till.reason')}</span><select name="reason">${REASONS.map((reason) => html`<option value="${reason}">${say(reason)}</option>`)}</select></label></form>`,
    foot: ({
      say,
    }) => html`<p class="tot"><span>${say('till.undo-sum')}</span><b class="neg">${sumOf(acts, -1) ?? ''}</b></p>
<button class="btn big dng" form="undoing" data-press>${say('till.undo-n', { n: acts.length })}</button>
<a class="btn big q" href="${homeOf(station.store)}">${say('till.keep')}</a>`,
  };
}

export function undoneScreen(station: Station, lines: readonly ActLine[], at: string): Screen {
  return {
    state: 'undone',
    heading: ({ say }) => say('till.undone'),
    body: ({
      say,
    }) => html`<div class="res un" role="status">${SIGNS.undone}<h2>${say('till.undone')}</h2><p>${sumText(say, lines, -1)}</p></div>
<dl class="kvs num">${lines.map((one) => lineOf(say, one, -1))}<dt>${say('till.time')}</dt><dd>${timeOf(at)}</dd></dl>
<p class="note">${say('till.undone-note')}</p>
${receipt(say, station, { lines, at, sign: -1 })}`,
    foot: ({ say }) =>
      html`<a class="btn big pri" href="${homeOf(station.store)}">${say('till.next')}</a>${printAgain(say, station)}`,
  };
}

function lineOf(say: Say, { title, worthFen }: ActLine, sign: 1 | -1): Html {
  const text = worthFen === null ? say('till.unknown-worth') : amount(sign * worthFen);
  const worth = sign < 0 ? html`<span class="neg">${text}</span>` : text;
  return html`<dt>${title ?? say('till.no-title')}</dt><dd>${worth}</dd>`;
}

function sumText(say: Say, lines: readonly ActLine[], sign: 1 | -1 = 1): string {
  const pieces = say('till.pieces', { n: lines.length });
  const fen = sumOf(lines, sign);
  return fen === null ? pieces : `${pieces} · ${say('till.yuan', { fen })}`;
}

function sumOf(lines: readonly ActLine[], sign: 1 | -1): string | null {
  let sum = 0;
  for (const { worthFen } of lines) {
    if (worthFen === null) return null;
    sum += worthFen;
  }
  return amount(sign * sum);
}
