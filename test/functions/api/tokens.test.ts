import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Remembered } from '../../../functions/api/remembered.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { scanAll } from '../../support/scan.ts';
import {
  ask,
  Clock,
  cookieOf,
  expectProblem,
  fresh,
  MINUTE_MS,
  makeTenant,
  read,
  type Tenant,
} from './support.ts';

const HOUR_MS = 60 * MINUTE_MS;

const made = z.strictObject({
  tokenId: z.string().min(8),
  token: z.string().regex(/^hx[op]_[\w-]{43}$/),
});
const listed = z.object({
  tokens: z.array(z.looseObject({ tokenId: z.string(), lastUsedAt: z.string().nullable() })),
  next: z.string().nullable(),
});

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let tenant: Tenant;
let owner: string;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  tenant = await makeTenant(hexiao);
  owner = (await make({ name: 'the owner', role: 'owner', providerId: tenant.providerId })).token;
});

afterAll(() => hexiao?.stop());

async function make(body: object, token?: string) {
  const asking = token === undefined ? { body } : { body, token };
  const reply = await ask(hexiao, 'POST', '/v1/tokens', asking);
  expect(reply.status, reply.text).toBe(201);
  return read(reply, made);
}

const as = (token: string, path = '/v1/stores') => ask(hexiao, 'GET', path, { token });

async function list(token: string, query = '') {
  return read(await as(token, `/v1/tokens${query}`), listed);
}

