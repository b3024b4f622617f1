import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readApp, readProvider, readStore } from '../../../lib/store/accounts/parties.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  Clock,
  expectProblem,
  fresh,
  lineOf,
  makeMerchant,
  makeProvider,
  read,
  storesAnswer,
} from './support.ts';

const SECRET = 'sesame-0123456789-do-not-echo';

/** Ids that mean something to a URL, a key or a terminal. */
const HARD_IDS = [
  '#',
  '%',
  '%23',
  '%2523',
  'a#b#c',
  'a/b',
  '../x',
  'a..b',
  'a?b=c&d',
  'a b+c',
  '服务商·一店',
  '👩',
  "'; DROP--",
  '<script>',
  'constructor',
  'a b  c',
  'x'.repeat(128),
  '店'.repeat(128),
  '%'.repeat(128),
];

let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
});

afterAll(() => hexiao?.stop());

describe('PUT /v1/apps', () => {
  it('registers live secrets and settings, and answers how many but not which', async () => {
    const body = {
      secrets: { clientSecret: [SECRET, `${SECRET}-old`] },
      settings: { apiBaseUrl: 'https://platform.test', enrichment: 'none' },
    };
    const reply = await ask(hexiao, 'PUT', '/v1/apps/douyin-life/app-1', { body });
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.text)).toMatchObject({
      integration: 'douyin-life',
      appKey: 'app-1',
      liveSecrets: { clientSecret: 2 },
      settings: body.settings,
    });
    expect(reply.text).not.toContain('sesame');
    expect(await readApp(hexiao.table, 'douyin-life', 'app-1')).toMatchObject(body);
  });

  it('takes one secret as a string, asks the platform by default, and replaces what stood', async () => {
    const path = '/v1/apps/douyin-life/app-2';
    const first = { secrets: { clientSecret: ['a', 'b'] }, settings: { enrichment: 'none' } };
    await ask(hexiao, 'PUT', path, { body: first });
    await ask(hexiao, 'PUT', path, { body: { secrets: { clientSecret: 'c' } } });
    const app = await readApp(hexiao.table, 'douyin-life', 'app-2');
    expect(app).toMatchObject({
      secrets: { clientSecret: ['c'] },
      settings: { enrichment: 'pull' },
    });
  });

  it('refuses an integration that does not exist and names those that do', async () => {
    for (const name of ['nobody', '__proto__', 'constructor', 'douyin-life%23', 'DOUYIN-LIFE']) {
      const body = { secrets: { clientSecret: SECRET } };
      const reply = await ask(hexiao, 'PUT', `/v1/apps/${name}/app-1`, { body });
      expect(expectProblem(reply, 422, 'integration-unknown').detail).toContain('douyin-life');
      expect(reply.text).not.toContain('sesame');
    }
  });

  it('echoes no secret in any refusal', async () => {
    const path = '/v1/apps/douyin-life/app-3';
    const good = JSON.stringify({ secrets: { clientSecret: SECRET } });
    const bodies = [
      good.slice(0, -1),
      `${good}x`,
      `{"secrets":{"clientSecret":"${SECRET}","clientSecret":"${SECRET}"}}`,
      `{"secrets":"${SECRET}"}`,
      `{"secrets":["${SECRET}"]}`,
      `{"secrets":{"clientSecret":{"value":"${SECRET}"}}}`,
      `{"secrets":{"clientSecret":["${SECRET}",""]}}`,
      `{"secrets":{"clientSecret":"${SECRET}"},"settings":{"enrichment":"${SECRET}"}}`,
      `{"secrets":{"clientSecret":"${SECRET}"},"settings":{"apiBaseUrl":"${SECRET}"}}`,
      `{"secrets":{"clientSecret":"${SECRET}"},"extra":"${SECRET}"}`,
    ];
    for (const body of bodies) {
      const reply = await ask(hexiao, 'PUT', path, { body });
      expectProblem(reply, 400, 'request-invalid');
      expect(reply.text, body.slice(0, 60)).not.toContain('sesame');
    }
    expect(await readApp(hexiao.table, 'douyin-life', 'app-3')).toBeUndefined();
  });
});

describe('PUT /v1/providers', () => {
  it('registers a provider, and again under another name', async () => {
    for (const name of ['一', ' 二 ']) {
      const body = { name, kind: 'saas' };
      const reply = await ask(hexiao, 'PUT', '/v1/providers/p1', { body });
      expect(JSON.parse(reply.text)).toEqual({ providerId: 'p1', name: name.trim(), kind: 'saas' });
    }
    expect((await readProvider(hexiao.table, 'p1'))?.name).toBe('二');
  });

  it('takes every id of up to 128 characters as it is, whatever is in it', async () => {
    const tokens = new Map<string, string>();
    for (const id of HARD_IDS)
      tokens.set(id, await makeProvider(hexiao, id, `name of ${lineOf(id)}`));
    for (const id of HARD_IDS) {
      expect(await readProvider(hexiao.table, id)).toMatchObject({
        providerId: id,
        name: `name of ${lineOf(id)}`,
      });
      const reply = await ask(hexiao, 'GET', '/v1/stores', { token: tokens.get(id) ?? null });
      expect(read(reply, storesAnswer).stores).toEqual([]);
    }
  });

  it('refuses a longer id', async () => {
    const body = { name: 'x', kind: 'agency' };
    const path = `/v1/providers/${'x'.repeat(129)}`;
    expectProblem(await ask(hexiao, 'PUT', path, { body }), 400, 'request-invalid');
    const tokens = await ask(hexiao, 'POST', `${path}/tokens`, { body: { role: 'viewer' } });
    expectProblem(tokens, 400, 'request-invalid');
  });
});

