import type { Context } from 'hono';
import { sameText, sha256Hex } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { givenId } from '../../lib/events/event.ts';
import { readToken } from '../../lib/store/accounts/parties.ts';
import type { ApiDeps } from './deps.ts';

/** Who asks. A provider's id comes from its token and from nowhere else. */
export type Principal =
  | { readonly is: 'operator' }
  | { readonly is: 'provider'; readonly providerId: string; readonly role: 'owner' | 'viewer' };

/** @returns undefined for a token that nobody has */
export async function principalOf(token: string, deps: ApiDeps): Promise<Principal | undefined> {
  const hash = sha256Hex(token);
  if (sameText(hash, deps.operatorTokenHash)) return { is: 'operator' };
  const record = await readToken(deps.table, hash);
  if (record === undefined) return undefined;
  return { is: 'provider', providerId: record.providerId, role: record.role };
}

/** @throws Problem `token-missing` */
export async function requirePrincipal(c: Context, deps: ApiDeps): Promise<Principal> {
  const token = /^Bearer +(\S{1,512})$/i.exec(c.req.header('authorization') ?? '')?.[1];
  const principal = token === undefined ? undefined : await principalOf(token, deps);
  if (principal !== undefined) return principal;
  throw new Problem('token-missing', 'Send "Authorization: Bearer <token>" with a token in force.');
}

/** @throws Problem `token-missing` or `role-forbidden` */
export async function requireOperator(c: Context, deps: ApiDeps): Promise<void> {
  const principal = await requirePrincipal(c, deps);
  if (principal.is === 'operator') return;
  throw new Problem('role-forbidden', 'This is for the operator; a provider token cannot do it.');
}

/**
 * Whose numbers are read: a provider's own, or for the operator those of whom it names.
 * @throws Problem `request-invalid`
 */
export function providerOf(principal: Principal, named: string | undefined): string {
  if (principal.is === 'provider') return principal.providerId;
  const providerId = givenId().safeParse(named);
  if (providerId.success) return providerId.data;
  const detail =
    'As the operator, say whose numbers with ?providerId=…, the id as it was registered.';
  throw new Problem('request-invalid', detail);
}
