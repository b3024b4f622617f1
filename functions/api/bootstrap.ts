import { Problem } from '../../lib/errors/problem.ts';
import { readMembers } from '../../lib/store/accounts/members.ts';
import { keys } from '../../lib/store/keys.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { endToken } from './members.ts';
import { bootstrapToken } from './ways-in.ts';

/** What `DELETE /v1/tokens/{tokenId}` calls the token whose hash is a parameter of the deployment. */
export const BOOTSTRAP_ID = 'bootstrap';

/**
 * Turns off the deployment's own token, for as long as its hash is the parameter: another hash is another
 * token. An item that says so is all there is of it.
 * @returns false where it was off already
 * @throws Problem `last-owner` while no operator has a name, or none of them can get in
 */
export async function turnOffBootstrap(by: string, deps: ApiDeps): Promise<boolean> {
  const { members } = await readMembers(deps.table, null);
  if (members.length === 0) {
    const detail =
      'Nobody could get in any more: make a named operator first with POST /v1/members.';
    throw new Problem('last-owner', detail);
  }
  const standing = await bootstrapToken(deps);
  if (standing.revokedAt !== null) return false;
  await endToken(standing, deps);
  const at = toInstant(deps.now());
  const { tokenId } = standing;
  const off = { ...standing, name: BOOTSTRAP_ID, createdAt: at, createdBy: by, revokedAt: at };
  const isFirst = await deps.table.put(keys.token(tokenId), off);
  deps.remembered?.forget(`token/${tokenId}`);
  return isFirst;
}
