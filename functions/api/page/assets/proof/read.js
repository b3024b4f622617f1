// @ts-check
// Reads the text of a proof, and finds the byte of it that was changed.

import { bodyHash, bytesOf, findByteByHash, toBase64url } from './hash.js';

export const FIRST_LINE = ['hexiao', 'proof 1'].join('-');
export const LAST_LINE = 'end';

/** What the bodies of a word are made of: the columns of a list, or 'object', or 'text'. */
export const LINE_COLUMNS = [
  ...['entry', 'kind', 'occurredAt', 'platform', 'merchantId', 'storeId', 'count', 'basisFen'],
  ...['shareBp', 'amountFen', 'rateBp', 'commissionFen', 'productId', 'tierMonth', 'contract'],
  ...['takesBack', 'event', 'delivery'],
];
export const TIER_COLUMNS = [
  ...['contract', 'month', 'redeemedBeforeFen', 'commissionBeforeFen', 'settledBeforeFen'],
  ...['redeemedFen', 'commissionFen', 'settledFen'],
];
/** @type {Readonly<Record<string, 'object' | 'text' | readonly string[]>>} */
const BODIES = {
  ...{ head: 'object', totals: 'object', contract: 'object', sign: 'text', key: 'text' },
  ...{ line: LINE_COLUMNS, tier: TIER_COLUMNS, block: ['rows', ...LINE_COLUMNS] },
  ...{ rate: ['rate'], path: ['index', 'hash'], page: ['piece'] },
};

/**
 * @typedef {{ word: string, body: string, hash: Uint8Array, line: number, isSound: boolean }} Part
 * @typedef {{
 *   what: 'byte' | 'fields' | 'part', line: number, word: string, field: string,
 *   at?: number, was?: string, is?: string, row?: number,
 * }} Damage `at` counts bytes of the text from 0
 */

/**
 * @param {string} line @param {number} number from 1
 * @returns {Part | undefined} nothing where it does not fit its own check
 */
function partOf(line, number) {
  const hash = new Uint8Array(0);
  if (line === FIRST_LINE || line === LAST_LINE) {
    return { word: line, body: '', hash, line: number, isSound: true };
  }
  const [, word, check, body] = /^([a-z]+) ([\w-]{22}) (.*)$/.exec(line) ?? [];
  if (word === undefined || check === undefined || body === undefined) return undefined;
  if (BODIES[word] === undefined) return undefined;
  const own = bodyHash(body);
  if (toBase64url(own).slice(0, 22) !== check) return undefined;
  return { word, body, hash: own, line: number, isSound: true };
}

/** What a byte of a body can have been: printable ASCII. */
const PRINTABLE = Array.from({ length: 95 }, (_, i) => 32 + i);

/** Longer ones no writer of ours makes, and a search of them takes too long. */
const LONGEST_SEARCHED = 20_000;

/** @typedef {{ at: number, was: string, text: string }} Found `text` is as it was */

/**
 * The one change of one byte after which every line of a text fits its check.
 * @param {string} text of one line, or two @returns {Found | undefined}
 */
function findByte(text) {
  if (text.length > LONGEST_SEARCHED) return undefined;
  const split = text.indexOf('\n');
  if (split >= 0) return oneOf(text, split, PRINTABLE);
  return (
    besideBody(text) ??
    inBody(text) ??
    wherePartsMeet(text) ??
    oneOf(`${text} `, text.length, PRINTABLE)
  );
}

/** Tries what one place may have been. @param {string} text @param {number} at @param {readonly number[]} values */
function oneOf(text, at, values) {
  for (const value of values) {
    const was = String.fromCharCode(value);
    const whole = text.slice(0, at) + was + text.slice(at + 1);
    if (whole.split('\n').every((line) => partOf(line, 0) !== undefined)) {
      return { at, was, text: whole };
    }
  }
  return undefined;
}

/** Its word, its check, a blank, or a line that has no check. @param {string} text @returns {Found | undefined} */
function besideBody(text) {
  const written = Object.keys(BODIES).map((word) => {
    const body = text.slice(word.length + 24);
    return `${word} ${toBase64url(bodyHash(body)).slice(0, 22)} ${body}`;
  });
  for (const line of [FIRST_LINE, LAST_LINE, ...written]) {
    if (line.length !== text.length) continue;
    const at = Array.from(line).findIndex((c, i) => c !== text[i]);
    if (at >= 0 && line.slice(at + 1) === text.slice(at + 1))
      return { at, was: line[at], text: line };
  }
  return undefined;
}

