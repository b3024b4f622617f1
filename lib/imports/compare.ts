import { emptyRollup } from '../ledger/rollup.ts';
import type { Reason } from './amount.ts';
import { likelyCause } from './causes.ts';
import { type ComparedWindow, type KnownMerchant, measured } from './known-merchant.ts';
import { MEASURES, type Measure } from './profiles.ts';
import type { ImportLine } from './read-lines.ts';

/** One amount that a file and our books do not have alike, in fen. Null: the file does not have the merchant. */
export interface ImportDifference {
  readonly merchantId: string;
  readonly measure: Measure;
  readonly ours: number;
  readonly theirs: number | null;
  readonly cause: Reason;
}

/**
 * Our books against a file, per merchant and measure. What the file leaves empty is unknown and differs in nothing.
 * Merchants with GMV here that the file does not have are differences too.
 */
export function compareImport(
  lines: readonly ImportLine[],
  ours: ReadonlyMap<string, KnownMerchant>,
  window: ComparedWindow,
): ImportDifference[] {
  const theirs = Map.groupBy(lines, ({ merchantId }) => merchantId);
  const differences: ImportDifference[] = [];
  for (const [merchantId, own] of theirs) {
    const known = ours.get(merchantId) ?? NOTHING_KNOWN;
    const sums = new Map(MEASURES.map((measure) => [measure, sumOf(own, measure)]));
    for (const measure of MEASURES) {
      const sum = sums.get(measure) ?? null;
      const fen = measured(known.rollup, measure);
      if (sum === null || sum === fen) continue;
      const cause = likelyCause(measure, { known, theirs: sums, window });
      differences.push({ merchantId, measure, ours: fen, theirs: sum, cause });
    }
  }
  for (const [merchantId, { rollup }] of ours) {
    if (theirs.has(merchantId)) continue;
    for (const measure of MEASURES) {
      const fen = measured(rollup, measure);
      if (fen === 0) continue;
      differences.push({ merchantId, measure, ours: fen, theirs: null, cause: NOT_IN_FILE });
    }
  }
  return differences;
}

const NOTHING_KNOWN: KnownMerchant = {
  ...{ rollup: emptyRollup(), unattributed: emptyRollup(), contracts: [] },
};

const NOT_IN_FILE: Reason = {
  code: 'not-in-file',
  zh: '文件里没有该商家（导出时可能筛选过，或已取消合作）',
  en: 'the file does not have this merchant: it may have been exported with a filter',
};

/** @returns null where no line says it */
function sumOf(lines: readonly ImportLine[], measure: Measure): number | null {
  const known = lines.flatMap(({ amounts }) => amounts[measure] ?? []);
  return known.length === 0 ? null : known.reduce((sum, fen) => sum + fen, 0);
}
