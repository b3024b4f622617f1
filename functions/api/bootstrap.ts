import { Problem } from '../../lib/errors/problem.ts';
import { readMembers } from '../../lib/store/accounts/members.ts';
import { type TokenRecord, tokenIdOf } from '../../lib/store/accounts/tokens.ts';
import { keys } from '../../lib/store/keys.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';

/** What `DELETE /v1/tokens/{tokenId}` calls the token whose hash is a parameter of the deployment. */
export const BOOTSTRAP_ID = 'bootstrap';

/**
 * Turns off the deployment's own token, for as long as its hash is the parameter: another hash is another
 * token. An item that says so is all there is of it.
 * @throws Problem `last-owner` while no operator has a name
 */
export async function turnOffBootstrap(by: string, deps: ApiDeps): Promise<void> {
  const { members } = await readMembers(deps.table, null);
  if (members.length === 0) {
    const detail =
      'Nobody could get in any more: make a named operator first with POST /v1/members.';
    throw new Problem('last-owner', detail);
  }
  const tokenId = tokenIdOf(deps.operatorTokenHash);
  const at = toInstant(deps.now());
  const off: TokenRecord = {
    ...{ tokenId, hash: deps.operatorTokenHash, providerId: null, name: BOOTSTRAP_ID },
    ...{ memberId: null, role: 'operator', scopes: null, stores: [], endsAt: null },
    ...{ createdAt: at, createdBy: by, lastUsedAt: null, revokedAt: at },
  };
  await deps.table.put(keys.token(tokenId), off);
  deps.remembered?.forget(`token/${tokenId}`);
}
