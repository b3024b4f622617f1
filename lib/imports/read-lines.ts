import { idSchema } from '../events/id.ts';
import { hasLostDigits, spoiledBySpreadsheet } from '../events/spoiled-id.ts';
import { addDays, isBusinessDay } from '../time/shanghai.ts';
import type { FileCell } from '../xlsx/read-workbook.ts';
import { fenIn, type Reason } from './amount.ts';
import type { Header } from './header.ts';
import { MEASURES, type Measure } from './profiles.ts';
import type { ReadRow } from './read-file.ts';

/** What one line says: fen, null where nothing stands there. */
export interface ImportLine {
  readonly line: number;
  readonly merchantId: string;
  readonly amounts: Readonly<Record<Measure, number | null>>;
}

export interface RefusedLine {
  readonly line: number;
  readonly reason: Reason;
}

/** Whose lines a file may have, and of which days. */
export interface WantedLines {
  /** The provider's merchants of the platform, and their names. */
  readonly merchants: ReadonlyMap<string, string | null>;
  readonly from: string;
  readonly to: string;
  /** A merchant has one line. */
  readonly isOneLine: boolean;
}

/** The lines below a header, each read or refused for itself. */
export function readLines(
  rows: readonly ReadRow[],
  header: Header,
  expected: WantedLines,
): { readonly lines: readonly ImportLine[]; readonly refused: readonly RefusedLine[] } {
  const lines: ImportLine[] = [];
  const refused: RefusedLine[] = [];
  const seen = new Set<string>();
  for (const row of rows) {
    if (row.line <= header.line) continue;
    const read = readLine(row, header, expected, seen);
    if ('code' in read) refused.push({ line: row.line, reason: read });
    else lines.push(read);
  }
  return { lines, refused };
}

function readLine(
  row: ReadRow,
  header: Header,
  expected: WantedLines,
  seen: Set<string>,
): ImportLine | Reason {
  if (row.isMerged) return REASONS.merged;
  if (row.isBroken === true) return REASONS.broken;
  const cellOf = (field: Parameters<typeof header.places.get>[0]): FileCell =>
    row.cells[header.places.get(field) ?? -1] ?? null;
  const merchant = merchantIn(cellOf('merchantId'), cellOf('merchantName'), expected);
  if (typeof merchant !== 'string') return merchant;
  const day = header.places.has('day') ? dayIn(cellOf('day'), expected) : undefined;
  if (day !== undefined) return day;
  if (expected.isOneLine && seen.has(merchant)) return REASONS.twice;
  const amounts: Record<Measure, number | null> = {
    ...{ paid: null, redeemed: null, refunded: null, commission: null },
  };
  for (const measure of MEASURES) {
    const fen = fenIn(cellOf(measure));
    if (fen !== null && typeof fen === 'object') return named(fen, header.headings[measure] ?? '');
    amounts[measure] = fen;
  }
  seen.add(merchant);
  return { line: row.line, merchantId: merchant, amounts };
}

function named({ code, zh, en }: Reason, heading: string): Reason {
  return { code, zh: `${heading}：${zh}`, en: `${heading}: ${en}` };
}

/** By id; where the file has none, by the name that is registered, which only one merchant may have. */
function merchantIn(id: FileCell, name: FileCell, { merchants }: WantedLines): string | Reason {
  if (id === null) {
    if (name === null) return REASONS.noMerchant;
    const wanted = name.text.trim();
    const found = [...merchants].filter(([, known]) => known === wanted).map(([one]) => one);
    if (found.length > 1) return REASONS.twoOfName;
    return found[0] ?? REASONS.another;
  }
  const text = id.text.trim();
  const isSpoiled = spoiledBySpreadsheet(text) !== null || hasLostDigits(text);
  if (isSpoiled || (id.isNumber && text.length > MAX_EXACT_DIGITS)) return REASONS.spoiled;
  if (!idSchema.safeParse(text).success) return REASONS.noMerchant;
  return merchants.has(text) ? text : REASONS.another;
}

/** A number of a workbook keeps fifteen digits. */
const MAX_EXACT_DIGITS = 15;

/** @returns why not, where a line is of no day of the window */
function dayIn(cell: FileCell, { from, to }: WantedLines): Reason | undefined {
  const day = cell === null ? null : businessDay(cell);
  if (day === null) return REASONS.noDay;
  return day < from || day > to ? REASONS.otherDay : undefined;
}

/** The business day in a cell, or null. A workbook counts days from 30 December 1899. */
export function businessDay({
  text,
  isNumber,
}: {
  text: string;
  isNumber: boolean;
}): string | null {
  if (isNumber) {
    const count = Math.floor(Number(text));
    return count > 0 && count < 100_000 ? addDays('1899-12-30', count) : null;
  }
  const [, year = '', month = '', date = ''] =
    /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})/.exec(text.trim()) ?? [];
  const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  return isBusinessDay(day) ? day : null;
}

const REASONS = {
  merged: {
    code: 'merged',
    zh: '该行有合并单元格：请取消合并',
    en: 'cells of this line are merged: take the merging back',
  },
  broken: {
    code: 'broken',
    zh: '引号不成对，无法分列',
    en: 'its quotes do not pair, so nobody knows its columns',
  },
  noMerchant: { code: 'merchant', zh: '没有商家', en: 'it names no merchant' },
  spoiled: {
    code: 'spoiled',
    zh: '商家ID已被表格改成数字，位数已丢失：请设为文本后重新导出',
    en: 'a spreadsheet made a number of the merchant’s id, and digits are lost: make the column text and export again',
  },
  another: {
    code: 'another',
    zh: '不是此服务商的商家：没有与它的合同',
    en: 'another’s merchant: this provider has no contract with it',
  },
  twoOfName: {
    code: 'two',
    zh: '此服务商有多个同名商家：请使用带商家ID的表头',
    en: 'several merchants of this provider have that name: use the form with ids',
  },
  twice: { code: 'twice', zh: '该商家已在前面出现', en: 'its merchant stands in a line above' },
  noDay: { code: 'day', zh: '没有日期', en: 'it names no day' },
  otherDay: { code: 'window', zh: '日期不在所选时间内', en: 'its day is outside the window' },
} as const satisfies Record<string, Reason>;
