import type { Hono } from 'hono';
import * as z from 'zod';
import { UNATTRIBUTED } from '../../../lib/attribution/contract.ts';
import { newToken, sha256Hex } from '../../../lib/crypto/hash.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId } from '../../../lib/events/event.ts';
import {
  providerSchema,
  putProvider,
  putToken,
  readProvider,
  tokenSchema,
} from '../../../lib/store/accounts/parties.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../deps.ts';
import { lineInput } from '../input.ts';
import { answer, forOperator } from '../route.ts';

const params = z.object({ providerId: givenId() });

export const providerPut = forOperator('PUT /v1/providers/{providerId}', {
  params,
  body: z.strictObject({ name: lineInput(200), kind: providerSchema.shape.kind }),
});

export const tokenPost = forOperator('POST /v1/providers/{providerId}/tokens', {
  params,
  body: z.strictObject({ role: tokenSchema.shape.role }),
});

/** Providers (服务商) and their tokens. */
export function providersRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, providerPut, async ({ params: { providerId }, body }, c) => {
    if (providerId === UNATTRIBUTED) {
      throw new Problem('request-invalid', 'This id is kept for what no contract claims.');
    }
    const provider = { providerId, ...body };
    await putProvider(deps.table, provider);
    return c.json(provider);
  });

  answer(api, deps, tokenPost, async ({ params: { providerId }, body: { role } }, c) => {
    await requireRegistered(providerId, deps);
    const token = newToken('hxp');
    const createdAt = toInstant(deps.now());
    await putToken(deps.table, sha256Hex(token), { providerId, role, createdAt });
    // Only its hash is stored, so this is the one time it can be shown.
    return c.json({ token, providerId, role, createdAt }, 201);
  });
}

/** `unattributed` needs no registration: it is where unclaimed redemptions are looked at. */
async function requireRegistered(providerId: string, deps: ApiDeps): Promise<void> {
  if (providerId === UNATTRIBUTED) return;
  if ((await readProvider(deps.table, providerId)) !== undefined) return;
  throw new Problem('provider-unknown', 'Register it first with PUT /v1/providers/{providerId}.');
}
