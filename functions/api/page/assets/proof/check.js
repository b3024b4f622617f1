// @ts-check
// Checks a proof: its chain of hashes, its signature, and what its month comes to.

import { verifySignature } from './ed25519.js';
import {
  bodyHash,
  bytesOf,
  findByteByHash,
  fromBase64url,
  hashOfText,
  pathInLevels,
  rootOfLevels,
  rootOfPath,
  sha256,
  shortHash,
  toBase64url,
  treeLevels,
} from './hash.js';
import {
  faultsOfReversing,
  faultsOfRow,
  faultsOfTiers,
  faultsOfTotals,
  fieldsOf,
} from './month.js';
import { FIRST_LINE, LAST_LINE, LINE_COLUMNS, readParts, TIER_COLUMNS } from './read.js';

/** @typedef {import('./read.js').Part} Part */
/** @typedef {import('./read.js').Damage} Damage */
/** @typedef {import('./month.js').Fields} Fields */

const ANY_BYTE = Array.from({ length: 256 }, (_, i) => i);

/** How many bytes of the page one hash stands for. */
const PIECE = 128;

/**
 * The bytes of a file, or a text, as what is around a proof and the proof.
 * @param {string} file each character a byte
 * @returns {{ text: string, page: string | null, start: number }} `page` is null for a proof alone
 */
export function splitFile(file) {
  // Written in two pieces: in a page, the whole word would end this very script.
  const endTag = `\n<${'/script>'}`;
  const [open, close] = ['id="proof">\n', `\n${LAST_LINE}${endTag}`];
  const opened = file.indexOf(open);
  const begun = file.indexOf(`\n${FIRST_LINE}\n`);
  if (opened < 0 && begun < 0) return { text: file.replace(/\n+$/, ''), page: null, start: 0 };
  const start = opened < 0 ? begun + 1 : opened + open.length;
  const closed = file.lastIndexOf(close);
  const inner = file.lastIndexOf(`\n${LAST_LINE}\n`);
  const left = file.lastIndexOf(endTag);
  const last = left > start ? left : file.lastIndexOf(`\n${LAST_LINE}`) + 4;
  const end = closed >= 0 ? closed + 4 : inner >= 0 ? inner + 4 : last;
  return { text: file.slice(start, end), page: file.slice(0, start) + file.slice(end), start };
}

/**
 * All that can be said of a proof.
 * @param {string} text each character a byte
 * @param {string | null} page the bytes around it; null where they are not to be had
 */
export async function checkProof(text, page) {
  const { parts, damage } = readParts(text);
  /** @type {{ link: string, detail?: string }[]} where the chain breaks */
  const breaks = [];
  const only = (/** @type {string} */ word) => parts.find((part) => part.word === word);
  const [headPart, sign, key, totalsPart, pathPart] = [
    ...[only('head'), only('sign'), only('key'), only('totals'), only('path')],
  ];
  const head = headPart && parsed(headPart.body);
  const isWhole = parts[0]?.word === FIRST_LINE && parts.at(-1)?.word === LAST_LINE;
  if (!isWhole) breaks.push({ link: 'ends' });
  const { signature, publicKey } = await checkSignature(headPart, head, sign, key);
  if (signature !== 'valid') breaks.push({ link: 'signature', detail: signature });
  const contracts = contractsOf(parts);
  const lines = parts.filter(({ word }) => word === 'line');
  const rows = lines.map(({ body }) => rowIn(body));
  const levels = treeLevels(lines.map(({ hash }) => hash));
  const isLine = pathPart !== undefined;
  const path = pathPart && parsed(pathPart.body);
  if (head !== undefined) {
    const root = isLine
      ? rootOfPath(lines[0]?.hash ?? new Uint8Array(32), path?.[0], head.lines, path?.slice(1))
      : rootOfLevels(levels);
    if (!isLine && lines.length !== head.lines) {
      breaks.push({ link: 'lines', detail: `${lines.length} / ${head.lines}` });
    }
    if (toBase64url(root) !== head.root) breaks.push({ link: 'root' });
  }
  if (!isLine) nameFields(parts, damage);
  numberRows(parts, damage);
  const totals = isLine ? undefined : totalsPart && parsed(totalsPart.body);
  const tiers = parts.filter(({ word }) => word === 'tier').map(({ body }) => tierIn(body));
  if (!isLine && head !== undefined) {
    const bodies = parts.filter(({ word }) => word === 'totals' || word === 'tier');
    const own = hashOfText(bodies.map(({ body }) => body).join('\n'));
    if (own !== head.totals) breaks.push({ link: 'totals' });
    if (page !== null) checkPage(parts, page, head.page, damage, breaks);
  }
  const faults = rows.flatMap((row, index) =>
    row === undefined
      ? []
      : faultsOfRow(row, contracts, isLine).map((one) => ({ row: index, ...one })),
  );
  const whole = rows.filter((row) => row !== undefined);
  const month = String(head?.statement ?? '').slice(0, 7);
  const faultsOfMonth =
    isLine || totals === undefined
      ? []
      : [...faultsOfTotals(whole, totals, month), ...faultsOfTiers(whole, tiers, contracts)];
  return {
    ...{ isLine, index: path?.[0], head, totals, tiers, rows, lines, levels, contracts, publicKey },
    ...{ damage, breaks, faults: [...faults, ...(isLine ? [] : faultsOfReversing(whole))] },
    ...{ faultsOfMonth, parts },
    isSound: damage.length === 0 && breaks.length === 0,
    /** With the one byte put back, all is as it was signed. */
    isMended: damage.length > 0 && breaks.length === 0,
  };
}

