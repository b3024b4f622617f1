import type { Hono } from 'hono';
import * as z from 'zod';
import { providerRoleSchema } from '../../../lib/access/permissions.ts';
import { UNATTRIBUTED } from '../../../lib/attribution/contract.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId } from '../../../lib/events/event.ts';
import { PARTY_FIELDS, type Party } from '../../../lib/ledger/party.ts';
import {
  type Provider,
  providerSchema,
  putProvider,
  readProvider,
} from '../../../lib/store/accounts/parties.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { archivedOf } from '../archived.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { requireGrant, requireRegistered } from '../grants.ts';
import { lineInput } from '../input.ts';
import { ALL_PROVIDERS } from '../overall.ts';
import { answer, forOperator } from '../route.ts';
import { makeToken, TOKEN_SHOWN } from './tokens.ts';

const params = z.object({ providerId: givenId() });

export const providerPut = forOperator('PUT /v1/providers/{providerId}', {
  needs: 'registry:write',
  params,
  body: z.strictObject({ name: lineInput(200), kind: providerSchema.shape.kind }),
});

export const tokenPost = forOperator('POST /v1/providers/{providerId}/tokens', {
  needs: 'tokens:manage',
  params,
  body: z.strictObject({ role: providerRoleSchema }),
  shownOnce: TOKEN_SHOWN,
});

/** Providers (服务商) and their tokens. */
export function providersRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, providerPut, async ({ params: { providerId }, body }, c) => {
    if (providerId === UNATTRIBUTED) {
      throw new Problem('request-invalid', 'This id is kept for what no contract claims.');
    }
    if (providerId === ALL_PROVIDERS) {
      throw new Problem(
        'request-invalid',
        'This id stands for all providers where numbers are read.',
      );
    }
    const before = (await readProvider(deps.table, providerId)) ?? null;
    const provider = { providerId, ...body, ...companyOf(before), ...archivedOf(before) };
    await putProvider(deps.table, provider);
    noteChange(c, { subject: `provider/${providerId}`, providerId, before, after: provider });
    return c.json(provider);
  });

  // A shorthand of `POST /v1/tokens`.
  answer(api, deps, tokenPost, async ({ principal, params: { providerId }, body }, c) => {
    const { role } = body;
    await requireRegistered(providerId, deps);
    await requireGrant(principal, { role, scopes: null, stores: [] }, providerId, deps);
    const createdAt = toInstant(deps.now());
    const terms = { name: role, role, scopes: null, stores: [], providerId, endsAt: null };
    const given = { by: principal.actor, at: createdAt };
    const { tokenId, token } = await makeToken({ ...terms, memberId: null }, given, deps);
    const after = { name: role, role, scopes: null, stores: [], expiresAt: null };
    noteChange(c, { subject: `token/${tokenId}`, providerId, after });
    return c.json({ tokenId, token, providerId, role, createdAt }, 201);
  });
}

/** What PATCH set of the company stays. */
function companyOf(before: Provider | null): Party {
  const set = PARTY_FIELDS.filter((field) => before?.[field] !== undefined);
  return Object.fromEntries(set.map((field) => [field, before?.[field]]));
}
