import { pageLines } from '../../functions/api/proof/lines.ts';
import { proofTemplate } from '../../functions/api/proof/template.ts';
import { type ContractVersion, contractVersionSchema } from '../../lib/attribution/contract.ts';
import {
  addSums,
  lineSchema,
  NO_SUMS,
  type StatementLine,
  sumLines,
} from '../../lib/ledger/statement.ts';
import { proportion } from '../../lib/money/fen.ts';
import { proofContract } from '../../lib/proof/contract.ts';
import { headLines } from '../../lib/proof/head.ts';
import type { ProofKey } from '../../lib/proof/keys.ts';
import { blockBody, ROWS_A_BLOCK, rowBody } from '../../lib/proof/row.ts';
import { LAST_LINE, proofLine, shortHash } from '../../lib/proof/text.ts';
import { addToTree } from '../../lib/proof/tree.ts';
import { TEST_PROOF_KEYS } from './proof-keys.ts';

const CONTRACT: ContractVersion = contractVersionSchema.parse({
  ...{ contractId: '1.douyin.m1', version: 1, providerId: 'p1', platform: 'douyin' },
  ...{ merchantId: 'm1', mode: 'agency', shareBp: 10_000, rateBp: 500 },
  ...{ startsAt: '2025-01-01T00:00:00.000+08:00', endsAt: null },
  recordedAt: '2025-01-01T00:00:00.000+08:00',
});

function lineOf(index: number, count: number): StatementLine {
  const second = Math.floor((index * 30 * 86_400) / count);
  const occurredAt = `${new Date(Date.UTC(2025, 9, 1) + second * 1_000).toISOString().slice(0, 23)}+08:00`;
  const amountFen = 6_800 + (index % 977) * 13;
  return lineSchema.parse({
    ...{
      entryId: `e${index}`,
      kind: 'redemption',
      occurredAt,
      businessDay: occurredAt.slice(0, 10),
    },
    ...{ platform: 'douyin', merchantId: 'm1', storeId: `66000000000000${10_000 + (index % 500)}` },
    ...{ orderId: `o${index}`, voucherId: `v${index}`, redemptionId: `r${index}`, count: 1 },
    ...{ amountFen, commissionFen: proportion(amountFen, 500, 10_000), channel: 'live' },
    ...{ contractId: CONTRACT.contractId, contractVersion: 1, productId: `17900${index % 40}` },
    ...{ basisFen: amountFen, shareBp: 10_000, rateBp: 500 },
    evidence: { event: shortHash(`v${index}`), delivery: shortHash(`d${index}`), takesBack: null },
  });
}

/**
 * The proof of a month of so many redemptions, made as the API makes it, without a table.
 * @param key the tests' own where none is given
 */
export async function madeProof(
  count: number,
  key?: ProofKey,
  statementId = '2025-10.p1',
): Promise<string> {
  const contract = proofContract(CONTRACT);
  const written = [...contract.lines];
  let [tree, sums] = [addToTree([], []), NO_SUMS];
  for (let from = 0; from < count; from += ROWS_A_BLOCK) {
    const size = Math.min(ROWS_A_BLOCK, count - from);
    const lines = Array.from({ length: size }, (_, index) => lineOf(from + index, count));
    const rows = lines.map((line) =>
      rowBody(line, { entryId: line.entryId, contract: contract.hash }),
    );
    written.push(...rows.map((row) => proofLine('line', row)), proofLine('block', blockBody(rows)));
    tree = addToTree(tree, rows);
    sums = addSums(sums, sumLines(lines, '2025-10'));
  }
  const { before, after, hash, pieces } = proofTemplate();
  const at = '2025-11-02T08:00:00.000+08:00';
  const head = { statementId, asOf: at, closedAt: at, openingFen: 0, tiers: [] };
  const first = headLines(
    { ...head, tree, sums, page: hash },
    key ?? (await TEST_PROOF_KEYS.newest()),
  );
  return `${before}${[...first, ...written, ...pageLines(pieces), LAST_LINE].join('\n')}${after}`;
}
