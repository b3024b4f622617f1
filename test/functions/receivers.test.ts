import { request as startRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { routeOf } from '../../infra/local/routes.ts';
import { ROUTES } from '../../infra/topology.ts';
import { integrationNames } from '../../lib/integrations/registry.ts';
import { readDepth } from '../../lib/queue/queue.ts';
import { APP_KEY, CLIENT_SECRET } from '../support/douyin.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../support/hexiao.ts';
import { sample } from '../support/samples.ts';

/** What a receiver answers to whoever comes without a message, and what every answer carries. */

let hexiao: HexiaoUnderTest;
const logged: string[] = [];

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ log: (_level, what) => logged.push(what) });
  await hexiao.call('PUT', `/v1/apps/douyin-life/${APP_KEY}`, {
    secrets: { clientSecret: CLIENT_SECRET },
  });
});
beforeEach(() => {
  logged.length = 0;
});
afterAll(() => hexiao?.stop());

const waiting = async () => {
  const { waiting: there } = await readDepth(
    hexiao.emulators.sqs,
    hexiao.emulators.queues.intake.url,
  );
  return there;
};

const answerOf = async (response: Response) => `${response.status} ${await response.text()}`;

/** What each platform's page says of "received"; the words of the last two of Douyin's are one. */
const RECEIVED: Readonly<Record<string, string>> = {
  'douyin-life': '{"err_no":0,"err_tips":"success"}',
  'douyin-miniapp': '{"err_no":0,"err_tips":"success"}',
  'kuaishou-life': '{"data":{"error_code":0,"description":"success"}}',
  'kuaishou-miniapp': '{"result":1}',
  'kuaishou-shop': '{"result":1}',
  meituan: '{"code":0,"message":"success"}',
};

describe.each(integrationNames())('a console’s check of an address of %s', (name) => {
  test.each([APP_KEY, 'an-app-that-nobody-has', 'x'.repeat(2_100)])(
    'by GET and by an empty POST finds it, keeps nothing and tells of no app: %s',
    async (appKey) => {
      for (const path of [`/webhooks/${name}/${appKey}`, `/webhooks/${name}/${appKey}/`]) {
        const got = await hexiao.ingest.request(path);
        const head = await hexiao.ingest.request(path, { method: 'HEAD' });
        const posted = await hexiao.ingest.request(path, { method: 'POST' });
        expect([got.status, head.status, await head.text()]).toEqual([200, 200, '']);
        expect(await answerOf(posted)).toBe(`200 ${RECEIVED[name]}`);
      }
      expect(logged).toEqual([]);
      expect(await waiting()).toBe(0);
    },
  );

  test('that is no empty one is refused, and counted', async () => {
    const path = `/webhooks/${name}/${APP_KEY}/`;
    const response = await hexiao.ingest.request(path, { method: 'POST', body: ' ' });
    expect([response.status, logged]).toEqual([401, ['signature-rejected']]);
  });

  test('is no way to a callback that asks something', async () => {
    const path = `/spi/${name}/${APP_KEY}/`;
    const response = await hexiao.ingest.request(path, { method: 'POST' });
    expect(response.status).toBe(401);
  });
});

