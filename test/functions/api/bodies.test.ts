import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  Clock,
  contractBody,
  expectProblem,
  makeMerchant,
  makeProvider,
  type Reply,
} from './support.ts';

/** Every route that reads a body, with one that it takes and changes to it that it must refuse. */
const ROUTES: readonly Route[] = [
  {
    method: 'PUT',
    path: '/v1/apps/douyin-life/app-1',
    body: {
      secrets: { clientSecret: ['new', 'old'] },
      settings: { apiBaseUrl: 'https://platform.test', enrichment: 'none' },
    },
    wrong: [
      { secrets: undefined },
      { secrets: null },
      { secrets: 'new' },
      { secrets: {} },
      { secrets: { clientSecret: '' } },
      { secrets: { clientSecret: [] } },
      { secrets: { clientSecret: 7 } },
      { secrets: { clientSecret: ['new', null] } },
      { secrets: { clientSecret: ['1', '2', '3', '4', '5', '6'] } },
      { secrets: { clientSecret: 'new', another: 'x' } },
      { settings: [] },
      { settings: 'pull' },
      { settings: { enrichment: 'push' } },
      { settings: { enrichment: null } },
      { settings: { apiBaseUrl: 'platform.test' } },
      { settings: { apiBaseUrl: 'file:///etc/passwd' } },
      { settings: { apiBaseUrl: 7 } },
    ],
  },
  {
    method: 'PUT',
    path: '/v1/providers/provider-1',
    body: { name: '服务商', kind: 'agency' },
    wrong: [
      { name: undefined },
      { name: '' },
      { name: ' \t' },
      { name: 7 },
      { name: 'n'.repeat(201) },
      { kind: undefined },
      { kind: 'bank' },
      { kind: ['agency'] },
      { providerId: 'provider-2' },
    ],
  },
  {
    method: 'POST',
    path: '/v1/providers/provider-1/tokens',
    body: { role: 'viewer' },
    wrong: [
      { role: undefined },
      { role: 'operator' },
      { role: null },
      { providerId: 'provider-2' },
    ],
  },
  {
    method: 'PUT',
    path: '/v1/merchants/douyin/merchant-1',
    body: { name: '商家' },
    wrong: [{ name: undefined }, { name: '' }, { name: {} }, { merchantId: 'merchant-2' }],
  },
  {
    method: 'PUT',
    path: '/v1/stores/douyin/store-1',
    body: { name: '门店', merchantId: 'merchant-1', city: '成都' },
    wrong: [
      { name: undefined },
      { merchantId: undefined },
      { merchantId: '' },
      { merchantId: 7_300_000_000_000_000 },
      { merchantId: 'm'.repeat(129) },
      { city: '' },
      { city: null },
      { namedBy: 'platform' },
    ],
  },
  {
    method: 'POST',
    path: '/v1/contracts',
    body: contractBody({ providerId: 'provider-1', merchantId: 'merchant-1', shareBp: 1 }),
    wrong: [
      { providerId: undefined },
      { providerId: 7 },
      { merchantId: 'm'.repeat(129) },
      { platform: 'weixin' },
      { mode: 'both' },
      { shareBp: 0 },
      { shareBp: 10_001 },
      { shareBp: 0.5 },
      { shareBp: '100' },
      { rateBp: undefined },
      { rateBp: -1 },
      { rateBp: 10_001 },
      { rateBp: 1.5 },
      { startsAt: undefined },
      { startsAt: '2025-01-01' },
      { startsAt: '2025-01-01T00:00:00' },
      { startsAt: 1_760_000_000 },
      { startsAt: '' },
      { endsAt: '' },
      { endsAt: '2025-13-01T00:00:00Z' },
      { contractId: '1.douyin.merchant-1' },
      { recordedAt: '2020-01-01T00:00:00+08:00' },
    ],
  },
];

interface Route {
  readonly method: 'PUT' | 'POST';
  readonly path: string;
  readonly body: object;
  readonly wrong: readonly object[];
}

let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
  await makeProvider(hexiao, 'provider-1');
  await makeMerchant(hexiao, 'merchant-1');
});

afterAll(() => hexiao?.stop());

function send(route: Route, body: object | string): Promise<Reply> {
  return ask(hexiao, route.method, route.path, { body });
}

