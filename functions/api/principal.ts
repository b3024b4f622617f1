import type { Context } from 'hono';
import { type Permission, permissionsOf, type Role } from '../../lib/access/permissions.ts';
import { sameText, sha256Hex } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { givenId } from '../../lib/events/event.ts';
import { errorFields } from '../../lib/log/log.ts';
import { type Member, type Members, readMembers } from '../../lib/store/accounts/members.ts';
import {
  noteTokenUse,
  readToken,
  type TokenRecord,
  tokenIdOf,
} from '../../lib/store/accounts/tokens.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';

/** Who asks. A provider's id comes from its token and from nowhere else. */
export type Principal = Known & Reader;

/** Whose numbers somebody sees: everybody's, or those of one provider. */
export type Reader = Operator | OfProvider;

interface Operator {
  readonly is: 'operator';
}

interface OfProvider {
  readonly is: 'provider';
  readonly providerId: string;
}

interface Known {
  /** `bootstrap`, `member/<memberId>` or `token/<tokenId>`. */
  readonly actor: string;
  /** Whose requests are counted together: a token's, or those of a member who was let in without one. */
  readonly tokenId: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Null for a token with scopes. */
  readonly role: Role | null;
  /** Where its till stands, such as `douyin/6601`. */
  readonly stores: readonly string[];
}

/** Why a token is no one's. */
export type NoPrincipal = 'unknown' | 'expired' | 'revoked';

export async function principalOf(token: string, deps: ApiDeps): Promise<Principal | NoPrincipal> {
  const hash = sha256Hex(token);
  const record = await recordOf(tokenIdOf(hash), deps);
  if (record !== undefined && !sameText(hash, record.hash)) return 'unknown';
  if (record === undefined && !sameText(hash, deps.operatorTokenHash)) return 'unknown';
  const principal = await principalOfRecord(tokenIdOf(hash), record, deps);
  if (typeof principal !== 'string' && record !== undefined) await noteUse(record, deps);
  return principal;
}

/** For whoever has shown the token before: a session remembers no more than its id. */
export async function principalOfToken(
  tokenId: string,
  deps: ApiDeps,
): Promise<Principal | NoPrincipal> {
  return principalOfRecord(tokenId, await recordOf(tokenId, deps), deps);
}

/**
 * For whoever was let in as a member, without a token.
 * @param sinceMs when that was: somebody who was sent home since is not let in by it
 */
export async function principalOfMember(
  { providerId, memberId }: { readonly providerId: string | null; readonly memberId: string },
  deps: ApiDeps,
  sinceMs = deps.now(),
): Promise<Principal | NoPrincipal> {
  const member = await memberNamed(providerId, memberId, deps);
  if (member === undefined || (member.sentHomeAtMs ?? 0) >= sinceMs) return 'revoked';
  return asMember(member, `member-${memberId}`, providerId);
}

async function principalOfRecord(
  tokenId: string,
  record: TokenRecord | undefined,
  deps: ApiDeps,
): Promise<Principal | NoPrincipal> {
  if (record === undefined) {
    const isBootstrap = sameText(tokenId, tokenIdOf(deps.operatorTokenHash));
    return isBootstrap ? { ...BOOTSTRAP, tokenId } : 'unknown';
  }
  if (record.revokedAt !== null) return 'revoked';
  if (record.endsAt !== null && Date.parse(record.endsAt) <= deps.now()) return 'expired';
  return record.memberId === null ? ofToken(record) : ofMember(record, record.memberId, deps);
}

function recordOf(tokenId: string, deps: ApiDeps): Promise<TokenRecord | undefined> {
  return remembered(deps, `token/${tokenId}`, (mayLag) => readToken(deps.table, tokenId, mayLag));
}

/** Of the deployment's own parameter, and without an item until it is turned off. It makes the first operator. */
const BOOTSTRAP = {
  is: 'operator',
  actor: 'bootstrap',
  permissions: permissionsOf({ role: 'operator', scopes: null }),
  role: 'operator',
  stores: [],
} as const;

function ofToken({ tokenId, providerId, role, scopes, stores }: TokenRecord): Principal {
  const permissions = permissionsOf({ role, scopes });
  return { ...tenantOf(providerId), actor: `token/${tokenId}`, tokenId, permissions, role, stores };
}

async function ofMember(
  { tokenId, providerId }: TokenRecord,
  memberId: string,
  deps: ApiDeps,
): Promise<Principal | NoPrincipal> {
  const member = await memberNamed(providerId, memberId, deps);
  return member === undefined ? 'revoked' : asMember(member, tokenId, providerId);
}

async function memberNamed(
  providerId: string | null,
  memberId: string,
  deps: ApiDeps,
): Promise<Member | undefined> {
  const { members } = await membersOf(providerId, deps);
  return members.find((one) => one.memberId === memberId);
}