describe('a slash at the end of an address', () => {
  test('changes nothing: the same message is the same delivery', async () => {
    const { body, signature } = sample('certificate-verify');
    const send = (path: string) =>
      hexiao.ingest.request(path, {
        method: 'POST',
        body,
        headers: { 'x-douyin-signature': signature },
      });
    const plain = await send(`/webhooks/douyin-life/${APP_KEY}`);
    const slashed = await send(`/webhooks/douyin-life/${APP_KEY}/`);
    expect([plain.status, slashed.status]).toEqual([200, 200]);
    const messages = await hexiao.takeBatch('intake');
    const ids = messages.map(
      ({ Body = '' }) => (JSON.parse(Body) as { deliveryId: string }).deliveryId,
    );
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test.each([
    ['POST', '/webhooks/a/b'],
    ['POST', '/webhooks/a/b/'],
    ['GET', '/webhooks/a/b'],
    ['HEAD', '/webhooks/a/b/'],
    ['POST', '/spi/a/b'],
    ['POST', '/spi/a/b/'],
    ['POST', '/spi/a/b/c/d/'],
  ])('comes to the receiver by the routes that are deployed: %s %s', (method, path) => {
    expect(routeOf(ROUTES, method, path)).toBe('ingest');
  });
});

describe('every answer in JSON', () => {
  const cases: [string, () => Promise<Response> | Response][] = [
    ['that is well', () => hexiao.api.request('/v1/pipeline', operator())],
    ['of a check', () => hexiao.api.request('/healthz')],
    ['that refuses', () => hexiao.api.request('/v1/pipeline')],
    ['to a path that is none', () => hexiao.api.request('/v1/nothing')],
    [
      'to a body too large',
      () => hexiao.api.request('/v1/providers/p', operator('x'.repeat(70_000))),
    ],
    [
      'of the receiver',
      () => hexiao.ingest.request(`/webhooks/kuaishou-life/${APP_KEY}`, { method: 'POST' }),
    ],
    [
      'of the receiver that refuses',
      () => hexiao.ingest.request('/webhooks/a/b', { method: 'POST' }),
    ],
    ['of the receiver to no path', () => hexiao.ingest.request('/nothing')],
  ];

  test.each(cases)(
    '%s is kept by nobody, is what it says, and names its request',
    async (_what, ask) => {
      const response = await ask();
      const { headers } = response;
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/);
      const body = (await response.json()) as { requestId?: string };
      if (response.status >= 400) expect(body.requestId).toBe(headers.get('x-request-id'));
    },
  );

  function operator(body?: string): RequestInit {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    return body === undefined ? { headers } : { method: 'PUT', headers, body };
  }
});

describe('a request whose body is empty', () => {
  test('is one without a body, over HTTP too: all months are closed', async () => {
    // Prepare: an announced body of no bytes is what Node's own client sends for none
    const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
      const started = serve({ fetch: hexiao.api.fetch, port: 0, hostname: '127.0.0.1' }, () =>
        resolve(started),
      );
    });
    const { port } = server.address() as AddressInfo;
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    const close = (init: RequestInit) =>
      fetch(`http://127.0.0.1:${port}/v1/statements/2025-01/close`, { method: 'POST', ...init });
    // Act
    const answers = [await close({ headers }), await close({ headers, body: '' })];
    const chunked = new ReadableStream({ start: (controller) => controller.close() });
    answers.push(await close({ headers, body: chunked, duplex: 'half' } as RequestInit));
    // Assess
    expect(await Promise.all(answers.map(answerOf))).toEqual([
      expect.stringMatching(/^200 .*"statements"/),
      expect.stringMatching(/^200 .*"statements"/),
      expect.stringMatching(/^200 .*"statements"/),
    ]);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('an upload that is broken off', () => {
  /** Sends half of what it announces, and hangs up. @returns when the server is done with it */
  async function breakOff(app: Hono, path: string, headers: Record<string, string>): Promise<void> {
    let done: (() => void) | undefined;
    const isDone = new Promise<void>((resolve) => {
      done = resolve;
    });
    const fetch = async (request: Request) => {
      try {
        return await app.fetch(request);
      } finally {
        done?.();
      }
    };
    const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
      const started = serve({ fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(started));
    });
    const { port } = server.address() as AddressInfo;
    const sent = startRequest({ port, path, method: 'POST', host: '127.0.0.1', headers });
    sent.on('error', () => {});
    sent.write('{"half":');
    server.once('request', () => setImmediate(() => sent.destroy()));
    await isDone;
    await new Promise((resolve) => server.close(resolve));
  }

  test.each([
    ['with a length', { 'content-length': '100' }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('%s is not our failure, at either receiver', async (_how, headers) => {
    const authorization = `Bearer ${OPERATOR_TOKEN}`;
    await breakOff(hexiao.ingest, `/webhooks/douyin-life/${APP_KEY}`, headers);
    await breakOff(hexiao.api, '/v1/contracts', { ...headers, authorization });
    expect(logged.filter((what) => what === 'request-failed')).toEqual([]);
  });
});

describe('a name', () => {
  const HARD = [
    'a\u0000b',
    'a\nb',
    'a\u001b[31m',
    'a\u202eb',
    'a\u2066b',
    'a\u200fb',
    'a\u2028b',
    'a\u0085b',
  ];
  const put = (path: string, body: object) =>
    hexiao.api.request(path, {
      method: 'PUT',
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
      body: JSON.stringify(body),
    });

  test.each(HARD)('with control or direction characters is refused: %j', async (name) => {
    const [provider, merchant, store] = await Promise.all([
      put('/v1/providers/p1', { name, kind: 'agency' }),
      put('/v1/merchants/douyin/m1', { name }),
      put('/v1/stores/douyin/s1', { name: 'x', merchantId: 'm1', city: name }),
    ]);
    for (const response of [provider, merchant, store]) {
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('one line of text');
    }
  });

  test.each(['星河代运营', 'Café №1 — “Łódź”', 'مطعم', '👩‍👩‍👧 火锅(静安店)'])(
    'in any language is taken as it is: %s',
    async (name) => {
      const response = await put('/v1/merchants/douyin/m1', { name });
      expect(await response.json()).toMatchObject({ name });
    },
  );
});
