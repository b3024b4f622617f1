// @ts-check
// The page: what a proof says, whether it holds, and the proof of each line.

import { checkProof, lineProof, splitFile } from './check.js';
import { verdictBeside, verdictOf } from './compare.js';
import { shortHash } from './hash.js';
import { percent, reader, say, shownByte, yuan } from './words.js';

/** @typedef {import('./month.js').Fields} Fields */
/** @typedef {import('./check.js').Checked} Checked */

const MOST_ROWS = 100;

/** What agrees with itself; all else is ✗. @type {Record<string, string>} */
const MARKS = { sound: '✓', twin: '⚠', stranger: '⚠', second: '⚠' };

/** @type {{ own?: Checked, ms?: number }} */
const shown = {};

/**
 * @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} children
 */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @param {string} id */
function place(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(id);
  return element;
}

/** What a damage or a fault is of. @param {Checked} checked @param {{ row?: number, line?: number, word?: string }} of */
function placeOf({ rows }, { row, line, word }) {
  if (word === 'page') return say('placePage');
  const found = row === undefined ? undefined : rows[row];
  if (found === undefined) return say('placePart', { line, word });
  return say('placeRow', { entry: found.entry, row: Number(row) + 1, time: found.occurredAt });
}

/** What came of a check, in sentences. @param {Checked} checked */
function findings(checked) {
  const { damage, breaks, faults, faultsOfMonth } = checked;
  const said = damage.map((one) =>
    say(one.what, {
      ...{ place: placeOf(checked, one), field: one.field, at: Number(one.at) + 1 },
      ...{ was: shownByte(one.was ?? ''), is: shownByte(one.is ?? '') },
    }),
  );
  if (checked.isMended) said.push(say('mended'));
  for (const { link, detail } of breaks) {
    said.push(say('chain', { link: say(`link.${link}`, { detail }) }));
  }
  if (breaks.length > 0 && damage.length === 0) said.push(say('rechecked'));
  for (const fault of faults.slice(0, 20)) {
    said.push(say('fault', { ...fault, place: placeOf(checked, fault) }));
  }
  for (const fault of faultsOfMonth.slice(0, 20)) said.push(say('faultTotal', fault));
  return said;
}

/**
 * @param {Checked} checked
 * @param {string} is what `verdictOf` or `verdictBeside` says
 * @param {readonly string[]} more
 */
function verdict(checked, is, more) {
  const { head, isLine, index } = checked;
  const word = isLine ? 'soundLine' : 'soundMore';
  const agrees = say(word, { lines: head?.lines, row: Number(index) + 1 });
  const said = is in MARKS ? [agrees] : findings(checked);
  return make(
    ...['section', { class: `verdict ${is}`, 'data-verdict': is, role: 'status' }],
    make('h2', {}, `${MARKS[is] ?? '✗'} ${say(is)}`),
    ...[...said, ...more].map((text) => make('p', {}, text)),
  );
}

/** @param {Checked} checked */
function facts({ head, totals, publicKey, isLine }) {
  const rows = [
    ['statement', head?.statement],
    ['asOf', head?.asOf],
    ['closedAt', head?.closedAt],
    ['lines', head?.lines],
    ...(totals === undefined || isLine
      ? []
      : [
          ['redeemed', yuan(totals.month[2] + totals.adjustments[2])],
          ['commission', yuan(totals.commissionFen)],
          ['opening', yuan(totals.openingFen)],
          ['payable', yuan(totals.payableFen)],
          ['carried', yuan(totals.carriedFen)],
        ]),
    ['key', publicKey],
  ];
  const list = rows.flatMap(([word, value]) => [
    make('dt', {}, say(String(word))),
    make('dd', {}, String(value ?? '—')),
  ]);
  return [make('dl', {}, ...list), make('p', { class: 'note' }, say('keyMore'))];
}

/** How a line came about. @param {Fields} row @param {Checked} checked */
function howOf(row, { rows }) {
  const values = {
    ...{ basis: yuan(row.basisFen ?? 0), amount: yuan(row.amountFen), entry: row.takesBack },
    ...{ share: percent(row.shareBp ?? 0), rate: percent(row.rateBp ?? 0) },
    commission: yuan(row.commissionFen),
  };
  if (row.kind === 'tier') return say('howTier', values);
  if (row.takesBack !== null) {
    const isHere = rows.some((one) => one?.entry === row.takesBack);
    return say(isHere ? 'howBack' : 'howBackElsewhere', values);
  }
  return say(row.kind === 'payment' ? 'howPaid' : 'howOwn', values);
}

/** Rows that a search means: an entry by its id outside, else what has the text. @param {Checked} checked */
function matching({ rows }, /** @type {string} */ text) {
  const wanted = text.trim();
  const entry = shortHash(wanted);
  const fits = (/** @type {Fields} */ row) =>
    wanted === '' ||
    [row.entry, row.storeId, row.occurredAt, row.merchantId].some((one) => one.includes(wanted)) ||
    row.entry === entry;
  return rows.flatMap((row, index) => (row !== undefined && fits(row) ? [{ row, index }] : []));
}

