import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../lib/crypto/hash.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { ask, Clock, expectProblem, fresh, makeTenant } from './support.ts';

/** Whatever is revoked, removed or turned off: somebody who may let others in can still get in. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;

interface Way {
  readonly memberId: string;
  readonly token: string;
  readonly tokenId: string;
}

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao?.stop());

async function join(body: object, token: string): Promise<Way> {
  const made = await hexiao.call<Omit<Way, 'tokenId'>>('POST', '/v1/members', body, token);
  return { ...made, tokenId: sha256Hex(made.token).slice(0, 24) };
}

const revoke = (tokenId: string, token: string) =>
  ask(hexiao, 'DELETE', `/v1/tokens/${tokenId}`, { token });
const getsIn = async (token: string, path = '/v1/members') =>
  (await ask(hexiao, 'GET', path, { token })).status === 200;

describe('the operators', () => {
  // One deployment, in its order: the token that it was given is turned off on the way.
  let first: Way;
  let second: Way;

  it('keep the deployment’s own token while the named one cannot get in', async () => {
    first = await join({ name: '甲', role: 'operator' }, OPERATOR_TOKEN);
    expect((await revoke(first.tokenId, OPERATOR_TOKEN)).status).toBe(204);
    expectProblem(await revoke('bootstrap', OPERATOR_TOKEN), 409, 'last-owner');
    expect(await getsIn(OPERATOR_TOKEN)).toBe(true);
    // A token that has ended is none.
    const ends = { expiresAt: '2025-11-20T00:00:00+08:00' };
    const path = `/v1/members/${first.memberId}/tokens`;
    await hexiao.call('POST', path, ends);
    const before = clock.ms;
    clock.ms = Date.parse(ends.expiresAt);
    expectProblem(await revoke('bootstrap', OPERATOR_TOKEN), 409, 'last-owner');
    clock.ms = before;
  });

  it('keep the last token of the last named one, when the deployment’s own is off', async () => {
    const path = `/v1/members/${first.memberId}/tokens`;
    const made = await hexiao.call<Omit<Way, 'memberId'>>('POST', path, {});
    first = { ...first, ...made };
    expect((await revoke('bootstrap', first.token)).status).toBe(204);
    expect(await getsIn(OPERATOR_TOKEN)).toBe(false);
    // The one that ends soon is one as well, until it has.
    clock.ms = Date.parse('2025-11-20T00:00:00+08:00');
    expectProblem(await revoke(first.tokenId, first.token), 409, 'last-owner');
    expect(await getsIn(first.token)).toBe(true);
    // Once more is the same, and says so to nobody else.
    expect((await revoke('bootstrap', first.token)).status).toBe(204);
  });

  it('lose one of two ways, and never both, when two end each other’s at once', async () => {
    for (let round = 0; round < 4; round += 1) {
      second = await join({ name: '乙', role: 'operator' }, first.token);
      const replies = await Promise.all([
        revoke(second.tokenId, first.token),
        round % 2 === 0
          ? revoke(first.tokenId, second.token)
          : ask(hexiao, 'DELETE', `/v1/members/${first.memberId}`, { token: second.token }),
      ]);
      const left = [];
      for (const way of [first, second]) if (await getsIn(way.token)) left.push(way);
      expect(replies.map(({ status }) => status)).toContain(204);
      expect(left).toHaveLength(1);
      first = left[0] ?? first;
    }
  });

  it('count a program with the operator’s role, and none with scopes', async () => {
    const scopes = ['members:manage', 'tokens:manage'];
    await hexiao.call('POST', '/v1/tokens', { name: 's', scopes }, first.token);
    expectProblem(await revoke(first.tokenId, first.token), 409, 'last-owner');
    const program = { name: 'p', role: 'operator' };
    await hexiao.call('POST', '/v1/tokens', program, first.token);
    expect((await revoke(first.tokenId, first.token)).status).toBe(204);
  });
});

describe('a provider’s owners', () => {
  let providerId: string;
  let owner: Way;
  let hub: HexiaoUnderTest;

  beforeAll(async () => {
    hub = hexiao;
    hexiao = await HexiaoUnderTest.start({ now: clock.now });
  });

  afterAll(async () => {
    await hexiao?.stop();
    hexiao = hub;
  });

  beforeEach(async () => {
    ({ providerId } = await makeTenant(hexiao));
    owner = await join({ providerId, name: '王', role: 'owner' }, OPERATOR_TOKEN);
  });

  it('keep a token, whoever revokes: another is made first', async () => {
    for (const token of [owner.token, OPERATOR_TOKEN]) {
      expectProblem(await revoke(owner.tokenId, token), 409, 'last-owner');
    }
    const path = `/v1/members/${owner.memberId}/tokens`;
    const made = await hexiao.call<{ token: string }>('POST', path, {}, owner.token);
    expect((await revoke(owner.tokenId, owner.token)).status).toBe(204);
    expect(await getsIn(made.token)).toBe(true);
  });

  it('keep the owner whose token is in force, not the one whose is not', async () => {
    const other = await join({ name: '李', role: 'owner' }, owner.token);
    expect((await revoke(other.tokenId, owner.token)).status).toBe(204);
    const remove = (memberId: string) =>
      ask(hexiao, 'DELETE', `/v1/members/${memberId}`, { token: owner.token });
    expectProblem(await remove(owner.memberId), 409, 'last-owner');
    const path = `/v1/members/${owner.memberId}`;
    const lesser = await ask(hexiao, 'PATCH', path, {
      token: owner.token,
      body: { role: 'viewer' },
    });
    expectProblem(lesser, 409, 'last-owner');
    expect((await remove(other.memberId)).status).toBe(204);
    expect(await getsIn(owner.token)).toBe(true);
  });

  it('that are none leave a provider to the operator, who revokes whatever it has', async () => {
    const bare = await makeTenant(hexiao);
    const body = { name: fresh('owner'), role: 'owner', providerId: bare.providerId };
    const { tokenId } = await hexiao.call<{ tokenId: string }>('POST', '/v1/tokens', body);
    expect((await revoke(tokenId, OPERATOR_TOKEN)).status).toBe(204);
  });

  it('lose others’ tokens without a word', async () => {
    const viewer = await join({ name: '赵', role: 'viewer' }, owner.token);
    expect((await revoke(viewer.tokenId, owner.token)).status).toBe(204);
    expect(await getsIn(viewer.token, '/v1/stores')).toBe(false);
  });
});
