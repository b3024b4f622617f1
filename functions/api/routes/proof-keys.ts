import type { Hono } from 'hono';
import type { ApiDeps } from '../deps.ts';
import { answer, forAnyone } from '../route.ts';

export const proofKeysGet = forAnyone('GET /v1/proof-keys');

/** The public keys of this deployment's proofs: whoever has a proof compares its key with them. */
export function proofKeysRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, proofKeysGet, async (_call, c) =>
    c.json({ algorithm: 'ed25519', keys: await deps.proofKeys.published() }),
  );
}
