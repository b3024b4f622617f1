import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENTED } from '../../../functions/api/documented/all.ts';
import { sha256Hex } from '../../../lib/crypto/hash.ts';
import { readApp, readProvider } from '../../../lib/store/accounts/parties.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { ask, Clock, contractBody, expectProblem, makeTenant, type Tenant } from './support.ts';

const OPERATOR_ROUTES = [
  ['PUT', '/v1/apps/douyin-life/not-mine', { secrets: { clientSecret: 'x' } }],
  ['PUT', '/v1/providers/not-mine', { name: 'x', kind: 'agency' }],
  ['POST', '/v1/providers/not-mine/tokens', { role: 'owner' }],
  ['PUT', '/v1/merchants/douyin/not-mine', { name: 'x' }],
  ['PUT', '/v1/stores/douyin/not-mine', { name: 'x', merchantId: 'not-mine' }],
  ['POST', '/v1/contracts', contractBody({ providerId: 'not-mine', merchantId: 'not-mine' })],
  ['GET', '/v1/pipeline', undefined],
  ['GET', '/v1/dead-letters?queue=intake', undefined],
  ['POST', '/v1/dead-letters/redrive', { queue: 'intake' }],
  ['POST', '/v1/dead-letters/drop', { queue: 'intake', reason: 'x' }],
  ['GET', '/v1/dead-letters/dropped', undefined],
  ['GET', '/v1/set-aside/parked', undefined],
  ['POST', '/v1/replays', { setAside: 'parked' }],
  ['POST', '/v1/erasures', { platform: 'douyin', orderIds: ['not-mine'], reason: 'x' }],
  ['GET', '/v1/erasures/not-mine', undefined],
  ['PUT', '/v1/merchants/douyin/not-mine/code-pool', { source: 'imported' }],
  ['GET', '/v1/merchants/douyin/not-mine/code-pool', undefined],
  ['POST', '/v1/merchants/douyin/not-mine/code-pool/codes', { codes: ['x'] }],
  ['PUT', '/v1/merchants/douyin/not-mine/refund-policy', { policy: 'manual' }],
  ['GET', '/v1/merchants/douyin/not-mine/refund-policy', undefined],
  ['GET', '/v1/refund-requests', undefined],
  ['GET', '/v1/refund-requests/douyin/not-mine', undefined],
  ['POST', '/v1/refund-requests/douyin/not-mine/decide', { decision: 'approve' }],
] as const;

const PROVIDER_ROUTES = [
  ['GET', '/v1/stores', undefined],
  ['GET', '/v1/stores/douyin/s/redemptions', undefined],
  ['GET', '/v1/gmv', undefined],
  ['GET', '/v1/vouchers/douyin/v', undefined],
] as const;

const ALL_ROUTES = [...OPERATOR_ROUTES, ...PROVIDER_ROUTES];

let hexiao: HexiaoUnderTest;
let tenant: Tenant;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
  tenant = await makeTenant(hexiao);
});

afterAll(() => hexiao?.stop());

/** Every way of not having a token. */
function badHeaders(): Record<string, string>[] {
  const { token } = tenant;
  return [
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: 'Bearer nobody-has-this' },
    { authorization: 'Bearer hxp_0000000000000000000000000000000000000000000' },
    { authorization: OPERATOR_TOKEN },
    { authorization: `Basic ${btoa(`operator:${OPERATOR_TOKEN}`)}` },
    { authorization: `Token ${OPERATOR_TOKEN}` },
    { authorization: `Bearer ${OPERATOR_TOKEN} more` },
    { authorization: `Bearer ${OPERATOR_TOKEN},Bearer ${OPERATOR_TOKEN}` },
    { authorization: `Bearer ${OPERATOR_TOKEN.toUpperCase()}` },
    { authorization: `Bearer ${OPERATOR_TOKEN.slice(0, -1)}` },
    { authorization: `Bearer ${sha256Hex(OPERATOR_TOKEN)}` },
    { authorization: `Bearer ${sha256Hex(token)}` },
    { authorization: 'Bearer \u00e9\u00e8' },
    { authorization: `Bearer ${'a'.repeat(20_000)}` },
    { 'x-authorization': `Bearer ${OPERATOR_TOKEN}` },
    { cookie: `hexiao_token=${token}` },
    { cookie: `hexiao_session=${token}` },
    { cookie: `hexiao_session=${OPERATOR_TOKEN}` },
  ];
}

