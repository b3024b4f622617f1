import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { proofKeyOf, publicOf } from '../../../lib/proof/keys.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { scanAll } from '../../support/scan.ts';
import { ask, Clock, expectProblem, fresh, MINUTE_MS, makeProvider, read } from './support.ts';

/** 身份验真码: a member shows for a short while who they are, and nobody can make, keep or prolong one. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let providerId: string;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  providerId = fresh('provider');
  await makeProvider(hexiao, providerId, '星河传媒');
  await makeMember('owner');
});
afterAll(() => hexiao?.stop());

interface Person {
  readonly memberId: string;
  readonly token: string;
}

async function makeMember(role: string, name = fresh(role)): Promise<Person> {
  const body = { providerId, name, role, stores: [] };
  return hexiao.call('POST', '/v1/members', body);
}

const made = z.strictObject({ codeId: z.string(), url: z.string(), expiresAt: z.string() });

async function codeOf(one: Person, body: object = {}) {
  const asked = { token: one.token, body: { memberId: one.memberId, ...body } };
  const reply = await ask(hexiao, 'POST', '/v1/identity-codes', asked);
  expect(reply.status, reply.text).toBe(201);
  return read(reply, made);
}

const asProgram = { token: null, headers: { accept: 'application/json' } };
const verify = (url: string) => ask(hexiao, 'GET', new URL(url).pathname, asProgram);
const look = (url: string, language = 'zh') =>
  ask(hexiao, 'GET', `${new URL(url).pathname}?lang=${language}`, {
    ...{ token: null, headers: { accept: 'text/html' } },
  });

const invalid = async (url: string, word: RegExp) =>
  expect(expectProblem(await verify(url), 404, 'identity-code-invalid').detail).toMatch(word);

const PHOTO = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d494844520000004000000040', 'hex'),
  Buffer.from('0000000049454e44ae426082', 'hex'),
]);

describe('an identity code', () => {
  it('says who, of which provider, for what, until when, and the photo’s hash', async () => {
    const one = await makeMember('operations', '林晓');
    const path = `/v1/members/${one.memberId}/photo`;
    const bytes = new Uint8Array(PHOTO);
    const { photoSha256 } = read(
      await ask(hexiao, 'PUT', path, { bytes }),
      z.strictObject({ photoSha256: z.string() }),
    );
    const none = await ask(hexiao, 'PUT', path, { bytes: bytes.slice(0, -1) });
    expect(expectProblem(none, 400, 'request-invalid').detail).toContain('no photo');
    const { url, expiresAt } = await codeOf(one, { minutes: 15 });
    expect(Date.parse(expiresAt) - clock.ms).toBeLessThanOrEqual(15 * MINUTE_MS);
    expect(JSON.parse((await verify(url)).text)).toEqual({
      ...{ valid: true, name: '林晓', provider: '星河传媒', role: 'operations', stores: [] },
      authorisedFor: { zh: expect.any(String), en: expect.any(String) },
      ...{ photoSha256, until: expiresAt },
    });
    const page = await look(url);
    for (const text of ['林晓', '星河传媒', photoSha256, '运营']) expect(page.text).toContain(text);
    expect((await look(url, 'en')).text).toContain('This is genuine');
    // The page neither greets nor remembers anybody.
    expect(page.headers.getSetCookie().filter((cookie) => !cookie.startsWith('hexiao_l'))).toEqual(
      [],
    );
  });

  it('ends by itself, is taken back at once, and goes with its member', async () => {
    const [one, gone] = [await makeMember('viewer'), await makeMember('finance')];
    const codes = [await codeOf(one), await codeOf(one), await codeOf(gone, { minutes: 60 })];
    const [short, taken, left] = codes.map(({ url }) => url) as [string, string, string];
    const revoke = (token: string) =>
      ask(hexiao, 'DELETE', `/v1/identity-codes/${codes[1]?.codeId}`, { token });
    expectProblem(await revoke(gone.token), 403, 'role-forbidden');
    expect((await verify(taken)).status).toBe(200);
    expect((await revoke(one.token)).status).toBe(204);
    expect((await revoke(one.token)).status).toBe(204);
    await invalid(taken, /taken back/);
    expect((await ask(hexiao, 'DELETE', `/v1/members/${gone.memberId}`)).status).toBe(204);
    await invalid(left, /no more/);
    clock.ms += 10 * MINUTE_MS;
    await invalid(short, /over/);
    expect((await look(short)).status).toBe(404);
  });

  it('is made of oneself, or by whoever manages members; of nobody else’s provider', async () => {
    const [one, other] = [await makeMember('viewer'), await makeMember('finance')];
    const body = { memberId: other.memberId };
    const asked = await ask(hexiao, 'POST', '/v1/identity-codes', { token: one.token, body });
    expectProblem(asked, 403, 'role-forbidden');
    const owner = await makeMember('owner');
    await codeOf({ token: owner.token, memberId: other.memberId });
    const { codeId } = await codeOf(one);
    const rival = fresh('rival');
    await makeProvider(hexiao, rival);
    const rivals = await hexiao.call<{ token: string }>(
      ...(['POST', '/v1/members', { providerId: rival, name: 'r', role: 'owner' }] as const),
    );
    const at = { token: rivals.token };
    expectProblem(
      await ask(hexiao, 'DELETE', `/v1/identity-codes/${codeId}`, at),
      ...([404, 'not-found'] as const),
    );
    expectProblem(
      await ask(hexiao, 'POST', '/v1/identity-codes', { ...at, body: { memberId: one.memberId } }),
      ...([404, 'not-found'] as const),
    );
  });

  it('is not accepted with a letter changed, of a strange key, or of an end that was moved', async () => {
    const { url } = await codeOf(await makeMember('viewer'));
    const text = url.slice(-112);
    for (const at of [0, 5, 20, 30, 111]) {
      const letter = text[at] === 'A' ? 'B' : 'A';
      await invalid(url.replace(text, text.slice(0, at) + letter + text.slice(at + 1)), /not made/);
    }
    // A deployment whose key was rotated takes what the older one signed; one that never had it does not.
    const rotated = proofKeyOf('another key of the tests, and of nothing else');
    const published = [publicOf(rotated.publicKey)];
    const keys = { newest: async () => rotated, published: async () => published };
    const strange = hexiao.another({ proofKeys: keys });
    const headers = { accept: 'application/json' };
    expect((await strange.request(`/verify/${text}`, { headers })).status).toBe(404);
    const reply = await hexiao.api.request('/v1/proof-keys');
    const older = (await reply.json()) as { keys: { keyId: string; publicKey: string }[] };
    published.push(...older.keys);
    expect((await strange.request(`/verify/${text}`, { headers })).status).toBe(200);
  });

  it('leaves nothing of who looked, and nothing by which somebody else could show it', async () => {
    const { url } = await codeOf(await makeMember('viewer'));
    const before = await scanAll(hexiao.emulators.database);
    expect((await verify(url)).status).toBe(200);
    expect((await look(url)).status).toBe(200);
    const after = await scanAll(hexiao.emulators.database);
    expect(after).toEqual(before);
    expect(JSON.stringify(after)).not.toContain(url.slice(-112));
  });
});