describe.each(ROUTES)('the body of $method $path', (route) => {
  it('is taken when it is as documented, with a byte order mark and spaces too', async () => {
    expect((await send(route, route.body)).status).toBeLessThan(300);
    expect((await send(route, `\u{feff} ${JSON.stringify(route.body)}\n`)).status).toBeLessThan(
      300,
    );
  });

  it('is refused when it is not one JSON object', async () => {
    const whole = JSON.stringify(route.body);
    const bodies = ['', ' ', 'name=x', '{', `${whole}${whole}`, `${whole},`, '[]', `[${whole}]`];
    const more = ['null', 'true', '7', '"text"', `// note\n${whole}`, whole.replaceAll('"', "'")];
    for (const body of [...bodies, ...more, '['.repeat(10_000)]) {
      expectProblem(await send(route, body), 400, 'request-invalid');
    }
  });

  it('is refused when it is not UTF-8', async () => {
    const bytes = new Uint8Array([...Buffer.from('{"name":"'), 0xc3, 0x28, ...Buffer.from('"}')]);
    const reply = await ask(hexiao, route.method, route.path, { bytes });
    expectProblem(reply, 400, 'request-invalid');
  });

  it('is refused when a key stands in it twice, whichever of the two is right', async () => {
    const whole = JSON.stringify(route.body);
    for (const [key, value] of Object.entries(route.body)) {
      const again = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
      const escaped = `"\\u${(key.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}${key.slice(1)}"`;
      for (const twice of [again, `${JSON.stringify(key)}:null`, `${escaped}:null`]) {
        const problem = expectProblem(
          await send(route, `{${twice},${whole.slice(1)}`),
          400,
          'request-invalid',
        );
        expect(problem.detail).toContain('twice');
      }
    }
  });

  it('is refused with a field that nobody knows', async () => {
    for (const extra of ['"extra":1', '"__proto__":{}', '"constructor":{}', '"Name":"x"']) {
      const body = `{${extra},${JSON.stringify(route.body).slice(1)}`;
      expectProblem(await send(route, body), 400, 'request-invalid');
    }
    const body = `{"call 13812345678":1,${JSON.stringify(route.body).slice(1)}`;
    const { detail } = expectProblem(await send(route, body), 400, 'request-invalid');
    expect(detail).not.toContain('13812345678');
    expect(detail).toContain('nobody knows');
  });

  it('is refused when a field is missing, of a wrong type or out of bounds, and says which', async () => {
    for (const change of route.wrong) {
      const reply = await send(route, { ...route.body, ...change });
      expect(reply.status, JSON.stringify(change).slice(0, 80)).toBe(400);
      const { detail } = expectProblem(reply, 400, 'request-invalid');
      const [name = ''] = Object.keys(change);
      // A name of ours is told. One that nobody knows is the caller's, and may be anything.
      if (detail.startsWith('a field that nobody knows')) expect(detail).not.toContain(name);
      else expect(detail).toContain(name);
    }
  });

  it('is refused over 64 KiB and taken at 64 KiB, whether or not its length is announced', async () => {
    const whole = JSON.stringify(route.body);
    const room = 64 * 1024 - Buffer.byteLength(whole);
    const fits = `${whole}${' '.repeat(room)}`;
    expect((await send(route, fits)).status).toBeLessThan(300);
    expectProblem(await send(route, `${fits} `), 413, 'body-too-large');
    const announced = { headers: { 'content-length': String(64 * 1024 + 1) }, body: `${fits} ` };
    expectProblem(await ask(hexiao, route.method, route.path, announced), 413, 'body-too-large');
    const nobody = await ask(hexiao, route.method, route.path, { ...announced, token: null });
    expectProblem(nobody, 413, 'body-too-large');
  });
});

describe('the settings of an app', () => {
  it('are refused with a name nobody knows, so that a slip is not taken for the default', async () => {
    const body = { secrets: { clientSecret: 's' }, settings: { enrichmnet: 'none' } };
    const reply = await ask(hexiao, 'PUT', '/v1/apps/douyin-life/app-2', { body });
    expectProblem(reply, 400, 'request-invalid');
  });

  it('never give back a secret that was put among them by mistake', async () => {
    const body = { secrets: { clientSecret: 's' }, settings: { clientSecret: 'sesame-1234' } };
    const reply = await ask(hexiao, 'PUT', '/v1/apps/douyin-life/app-3', { body });
    expect(reply.text).not.toContain('sesame');
  });
});
