import type { Member, Members } from '../../lib/store/accounts/members.ts';
import {
  listTokens,
  readToken,
  type TokenRecord,
  tokenIdOf,
} from '../../lib/store/accounts/tokens.ts';
import type { ApiDeps } from './deps.ts';

/** What the ways in were, and are after a change. A way in lets somebody in who may let others in. */
export interface WaysIn {
  readonly before: boolean;
  readonly after: boolean;
  /** Tokens that were decided to end, and have not yet. */
  readonly ending: string[];
}

/** Who may let others in. */
export const isHead = ({ role }: Pick<Member, 'role'>) => role === 'owner' || role === 'operator';

const PAGE = 100;
const MAX_PAGES = 100;

/**
 * Looks at every token of a provider's, or with null of the operator's: a token in force of an owner (an operator),
 * or with that role of its own. Of the operator's the deployment's own token is one as well.
 * @param before the members, and what was decided to end
 * @param after the same once the change is made
 */
export async function waysIn(
  providerId: string | null,
  before: Members,
  after: Members,
  deps: ApiDeps,
): Promise<WaysIn> {
  const found = { before: false, after: false, ending: new Set(after.ending) };
  for await (const record of tokensOf(providerId, deps)) {
    const isOver = record.revokedAt !== null;
    if (isOver) found.ending.delete(record.tokenId);
    const isLive = !isOver && (record.endsAt === null || Date.parse(record.endsAt) > deps.now());
    found.before ||= isLive && isWay(record, before);
    found.after ||= isLive && isWay(record, after);
  }
  return { ...found, ending: [...found.ending] };
}

function isWay({ tokenId, memberId, role }: TokenRecord, { members, ending }: Members): boolean {
  if (ending.includes(tokenId)) return false;
  if (memberId === null) return role !== null && isHead({ role });
  return members.some((one) => one.memberId === memberId && isHead(one));
}

/** Whether a token is a way in, or becomes one with its member's role. */
export function mayBeWay({ memberId, role }: TokenRecord): boolean {
  return memberId !== null || (role !== null && isHead({ role }));
}

async function* tokensOf(providerId: string | null, deps: ApiDeps): AsyncGenerator<TokenRecord> {
  if (providerId === null) yield await bootstrapToken(deps);
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const records = await listTokens(deps.table, providerId, after, PAGE);
    yield* records;
    if (records.length < PAGE) return;
    after = records.at(-1)?.tokenId;
  }
}

/** The deployment's own. It has no item until it is turned off. */
export async function bootstrapToken({ table, operatorTokenHash }: ApiDeps): Promise<TokenRecord> {
  const tokenId = tokenIdOf(operatorTokenHash);
  const standing = await readToken(table, tokenId);
  if (standing !== undefined) return standing;
  return {
    ...{ tokenId, hash: operatorTokenHash, providerId: null, name: 'bootstrap', memberId: null },
    ...{ role: 'operator', scopes: null, stores: [], endsAt: null },
    ...{ createdAt: '', createdBy: 'the deployment', lastUsedAt: null, revokedAt: null },
  };
}