describe('a token', () => {
  it('is shown once, works at once, and stands in the list without itself or its hash', async () => {
    const { token, tokenId } = await make({ name: 'script', role: 'viewer' }, owner);
    expect(token).toMatch(/^hxp_/);
    expect((await as(token)).status).toBe(200);
    const { text } = await as(owner, '/v1/tokens');
    expect(text).not.toContain(token);
    expect(text).not.toContain('hash');
    const shown = (await list(owner)).tokens.find((one) => one.tokenId === tokenId);
    expect(shown).toMatchObject({
      ...{ name: 'script', role: 'viewer', scopes: null, stores: [], memberId: null },
      ...{ providerId: tenant.providerId, expiresAt: null, revokedAt: null },
      createdBy: expect.stringMatching(/^token\//),
    });
    const stored = JSON.stringify(await scanAll(hexiao.emulators.database));
    expect(stored).not.toContain(token);
  });

  it('has its scopes and no more', async () => {
    const { token } = await make({ name: 'numbers', scopes: ['reports:read'] }, owner);
    expect((await as(token)).status).toBe(200);
    expectProblem(await as(token, '/v1/statements'), 403, 'role-forbidden');
    expectProblem(await as(token, '/v1/contracts'), 403, 'role-forbidden');
    expectProblem(await as(token, '/v1/tokens'), 403, 'role-forbidden');
  });

  it('of the operator with scopes is no operator for the rest', async () => {
    const { token } = await make({ name: 'monitor', scopes: ['pipeline:read'] });
    expect(token).toMatch(/^hxo_/);
    expect((await as(token, '/v1/pipeline')).status).toBe(200);
    expectProblem(await as(token, '/v1/tokens'), 403, 'role-forbidden');
    const body = { queue: 'intake' };
    const redriven = await ask(hexiao, 'POST', '/v1/dead-letters/redrive', { token, body });
    expectProblem(redriven, 403, 'role-forbidden');
  });

  it('ends when it should', async () => {
    const expiresAt = '2025-11-01T00:00:00+08:00';
    const { token, tokenId } = await make({ name: 'short', role: 'viewer', expiresAt }, owner);
    const before = clock.ms;
    clock.ms = Date.parse(expiresAt) - 1;
    expect((await as(token)).status).toBe(200);
    clock.ms = Date.parse(expiresAt);
    expectProblem(await as(token), 401, 'token-expired');
    clock.ms = before;
    const shown = (await list(owner)).tokens.find((one) => one.tokenId === tokenId);
    expect(shown).toMatchObject({ expiresAt: '2025-11-01T00:00:00.000+08:00' });
    const past = { name: 'past', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' };
    const reply = await ask(hexiao, 'POST', '/v1/tokens', { token: owner, body: past });
    expectProblem(reply, 400, 'request-invalid');
  });

  it('is noted as used once an hour at most', async () => {
    const { token, tokenId } = await make({ name: 'used', role: 'viewer' }, owner);
    const lastUsed = async () =>
      (await list(owner)).tokens.find((one) => one.tokenId === tokenId)?.lastUsedAt;
    expect(await lastUsed()).toBeNull();
    await as(token);
    const first = await lastUsed();
    expect(Date.parse(first ?? '')).toBe(clock.ms);
    clock.ms += HOUR_MS - 1;
    await as(token);
    expect(await lastUsed()).toBe(first);
    clock.ms += 2;
    await as(token);
    expect(Date.parse((await lastUsed()) ?? '')).toBe(clock.ms);
  });
});

describe('revoking a token', () => {
  it('refuses it at once, and the session of whoever signed in with it', async () => {
    const { token, tokenId } = await make({ name: 'lost', role: 'viewer' }, owner);
    const headers = await cookieOf(hexiao, token);
    const page = () => ask(hexiao, 'GET', '/', { token: null, headers });
    expect((await page()).text).not.toContain('action="/sign-in"');
    const path = `/v1/tokens/${tokenId}`;
    expect((await ask(hexiao, 'DELETE', path, { token: owner })).status).toBe(204);
    expectProblem(await as(token), 401, 'token-revoked');
    expect((await page()).text).toContain('action="/sign-in"');
    // Again is the same, and its time stays.
    const first = await list(owner);
    clock.ms += MINUTE_MS;
    expect((await ask(hexiao, 'DELETE', path, { token: owner })).status).toBe(204);
    const revokedAt = ({ tokens }: typeof first) =>
      tokens.find((one) => one.tokenId === tokenId)?.revokedAt;
    expect(revokedAt(await list(owner))).toBe(revokedAt(first));
  });

  it('of another’s is not possible: it is not there', async () => {
    const other = await makeTenant(hexiao);
    const { token, tokenId } = await make({
      ...{ name: 'theirs', role: 'owner', providerId: other.providerId },
    });
    for (const id of [tokenId, 'nobody', 'bootstrap']) {
      const reply = await ask(hexiao, 'DELETE', `/v1/tokens/${id}`, { token: owner });
      expectProblem(reply, 404, 'not-found');
    }
    expect((await as(token)).status).toBe(200);
    expectProblem(await as(owner, `/v1/tokens?providerId=${other.providerId}`), 404, 'not-found');
    const body = { name: 'x', role: 'viewer', providerId: other.providerId };
    expectProblem(
      await ask(hexiao, 'POST', '/v1/tokens', { token: owner, body }),
      404,
      'not-found',
    );
    expect((await list(owner)).tokens.map((one) => one.tokenId)).not.toContain(tokenId);
  });

  it('while 100 requests a second use it, in another process that remembers, is known within 10 s', async () => {
    // Prepare: a second process over the same table, whose memory has a clock that the test moves
    let clockMs = 0;
    const remembered = new Remembered({ freshMs: 5_000, clockMs: () => clockMs });
    const busy = hexiao.another({ remembered });
    const { token, tokenId } = await make({ name: 'busy', role: 'viewer' }, owner);
    const headers = { authorization: `Bearer ${token}` };
    const status = async () => (await busy.request('/v1/policies', { headers })).status;
    // The first use is noted in the token, which is then read again.
    for (let request = 0; request < 2; request += 1) expect(await status()).toBe(200);
    // Act
    await ask(hexiao, 'DELETE', `/v1/tokens/${tokenId}`, { token: owner });
    const statuses: number[] = [];
    for (let request = 0; request < 1_000; request += 1) {
      clockMs += 10;
      statuses.push(await status());
    }
    // Assess: some were answered from memory, so that it is one, and none after five seconds
    expect(statuses[0]).toBe(200);
    expect(statuses.slice(500)).toEqual(Array.from({ length: 500 }, () => 401));
  });
});

describe('giving', () => {
  const refused = async (body: object, status: number, code: string, token = owner) =>
    expectProblem(await ask(hexiao, 'POST', '/v1/tokens', { token, body }), status, code);

  it('is of no more than the giver has', async () => {
    await refused({ name: 'x', role: 'operator' }, 403, 'role-forbidden');
    await refused({ name: 'x', scopes: ['pipeline:read'] }, 403, 'role-forbidden');
    const { token } = await make(
      { name: 'maker', scopes: ['tokens:manage', 'reports:read'] },
      owner,
    );
    await refused({ name: 'x', role: 'viewer' }, 403, 'role-forbidden', token);
    await refused({ name: 'x', scopes: ['statements:read'] }, 403, 'role-forbidden', token);
    expect((await make({ name: 'x', scopes: ['reports:read'] }, token)).token).toMatch(/^hxp_/);
  });

  it('needs a role or scopes, a provider that there is, and stores where there is a till', async () => {
    const neither = await refused({ name: 'x' }, 400, 'request-invalid');
    expect(neither.detail).toBe('role: say what it may do: give a role, or scopes');
    const two = { name: 'x', role: 'viewer', scopes: ['reports:read'] };
    const both = await refused(two, 400, 'request-invalid');
    expect(both.detail).toBe('role: give a role or scopes, not both');
    await refused({ name: 'x', role: 'clerk' }, 400, 'request-invalid');
    await refused({ name: 'x', role: 'viewer', stores: ['douyin/1'] }, 400, 'request-invalid');
    await refused({ name: 'x', role: 'clerk', stores: ['6601'] }, 400, 'request-invalid');
    const operator = async (body: object, status: number, code: string) =>
      expectProblem(await ask(hexiao, 'POST', '/v1/tokens', { body }), status, code);
    await operator({ name: 'x', role: 'viewer' }, 400, 'request-invalid');
    await operator({ name: 'x', role: 'viewer', providerId: 'nobody' }, 422, 'provider-unknown');
    const { providerId } = tenant;
    await operator({ name: 'x', scopes: ['pipeline:read'], providerId }, 400, 'request-invalid');
  });

  it('names for a clerk only stores that a contract in force covers', async () => {
    const storeId = fresh('store');
    const theirs = await makeTenant(hexiao);
    const foreign = fresh('store');
    for (const [id, { merchantId }] of [
      [storeId, tenant],
      [foreign, theirs],
    ] as const) {
      await ask(hexiao, 'PUT', `/v1/stores/douyin/${id}`, { body: { name: id, merchantId } });
    }
    const clerk = (id: string) => ({ name: 'clerk', role: 'clerk', stores: [`douyin/${id}`] });
    await refused(clerk(foreign), 422, 'store-unknown');
    await refused(clerk('unregistered'), 422, 'store-unknown');
    const { token } = await make(clerk(storeId), owner);
    const acts = (id: string, query = '') =>
      as(token, `/v1/stores/douyin/${id}/redemptions${query}`);
    expect((await acts(storeId)).status).toBe(200);
    expectProblem(await acts(foreign), 404, 'not-found');
    expectProblem(await acts(storeId, '?from=2025-10-01&to=2025-10-02'), 403, 'role-forbidden');
    expectProblem(await as(token, '/v1/gmv'), 403, 'role-forbidden');
    const page = await ask(hexiao, 'GET', '/', {
      token: null,
      headers: await cookieOf(hexiao, token),
    });
    // A clerk's page is the till.
    expect([page.status, page.headers.get('location')]).toEqual([303, '/till']);
  });
});

describe('the list of tokens', () => {
  it('goes on page by page, each token once', async () => {
    const own = await makeTenant(hexiao);
    const { providerId } = own;
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.push((await make({ name: `t${count}`, role: 'viewer', providerId })).tokenId);
    }
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 10; pages += 1) {
      const query = `?providerId=${providerId}&limit=2${cursor}`;
      const page = read(await ask(hexiao, 'GET', `/v1/tokens${query}`), listed);
      seen.push(...page.tokens.map((one) => one.tokenId));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    // The tenant's own came with it.
    expect(seen).toHaveLength(6);
    expect(seen).toEqual(expect.arrayContaining(ids));
  });
});
