import { both, wordIn } from '../i18n/both.ts';
import type { Cell } from '../ledger/csv.ts';
import type { Entry } from '../ledger/entry.ts';
import { entriesForward } from '../store/ledger/entries.ts';
import type { ExportContent } from '../store/ledger/exports.ts';
import type { Table } from '../store/table.ts';
import { instantToMs } from '../time/shanghai.ts';
import type { ExportRows, ExportSource } from './source.ts';

const ROWS_A_PIECE = 1_000;

export const STORE_LINE_HEADINGS: readonly string[] = [
  ...(['businessDay', 'occurredAt', 'kind', 'channel', 'soldProduct', 'voucher', 'order'] as const),
  ...(['redeemedCount', 'amount', 'commission'] as const),
].map(both);

/** A line of a store's ledger as a file has it, in both languages. */
export function storeLineCells(entry: Entry): Cell[] {
  const idCell = (id: string | null): Cell => (id === null ? null : { id });
  return [
    ...[entry.businessDay, entry.occurredAt, wordIn(`kind.${entry.kind}`), wordIn(entry.channel)],
    ...[idCell(entry.productId), idCell(entry.voucherId), idCell(entry.orderId)],
    ...[entry.count, { fen: entry.amountFen }, { fen: entry.commissionFen }],
  ];
}

type StoreLines = Extract<ExportContent, { of: 'store' }>;

/**
 * All lines of a store in a window, the first first, that were booked by an instant: whatever is booked later would stand
 * between them, and a piece that is made again must be the same.
 */
export function storeSource(lines: StoreLines): ExportSource {
  return {
    headings: STORE_LINE_HEADINGS,
    sums: [null, null, null, null, null, null, null, 'count', 'fen', 'fen'],
    total: both('total'),
    sheet: 'store',
    read: (table, cursor) => readLines(table, lines, cursor),
  };
}

async function readLines(
  table: Table,
  { providerId, platform, storeId, from, to, asOf }: StoreLines,
  after: string | null,
): Promise<ExportRows> {
  const untilMs = instantToMs(asOf);
  const rows: Cell[][] = [];
  let looked = 0;
  const place = { providerId, platform, storeId };
  for await (const one of entriesForward(table, place, { from, to }, after ?? '')) {
    const isKnown = one.bookedAt === null || instantToMs(one.bookedAt) <= untilMs;
    if (isKnown) rows.push(storeLineCells(one.entry));
    looked += 1;
    if (looked === ROWS_A_PIECE) return { rows, next: one.sk };
  }
  return { rows, next: null };
}
