import { addBuyers, type Buyers, buyersOf, packBuyers, unpackBuyers } from './buyers.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { type Cell, cellsOf, packCells, unpackCells } from './dimensions.ts';
import type { Entry } from './entry.ts';

/** What an hour's entries say of their sales: what the rollups by dimension are made of. */
export interface Detail {
  readonly cells: readonly Cell[];
  readonly buyers: Buyers;
}

export function detailOf(entries: readonly Entry[]): Detail {
  return { cells: cellsOf(entries), buyers: buyersOf(entries) };
}

export function packDetail({ cells, buyers }: Detail): Uint8Array {
  const packed = packCells(cells);
  return new ByteWriter().int(packed.length).raw(packed).raw(packBuyers(buyers)).finish();
}

/** @throws RangeError when these are not bytes that `packDetail` made */
export function unpackDetail(bytes: Uint8Array): Detail {
  const reader = new ByteReader(bytes);
  const cells = unpackCells(reader.raw(reader.int()));
  return { cells, buyers: unpackBuyers(reader.rest()) };
}

/** Details → their sum; cells are kept apart and added up by whoever asks for a dimension. */
export function addDetails(details: readonly Detail[]): Detail {
  return {
    cells: details.flatMap(({ cells }) => cells),
    buyers: addBuyers(details.map(({ buyers }) => buyers)),
  };
}
