import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DOCUMENTED } from '../../../functions/api/documented/all.ts';
import type { Contract } from '../../../functions/api/route.ts';
import {
  PERMISSIONS,
  type Permission,
  permissionsOf,
  ROLES,
  type Role,
} from '../../../lib/access/permissions.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { ask, book, Clock, fresh, makeTenant, redemptionAt, WINDOW } from './support.ts';

/**
 * Who may call what, tried out: every route of the route table × every role and scope × ids of their own and
 * another provider's. It is made from the table, so a new route is in it. What has a name that nobody here
 * gave a value to fails, so that a foreign one is always tried.
 */

type Guarded = Contract & { readonly needs: Permission };

const ROUTES = DOCUMENTED.map(({ contract }) => contract).filter(
  (one): one is Guarded => one.who !== 'anyone',
);

const PROVIDER_ROLES = (Object.keys(ROLES) as Role[]).filter((role) => role !== 'operator');

interface Side {
  readonly providerId: string;
  readonly tokens: Readonly<Record<string, string>>;
  /** By the names of parameters. */
  readonly ids: Readonly<Record<string, string>>;
  /** What nobody else may read. */
  readonly marks: readonly string[];
}

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let own: Side;
let other: Side;
/** Of the operator's, with one permission each. */
const scoped = new Map<Permission, string>();

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  [own, other] = [await makeSide(12_345), await makeSide(54_321)];
  for (const scope of PERMISSIONS) {
    const asking = ['POST', '/v1/tokens', { name: scope, scopes: [scope] }] as const;
    scoped.set(scope, (await hexiao.call<{ token: string }>(...asking)).token);
  }
});

afterAll(() => hexiao?.stop());

async function makeSide(fen: number): Promise<Side> {
  const { providerId, merchantId } = await makeTenant(hexiao);
  const storeId = fresh('store');
  const path = `/v1/stores/douyin/${storeId}`;
  await hexiao.call('PUT', path, { name: fresh('name'), merchantId });
  const use = redemptionAt({ merchantId }, storeId, { fen });
  await book(hexiao, [use]);
  const raised = { platform: 'douyin', voucherId: use.voucherId, reason: fresh('reason') };
  const { disputeId } = await hexiao.call<{ disputeId: string }>(
    ...(['POST', `/v1/attribution-disputes?providerId=${providerId}`, raised] as const),
  );
  clock.ms = Date.parse('2025-11-03T12:00:00+08:00');
  const { statementId } = await hexiao.call<{ statementId: string }>(
    ...(['POST', '/v1/statements/2025-10/close', { providerId }] as const),
  );
  const wished = { name: fresh('lead'), city: fresh('city') };
  const { leadId } = await hexiao.call<{ leadId: string }>(
    ...(['POST', `/v1/leads?providerId=${providerId}`, wished] as const),
  );
  const tokens: Record<string, string> = {};
  let ofClerk = '';
  for (const role of PROVIDER_ROLES) {
    const stores = role === 'clerk' ? [`douyin/${storeId}`] : [];
    const body = { name: fresh(role), role, providerId, stores };
    const made = await hexiao.call<{ token: string; tokenId: string }>('POST', '/v1/tokens', body);
    [tokens[role], ofClerk] = [made.token, made.tokenId];
  }
  const member = { name: fresh('member'), role: 'viewer', providerId };
  const target = { url: `http://127.0.0.1:9/${fresh('endpoint')}`, types: ['*'], disabled: true };
  const { endpointId } = await hexiao.call<{ endpointId: string }>(
    ...(['POST', '/v1/webhook-endpoints', target, tokens.owner] as const),
  );
  const { memberId } = await hexiao.call<{ memberId: string }>('POST', '/v1/members', member);
  const all = await hexiao.call<{ contracts: { contractId: string }[] }>(
    ...(['GET', `/v1/contracts?providerId=${providerId}`] as const),
  );
  const [entry] = (await hexiao.entries()).filter((one) => one.providerId === providerId);
  const contractId = all.contracts[0]?.contractId ?? '';
  const ids = {
    ...{ providerId, merchantId, storeId, statementId, memberId, contractId, tokenId: ofClerk },
    ...{ voucherId: use.voucherId, entryId: entry?.entryId ?? '', id: statementId },
    ...{ platform: 'douyin', month: '2025-10', integration: 'douyin-life', appKey: 'nobody' },
    ...{ productId: 'nobody', exportId: 'nobody', codeId: 'nobody', network: 'nobody' },
    ...{ accountId: 'nobody', programmeId: 'nobody', endpointId },
    ...{
      refundId: 'nobody',
      erasureId: 'nobody',
      reason: 'parked',
      cooperationId: 'nobody',
      deliveryId: 'd'.repeat(64),
      importId: 'nobody',
      disputeId,
      leadId,
    },
  };
  const secret = [providerId, storeId, statementId, memberId, contractId, use.redemptionId];
  const marks = [
    ...secret,
    ...[merchantId, leadId, wished.name, wished.city],
    raised.reason,
    member.name,
    String(fen),
    String(fen / 100),
    ...[ofClerk, endpointId, target.url],
  ];
  return { providerId, tokens, ids, marks };
}

