import type { StatementLine } from '../ledger/statement.ts';
import { normalizeInstant } from '../time/shanghai.ts';
import { asciiJson, shortHash } from './text.ts';

export interface RowOf {
  /** The entry's id outside. */
  readonly entryId: string;
  /** The hash of its contract version; null where no contract claims it. */
  readonly contract: string | null;
}

/** A statement's line as its proof has it: all that its money is computed from, and hashes of the rest. */
export function rowBody(line: StatementLine, { entryId, contract }: RowOf): string {
  const { kind, platform, merchantId, storeId, count, productId, reversesAt, evidence } = line;
  return asciiJson([
    ...[shortHash(entryId), kind, normalizeInstant(line.occurredAt), platform, merchantId, storeId],
    ...[count, line.basisFen, line.shareBp, line.amountFen, line.rateBp, line.commissionFen],
    productId,
    reversesAt === null ? null : normalizeInstant(reversesAt).slice(0, 7),
    ...[contract, evidence?.takesBack ?? null, evidence?.event ?? null, evidence?.delivery ?? null],
  ]);
}

/** Rows of one block: what names the column where several bytes of a row were changed. */
export const ROWS_A_BLOCK = 1_000;

/** For each column the hash of its values: where a row does not fit its check, they say which of its fields. */
export function blockBody(rows: readonly string[]): string {
  const values = rows.map((row) => JSON.parse(row) as unknown[]);
  const width = values[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, column) =>
    shortHash(values.map((row) => asciiJson(row[column])).join('\n')),
  );
  return asciiJson([rows.length, ...columns]);
}
