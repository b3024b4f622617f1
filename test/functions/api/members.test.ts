import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { ask, Clock, expectProblem, makeTenant, read, type Tenant } from './support.ts';

const made = z.strictObject({ memberId: z.string(), token: z.string() });
const list = z.strictObject({ members: z.array(z.looseObject({ memberId: z.string() })) });

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let tenant: Tenant;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao?.stop());

async function join(body: object, token = OPERATOR_TOKEN) {
  const reply = await ask(hexiao, 'POST', '/v1/members', { token, body });
  expect(reply.status, reply.text).toBe(201);
  return read(reply, made);
}

const as = (token: string, path: string) => ask(hexiao, 'GET', path, { token });
const change = (memberId: string, token: string, body: object) =>
  ask(hexiao, 'PATCH', `/v1/members/${memberId}`, { token, body });
const remove = (memberId: string, token: string) =>
  ask(hexiao, 'DELETE', `/v1/members/${memberId}`, { token });

async function team() {
  tenant = await makeTenant(hexiao);
  const { providerId } = tenant;
  const owner = await join({ providerId, name: '王店', role: 'owner', email: 'Wang@Example.com' });
  return { providerId, owner };
}

describe('members', () => {
  it('have what their role has, from one request to the next, until they are removed', async () => {
    const { owner } = await team();
    const finance = await join({ name: '李婷', role: 'finance' }, owner.token);
    expect((await as(finance.token, '/v1/statements')).status).toBe(200);
    expectProblem(await as(finance.token, '/v1/members'), 403, 'role-forbidden');
    expect((await change(finance.memberId, owner.token, { role: 'owner' })).status).toBe(200);
    const { members } = read(await as(finance.token, '/v1/members'), list);
    expect(members).toMatchObject([
      { name: '王店', email: 'w***@example.com', role: 'owner', createdBy: 'bootstrap' },
      { name: '李婷', email: null, role: 'owner', createdBy: `member/${owner.memberId}` },
    ]);
    expect((await remove(finance.memberId, owner.token)).status).toBe(204);
    expectProblem(await as(finance.token, '/v1/statements'), 401, 'token-revoked');
    const tokens = JSON.parse((await as(owner.token, '/v1/tokens')).text) as {
      tokens: { memberId: string | null; revokedAt: string | null }[];
    };
    const theirs = tokens.tokens.filter(({ memberId }) => memberId === finance.memberId);
    expect(theirs).toHaveLength(1);
    expect(theirs[0]?.revokedAt).not.toBeNull();
  });

  it('of another provider are not there', async () => {
    const { owner: other } = await team();
    const { owner } = await team();
    expectProblem(await change(other.memberId, owner.token, { name: 'x' }), 404, 'not-found');
    expectProblem(await remove(other.memberId, owner.token), 404, 'not-found');
    expectProblem(await remove('nobody', OPERATOR_TOKEN), 404, 'not-found');
    const body = { providerId: 'another', name: 'x', role: 'viewer' };
    const reply = await ask(hexiao, 'POST', '/v1/members', { token: owner.token, body });
    expectProblem(reply, 404, 'not-found');
    expect((await as(other.token, '/v1/members')).status).toBe(200);
  });

  it('are never without an owner, whoever asks', async () => {
    const { owner } = await team();
    for (const token of [owner.token, OPERATOR_TOKEN]) {
      expectProblem(await remove(owner.memberId, token), 409, 'last-owner');
      const reply = await change(owner.memberId, token, { role: 'viewer' });
      expectProblem(reply, 409, 'last-owner');
    }
    expect((await as(owner.token, '/v1/members')).status).toBe(200);
  });

  it('are never without an owner when two owners remove each other at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { owner: one } = await team();
      const two = await join({ name: 'two', role: 'owner' }, one.token);
      const replies = await Promise.all([
        remove(one.memberId, two.token),
        remove(two.memberId, one.token),
      ]);
      const left = [];
      for (const { token } of [one, two]) {
        if ((await as(token, '/v1/members')).status === 200) left.push(token);
      }
      const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b);
      // The second to come is no member any more, or the last.
      expect([
        [204, 401],
        [204, 409],
        [204, 404],
      ]).toContainEqual(statuses);
      expect(left).toHaveLength(1);
    }
  });

  it('lose their stores with the role that had them', async () => {
    const { owner } = await team();
    const path = `/v1/stores/douyin/clerks-${tenant.merchantId}`;
    await ask(hexiao, 'PUT', path, { body: { name: 's', merchantId: tenant.merchantId } });
    const stores = [`douyin/clerks-${tenant.merchantId}`];
    const clerk = await join({ name: 'c', role: 'clerk', stores }, owner.token);
    const none = await change(clerk.memberId, owner.token, { stores: [] });
    expectProblem(none, 400, 'request-invalid');
    const reply = await change(clerk.memberId, owner.token, { role: 'viewer' });
    expect(read(reply, z.looseObject({}))).toMatchObject({ role: 'viewer', stores: [] });
  });
});

describe('operators', () => {
  it('have names, made by the bootstrap token, which is then turned off, and comes back for nobody', async () => {
    // Prepare: nobody has a name yet
    const none = await ask(hexiao, 'DELETE', '/v1/tokens/bootstrap');
    expectProblem(none, 409, 'last-owner');
    const first = await join({ name: '运营 甲', role: 'operator' });
    expect(first.token).toMatch(/^hxo_/);
    const second = await join({ name: '运营 乙', role: 'operator' }, first.token);
    expect((await as(second.token, '/v1/pipeline')).status).toBe(200);
    // Act
    const off = await ask(hexiao, 'DELETE', '/v1/tokens/bootstrap', { token: first.token });
    // Assess
    expect(off.status).toBe(204);
    expectProblem(await as(OPERATOR_TOKEN, '/v1/pipeline'), 401, 'token-revoked');
    expect((await remove(second.memberId, first.token)).status).toBe(204);
    expectProblem(await as(second.token, '/v1/pipeline'), 401, 'token-revoked');
    expectProblem(await remove(first.memberId, first.token), 409, 'last-owner');
    expect((await as(first.token, '/v1/members')).text).toContain('运营 甲');
  });
});
