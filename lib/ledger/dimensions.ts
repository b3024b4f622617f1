import { platformSchema } from '../events/id.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Entry } from './entry.ts';
import { addRollups, type Rollup, readRollup, rollUpEntries, writeRollup } from './rollup.ts';

/**
 * What entries say of a sale: the GMV of a cell is that of the entries that agree in all of it. The merchant is
 * an entry's too, and not the store's: a store may be of two merchants, and `unknown` is of all of them.
 */
export interface Cell {
  readonly platform: Entry['platform'];
  readonly merchantId: string;
  readonly loop: Entry['loop'];
  readonly channel: string;
  readonly productId: string | null;
  readonly creatorId: string | null;
  readonly cpsKind: string | null;
  readonly rollup: Rollup;
}

/** What a cell can be added up by. */
export const CELL_DIMENSIONS = ['loop', 'channel', 'product', 'creator', 'merchant'] as const;
export type CellDimension = (typeof CELL_DIMENSIONS)[number];

/** Entries → their cells. The rollups of the cells add up to the rollup of the entries. */
export function cellsOf(entries: Iterable<Entry>): Cell[] {
  const groups = Map.groupBy(entries, (entry) => JSON.stringify(Object.values(saleOf(entry))));
  return [...groups.values()].flatMap((own) => {
    const first = own[0];
    return first === undefined ? [] : [{ ...saleOf(first), rollup: rollUpEntries(own) }];
  });
}

function saleOf(entry: Entry): Omit<Cell, 'rollup'> {
  const { platform, merchantId, loop, channel, productId, creatorId, cpsKind } = entry;
  return { platform, merchantId, loop, channel, productId, creatorId, cpsKind };
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
    case 'merchant':
      return { value: `${cell.platform}/${cell.merchantId}`, rollup };
    default:
      return dimension satisfies never;
  }
}

/** Merchant by merchant, because nearly every store has one: its id is written once. */
export function packCells(cells: readonly Cell[]): Uint8Array {
  const groups = Map.groupBy(cells, (cell) => JSON.stringify([cell.platform, cell.merchantId]));
  const writer = new ByteWriter().int(groups.size);
  for (const own of groups.values()) {
    writeWord(writer, own[0]?.platform ?? null);
    writer.text(own[0]?.merchantId ?? null).int(own.length);
    for (const cell of own) {
      writer.byte(cell.loop === 'open' ? 1 : 0);
      writeWord(writer, cell.channel);
      writer.text(cell.productId).text(cell.creatorId);
      writeWord(writer, cell.cpsKind);
      writeRollup(writer, cell.rollup);
    }
  }
  return writer.finish();
}

/** @throws RangeError when these are not bytes that `packCells` made */
export function unpackCells(bytes: Uint8Array): Cell[] {
  const reader = new ByteReader(bytes);
  const groups = Array.from({ length: reader.int() }, () => {
    const platform = platformSchema.parse(readWord(reader));
    const merchantId = reader.text() ?? '';
    return Array.from({ length: reader.int() }, () => ({
      ...{ platform, merchantId },
      loop: reader.byte() === 1 ? ('open' as const) : ('closed' as const),
      channel: readWord(reader) ?? '',
      productId: reader.text(),
      creatorId: reader.text(),
      cpsKind: readWord(reader),
      rollup: readRollup(reader),
    }));
  });
  return groups.flat();
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
  ...['douyin', 'kuaishou', 'meituan'],
  ...['self_live', 'creator_live', 'service_account', 'poi_page', 'shop', 'private_domain'],
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
