import { yuanOf } from '../money/yuan.ts';
import type { Answer } from './remote.ts';
import { displayWidth } from './width.ts';

/** A field of a row: `storeId`, or `totals.redeemedFen`. What ends in `Fen` is shown in yuan. */
export type Column = string;

/** Rows → a table with headings, for people. Numbers stand right; what is not there is `-`. */
export function tableOf(columns: readonly Column[], rows: readonly unknown[]): string {
  const lines = [
    columns.map((column) => headingOf(column)),
    ...rows.map((row) => columns.map((column) => textOf(column, valueAt(row, column)))),
  ];
  const widths = columns.map((_, at) =>
    Math.max(...lines.map((line) => displayWidth(line[at] ?? ''))),
  );
  const isRight = columns.map((column) =>
    rows.some((row) => typeof valueAt(row, column) === 'number'),
  );
  return lines
    .map((line) => {
      const cells = line.map((text, at) => aligned(text, widths[at] ?? 0, isRight[at] === true));
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

function headingOf(column: Column): string {
  const name = column.slice(column.lastIndexOf('.') + 1);
  return name.endsWith('Fen') ? `${name.slice(0, -3)} ¥` : name;
}

function valueAt(row: unknown, column: Column): unknown {
  return column.split('.').reduce<unknown>((value, name) => {
    const isNode = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return isNode ? (value as Answer)[name] : undefined;
  }, row);
}

function textOf(column: Column, value: unknown): string {
  if (value === undefined || value === null || value === '') return '-';
  if (typeof value === 'number' && column.endsWith('Fen')) return yuanOf(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // What came from outside must not steer the terminal.
  return text.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}');
}

function aligned(text: string, width: number, isRight: boolean): string {
  const space = ' '.repeat(width - displayWidth(text));
  return isRight ? space + text : text + space;
}
