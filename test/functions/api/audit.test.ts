import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { aroundCalls } from '../../support/around.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { scanAll } from '../../support/scan.ts';
import {
  ask,
  Clock,
  contractBody,
  cookieOf,
  expectProblem,
  fresh,
  MINUTE_MS,
  makeTenant,
  read,
} from './support.ts';

const trail = z.strictObject({
  entries: z.array(
    z.looseObject({
      auditId: z.string(),
      actor: z.string(),
      subject: z.string(),
      call: z.string(),
      outcome: z.string().nullable(),
      providers: z.array(z.string()),
      before: z.unknown(),
      after: z.unknown(),
    }),
  ),
  next: z.string().nullable(),
});

const DAY = '2025-11-03';
const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  clock.ms = Date.parse(`${DAY}T09:00:00+08:00`);
});

afterAll(() => hexiao?.stop());

/** One act of the script: a minute later, by somebody, from somewhere. */
async function act<T>(method: string, path: string, body?: object, token = OPERATOR_TOKEN) {
  clock.ms += MINUTE_MS;
  const env = { requestContext: { http: { sourceIp: '203.0.113.77' } } };
  const response = await hexiao.api.request(
    path,
    {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    env,
  );
  const text = await response.text();
  return { status: response.status, json: (text === '' ? {} : safe(text)) as T, text };
}

const safe = (text: string): unknown => (text.startsWith('{') ? JSON.parse(text) : {});

const seen = async (query = '', token = OPERATOR_TOKEN) =>
  read(await ask(hexiao, 'GET', `/v1/audit?from=${DAY}&to=${DAY}${query}`, { token }), trail);

describe('the trail of a day', () => {
  const [providerId, merchantId] = [fresh('provider'), fresh('merchant')];
  const secret = 'a-secret-that-nobody-may-read';
  let owner: string;
  let tokenId: string;
  let contractId: string;

  it('equals what was done on it, with who, whence, before and after, and without what was refused', async () => {
    // Act: a day of the operator's and of an owner's
    const app = { secrets: { clientSecret: secret }, settings: {} };
    await act('PUT', '/v1/apps/douyin-life/app-of-the-day', app);
    await act('PUT', `/v1/providers/${providerId}`, { name: '甲', kind: 'agency' });
    await act('PUT', `/v1/providers/${providerId}`, { name: '乙', kind: 'agency' });
    await act('PUT', `/v1/merchants/douyin/${merchantId}`, { name: '商家' });
    const contract = contractBody({ providerId, merchantId });
    contractId = (await act<{ contractId: string }>('POST', '/v1/contracts', contract)).json
      .contractId;
    const made = { providerId, name: '王', role: 'owner' };
    const member = (await act<{ memberId: string; token: string }>('POST', '/v1/members', made))
      .json;
    owner = member.token;
    const body = { name: 'script', role: 'viewer' };
    const token = (await act<{ tokenId: string; token: string }>('POST', '/v1/tokens', body, owner))
      .json;
    tokenId = token.tokenId;
    // Refused, and a look: neither changes anything.
    expect((await act('DELETE', '/v1/tokens/nobody', undefined, owner)).status).toBe(404);
    expect((await act('POST', '/v1/contracts', { x: 1 })).status).toBe(400);
    expect((await act('PUT', '/v1/policies', {}, token.token)).status).toBe(404);
    await act('GET', '/v1/stores', undefined, token.token);
    expect((await act('DELETE', `/v1/tokens/${tokenId}`, undefined, owner)).status).toBe(204);
    const closed = await act<{ statementId: string }>(
      ...(['POST', '/v1/statements/2025-10/close', { providerId }] as const),
    );
    const file = `/v1/statements/${closed.json.statementId}.csv`;
    expect((await act('GET', file, undefined, owner)).status).toBe(200);
    // Assess
    const { entries } = await seen();
    const byOwner = `member/${member.memberId}`;
    const lines = entries.map(({ actor, call, subject }) => [actor, call, subject]);
    expect(lines).toEqual([
      ['bootstrap', 'PUT /v1/apps/{integration}/{appKey}', 'app/douyin-life/app-of-the-day'],
      ['bootstrap', 'PUT /v1/providers/{providerId}', `provider/${providerId}`],
      ['bootstrap', 'PUT /v1/providers/{providerId}', `provider/${providerId}`],
      ['bootstrap', 'PUT /v1/merchants/{platform}/{merchantId}', `merchant/douyin/${merchantId}`],
      ['bootstrap', 'POST /v1/contracts', `contract/${contractId}`],
      ['bootstrap', 'POST /v1/members', byOwner],
      [byOwner, 'POST /v1/tokens', `token/${tokenId}`],
      [byOwner, 'DELETE /v1/tokens/{tokenId}', `token/${tokenId}`],
      ['bootstrap', 'POST /v1/statements/{month}/close', `statement/${closed.json.statementId}`],
      [byOwner, 'GET /v1/statements/{id}', `statement/${closed.json.statementId}.csv`],
    ]);
    for (const one of entries) expect(one).toMatchObject({ outcome: 'done', from: '203.0.113.0' });
    expect(entries[2]).toMatchObject({ before: { name: '甲' }, after: { name: '乙' } });
    expect(entries[7]).toMatchObject({ before: { name: 'script', role: 'viewer' }, after: null });
    // Of the app a fingerprint; of nobody a secret.
    expect(entries[0]).toMatchObject({
      after: { live: { clientSecret: [{ fingerprint: expect.any(String) }] } },
    });
    const text = JSON.stringify(entries);
    for (const kept of [secret, owner, token.token]) expect(text).not.toContain(kept);
  });

  it('shows an owner what is about its own, whoever did it, and nothing else', async () => {
    const own = (await seen('', owner)).entries;
    expect(own.map(({ call }) => call)).toEqual([
      ...['PUT /v1/providers/{providerId}', 'PUT /v1/providers/{providerId}', 'POST /v1/contracts'],
      ...['POST /v1/members', 'POST /v1/tokens', 'DELETE /v1/tokens/{tokenId}'],
      ...['POST /v1/statements/{month}/close', 'GET /v1/statements/{id}'],
    ]);
    for (const { providers } of own) expect(providers).toEqual([providerId]);
    const foreign = await ask(hexiao, 'GET', '/v1/audit?providerId=another', { token: owner });
    expectProblem(foreign, 404, 'not-found');
  });

  it('is looked through by actor and subject, page by page', async () => {
    const all = (await seen()).entries;
    const bySubject = await seen(`&subject=token/${tokenId}`);
    expect(bySubject.entries.map(({ call }) => call)).toEqual([
      ...['POST /v1/tokens', 'DELETE /v1/tokens/{tokenId}'],
    ]);
    expect((await seen('&subject=token')).entries).toEqual(bySubject.entries);
    expect((await seen('&subject=tok')).entries).toEqual([]);
    const actors = (await seen('&actor=bootstrap')).entries.map(({ actor }) => actor);
    expect(actors.length).toBe(all.filter(({ actor }) => actor === 'bootstrap').length);
    const paged: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 20; pages += 1) {
      const { entries, next } = await seen(`&limit=3${cursor}`);
      paged.push(...entries.map(({ auditId }) => auditId));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(paged).toEqual(all.map(({ auditId }) => auditId));
  });

  it('is kept for as long as the stage says, and no call changes it', async () => {
    const items = (await scanAll(hexiao.emulators.database)).filter(({ pk }) =>
      String(pk).startsWith('AUDIT#'),
    );
    expect(items.length).toBeGreaterThan(10);
    for (const { at, expiresAt } of items) {
      expect(Number(expiresAt) - Date.parse(String(at)) / 1000).toBe(1_096 * 86_400);
    }
    for (const method of ['DELETE', 'PATCH', 'PUT', 'POST']) {
      const path = `/v1/audit/${String(items[0]?.sk)}`;
      expectProblem(await ask(hexiao, method, path), 404, 'not-found');
    }
  });
});

describe('a change whose worker died, or whose end nobody knows', () => {
  it('has left its trace before it was done', async () => {
    // Prepare: the table goes away with the write of the provider
    const providerId = fresh('unknown');
    let isDown = true;
    aroundCalls(hexiao.emulators.database, async (next, { input }) => {
      const item = JSON.stringify((input as { Item?: object }).Item ?? {});
      if (isDown && item.includes(`PROVIDER#${providerId}`)) throw new Error('the table is down');
      return next();
    });
    expect(
      (await act('PUT', `/v1/providers/${providerId}`, { name: 'x', kind: 'dev' })).status,
    ).toBe(500);
    isDown = false;
    const { entries } = await seen(`&subject=provider/${providerId}`);
    expect(entries).toMatchObject([{ outcome: null, actor: 'bootstrap' }]);
  });

  it('is not done where no trace can be left', async () => {
    let isDown = true;
    aroundCalls(hexiao.emulators.database, async (next, { input }) => {
      const item = JSON.stringify((input as { Item?: object }).Item ?? {});
      if (isDown && item.includes('"AUDIT#')) throw new Error('the table is down');
      return next();
    });
    const merchantId = fresh('untraced');
    const body = { name: 'x' };
    expect((await act('PUT', `/v1/merchants/douyin/${merchantId}`, body)).status).toBe(500);
    isDown = false;
    const keys = (await scanAll(hexiao.emulators.database)).map(({ pk }) => String(pk));
    expect(keys).not.toContain(`MERCHANT#douyin#${merchantId}`);
  });
});

describe('a file that is taken out of a page', () => {
  it.each(['products', 'creators', 'channels', 'merchants', 'cities'])(
    'leaves its trace, and the page itself none: /%s',
    async (page) => {
      const { providerId, token } = await makeTenant(hexiao);
      const { cookie } = await cookieOf(hexiao, token);
      const look = async (query: string) => {
        clock.ms += MINUTE_MS;
        return (await ask(hexiao, 'GET', `/${page}?${query}`, { token: null, headers: { cookie } }))
          .status;
      };
      const days = 'from=2025-10-09&to=2025-10-10';
      expect([await look(days), await look(`${days}&file=exe`)]).toEqual([200, 400]);
      for (const file of ['csv', 'xlsx']) expect(await look(`${days}&file=${file}`)).toBe(200);
      const { entries } = await seen(`&providerId=${providerId}`);
      const files = entries.filter(({ call }) => call.startsWith('GET '));
      expect(files).toMatchObject(
        ['csv', 'xlsx'].map((file) => ({
          ...{ call: `GET /${page}`, subject: `${page}-2025-10-09-2025-10-10.${file}` },
          ...{ outcome: 'done', providers: [providerId], actor: expect.stringMatching(/^token\//) },
        })),
      );
      expect(files).toHaveLength(2);
    },
  );
});

describe('the trail of a contract', () => {
  it('that was ended has how it was before', async () => {
    const { providerId, merchantId } = await makeTenant(hexiao);
    const { contracts } = await hexiao.call<{ contracts: { contractId: string }[] }>(
      ...(['GET', `/v1/contracts?providerId=${providerId}`] as const),
    );
    const [contract] = contracts;
    const endsAt = '2026-12-31T00:00:00.000+08:00';
    await hexiao.call('POST', `/v1/contracts/${contract?.contractId}/end`, { endsAt });
    const { entries } = await hexiao.call<{ entries: { call: string }[] }>(
      ...(['GET', `/v1/audit?subject=contract/${contract?.contractId}`] as const),
    );
    expect(entries).toHaveLength(2);
    expect(entries.find(({ call }) => call.endsWith('/end'))).toMatchObject({
      before: { version: 1, endsAt: null, merchantId },
      after: { version: 2, endsAt, merchantId },
    });
  });
});
