import { describe, expect, it } from 'vitest';
import {
  isForProvider,
  needsStores,
  PERMISSIONS,
  permissionsOf,
  ROLES,
  type Role,
  takesStores,
} from '../../../lib/access/permissions.ts';

const roles = Object.keys(ROLES) as Role[];
const given = (role: Role) => ({ role, scopes: null });

describe('the table of roles', () => {
  it('gives the operator everything, and a provider’s roles nothing that is the operator’s', () => {
    expect([...permissionsOf(given('operator'))].toSorted()).toEqual([...PERMISSIONS].toSorted());
    expect(roles.filter((role) => !isForProvider(given(role)))).toEqual(['operator']);
  });

  it('gives an owner all that any role of its provider has, so that it may give each', () => {
    const owner = permissionsOf(given('owner'));
    for (const role of roles.filter((one) => one !== 'operator')) {
      const more = [...permissionsOf(given(role))].filter((one) => !owner.has(one));
      expect(more, role).toEqual([]);
    }
  });

  it('lets only owners let others in, and a viewer change nothing', () => {
    for (const permission of ['members:manage', 'tokens:manage', 'webhooks:manage'] as const) {
      const holders = roles.filter((role) => permissionsOf(given(role)).has(permission));
      expect(holders, permission).toEqual(['operator', 'owner']);
    }
    // Besides showing who they are, which everybody may of themselves.
    const seen = [...permissionsOf(given('viewer'))].filter((one) => one !== 'identity:show');
    for (const permission of seen) expect(permission).toMatch(/:read$/);
  });

  it('holds a clerk to the till, its acts, and showing who they are', () => {
    expect([...permissionsOf(given('clerk'))]).toEqual(['till:use', 'acts:read', 'identity:show']);
  });
});

describe('stores', () => {
  it('must be named for a clerk and for a program at the till, and may be for operations', () => {
    expect(roles.filter((role) => needsStores(given(role)))).toEqual(['clerk']);
    expect(roles.filter((role) => takesStores(given(role)))).toEqual(['operations', 'clerk']);
    expect(needsStores({ role: null, scopes: ['till:use', 'acts:read'] })).toBe(true);
    expect(takesStores({ role: null, scopes: ['reports:read'] })).toBe(false);
  });
});

describe('scopes', () => {
  it('stand for themselves, beside no role', () => {
    expect([...permissionsOf({ role: null, scopes: ['reports:read'] })]).toEqual(['reports:read']);
    expect(permissionsOf({ role: null, scopes: null }).size).toBe(0);
  });
});