/** @typedef {Awaited<ReturnType<typeof checkProof>>} Checked */

/** @param {string} body */
function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** @param {string} body @returns {Fields | undefined} */
function rowIn(body) {
  const values = parsed(body);
  return Array.isArray(values) && values.length === LINE_COLUMNS.length
    ? fieldsOf(body)
    : undefined;
}

/** @param {string} body @returns {Fields} */
function tierIn(body) {
  const values = parsed(body) ?? [];
  return Object.fromEntries(TIER_COLUMNS.map((name, i) => [name, values[i]]));
}

/**
 * @param {Part | undefined} headPart @param {Fields | undefined} head
 * @param {Part | undefined} sign @param {Part | undefined} key
 */
async function checkSignature(headPart, head, sign, key) {
  if (headPart === undefined || head === undefined || sign === undefined || key === undefined) {
    return { signature: 'missing', publicKey: key?.body ?? '' };
  }
  const publicKey = fromBase64url(key.body);
  const keyId = toBase64url(sha256(publicKey)).slice(0, 22);
  if (keyId !== head.key) return { signature: 'another key', publicKey: key.body };
  const { isValid } = await verifySignature(
    publicKey,
    bytesOf(headPart.body),
    fromBase64url(sign.body),
  );
  return { signature: isValid ? 'valid' : 'false', publicKey: key.body };
}

/** The contracts of a file, by the hash of their bodies. @param {readonly Part[]} parts */
function contractsOf(parts) {
  /** @type {Map<string, Fields>} */
  const contracts = new Map();
  for (let i = 0; i < parts.length; i += 1) {
    if (parts[i]?.word !== 'contract') continue;
    const bodies = [parts[i]?.body ?? ''];
    const rates = new Map();
    while (parts[i + 1]?.word === 'rate') {
      i += 1;
      bodies.push(parts[i]?.body ?? '');
      for (const [product, rateBp] of parsed(bodies.at(-1) ?? '') ?? []) rates.set(product, rateBp);
    }
    contracts.set(shortHash(bodies.join('\n')), { ...parsed(bodies[0] ?? ''), rates });
  }
  return contracts;
}

/**
 * Which fields of a row differ, where more than one byte does: the block's hashes of columns say it.
 * @param {readonly Part[]} parts @param {Damage[]} damage
 */