describe('POST /v1/providers/{id}/tokens', () => {
  const answer = z.strictObject({
    token: z.string().regex(/^hxp_[\w-]{20,}$/),
    providerId: z.string(),
    role: z.enum(['owner', 'viewer']),
    createdAt: z.iso.datetime({ offset: true }),
    tokenId: z.string(),
  });

  it('gives a new token each time, and each works at once', async () => {
    const providerId = fresh('provider');
    const older = await makeProvider(hexiao, providerId);
    const path = `/v1/providers/${providerId}/tokens`;
    const reply = await ask(hexiao, 'POST', path, { body: { role: 'owner' } });
    expect(reply.status).toBe(201);
    const { token, ...rest } = read(reply, answer);
    expect(rest).toMatchObject({ providerId, role: 'owner' });
    expect(token).not.toBe(older);
    for (const one of [older, token]) {
      expect((await ask(hexiao, 'GET', '/v1/stores', { token: one })).status).toBe(200);
    }
  });

  it('refuses a provider that is not registered', async () => {
    const body = { role: 'viewer' };
    const reply = await ask(hexiao, 'POST', '/v1/providers/nobody/tokens', { body });
    expectProblem(reply, 422, 'provider-unknown');
  });

  it('never shows a token again', async () => {
    const providerId = fresh('provider');
    const token = await makeProvider(hexiao, providerId);
    const path = `/v1/providers/${providerId}`;
    const again = await ask(hexiao, 'PUT', path, { body: { name: 'x', kind: 'dev' } });
    const more = await ask(hexiao, 'POST', `${path}/tokens`, { body: { role: 'viewer' } });
    const own = await ask(hexiao, 'GET', '/v1/stores', { token });
    for (const reply of [again, more, own]) expect(reply.text).not.toContain(token);
  });
});

describe('PUT /v1/merchants and /v1/stores', () => {
  it('register a merchant and its store under any id', async () => {
    for (const id of HARD_IDS) {
      await makeMerchant(hexiao, id);
      const path = `/v1/stores/douyin/${encodeURIComponent(id)}`;
      const body = { name: `门店 ${lineOf(id)}`, merchantId: id };
      const reply = await ask(hexiao, 'PUT', path, { body });
      expect(reply.status, reply.text).toBe(200);
      const stored = await readStore(hexiao.table, 'douyin', id);
      expect(stored).toMatchObject({
        storeId: id,
        merchantId: id,
        city: null,
        namedBy: 'operator',
      });
    }
  });

  it('keep stores of the same id on two platforms apart', async () => {
    for (const platform of ['douyin', 'kuaishou']) {
      await ask(hexiao, 'PUT', `/v1/merchants/${platform}/m`, { body: { name: 'm' } });
      const body = { name: `on ${platform}`, merchantId: 'm', city: '成都' };
      const reply = await ask(hexiao, 'PUT', `/v1/stores/${platform}/s`, { body });
      expect(JSON.parse(reply.text)).toMatchObject({ platform, storeId: 's', ...body });
    }
    expect((await readStore(hexiao.table, 'douyin', 's'))?.name).toBe('on douyin');
  });

  it('refuse a platform nobody knows and an id too long', async () => {
    const long = 'x'.repeat(129);
    for (const path of ['/v1/merchants/weixin/m', `/v1/merchants/douyin/${long}`]) {
      expectProblem(
        await ask(hexiao, 'PUT', path, { body: { name: 'x' } }),
        400,
        'request-invalid',
      );
    }
    for (const path of ['/v1/stores/weixin/s', `/v1/stores/douyin/${long}`]) {
      const body = { name: 'x', merchantId: 'm' };
      expectProblem(await ask(hexiao, 'PUT', path, { body }), 400, 'request-invalid');
    }
  });

  it.each(['unknown', 'tier~m1'])(
    'refuse %s as a store, which stands for none',
    async (storeId) => {
      const merchantId = fresh('merchant');
      await makeMerchant(hexiao, merchantId);
      const body = { merchantId, name: 'x', city: '成都' };
      const reply = await ask(hexiao, 'PUT', `/v1/stores/douyin/${storeId}`, { body });
      expectProblem(reply, 400, 'request-invalid');
    },
  );

  it('refuse a store of a merchant that is not registered', async () => {
    const body = { name: 'x', merchantId: 'nobody' };
    const reply = await ask(hexiao, 'PUT', '/v1/stores/douyin/orphan', { body });
    expectProblem(reply, 422, 'merchant-unknown');
    expect(await readStore(hexiao.table, 'douyin', 'orphan')).toBeUndefined();
  });
});
