import { ByteReader, ByteWriter } from './bytes.ts';
import type { Entry } from './entry.ts';
import { addFolds, type Fold, foldEntries, readFold, writeFold } from './fold.ts';

/** What entries tell of a sale: the GMV of a cell is that of the entries that agree in all of it. */
export interface Cell {
  readonly loop: Entry['loop'];
  readonly channel: string;
  readonly productId: string | null;
  readonly creatorId: string | null;
  readonly cpsKind: string | null;
  readonly fold: Fold;
}

/** What a cell can be added up by. */
export const CELL_DIMENSIONS = ['loop', 'channel', 'product', 'creator'] as const;
export type CellDimension = (typeof CELL_DIMENSIONS)[number];

/** Entries → their cells. The folds of the cells add up to the fold of the entries. */
export function cellsOf(entries: Iterable<Entry>): Cell[] {
  const groups = Map.groupBy(entries, ({ loop, channel, productId, creatorId, cpsKind }) =>
    JSON.stringify([loop, channel, productId, creatorId, cpsKind]),
  );
  return [...groups.values()].flatMap((own) => {
    const first = own[0];
    if (first === undefined) return [];
    const { loop, channel, productId, creatorId, cpsKind } = first;
    return [{ loop, channel, productId, creatorId, cpsKind, fold: foldEntries(own) }];
  });
}

/** One value of a dimension with its total; `null` stands for what nobody told. */
export interface Row {
  readonly value: string | null;
  /** With a creator: how the creator earns by it. */
  readonly cpsKind?: string | null;
  readonly fold: Fold;
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
    return first === undefined ? [] : [{ ...first, fold: addFolds(own.map((row) => row.fold)) }];
  });
}

function rowOf(dimension: CellDimension, cell: Cell): Row {
  const { fold } = cell;
  switch (dimension) {
    case 'loop':
      return { value: cell.loop, fold };
    case 'channel':
      return { value: cell.channel, fold };
    case 'product':
      return { value: cell.productId, fold };
    case 'creator':
      return { value: cell.creatorId, cpsKind: cell.cpsKind, fold };
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
    writeFold(writer, cell.fold);
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
    fold: readFold(reader),
  }));
}

export function packRows(rows: readonly Row[]): Uint8Array {
  const writer = new ByteWriter().int(rows.length);
  for (const { value, cpsKind, fold } of rows) {
    writer.byte(cpsKind === undefined ? 0 : 1).text(value);
    if (cpsKind !== undefined) writer.text(cpsKind);
    writeFold(writer, fold);
  }
  return writer.finish();
}

/** @throws RangeError when these are not bytes that `packRows` made */
export function unpackRows(bytes: Uint8Array): Row[] {
  const reader = new ByteReader(bytes);
  return Array.from({ length: reader.int() }, () => {
    const hasKind = reader.byte() === 1;
    const value = reader.text();
    return { value, ...(hasKind ? { cpsKind: reader.text() } : {}), fold: readFold(reader) };
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
