import { fingerprint } from '../../lib/crypto/hash.ts';
import { partyOf, statementNumber, taxOf } from '../../lib/ledger/party.ts';
import { SUBTOTALS, type Subtotals } from '../../lib/ledger/statement-parts.ts';
import { readProvider } from '../../lib/store/accounts/parties.ts';
import type { StatementId } from '../../lib/store/keys.ts';
import {
  type Digest,
  readDigest,
  readSubtotals,
} from '../../lib/store/ledger/statement-digests.ts';
import type { Statement } from '../../lib/store/ledger/statements.ts';
import type { ApiDeps } from './deps.ts';

/** Subtotals of each kind that are read with a statement, the largest first; files have all. */
export const MOST_SUBTOTALS = 200;

/** The number that people name a statement by. */
export function numberOf({ month, providerId }: StatementId): string {
  return statementNumber(month, fingerprint(providerId));
}

/** Who owes, and who is owed: null is what nobody set. */
export async function partiesOf(
  { providerId }: StatementId,
  { table, payer }: ApiDeps,
  consistent = true,
) {
  const provider = await readProvider(table, providerId, consistent);
  return { payer: partyOf(payer?.party ?? {}), payee: partyOf(provider ?? {}) };
}

/** 价税分离 of what is payable; null where the deployment has no tax rate. */
export function taxIn({ payableFen }: Pick<Statement, 'payableFen'>, { payer }: ApiDeps) {
  const rate = payer?.taxRateBp ?? null;
  return rate === null ? null : taxOf(payableFen, rate);
}

/** What a closed statement comes to beside its totals; null while it is still being added up. */
export interface Contents {
  readonly digest: Digest;
  readonly subtotals: Subtotals;
}

export async function readContents(
  statement: Statement,
  { table }: ApiDeps,
  most = MOST_SUBTOTALS,
): Promise<Contents | null> {
  const digest = await readDigest(table, statement);
  if (digest?.phase !== 'done') return null;
  const [stores = [], merchants = [], contracts = []] = await Promise.all(
    SUBTOTALS.map((by) => readSubtotals(table, statement, by, { from: 0, most })),
  );
  return { digest, subtotals: { stores, merchants, contracts } };
}

/** As the API answers it. */
export async function contentsShown(statement: Statement, deps: ApiDeps): Promise<object> {
  const contents = statement.status === 'closed' ? await readContents(statement, deps) : null;
  const { items, held, tiers, told, counts } = contents?.digest ?? {};
  return {
    number: numberOf(statement),
    parties: await partiesOf(statement, deps),
    tax: taxIn(statement, deps),
    subtotals: contents?.subtotals ?? null,
    subtotalCounts: counts ?? null,
    items: items ?? null,
    tiers: tiers ?? null,
    held: held ?? null,
    charges: told === undefined ? null : chargesShown(told),
  };
}

/** Where nobody told anything the sum is unknown, and not 0. */
function chargesShown(told: Digest['told']) {
  const shown = ({ fen, known, unknown }: Digest['told']['feeFen']) => ({
    fen: known === 0 ? null : fen,
    ...{ known, unknown },
  });
  return {
    fee: shown(told.feeFen),
    creator: shown(told.creatorFen),
    provider: shown(told.providerFen),
  };
}