describe('a request without a token in force', () => {
  it.each(ALL_ROUTES)(
    '%s %s answers it with the same words, however it is wrong',
    async (method, path, body) => {
      const said = new Set<string>();
      for (const headers of badHeaders()) {
        const reply = await ask(hexiao, method, path, {
          token: null,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        const { requestId: _own, ...problem } = expectProblem(reply, 401, 'token-missing');
        said.add(JSON.stringify(problem));
      }
      expect([...said]).toHaveLength(1);
    },
  );

  it.each(ALL_ROUTES)('%s %s takes no token from the address', async (method, path, body) => {
    const reply = await ask(
      hexiao,
      method,
      `${path}?token=${OPERATOR_TOKEN}&access_token=${OPERATOR_TOKEN}`,
      {
        token: null,
        ...(body === undefined ? {} : { body }),
      },
    );
    expectProblem(reply, 401, 'token-missing');
    expect(reply.text).not.toContain(OPERATOR_TOKEN);
  });

  it('is told that before anything about its body', async () => {
    for (const [method, path, body] of OPERATOR_ROUTES) {
      if (body === undefined) continue;
      expectProblem(
        await ask(hexiao, method, path, { token: null, body: '{' }),
        401,
        'token-missing',
      );
    }
  });
});

describe('a provider', () => {
  it.each(OPERATOR_ROUTES)('is refused at %s %s', async (method, path, body) => {
    const asking = { token: tenant.token, ...(body === undefined ? {} : { body }) };
    const reply = await ask(hexiao, method, path, asking);
    expectProblem(reply, 403, 'role-forbidden');
    expect(reply.text).not.toContain(tenant.token);
  });

  it('is refused before its body is read, and nothing is written', async () => {
    for (const [method, path, body] of OPERATOR_ROUTES) {
      if (body === undefined) continue;
      const reply = await ask(hexiao, method, path, { token: tenant.token, body: '{' });
      expectProblem(reply, 403, 'role-forbidden');
    }
    expect(await readProvider(hexiao.table, 'not-mine')).toBeUndefined();
    expect(await readApp(hexiao.table, 'douyin-life', 'not-mine')).toBeUndefined();
  });

  it('does not become the operator by naming one', async () => {
    const headers = { 'x-role': 'operator', cookie: `hexiao_session=${OPERATOR_TOKEN}` };
    const path = '/v1/pipeline?providerId=unattributed&role=operator';
    expectProblem(
      await ask(hexiao, 'GET', path, { token: tenant.token, headers }),
      403,
      'role-forbidden',
    );
  });
});

/** Whatever the path names: nobody gets so far. */
const CONTRACTS = DOCUMENTED.map(({ contract: { call, who } }) => {
  const [method = '', path = ''] = call.split(' ');
  return { call, who, method, path: path.replace(/\{\w+\}/g, 'x') };
});

describe('of every contract', () => {
  it.each(CONTRACTS.filter(({ who }) => who !== 'anyone'))(
    '$call is refused without a token, before anything of it is read',
    async ({ method, path }) => {
      const asking = { token: null, ...(method === 'GET' ? {} : { body: '{' }) };
      expectProblem(await ask(hexiao, method, `${path}?limit=x`, asking), 401, 'token-missing');
    },
  );

  it.each(CONTRACTS.filter(({ who }) => who === 'operator'))(
    '$call is refused to a provider, before anything of it is read',
    async ({ method, path }) => {
      const asking = { token: tenant.token, ...(method === 'GET' ? {} : { body: '{' }) };
      expectProblem(await ask(hexiao, method, `${path}?limit=x`, asking), 403, 'role-forbidden');
    },
  );
});

describe('every answer', () => {
  it('of an unknown path or method is not-found', async () => {
    const asked = [
      ['GET', '/v1'],
      ['GET', '/v1/nothing'],
      ['DELETE', '/v1/contracts'],
      ['GET', '/v1/providers/x'],
      ['GET', '/v1/apps/douyin-life/x'],
      ['PUT', '/v1/providers/'],
      ['PUT', '/v1/providers/..'],
      ['PUT', '/v1/providers/%2e%2e'],
      ['GET', '/v1/stores/douyin/%2e%2e/redemptions'],
    ] as const;
    for (const [method, path] of asked) {
      expectProblem(await ask(hexiao, method, path), 404, 'not-found');
    }
  });

  it('that is an error has an id of its own', async () => {
    const first = expectProblem(await ask(hexiao, 'GET', '/v1/nothing'), 404, 'not-found');
    const second = expectProblem(await ask(hexiao, 'GET', '/v1/nothing'), 404, 'not-found');
    expect(first.requestId).not.toBe(second.requestId);
  });

  it('takes over no request id that could not stand in a log line', async () => {
    const headers = { 'x-request-id': 'a" b' };
    const problem = expectProblem(
      await ask(hexiao, 'GET', '/v1/nothing', { headers }),
      404,
      'not-found',
    );
    expect(problem.requestId).toMatch(/^[\w-]+$/);
  });

  it('about health needs no token', async () => {
    const reply = await ask(hexiao, 'GET', '/healthz', { token: null });
    expect([reply.status, reply.text]).toEqual([200, '{"status":"ok"}']);
  });
});