function nameFields(parts, damage) {
  let block = [];
  for (const part of parts) {
    if (part.word === 'line') block.push(part);
    if (part.word !== 'block') continue;
    const spoiled = block.filter(({ isSound }) => !isSound);
    if (spoiled.length > 0) {
      const rows = block.map(({ body }) => parsed(body));
      const columns = parsed(part.body) ?? [];
      const fields = LINE_COLUMNS.filter((_, i) => {
        const values = rows.map((row) => asciiJson(row?.[i])).join('\n');
        return shortHash(values) !== columns[i + 1];
      });
      for (const { line } of spoiled) {
        const found = damage.find((one) => one.line === line && one.what === 'part');
        if (found === undefined) continue;
        found.what = 'fields';
        found.field = fields.join(', ');
      }
    }
    block = [];
  }
}

/** JSON as proofs write it. @param {unknown} value */
function asciiJson(value) {
  return (JSON.stringify(value) ?? '').replace(
    /[<\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Says of which row a damage is. @param {readonly Part[]} parts @param {Damage[]} damage */
function numberRows(parts, damage) {
  const rows = parts.filter(({ word }) => word === 'line');
  for (const one of damage) {
    if (one.word !== 'line') continue;
    const row = rows.findIndex(({ line }) => line >= one.line);
    if (row >= 0) one.row = row;
  }
}

/**
 * @param {readonly Part[]} parts @param {string} page @param {string} expected
 * @param {Damage[]} damage @param {{ link: string }[]} breaks
 */
function checkPage(parts, page, expected, damage, breaks) {
  if (hashOfText(page) === expected) return;
  const pieces = parts.filter(({ word }) => word === 'page').flatMap(({ body }) => parsed(body));
  const changed = pieces.findIndex((hash, i) => hash !== pieceHash(page, i));
  const from = Math.max(0, changed) * PIECE;
  const piece = page.slice(from, from + PIECE);
  const found =
    changed < 0 ? undefined : findByteByHash(bytesOf(piece), pieces[changed], 0, ANY_BYTE);
  if (found !== undefined) {
    const was = String.fromCharCode(found.value);
    const at = from + found.at;
    if (hashOfText(page.slice(0, at) + was + page.slice(at + 1)) === expected) {
      const of = { line: 0, word: 'page', field: `piece ${changed + 1}` };
      damage.push({ what: 'byte', ...of, at, was, is: page[at] });
      return;
    }
  }
  damage.push({ what: 'part', line: 0, word: 'page', field: `piece ${changed + 1}` });
  breaks.push({ link: 'page' });
}

/** @param {string} page @param {number} index */
function pieceHash(page, index) {
  return shortHash(page.slice(index * PIECE, (index + 1) * PIECE));
}

/** More does not go into a mail's text as it should. */
const MOST_OF_A_LINE_PROOF = 2_048;

/** What proves one line to whoever has no file. @param {Checked} month @param {number} index */
export function lineProof(month, index) {
  const { parts, lines, rows, levels } = month;
  const of = (/** @type {string} */ word) => parts.filter((part) => part.word === word);
  const written = (/** @type {string} */ word, /** @type {string} */ body) =>
    `${word} ${toBase64url(bodyHash(body)).slice(0, 22)} ${body}`;
  const path = written('path', JSON.stringify([index, ...pathInLevels(levels, index)]));
  const line = lines[index]?.body ?? '';
  const begin = ['head', 'sign', 'key'].flatMap((word) => of(word).slice(0, 1));
  const contract = contractParts(parts, rows[index]?.contract ?? null);
  const make = (/** @type {readonly Part[]} */ more) =>
    [
      FIRST_LINE,
      ...[...begin, ...more].map((part) => written(part.word, part.body)),
      ...[written('line', line), path, LAST_LINE, ''],
    ].join('\n');
  const whole = make(contract);
  return whole.length <= MOST_OF_A_LINE_PROOF ? whole : make([]);
}

/** @param {readonly Part[]} parts @param {string | null} hash */
function contractParts(parts, hash) {
  for (const [index, part] of parts.entries()) {
    if (part.word !== 'contract') continue;
    const own = [part];
    while (parts[index + own.length]?.word === 'rate') own.push(parts[index + own.length]);
    if (shortHash(own.map(({ body }) => body).join('\n')) === hash) return own;
  }
  return [];
}
