import type { Hono } from 'hono';
import * as z from 'zod';
import { permissionSchema, roleSchema } from '../../../lib/access/permissions.ts';
import { newToken } from '../../../lib/crypto/hash.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId } from '../../../lib/events/event.ts';
import {
  listTokens,
  putToken,
  readToken,
  revokeToken,
  type TokenRecord,
} from '../../../lib/store/accounts/tokens.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import { BOOTSTRAP_ID, turnOffBootstrap } from '../bootstrap.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { requireGrant, storesInput, tenantNamed } from '../grants.ts';
import { cursorInput, instantInput, limitInput, lineInput } from '../input.ts';
import { endToken } from '../members.ts';
import type { Principal } from '../principal.ts';
import { answer, forEither } from '../route.ts';

const tokenBody = z
  .strictObject({
    name: lineInput(100),
    role: roleSchema.optional(),
    scopes: z.array(permissionSchema).min(1).optional(),
    providerId: givenId().optional(),
    stores: storesInput,
    expiresAt: instantInput.optional(),
  })
  .refine(({ role, scopes }) => role !== undefined || scopes !== undefined, {
    path: ['role'],
    message: 'say what it may do: give a role, or scopes',
  })
  .refine(({ role, scopes }) => role === undefined || scopes === undefined, {
    path: ['role'],
    message: 'give a role or scopes, not both',
  });

/** Of an answer that makes a token. */
export const TOKEN_SHOWN = {
  field: 'token',
  hint: 'A token is shown once, and kept nowhere. Revoke this one with DELETE /v1/tokens/{tokenId} and make another.',
} as const;

export const tokensPost = forEither('POST /v1/tokens', {
  needs: 'tokens:manage',
  body: tokenBody,
  shownOnce: TOKEN_SHOWN,
});

export const tokensGet = forEither('GET /v1/tokens', {
  needs: 'tokens:manage',
  query: z.object({
    providerId: givenId().optional(),
    limit: limitInput(50, 200),
    cursor: cursorInput(z.string().regex(/^[0-9a-f]{24}$/)),
  }),
});

export const tokenDelete = forEither('DELETE /v1/tokens/{tokenId}', {
  needs: 'tokens:manage',
  params: z.object({ tokenId: givenId() }),
});

/** Tokens of people and programs: made and shown once, listed, revoked. */
export function tokensRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, tokensPost, async ({ principal, body }, c) => {
    const providerId = tenantNamed(principal, body.providerId);
    const { name, stores, role = null, scopes = null, expiresAt: endsAt = null } = body;
    const now = toInstant(deps.now());
    requireFuture(endsAt, now);
    await requireGrant(principal, { role, scopes, stores }, providerId, deps);
    const { tokenId, token } = await makeToken(
      { ...{ name, role, scopes, stores, providerId, endsAt }, memberId: null },
      { by: principal.actor, at: now },
      deps,
    );
    const after = { name, role, scopes, stores, expiresAt: endsAt };
    noteChange(c, { subject: `token/${tokenId}`, providerId, after });
    return c.json({ tokenId, token }, 201);
  });

  answer(api, deps, tokensGet, async ({ principal, query: { providerId, cursor, limit } }, c) => {
    const tenant = tenantNamed(principal, providerId);
    const records = await listTokens(deps.table, tenant, cursor, limit);
    const last = records.length === limit ? records.at(-1) : undefined;
    const next = last === undefined ? null : writeCursor(c, last.tokenId);
    return c.json({ tokens: records.map(shown), next });
  });

  answer(api, deps, tokenDelete, async ({ principal, params: { tokenId } }, c) => {
    if (tokenId === BOOTSTRAP_ID && principal.is === 'operator') {
      const isChange = await turnOffBootstrap(principal.actor, deps);
      noteChange(c, { subject: `token/${BOOTSTRAP_ID}`, isChange });
      return c.body(null, 204);
    }
    const record = await readToken(deps.table, tokenId);
    if (record === undefined || !isTheirs(record, principal)) {
      throw new Problem('not-found', 'You have no such token. GET /v1/tokens lists them.');
    }
    const { providerId, name, role, scopes } = record;
    if (record.revokedAt === null) await endToken(record, deps);
    const isChange = await revokeToken(deps.table, tokenId, toInstant(deps.now()));
    deps.remembered?.forget(`token/${tokenId}`);
    const before = { name, role, scopes };
    noteChange(c, { subject: `token/${tokenId}`, providerId, before, isChange });
    return c.body(null, 204);
  });
}

type TokenTerms = Pick<
  TokenRecord,
  'name' | 'role' | 'scopes' | 'stores' | 'providerId' | 'endsAt' | 'memberId'
>;

/** @throws Problem `request-invalid` */
export function requireFuture(endsAt: string | null, now: string): void {
  if (endsAt === null || endsAt > now) return;
  throw new Problem('request-invalid', 'expiresAt: must be in the future');
}

/** @returns the token in clear: only its hash is stored, so this is the one time it can be shown */
export async function makeToken(
  terms: TokenTerms,
  { by, at }: { readonly by: string; readonly at: string },
  { table }: Pick<ApiDeps, 'table'>,
): Promise<{ readonly tokenId: string; readonly token: string }> {
  const token = newToken(terms.providerId === null ? 'hxo' : 'hxp');
  const { tokenId } = await putToken(table, token, { ...terms, createdAt: at, createdBy: by });
  return { tokenId, token };
}

function isTheirs({ providerId }: TokenRecord, principal: Principal): boolean {
  return principal.is === 'operator' || principal.providerId === providerId;
}

/** Without its hash. */
function shown({ hash: _hash, endsAt, ...record }: TokenRecord) {
  return { ...record, expiresAt: endsAt };
}
