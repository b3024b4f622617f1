import { keyedHash, sha256Hex } from '../../../lib/crypto/hash.ts';
import { latestTries, noteTry } from '../../../lib/store/accounts/tries.ts';
import type { ApiDeps } from '../deps.ts';

/** So many wrong tries from one network, or for one account … */
const MAX_TRIES = 20;

/** … within so long, and no more are heard. */
const WINDOW_MS = 10 * 60_000;

/** Who tries: both are hashed before they are written. */
export interface TryOrigin {
  readonly network: string;
  /** What was given for an account: the token itself. */
  readonly account: string;
}

/**
 * Whether somebody has tried too often. It reads and writes nothing, so whoever is right pays no write.
 * @returns in how many ms the next try is heard; 0 for now
 */
export async function waitOf(trier: TryOrigin, deps: ApiDeps): Promise<number> {
  const nowMs = deps.now();
  const waits = await Promise.all(
    namesOf(trier, deps).map(async (who) => {
      const tries = await latestTries(deps.table, who, nowMs - WINDOW_MS + 1, MAX_TRIES);
      const oldest = tries.at(-1);
      return tries.length < MAX_TRIES || oldest === undefined ? 0 : oldest + WINDOW_MS - nowMs;
    }),
  );
  return Math.max(0, ...waits);
}

/** A wrong one. */
export async function noteWrongTry(trier: TryOrigin, deps: ApiDeps): Promise<void> {
  const names = namesOf(trier, deps);
  await Promise.all(names.map((who) => noteTry(deps.table, who, deps.now(), WINDOW_MS)));
}

/** Keyed: an address is guessed from a plain hash of it in no time. */
function namesOf({ network, account }: TryOrigin, { operatorTokenHash: key }: ApiDeps): string[] {
  return [keyedHash(key, 'network', network), keyedHash(key, 'account', sha256Hex(account))];
}
