import type { Entry } from '../../ledger/entry.ts';
import { ledgerKeys, ledgerPrefix } from './ledger.ts';
import { escapeId as e, type Key, ownOrAll, PREFIX } from './spelling.ts';

/** Statements and files of them. */
export const statementKeys = {
  /** The statement of a month, YYYY-MM. */
  statement: (providerId: string, month: string): Key => ({
    pk: statementsPartition(providerId),
    sk: month,
  }),

  /** Which month the provider's statements are at. */
  statementHead: (providerId: string): Key => ({
    pk: statementsPartition(providerId),
    sk: 'HEAD',
  }),

  /** A line of it: the copy of an entry, by the day and time of the entry. */
  statementLine: (statementId: StatementId, entry: Entry): Key => ({
    pk: statementPartition(statementId),
    sk: `${PREFIX.line}${ledgerKeys.entry(entry).sk}#${entry.platform}#${e(entry.storeId)}`,
  }),

  /** The line that is the copy of the entry at a place. */
  statementLineAt: (statementId: StatementId, { pk, sk }: Key): Key => ({
    pk: statementPartition(statementId),
    sk: `${PREFIX.line}${sk}#${pk.slice(ledgerPrefix(statementId.providerId).length)}`,
  }),

  /** How far one of several workers came who close it side by side. */
  statementLane: (statementId: StatementId, lane: number): Key => ({
    pk: statementPartition(statementId),
    sk: `${PREFIX.lane}${String(lane).padStart(2, '0')}`,
  }),

  /** The nth of what happened to it after it was closed, from 1. */
  statementAct: (statementId: StatementId, number: number): Key => ({
    pk: statementPartition(statementId),
    sk: `${PREFIX.act}${String(number).padStart(6, '0')}`,
  }),

  /** What it comes to beside its totals. */
  statementDigest: (statementId: StatementId): Key => ({
    pk: statementPartition(statementId),
    sk: 'DIGEST',
  }),

  /** Some of its subtotals. */
  statementSubtotals: (statementId: StatementId, name: string, page: number): Key => ({
    pk: statementPartition(statementId),
    sk: `SUBTOTALS#${name}#${String(page).padStart(5, '0')}`,
  }),

  /** What its page shows before its lines; and fifty of its lines, by the one before them. */
  statementFront: (statementId: StatementId): Key => ({
    pk: statementPartition(statementId),
    sk: 'FRONT',
  }),

  statementPage: (statementId: StatementId, after: string | null): Key => ({
    pk: statementPartition(statementId),
    sk: `PAGE#${after ?? ''}`,
  }),

  /** The copy of an entry that it leaves for a later one. */
  statementHeld: (statementId: StatementId, entry: Entry): Key => ({
    pk: statementPartition(statementId),
    sk: `${PREFIX.held}${ledgerKeys.entry(entry).sk}#${entry.platform}#${e(entry.storeId)}`,
  }),

  /** A provider in the list of those who get statements. */
  billedProvider: (providerId: string): Key => ({ pk: 'BILLED', sk: e(providerId) }),

  /** A file that is made piece by piece, in the list of whose it is; null: the operator's. */
  exported: (tenant: string | null, exportId: string): Key => ({
    pk: `EXPORT#${ownOrAll(tenant)}`,
    sk: e(exportId),
  }),

  exportedPiece: (tenant: string | null, exportId: string, piece: number): Key => ({
    pk: `EXPORT-PIECES#${ownOrAll(tenant)}#${e(exportId)}`,
    sk: String(piece).padStart(6, '0'),
  }),
};

/** Whose statement and of which month, YYYY-MM. */
export interface StatementId {
  readonly providerId: string;
  readonly month: string;
}

export const statementsPartition = (providerId: string) => `STATEMENT#${e(providerId)}`;

export const statementPartition = ({ providerId, month }: StatementId) =>
  `STATEMENT#${e(providerId)}#${month}`;