/** @param {string} text @returns {Found | undefined} */
function inBody(text) {
  const [start = '', word = '', check = ''] = /^([a-z]+) ([\w-]{22}) /.exec(text) ?? [];
  if (BODIES[word] === undefined) return undefined;
  const found = findByteByHash(bytesOf(text.slice(start.length), 0), check, 1, PRINTABLE);
  if (found === undefined) return undefined;
  const [at, was] = [found.at - 1 + start.length, String.fromCharCode(found.value)];
  return { at, was, text: text.slice(0, at) + was + text.slice(at + 1) };
}

/** An end of a line that is none any more. @param {string} text @returns {Found | undefined} */
function wherePartsMeet(text) {
  for (const { index } of text.matchAll(/.(?=[a-z]+ [\w-]{22} |end$)/gs)) {
    const found = oneOf(text, index, [10]);
    if (found !== undefined) return found;
  }
  return text.startsWith(FIRST_LINE) ? oneOf(text, FIRST_LINE.length, [10]) : undefined;
}

/**
 * The text of a proof as its parts; what does not fit its check is mended where one byte does it.
 * @param {string} text
 * @returns {{ parts: Part[], damage: Damage[] }}
 */
export function readParts(text) {
  const lines = text.split('\n');
  /** @type {Part[]} */
  const parts = [];
  /** @type {Damage[]} */
  const damage = [];
  let offset = 0;
  for (let i = 0; i < lines.length; ) {
    const sound = partOf(lines[i] ?? '', i + 1);
    if (sound !== undefined) {
      parts.push(sound);
      offset += (lines[i] ?? '').length + 1;
      i += 1;
      continue;
    }
    let next = i + 1;
    while (next < lines.length && next < i + 3 && partOf(lines[next] ?? '', 0) === undefined) {
      next += 1;
    }
    const region = lines.slice(i, next).join('\n');
    const found = findByte(region);
    if (found !== undefined) {
      const mended = found.text.split('\n').map((line) => partOf(line, i + 1));
      parts.push(...mended.filter((part) => part !== undefined));
      damage.push(damageAt(found, region, offset, i + 1));
    } else {
      for (const [index, line] of lines.slice(i, next).entries()) {
        const [, word = '', , body = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
        const isKnown = BODIES[word] !== undefined;
        damage.push({
          ...{ what: 'part', line: i + index + 1, word: isKnown ? word : '?', field: '' },
          at: offset,
        });
        if (isKnown) {
          parts.push({ word, body, hash: bodyHash(body), line: i + index + 1, isSound: false });
        }
      }
    }
    offset += region.length + 1;
    i = next;
  }
  return { parts, damage };
}

/**
 * @param {{ at: number, was: string, text: string }} found @param {string} region
 * @param {number} offset @param {number} line @returns {Damage}
 */
function damageAt({ at, was, text }, region, offset, line) {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  const whole = text.slice(start, end < 0 || end < start ? text.length : end);
  const number = line + (text.slice(0, start).split('\n').length - 1);
  const word = whole.split(' ')[0] ?? '';
  const within = at - start;
  const field =
    was === '\n'
      ? 'end of the line'
      : within < word.length + 1
        ? 'word'
        : within < word.length + 24
          ? 'check'
          : fieldAt(word, whole.slice(word.length + 24), within - word.length - 24);
  return { what: 'byte', line: number, word, field, at: offset + at, was, is: region[at] ?? '' };
}

/** Which field of a body a character is in. @param {string} word @param {string} body @param {number} at */
function fieldAt(word, body, at) {
  const kind = BODIES[word];
  if (kind === undefined || kind === 'text') return 'text';
  const before = body.slice(0, at + 1);
  // Commas outside of texts and of inner lists divide the fields.
  let [fields, depth, isText, start] = [0, 0, false, 1];
  for (let i = 0; i < before.length; i += 1) {
    const c = before[i];
    if (isText) {
      if (c === '\\') i += 1;
      else if (c === '"') isText = false;
    } else if (c === '"') isText = true;
    else if (c === '[' || c === '{') depth += 1;
    else if (c === ']' || c === '}') depth -= 1;
    else if (c === ',' && depth === 1 && i < at) {
      fields += 1;
      start = i + 1;
    }
  }
  if (kind === 'object') return /^"(\w+)"/.exec(body.slice(start))?.[1] ?? 'form';
  return kind[Math.min(fields, kind.length - 1)] ?? 'form';
}
