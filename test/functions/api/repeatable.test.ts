import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DOCUMENTED } from '../../../functions/api/documented/all.ts';
import { keyedHash, sha256Hex } from '../../../lib/crypto/hash.ts';
import { unseal } from '../../../lib/crypto/seal.ts';
import { apiKey } from '../../../lib/store/accounts/api-key.ts';
import { aroundCalls } from '../../support/around.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { scanAll } from '../../support/scan.ts';
import {
  ask,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  makeTenant,
  type Tenant,
} from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let tenant: Tenant;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  tenant = await makeTenant(hexiao);
});

afterAll(() => hexiao?.stop());

function post(path: string, key: string, body: object, token?: string) {
  const headers = { 'idempotency-key': key };
  return ask(hexiao, 'POST', path, { body, headers, ...(token !== undefined && { token }) });
}

const tokenIdIn = ({ text }: { readonly text: string }) =>
  (JSON.parse(text) as { tokenId: string }).tokenId;

const viewer = () => ({ name: 'x', role: 'viewer', providerId: tenant.providerId });

describe('a request with an Idempotency-Key', () => {
  it('is done once, and its repetition answered the same, but for the token that is shown once', async () => {
    const key = fresh('key');
    const first = await post('/v1/tokens', key, viewer());
    const again = await post('/v1/tokens', key, viewer());
    expect([first.status, again.status]).toEqual([201, 201]);
    const { token, tokenId } = JSON.parse(first.text) as { token: string; tokenId: string };
    expect(token).toMatch(/^hxp_/);
    const hint = expect.stringContaining('DELETE /v1/tokens/{tokenId}');
    expect(JSON.parse(again.text)).toEqual({ tokenId, token: null, hint });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const { text } = await ask(hexiao, 'GET', `/v1/tokens?providerId=${tenant.providerId}`);
    const ids = text.match(/"tokenId"/g) ?? [];
    // The tenant's own, and this one.
    expect(ids).toHaveLength(2);
  });

  it('keeps no secret of an answer, not even sealed, at any route that makes one', async () => {
    // Prepare: whatever is sealed from now on is seen before
    const { providerId } = tenant;
    const member = await ask(hexiao, 'POST', '/v1/members', {
      body: { name: 'm', role: 'viewer', providerId },
    });
    const { memberId } = JSON.parse(member.text) as { memberId: string };
    const bodies: Record<string, object> = {
      'POST /v1/tokens': viewer(),
      'POST /v1/members': viewer(),
      'POST /v1/members/{memberId}/tokens': {},
      'POST /v1/providers/{providerId}/tokens': { role: 'viewer' },
    };
    const makers = DOCUMENTED.filter(({ answers }) =>
      Object.values(answers).some(
        (one) => 'json' in one && one.json instanceof z.ZodObject && 'token' in one.json.shape,
      ),
    );
    expect(makers.map(({ contract }) => contract.call).sort()).toEqual(Object.keys(bodies).sort());
    for (const { contract } of makers) {
      expect(contract.shownOnce?.field, contract.call).toBe('token');
      const named = contract.call.split(' ')[1] ?? '';
      const path = named.replace('{memberId}', memberId).replace('{providerId}', providerId);
      const key = fresh('key');
      // Act
      const first = await post(path, key, bodies[contract.call] ?? {});
      expect(first.status, first.text).toBe(201);
      const { token } = JSON.parse(first.text) as { token: string };
      // Assess: opened with all that there is, and as it lies there
      const items = await scanAll(hexiao.emulators.database);
      const own = await apiKey(hexiao.table);
      const name = keyedHash(own, 'repetition', 'bootstrap', key);
      const kept = items.find(({ pk }) => pk === `REPETITION#${name}`)?.answer as Uint8Array;
      const opened = unseal(`${own}\n${key}`, name, kept);
      const answered = gunzipSync(Buffer.from(opened, 'base64')).toString('utf8');
      expect(answered).toContain('\\"token\\":null');
      expect(answered).not.toMatch(/hx[ops]_[\w-]{20}/);
      const stored = JSON.stringify(items);
      expect(stored).not.toContain(token);
      expect(stored).not.toContain(key);
    }
  });

  it('is refused with another body or at another address, and nothing is changed', async () => {
    const key = fresh('key');
    const [providerId, merchantId] = [tenant.providerId, tenant.merchantId];
    const scope = { products: ['p1'] };
    const body = contractBody({ providerId, merchantId, scope });
    expect((await post('/v1/contracts', key, body)).status).toBe(409);
    const count = async () =>
      (await ask(hexiao, 'GET', `/v1/contracts?providerId=${providerId}`)).text.length;
    const before = await count();
    const other = await post('/v1/contracts', key, { ...body, rateBp: 1 });
    expectProblem(other, 422, 'idempotency-key-reused');
    expectProblem(await post('/v1/tokens', key, viewer()), 422, 'idempotency-key-reused');
    expect(await count()).toBe(before);
    // A refusal is an answer too.
    const refusal = await post('/v1/contracts', key, body);
    expectProblem(refusal, 409, 'contract-overlap');
    expect(refusal.headers.get('idempotency-replayed')).toBe('true');
  });

  it('is whoever’s it is: another’s key is another', async () => {
    const key = fresh('key');
    const owner = async () =>
      hexiao.call<{ token: string }>('POST', '/v1/tokens', { ...viewer(), role: 'owner' });
    const [one, two] = [(await owner()).token, (await owner()).token];
    const body = { name: 'x', role: 'viewer' };
    const first = await post('/v1/tokens', key, body, one);
    const second = await post('/v1/tokens', key, body, two);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.text).not.toBe(first.text);
  });

  it('is still the same after the deployment’s own token changed, whoever sends it', async () => {
    // Prepare: a deployment with another token over the same table
    const next = fresh('operator-token');
    const api = hexiao.another({ operatorTokenHash: sha256Hex(next) });
    const again = { api } as HexiaoUnderTest;
    const key = fresh('key');
    const owner = { ...viewer(), role: 'owner' };
    const { token: theirs } = await hexiao.call<{ token: string }>('POST', '/v1/tokens', owner);
    const member = { name: 'm', role: 'owner', providerId: tenant.providerId };
    const made = await hexiao.call<{ token: string }>('POST', '/v1/members', member);
    const cases = [
      { before: OPERATOR_TOKEN, after: next, body: viewer() },
      ...[theirs, made.token].map((token) => ({
        ...{ before: token, after: token, body: { name: 'x', role: 'viewer' } },
      })),
    ];
    for (const { before, after, body } of cases) {
      const first = await post('/v1/tokens', key, body, before);
      expect(first.status, first.text).toBe(201);
      // Act
      const headers = { 'idempotency-key': key };
      const second = await ask(again, 'POST', '/v1/tokens', { body, headers, token: after });
      // Assess
      expect(second.headers.get('idempotency-replayed')).toBe('true');
      expect(JSON.parse(second.text).tokenId).toBe(JSON.parse(first.text).tokenId);
    }
  });

  it('is new after a day', async () => {
    const key = fresh('key');
    const first = tokenIdIn(await post('/v1/tokens', key, viewer()));
    clock.ms += 24 * 3_600_000 - 1;
    expect(tokenIdIn(await post('/v1/tokens', key, viewer()))).toBe(first);
    clock.ms += 1;
    expect(tokenIdIn(await post('/v1/tokens', key, viewer()))).not.toBe(first);
  });

  it('that was not understood is not kept, nor one that failed on our side', async () => {
    const key = fresh('key');
    expectProblem(await post('/v1/tokens', key, { name: 'x' }), 400, 'request-invalid');
    // Prepare: the next write of a token fails
    let isDown = true;
    aroundCalls(hexiao.emulators.database, async (next, { input }) => {
      const item = JSON.stringify((input as { Item?: object }).Item ?? {});
      if (isDown && item.includes('"TOKEN#')) throw new Error('the table is down');
      return next();
    });
    expectProblem(await post('/v1/tokens', key, viewer()), 500, 'internal');
    isDown = false;
    expect((await post('/v1/tokens', key, viewer())).status).toBe(201);
  });

  it('while another is being done waits, and twenty at once are done once', async () => {
    const key = fresh('key');
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => post('/v1/tokens', key, viewer())),
    );
    const made = new Set(replies.filter(({ status }) => status === 201).map(tokenIdIn));
    expect(made.size).toBe(1);
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      const problem = expectProblem(reply, 409, 'request-in-progress');
      expect(problem.retryable).toBe(true);
      expect(reply.headers.get('retry-after')).toBe('1');
    }
    expect(tokenIdIn(await post('/v1/tokens', key, viewer()))).toBe([...made][0]);
  });

  it('has a key of printable characters', async () => {
    for (const key of ['', 'a b', 'é', 'x'.repeat(256)]) {
      expectProblem(await post('/v1/tokens', key, viewer()), 400, 'request-invalid');
    }
  });

  it('is every POST that needs a token', () => {
    const posts = DOCUMENTED.filter(
      ({ contract: { call, needs } }) => call.startsWith('POST') && needs !== undefined,
    );
    expect(posts.length).toBeGreaterThan(12);
  });
});

describe('a contract that is equal in every term', () => {
  it('is standing, not doubled, with a key of its own or none', async () => {
    const own = await makeTenant(hexiao);
    const body = contractBody(own);
    const standing = await post('/v1/contracts', fresh('key'), strip(body));
    expect(standing.status, standing.text).toBe(200);
    expect(JSON.parse(standing.text)).toMatchObject({ standing: true });
  });
});

/** Of a tenant, what a contract has. */
function strip(body: object): object {
  const { token: _token, ...rest } = body as { token?: string };
  return rest;
}
