import * as z from 'zod';

/**
 * Who may do what, as data. A route names the one permission that it needs, a role or a token has several,
 * and nothing else decides.
 */

/** What a provider's people and programs may be given; each is about what is the provider's own. */
const PROVIDERS = [
  /** GMV, stores, vouchers, entries and their explanation. */
  'reports:read',
  /** The redemptions of a store. Without `reports:read`: of the named stores, and of today. */
  'acts:read',
  'contracts:read',
  /** Statements and their files. */
  'statements:read',
  /** Confirms and disputes them, and records the invoices. */
  'statements:answer',
  /** Says that a redemption is its own. */
  'disputes:raise',
  /** Has exported files compared with the books. */
  'imports:write',
  /** Redeems and takes back at the named stores. */
  'till:use',
  /** Lets clerks in on a phone, and sends them home. */
  'clerks:admit',
  'followers:manage',
  /** Shows by a code who they are; of others, with `members:manage`. */
  'identity:show',
  'webhooks:manage',
  'members:manage',
  'tokens:manage',
  'audit:read',
] as const;

/** What only the operator's people and programs may be given. */
const OPERATORS = [
  /** Apps, providers, merchants, stores, code pools. */
  'registry:read',
  'registry:write',
  'contracts:write',
  'policies:write',
  'refunds:read',
  'refunds:decide',
  'statements:close',
  /** Sends them, answers disputes, records payments. */
  'statements:settle',
  /** Accepts or refuses what a provider says is its own. */
  'disputes:answer',
  'ledger:restate',
  /** Queues, dead letters, set-aside lists. */
  'pipeline:read',
  'pipeline:write',
  /** What a platform sent, in clear. */
  'personal:read',
  'personal:erase',
] as const;

export const PERMISSIONS = [...PROVIDERS, ...OPERATORS] as const;
export const permissionSchema = z.enum(PERMISSIONS);
export type Permission = z.infer<typeof permissionSchema>;

const READING = [
  ...(['reports:read', 'acts:read', 'contracts:read', 'statements:read'] as const),
  'identity:show',
] as const;

/** The one table of roles. */
export const ROLES = {
  operator: PERMISSIONS,
  /** May give every role of its provider, so it has all that they have. */
  owner: PROVIDERS,
  finance: [...READING, 'statements:answer', 'imports:write'],
  operations: [
    ...READING,
    'disputes:raise',
    'imports:write',
    'till:use',
    'clerks:admit',
    'followers:manage',
  ],
  viewer: READING,
  clerk: ['till:use', 'acts:read', 'identity:show'],
} as const satisfies Record<string, readonly Permission[]>;

export type Role = keyof typeof ROLES;
export const roleSchema = z.enum(Object.keys(ROLES) as [Role, ...Role[]]);

/** The roles of a provider's people. */
export const providerRoleSchema = roleSchema.exclude(['operator']);

/** What somebody was given: a role, or permissions one by one. */
export interface Given {
  readonly role: Role | null;
  readonly scopes: readonly Permission[] | null;
}

export function permissionsOf({ role, scopes }: Given): ReadonlySet<Permission> {
  return new Set(scopes ?? (role === null ? [] : ROLES[role]));
}

/** Whether stores must be named for it: a till stands in a store. */
export function needsStores({ role, scopes }: Given): boolean {
  return role === 'clerk' || (scopes ?? []).includes('till:use');
}

/** Whether stores may be named for it. */
export function takesStores(given: Given): boolean {
  return (
    permissionsOf(given).has('till:use') && given.role !== 'owner' && given.role !== 'operator'
  );
}

/** Whether a provider's people may be given all of it. */
export function isForProvider(given: Given): boolean {
  const providers: readonly Permission[] = PROVIDERS;
  return [...permissionsOf(given)].every((one) => providers.includes(one));
}

/** A store as grants name it: `douyin/6601`. */
export function storeName(platform: string, storeId: string): string {
  return `${platform}/${storeId}`;
}
