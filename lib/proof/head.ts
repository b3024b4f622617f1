import { MEASURES } from '../ledger/rollup.ts';
import { balanceOf, type Sums } from '../ledger/statement.ts';
import type { ProofKey } from './keys.ts';
import { asciiJson, FIRST_LINE, hashOf, proofLine } from './text.ts';
import { linesIn, type ProofTree, rootOf } from './tree.ts';

/** What tiers of one contract settled for one month, in fen. */
export interface ProofTier {
  /** The hash of the contract version that they are settled by. */
  readonly contract: string;
  /** Of the redemptions, YYYY-MM. */
  readonly of: string;
  /** Redeemed, commission and settled of the statements before. */
  readonly before: readonly [number, number, number];
  /** Redeemed and commission of this one. */
  readonly own: readonly [number, number];
  readonly settledFen: number;
}

export interface ProofHead {
  readonly statementId: string;
  readonly asOf: string;
  readonly closedAt: string;
  readonly tree: ProofTree;
  readonly sums: Sums;
  readonly openingFen: number;
  readonly tiers: readonly ProofTier[];
  /** The hash of the file's bytes around the proof. */
  readonly page: string;
}

/** How a proof begins: its signed head, and the totals that the head holds to. */
export function headLines(head: ProofHead, key: ProofKey): string[] {
  const totals = totalsBody(head);
  const tiers = head.tiers.map(tierBody);
  const body = asciiJson({
    ...{ statement: head.statementId, asOf: head.asOf, closedAt: head.closedAt },
    ...{ lines: linesIn(head.tree), root: rootOf(head.tree) },
    totals: hashOf([totals, ...tiers].join('\n')),
    ...{ page: head.page, key: key.keyId },
  });
  return [
    FIRST_LINE,
    proofLine('head', body),
    proofLine('sign', key.sign(body)),
    proofLine('key', key.publicKey),
    proofLine('totals', totals),
    ...tiers.map((one) => proofLine('tier', one)),
  ];
}

function totalsBody({ sums, openingFen }: ProofHead): string {
  const { commissionFen, payableFen, carriedFen } = balanceOf(sums, openingFen);
  return asciiJson({
    month: MEASURES.map((measure) => sums.month[measure]),
    adjustments: MEASURES.map((measure) => sums.adjustments[measure]),
    ...{ openingFen, commissionFen, payableFen, carriedFen },
  });
}

function tierBody({ contract, of, before, own, settledFen }: ProofTier): string {
  return asciiJson([contract, of, ...before, ...own, settledFen]);
}
