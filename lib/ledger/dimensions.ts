import { ByteReader, ByteWriter } from './bytes.ts';
import type { Entry } from './entry.ts';
import { addRollups, type Rollup, readRollup, rollUpEntries, writeRollup } from './rollup.ts';

/** What entries say of a sale: the GMV of a cell is that of the entries that agree in all of it. */
export interface Cell {
  readonly loop: Entry['loop'];
  readonly channel: string;
  readonly productId: string | null;
  readonly creatorId: string | null;
  readonly cpsKind: string | null;
  readonly rollup: Rollup;
}

/** What a cell can be added up by. */
export const CELL_DIMENSIONS = ['loop', 'channel', 'product', 'creator'] as const;
export type CellDimension = (typeof CELL_DIMENSIONS)[number];

/** Entries → their cells. The rollups of the cells add up to the rollup of the entries. */
export function cellsOf(entries: Iterable<Entry>): Cell[] {
  const groups = Map.groupBy(entries, ({ loop, channel, productId, creatorId, cpsKind }) =>
    JSON.stringify([loop, channel, productId, creatorId, cpsKind]),
  );
  return [...groups.values()].flatMap((own) => {
    const first = own[0];
    if (first === undefined) return [];
    const { loop, channel, productId, creatorId, cpsKind } = first;
    return [{ loop, channel, productId, creatorId, cpsKind, rollup: rollUpEntries(own) }];
  });
}

/** One value of a dimension with its total; `null` stands for what nobody reported. */
export interface Row {
  readonly value: string | null;
  /** With a creator: how the creator earns by it. */
  readonly cpsKind?: string | null;
  readonly rollup: Rollup;
}

/** Cells → the rows of one dimension, which add up to the same. */
export function rowsBy(dimension: CellDimension, cells: Iterable<Cell>): Row[] {
  return addRows([...cells].map((cell) => rowOf(dimension, cell)));
}

/** Rows of the same value, each once: how a month is made of days. */
export function addRows(rows: Iterable<Row>): Row[] {
  const groups = Map.groupBy(rows, ({ value, cpsKind }) => JSON.stringify([value, cpsKind]));
  return [...groups.values()].flatMap((own) => {
    const first = own[0];
    return first === undefined
      ? []
      : [{ ...first, rollup: addRollups(own.map((row) => row.rollup)) }];
  });
}

function rowOf(dimension: CellDimension, cell: Cell): Row {
  const { rollup } = cell;
  switch (dimension) {
    case 'loop':
      return { value: cell.loop, rollup };
    case 'channel':
      return { value: cell.channel, rollup };
    case 'product':
      return { value: cell.productId, rollup };
    case 'creator':
      return { value: cell.creatorId, cpsKind: cell.cpsKind, rollup };
    default:
      return dimension satisfies never;
  }
}

export function packCells(cells: readonly Cell[]): Uint8Array {
  const writer = new ByteWriter().int(cells.length);
  for (const cell of cells) {
    writer.byte(cell.loop === 'open' ? 1 : 0);
    writeWord(writer, cell.channel);
    writer.text(cell.productId).text(cell.creatorId);
    writeWord(writer, cell.cpsKind);
    writeRollup(writer, cell.rollup);
  }
  return writer.finish();
}

/** @throws RangeError when these are not bytes that `packCells` made */
export function unpackCells(bytes: Uint8Array): Cell[] {
  const reader = new ByteReader(bytes);
  return Array.from({ length: reader.int() }, () => ({
    loop: reader.byte() === 1 ? ('open' as const) : ('closed' as const),
    channel: readWord(reader) ?? '',
    productId: reader.text(),
    creatorId: reader.text(),
    cpsKind: readWord(reader),
    rollup: readRollup(reader),
  }));
}

export function packRows(rows: readonly Row[]): Uint8Array {
  const writer = new ByteWriter().int(rows.length);
  for (const { value, cpsKind, rollup } of rows) {
    writer.byte(cpsKind === undefined ? 0 : 1).text(value);
    if (cpsKind !== undefined) writer.text(cpsKind);
    writeRollup(writer, rollup);
  }
  return writer.finish();
}

/** @throws RangeError when these are not bytes that `packRows` made */
export function unpackRows(bytes: Uint8Array): Row[] {
  const reader = new ByteReader(bytes);
  return Array.from({ length: reader.int() }, () => {
    const hasKind = reader.byte() === 1;
    const value = reader.text();
    return { value, ...(hasKind ? { cpsKind: reader.text() } : {}), rollup: readRollup(reader) };
  });
}

/** Words that come often, by number. Their order is stored: new ones go to the end. */
const WORDS = [
  ...['live', 'short_video', 'store_page', 'search', 'scan', 'mini_program', 'unknown'],
  ...['product', 'advertising', 'lead'],
];

function writeWord(writer: ByteWriter, word: string | null): void {
  const place = word === null ? -1 : WORDS.indexOf(word);
  writer.byte(place + 1);
  if (place === -1) writer.text(word);
}

function readWord(reader: ByteReader): string | null {
  const place = reader.byte() - 1;
  return place === -1 ? reader.text() : (WORDS[place] ?? null);
}