/** A path with its parameters filled. @throws for a name that nobody here knows */
function pathOf({ call }: Guarded, ids: Side['ids']): string {
  return (call.split(' ')[1] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = ids[name];
    if (value === undefined) throw new Error(`${call}: give {${name}} a value in this test`);
    return encodeURIComponent(value);
  });
}

const methodOf = ({ call }: Guarded) => call.split(' ')[0] ?? '';

/** Something is wrong with each, so that nothing is changed by whoever gets so far. */
async function tryIt(route: Guarded, token: string) {
  const method = methodOf(route);
  const asking = method === 'GET' || method === 'DELETE' ? { token } : { token, body: '{' };
  const ids = { ...own.ids, tokenId: 'nobody', memberId: 'nobody', endpointId: 'nobody' };
  const { status } = await ask(hexiao, method, `${pathOf(route, ids)}?limit=x`, asking);
  return status;
}

let tried = 0;
const figures = { refused: 0, allowed: 0, foreign: 0 };

describe('every route', () => {
  it('has the permission that it needs, and each permission is needed or kept for later', () => {
    expect(ROUTES.length).toBeGreaterThan(45);
    for (const route of ROUTES) expect(PERMISSIONS, route.call).toContain(route.needs);
  });

  it.each(ROUTES)('$call is for whoever has $needs, and for nobody else', async (route) => {
    const askers: [name: string, token: string, may: boolean][] = [
      ['bootstrap', OPERATOR_TOKEN, true],
      ...PROVIDER_ROLES.map((role): [string, string, boolean] => {
        const has = permissionsOf({ role, scopes: null }).has(route.needs);
        return [role, own.tokens[role] ?? '', has && route.who !== 'operator'];
      }),
      ...[...scoped].map(([scope, token]): [string, string, boolean] => [
        ...([`operator with ${scope}`, token, scope === route.needs] as const),
      ]),
    ];
    for (const [name, token, may] of askers) {
      const status = await tryIt(route, token);
      tried += 1;
      figures[may ? 'allowed' : 'refused'] += 1;
      if (may) expect([401, 403], `${name} at ${route.call}`).not.toContain(status);
      else expect(status, `${name} at ${route.call}`).toBe(403);
    }
  });
});

const FOREIGN = ROUTES.filter(({ who }) => who !== 'operator');

const namesIn = (schema: z.ZodType | undefined) =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];

/** What is said of the other: by the path, by the query, and in the body. */
function foreignOf(route: Guarded): { path: string; body?: object }[] {
  const window = namesIn(route.query).includes('from') ? `&${WINDOW}` : '';
  const isBound = /\{(?!platform\b|month\b|integration\b)\w+\}/.test(route.call);
  const inQuery =
    route.who === 'provider' || namesIn(route.query).includes('providerId')
      ? [`${pathOf(route, own.ids)}?providerId=${other.providerId}${window}`]
      : [];
  const bodies = namesIn(route.body).includes('providerId')
    ? [{ path: pathOf(route, own.ids), body: bodyWith(route, other.providerId) }]
    : [];
  const inPath = isBound ? [{ path: pathOf(route, other.ids), body: bodyWith(route) }] : [];
  return [...inQuery.map((path) => ({ path })), ...inPath, ...bodies];
}

/** The route's own example, which is documented to be taken. */
function bodyWith(route: Guarded, providerId?: string): object {
  const example = DOCUMENTED.find(({ contract }) => contract === route)?.example ?? {};
  return providerId === undefined ? example : { ...example, providerId };
}

describe('what is another’s', () => {
  it.each(FOREIGN)('is not there at $call, for any role', async (route) => {
    const method = methodOf(route);
    for (const [role, token] of Object.entries(own.tokens)) {
      if (!permissionsOf({ role: role as Role, scopes: null }).has(route.needs)) continue;
      for (const { path, body } of foreignOf(route)) {
        const hasBody = method !== 'GET' && method !== 'DELETE';
        const asking = hasBody ? { token, body: body ?? {} } : { token };
        const { status, text } = await ask(hexiao, method, path, asking);
        figures.foreign += 1;
        const where = `${role} at ${method} ${path}: ${text}`;
        // A page of what is one's own in another's store is empty.
        expect([200, 404], where).toContain(status);
        if (path.includes(`providerId=${other.providerId}`)) expect(status, where).toBe(404);
        const shown = text.replaceAll(/"requestId":"[^"]*"/g, '');
        for (const mark of other.marks) {
          if (path.includes(encodeURIComponent(mark))) continue;
          expect(shown.includes(mark), `${where} shows ${mark}`).toBe(false);
        }
      }
    }
  });

  it('was tried', () => {
    const roles = PROVIDER_ROLES.length + 1 + PERMISSIONS.length;
    expect(tried).toBe(ROUTES.length * roles);
    expect(figures.foreign).toBeGreaterThan(FOREIGN.length);
    process.stdout.write(
      `access: ${ROUTES.length} routes × ${roles} roles and scopes: ${figures.allowed} allowed, ` +
        `${figures.refused} refused; ${figures.foreign} tries at another's, 0 leaks\n`,
    );
  });
});