/** @param {Checked} checked @param {string} text */
function table(checked, text) {
  const found = matching(checked, text);
  const heads = ['time', 'kind', 'store', 'how', 'take'];
  const body = found.slice(0, MOST_ROWS).map(({ row, index }) => {
    const take = make('button', { type: 'button', 'data-take': String(index) }, '⤓');
    take.setAttribute('aria-label', say('take'));
    take.title = say('take');
    return make(
      ...['tr', {}],
      make('td', {}, row.occurredAt.slice(0, 19).replace('T', ' ')),
      make('td', {}, say(`kind.${row.kind}`)),
      make('td', {}, row.storeId),
      make('td', {}, howOf(row, checked), make('small', {}, row.entry)),
      make('td', {}, take),
    );
  });
  return [
    make('p', { class: 'note' }, say('shown', { shown: body.length, all: found.length })),
    make(
      ...['table', {}],
      make('thead', {}, make('tr', {}, ...heads.map((head) => make('th', {}, say(head))))),
      make('tbody', {}, ...body),
    ),
  ];
}

/** @param {string} text @param {string} name */
function download(text, name) {
  const href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = make('a', { href, download: name });
  link.click();
  URL.revokeObjectURL(href);
}

/** A file's bytes, each a character. @param {ArrayBuffer} buffer */
function charactersOf(buffer) {
  const bytes = new Uint8Array(buffer);
  const texts = [];
  for (let at = 0; at < bytes.length; at += 8_192) {
    texts.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  }
  return texts.join('');
}

/** @param {string} file */
async function checkOther(file) {
  const { text, page } = splitFile(file.replaceAll('\r\n', '\n'));
  const into = place('other-verdict');
  if (!text.includes('head ')) {
    into.replaceChildren(make('p', {}, say('no')));
    return;
  }
  const checked = await checkProof(text, page);
  const { is, isOwnKey, isOwnStatement, isOwnContent } = verdictBeside(checked, shown.own);
  const isPageSound = page !== null && !checked.isLine && checked.isSound;
  into.replaceChildren(
    verdict(checked, is, [
      ...(isPageSound ? [say('soundPage')] : []),
      ...(isOwnKey ? [] : [say('keyUnknown')]),
      ...(isOwnStatement ? [say(isOwnContent ? 'same' : 'differs')] : []),
    ]),
    ...facts(checked),
    ...(checked.isLine && checked.rows[0] ? [make('p', {}, howOf(checked.rows[0], checked))] : []),
  );
}

function draw() {
  document.documentElement.lang = reader.tongue === 0 ? 'zh' : 'en';
  document.title = say('title');
  for (const element of document.querySelectorAll('[data-say]')) {
    element.textContent = say(element.getAttribute('data-say') ?? '');
  }
  const { own } = shown;
  if (own === undefined) return;
  place('verdict').replaceChildren(verdict(own, verdictOf(own), [say('notPage')]));
  place('facts').replaceChildren(...facts(own));
  const search = /** @type {HTMLInputElement} */ (place('search'));
  place('rows').replaceChildren(...table(own, search.value));
}

/** What fails is said where its answer would be. @param {string} id @param {Promise<void>} work */
function answerIn(id, work) {
  work.catch((error) => {
    const what = { class: 'verdict broken', 'data-verdict': 'failed', role: 'status' };
    place(id).replaceChildren(make('section', what, say('failed', { why: String(error) })));
  });
}

async function checkOwn() {
  // One frame later, so that "checking" is seen while a long month is computed.
  await new Promise((next) => setTimeout(next, 30));
  const begunAt = performance.now();
  const text = (document.getElementById('proof')?.textContent ?? '').replace(/^\n|\n$/g, '');
  shown.own = await checkProof(text, null);
  shown.ms = Math.round(performance.now() - begunAt);
  document.body.dataset.ms = String(shown.ms);
  draw();
}

/** @param {File} file */
async function checkFile(file) {
  await checkOther(charactersOf(await file.arrayBuffer()));
}

function start() {
  place('all').hidden = false;
  draw();
  place('tongue').addEventListener('click', () => {
    reader.tongue = 1 - reader.tongue;
    draw();
  });
  place('search').addEventListener('input', draw);
  place('rows').addEventListener('click', ({ target }) => {
    const index = target instanceof Element ? target.closest('[data-take]') : null;
    if (index === null || shown.own === undefined) return;
    const row = Number(index.getAttribute('data-take'));
    download(lineProof(shown.own, row), `proof-line-${row + 1}.txt`);
  });
  // A browser says nothing of a file that is chosen again, though it may have been changed since.
  place('file').addEventListener('click', ({ target }) => {
    if (target instanceof HTMLInputElement) target.value = '';
  });
  place('file').addEventListener('change', ({ target }) => {
    const [file] = target instanceof HTMLInputElement ? (target.files ?? []) : [];
    if (file !== undefined) answerIn('other-verdict', checkFile(file));
  });
  place('check').addEventListener('click', () => {
    const { value } = /** @type {HTMLTextAreaElement} */ (place('pasted'));
    answerIn('other-verdict', checkOther(value.trim()));
  });
  answerIn('verdict', checkOwn());
}

document.addEventListener('DOMContentLoaded', start);