function asMember(
  { memberId, role, stores }: Member,
  tokenId: string,
  providerId: string | null,
): Principal {
  const permissions = permissionsOf({ role, scopes: null });
  const actor = `member/${memberId}`;
  return { ...tenantOf(providerId), actor, tokenId, permissions, role, stores };
}

async function membersOf(providerId: string | null, deps: ApiDeps): Promise<Members> {
  const read = () => readMembers(deps.table, providerId);
  return (
    (await remembered(deps, membersName(providerId), read)) ?? {
      version: 0,
      members: [],
      ending: [],
    }
  );
}

function tenantOf(providerId: string | null): Operator | OfProvider {
  return providerId === null ? { is: 'operator' } : { is: 'provider', providerId };
}

/** How they are named among what is remembered. */
export function membersName(providerId: string | null): string {
  return `members/${providerId ?? ''}`;
}

function remembered<T>(
  { remembered: known }: ApiDeps,
  name: string,
  read: (mayLag?: boolean) => Promise<T | undefined>,
): Promise<T | undefined> {
  return known === undefined ? read() : known.read(name, read);
}

const HOUR_MS = 3_600_000;

/** Once an hour at most. What is asked for does not fail with it. */
async function noteUse({ tokenId, lastUsedAt }: TokenRecord, deps: ApiDeps): Promise<void> {
  const before = toInstant(deps.now() - HOUR_MS);
  if (lastUsedAt !== null && lastUsedAt >= before) return;
  try {
    await noteTokenUse(deps.table, tokenId, toInstant(deps.now()), before);
  } catch (error) {
    deps.log('warn', 'token-use-not-noted', errorFields(error));
  }
  deps.remembered?.forget(`token/${tokenId}`);
}

/** Under it stands who is signed in, where a page of ours asks the API: no request from outside can name a symbol. */
const ACTING = Symbol('acting');

/** The surroundings of a request that a page makes for whoever is signed in to it. */
export function actingAs(env: unknown, principal: Principal): object {
  return { ...(typeof env === 'object' ? env : {}), [ACTING]: principal };
}

/** @throws Problem `token-missing`, `token-expired` or `token-revoked` */
export async function requirePrincipal(c: Context, deps: ApiDeps): Promise<Principal> {
  const acting = (c.env as { readonly [ACTING]?: Principal } | undefined)?.[ACTING];
  if (acting !== undefined) return acting;
  const token = /^Bearer +(\S{1,512})$/i.exec(c.req.header('authorization') ?? '')?.[1];
  const principal = token === undefined ? 'unknown' : await principalOf(token, deps);
  if (typeof principal !== 'string') return principal;
  throw refusalOf(principal);
}

/** What whoever has such a token is told. */
function refusalOf(why: NoPrincipal): Problem {
  switch (why) {
    case 'unknown':
      return new Problem(
        'token-missing',
        'Send "Authorization: Bearer <token>" with a token in force.',
      );
    case 'expired':
      return new Problem('token-expired', 'Have another one made with POST /v1/tokens.');
    case 'revoked':
      return new Problem('token-revoked', 'Somebody revoked it, or removed its member. Ask them.');
    default:
      return why satisfies never;
  }
}

/** @throws Problem `role-forbidden` */
export function requirePermission({ permissions }: Principal, needed: Permission): void {
  if (permissions.has(needed)) return;
  const detail = `This needs ${needed}, which the token does not have. Use one whose role or scopes have it.`;
  throw new Problem('role-forbidden', detail);
}

/** @throws Problem `role-forbidden` */
export function requireOperator(principal: Principal): void {
  if (principal.is === 'operator') return;
  throw new Problem('role-forbidden', 'This is for the operator; a provider token cannot do it.');
}

const namedProvider = givenId();

/**
 * Whose numbers are read: a provider's own, or for the operator those of whom it names.
 * @throws Problem `request-invalid`, or `not-found` for a provider that names another
 */
export function providerOf(principal: Principal, named: string | undefined): string {
  if (principal.is === 'provider') {
    requireOwn(principal.providerId, named);
    return principal.providerId;
  }
  const providerId = namedProvider.safeParse(named);
  if (providerId.success) return providerId.data;
  const detail =
    'As the operator, say whose numbers with ?providerId=…, the id as it was registered.';
  throw new Problem('request-invalid', detail);
}

/**
 * Of a list that the operator reads whole: a provider's own part, or undefined for the operator.
 * @throws Problem `not-found` for a provider that names another
 */
export function ownOf(
  principal: Principal,
  named: string | undefined,
): { readonly providerId?: string } {
  if (principal.is === 'operator') return {};
  requireOwn(principal.providerId, named);
  return { providerId: principal.providerId };
}

/** What is another's is not there. @throws Problem `not-found` */
export function requireOwn(own: string, named: string | null | undefined): void {
  if (named === undefined || named === own) return;
  throw new Problem('not-found', 'providerId: you have no such provider. Leave it out.');
}
