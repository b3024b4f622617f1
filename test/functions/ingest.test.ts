import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type IngestDeps, ingestApp, MAX_BODY_BYTES } from '../../functions/ingest/app.ts';
import { rememberingApps } from '../../functions/ingest/apps.ts';
import type { OpenCallbackRecords } from '../../lib/callbacks/records.ts';
import { fingerprint } from '../../lib/crypto/hash.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Fields } from '../../lib/log/fields.ts';
import { type IntakeMessage, intakeMessageSchema, unpackBody } from '../../lib/queue/messages.ts';
import { START_MS } from '../lib/make.ts';

const APP_KEY = 'aw0000000000test';
const OTHER_KEY = 'aw0000000000other';
const SECRET = 'test_client_secret_0001';
const OTHER_SECRET = 'test_client_secret_0002';
const PATH = `/webhooks/douyin-life/${APP_KEY}`;
const BODY = '{"event":"x","content":"核销"}';
const ACKNOWLEDGED = '{"err_no":0,"err_tips":"success"}';

const SAMPLES = new URL('../../lib/integrations/douyin-life/samples/', import.meta.url);

const sign = (secret: string, body: string | Uint8Array) =>
  createHash('sha1').update(secret).update(body).digest('hex');

const app = (appKey: string, ...clientSecret: string[]): App => ({
  integration: 'douyin-life',
  appKey,
  secrets: { clientSecret },
  settings: { enrichment: 'pull' },
});

/** The others are unsigned, or are callbacks, or bring a refund request to the callback records. */
const isPlainWebhook = (name: string) =>
  !['challenge.json', 'after-sale-audit.json'].includes(name) && !name.startsWith('spi-');

/** A callback records that nobody should come to. */
const deskless = new Proxy({} as OpenCallbackRecords, {
  get(_records, name) {
    if (name === 'toNotify') return new Set();
    throw new Error(`a webhook asked the records for ${String(name)}`);
  },
});

/** The receiver with an app behind it, and everything it did. */
function receiver(over: Partial<IngestDeps> = {}) {
  const sent: IntakeMessage[] = [];
  const logged: [string, string, Fields | undefined][] = [];
  const apps = [app(APP_KEY, SECRET), app(OTHER_KEY, OTHER_SECRET)];
  const hono = ingestApp({
    findApp: async (integration, appKey) =>
      apps.find((one) => one.integration === integration && one.appKey === appKey),
    sendToIntake: async (message) => {
      sent.push(message);
    },
    // A webhook asks nothing of it.
    openCallbackRecords: () => deskless,
    now: () => START_MS,
    log: (level, what, fields) => {
      logged.push([level, what, fields]);
    },
    ...over,
  });
  const post = (
    body: string | Uint8Array,
    options: {
      path?: string;
      signature?: string | null;
      headers?: Record<string, string>;
      env?: object;
    } = {},
  ) => {
    const { path = PATH, signature = sign(SECRET, body), headers = {}, env } = options;
    const signed: Record<string, string> =
      signature === null ? {} : { 'X-Douyin-Signature': signature };
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed, ...headers },
      body: typeof body === 'string' ? body : Uint8Array.from(body),
    };
    return hono.request(path, init, env);
  };
  return { sent, logged, hono, post };
}

const deliveryIdOf = (message: IntakeMessage | undefined) =>
  message?.type === 'delivery' ? message.deliveryId : undefined;

const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  retryable: z.boolean(),
  requestId: z.string().min(1),
});

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const { requestId, ...words } = problemSchema.parse(await response.json());
  return { requestId, words };
}

describe('a webhook with a good signature', () => {
  test('is one message on the queue, and then acknowledged in the platform’s words', async () => {
    // Prepare
    const { post, sent } = receiver();
    // Act
    const response = await post(BODY);
    // Assess
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(ACKNOWLEDGED);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toEqual({
      type: 'delivery',
      v: 1,
      deliveryId: fingerprint('douyin-life', APP_KEY, Buffer.from(BODY)),
      integration: 'douyin-life',
      appKey: APP_KEY,
      receivedAt: '2025-10-09T16:53:20.000+08:00',
      body: Buffer.from(BODY).toString('base64'),
      packed: false,
    });
    expect(intakeMessageSchema.parse(JSON.parse(JSON.stringify(sent[0])))).toEqual(sent[0]);
  });

  test.each(readdirSync(SAMPLES).filter(isPlainWebhook))(
    'is taken byte for byte: %s',
    async (name) => {
      // Prepare
      const text = readFileSync(new URL(name, SAMPLES), 'utf8');
      const sample = z.object({ body: z.string(), signature: z.string() }).parse(JSON.parse(text));
      const { post, sent } = receiver();
      // Act
      const response = await post(sample.body, { signature: sample.signature });
      // Assess
      expect(response.status).toBe(200);
      const [message] = sent;
      expect(message?.type === 'delivery' && Buffer.from(unpackBody(message)).toString()).toBe(
        sample.body,
      );
    },
  );

  test('is not acknowledged before it is on the queue', async () => {
    // Prepare
    const order: string[] = [];
    const sending = Promise.withResolvers<void>();
    const kept = Promise.withResolvers<void>();
    const { post } = receiver({
      sendToIntake: () => {
        sending.resolve();
        return kept.promise;
      },
    });
    // Act
    const answering = Promise.resolve(post(BODY)).then((response) => {
      order.push('acknowledged');
      return response;
    });
    await sending.promise;
    await new Promise((resolve) => setTimeout(resolve, 30));
    order.push('stored');
    kept.resolve();
    await answering;
    // Assess
    expect(order).toEqual(['stored', 'acknowledged']);
  });

  test('is taken though nobody could read it: meaning is for later', async () => {
    const { post, sent } = receiver();
    const response = await post(Uint8Array.from([0xff, 0x00, 0x7b]));
    expect(response.status).toBe(200);
    expect(sent).toHaveLength(1);
  });

  test('is taken with any live secret', async () => {
    // Prepare
    const { post } = receiver({ findApp: async () => app(APP_KEY, 'new', 'old') });
    // Act
    const statuses = [
      (await post(BODY, { signature: sign('new', BODY) })).status,
      (await post(BODY, { signature: sign('old', BODY) })).status,
      (await post(BODY, { signature: sign('older', BODY) })).status,
    ];
    // Assess
    expect(statuses).toEqual([200, 200, 401]);
  });
});

describe('what is not signed for this address', () => {
  const strangers: [string, Parameters<ReturnType<typeof receiver>['post']>[1]][] = [
    ['a wrong signature', { signature: 'f'.repeat(40) }],
    ['no signature', { signature: null }],
    ['an unknown app', { path: '/webhooks/douyin-life/nobody' }],
    ['an unknown integration', { path: `/webhooks/nowhere/${APP_KEY}` }],
    ['another app’s secret', { signature: sign(OTHER_SECRET, BODY) }],
    ['this secret at another app', { path: `/webhooks/douyin-life/${OTHER_KEY}` }],
    ['an app that is named like every object’s own', { path: '/webhooks/__proto__/constructor' }],
  ];

  test.each(strangers)('is refused, and nothing is sent: %s', async (_what, options) => {
    // Prepare
    const { post, sent } = receiver();
    // Act
    const response = await post(BODY, options);
    // Assess
    expect(response.status).toBe(401);
    expect(sent).toEqual([]);
    expect((await problemOf(response)).words).toMatchObject({
      code: 'signature-invalid',
      retryable: false,
    });
  });

  test('is refused in the same words, so that nobody can list apps', async () => {
    // Prepare
    const { post } = receiver();
    const answers: string[] = [];
    for (const [, options] of strangers) {
      // Act
      const response = await post(BODY, options);
      const { requestId, words } = await problemOf(response);
      // Their iteration is in the order of the names.
      const headers = [...response.headers].filter(([, value]) => value !== requestId);
      answers.push(JSON.stringify([response.status, words, headers]));
    }
    // Assess
    expect(new Set(answers).size).toBe(1);
  });

  test('is refused when a byte of it changed on the way', async () => {
    const { post, sent } = receiver();
    const signature = sign(SECRET, BODY);
    const response = await post(BODY.replace('x', 'y'), { signature });
    expect(response.status).toBe(401);
    expect(sent).toEqual([]);
  });

  test('is refused when the signature came in the query or the body instead', async () => {
    const { post } = receiver();
    const path = `${PATH}?x-douyin-signature=${sign(SECRET, BODY)}`;
    expect((await post(BODY, { path, signature: null })).status).toBe(401);
  });
});

describe('the check of the URL', () => {
  const CHECK = '{"event":"verify_webhook","client_key":"","content":{"challenge":12345}}';

  test('is answered unsigned, and sends nothing', async () => {
    // Prepare
    const { post, sent } = receiver();
    // Act
    const response = await post(CHECK, { signature: null });
    // Assess
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('{"challenge":12345}');
    expect(sent).toEqual([]);
  });

  test('tells nobody which apps there are', async () => {
    const { post } = receiver();
    const path = '/webhooks/douyin-life/nobody';
    expect((await post(CHECK, { path, signature: null })).status).toBe(200);
  });
});

describe('the size of a webhook', () => {
  const sized = (bytes: number) => `{"event":"x"}${' '.repeat(bytes - 13)}`;

  test('may be exactly 256 KiB', async () => {
    // Prepare
    const { post, sent } = receiver();
    // Act
    const response = await post(sized(256 * 1024));
    // Assess
    expect(MAX_BODY_BYTES).toBe(256 * 1024);
    expect(response.status).toBe(200);
    expect(JSON.stringify(sent[0]).length).toBeLessThan(256 * 1024);
  });

  test.each([
    ['told in its length', { 'content-length': String(256 * 1024 + 1) }],
    ['not told', {}],
  ])('may not be a byte more, %s', async (_what, headers) => {
    // Prepare
    const { post, sent } = receiver();
    // Act
    const response = await post(sized(256 * 1024 + 1), { headers });
    // Assess
    expect(response.status).toBe(413);
    expect((await problemOf(response)).words.code).toBe('body-too-large');
    expect(sent).toEqual([]);
  });

  test('may not be more than a queue takes, when it cannot be compressed', async () => {
    // Prepare
    const { post, sent } = receiver();
    // Act
    const response = await post(randomBytes(256 * 1024));
    // Assess
    expect(response.status).toBe(413);
    expect(sent).toEqual([]);
  });
});

describe('when something of ours fails', () => {
  test('the queue: the platform is asked to send it again', async () => {
    // Prepare
    const { post, logged } = receiver({
      sendToIntake: async () => {
        throw new Error('no route to queue');
      },
    });
    // Act
    const response = await post(BODY);
    // Assess
    expect(response.status).toBe(503);
    expect((await problemOf(response)).words).toMatchObject({
      type: 'urn:hexiao:problem:queue-unavailable',
      code: 'queue-unavailable',
      status: 503,
      retryable: true,
    });
    expect(logged.map(([level, what]) => [level, what])).toContainEqual([
      'error',
      'intake-unavailable',
    ]);
  });

  test('the table: nothing is acknowledged, and nothing of it is told', async () => {
    // Prepare
    const { post, sent } = receiver({
      findApp: async () => {
        throw new Error('ResourceNotFoundException: table hexiao');
      },
    });
    // Act
    const response = await post(BODY);
    // Assess
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify((await problemOf(response)).words)).not.toContain('table hexiao');
    expect(sent).toEqual([]);
  });

  test('the table, for a while: apps are remembered, and forgotten once they are gone', async () => {
    // Prepare
    let answer: () => App | undefined = () => app(APP_KEY, SECRET);
    const find = rememberingApps(
      async () => answer(),
      () => {},
    );
    const down = () => {
      throw new Error('out of reach');
    };
    // Act, Assess
    expect(await find('douyin-life', APP_KEY)).toBeDefined();
    answer = down;
    expect(await find('douyin-life', APP_KEY)).toEqual(app(APP_KEY, SECRET));
    await expect(find('douyin-life', 'another')).rejects.toThrow('out of reach');
    answer = () => app(APP_KEY, 'rotated');
    await find('douyin-life', APP_KEY);
    answer = down;
    expect((await find('douyin-life', APP_KEY))?.secrets).toEqual({ clientSecret: ['rotated'] });
    answer = () => undefined;
    expect(await find('douyin-life', APP_KEY)).toBeUndefined();
    answer = down;
    await expect(find('douyin-life', APP_KEY)).rejects.toThrow('out of reach');
  });

  test('an app’s secrets for a few seconds, and an app that was not there never', async () => {
    // Prepare
    let nowMs = 0;
    let answer: App | undefined;
    const find = rememberingApps(
      async () => answer,
      () => {},
      5_000,
      () => nowMs,
    );
    // Act, Assess
    expect(await find('douyin-life', APP_KEY)).toBeUndefined();
    answer = app(APP_KEY, SECRET);
    expect(await find('douyin-life', APP_KEY)).toEqual(answer);
    answer = app(APP_KEY, 'rotated');
    nowMs = 4_999;
    expect((await find('douyin-life', APP_KEY))?.secrets).toEqual({ clientSecret: [SECRET] });
    nowMs = 5_000;
    expect((await find('douyin-life', APP_KEY))?.secrets).toEqual({ clientSecret: ['rotated'] });
  });

  test('the table, for a while: two apps are never taken for each other', async () => {
    // Prepare
    const find = rememberingApps(
      async (integration, appKey) => ({ ...app(appKey, `${integration}/${appKey}`), integration }),
      () => {},
    );
    // Act
    const [one, other] = [await find('a', 'b","c'), await find('a","b', 'c')];
    // Assess
    expect(one?.secrets).not.toEqual(other?.secrets);
  });
});

describe('the identity of a delivery', () => {
  const idOf = async (
    body: string,
    options: Parameters<ReturnType<typeof receiver>['post']>[1] = {},
  ): Promise<string> => {
    const { post, sent } = receiver();
    const response = await post(body, options);
    expect(response.status).toBe(200);
    return deliveryIdOf(sent[0]) ?? '';
  };

  test('is the signed bytes’: the same again is the same, with any unsigned header', async () => {
    // Act
    const ids = [
      await idOf(BODY),
      await idOf(BODY, { headers: { 'Msg-Id': '0123456789abcdef0123456789abcdef' } }),
      await idOf(BODY, { headers: { 'Msg-Id': 'another', 'X-Bytedance-Logid': '1' } }),
      await idOf(BODY, { path: `${PATH}?utm=1` }),
    ];
    // Assess
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is another for other bytes, though one Msg-Id stands over both', async () => {
    const headers = { 'Msg-Id': '0123456789abcdef0123456789abcdef' };
    const later = BODY.replace('x', 'y');
    expect(await idOf(BODY, { headers })).not.toBe(await idOf(later, { headers }));
  });

  test('is another for another app and for another integration', async () => {
    // Act
    const here = await idOf(BODY);
    const there = await idOf(BODY, {
      path: `/webhooks/douyin-life/${OTHER_KEY}`,
      signature: sign(OTHER_SECRET, BODY),
    });
    // Assess
    expect(here).not.toBe(there);
    expect(here).toBe(fingerprint('douyin-life', APP_KEY, Buffer.from(BODY)));
    expect(here).not.toBe(fingerprint('douyin-miniapp', APP_KEY, Buffer.from(BODY)));
  });

  test('never runs one part into the next', () => {
    expect(fingerprint('ab', 'c')).not.toBe(fingerprint('a', 'bc'));
    expect(fingerprint('a', '')).not.toBe(fingerprint('', 'a'));
    expect(fingerprint('1:a', 'b')).not.toBe(fingerprint('1', 'a:b'));
  });
});

describe('the log', () => {
  test('has no body, no secret and no signature, whatever happens', async () => {
    // Prepare
    const phone = '13800138000';
    const body = `{"event":"x","content":"{\\"phone\\":\\"${phone}\\"}"}`;
    const signature = sign(SECRET, body);
    const receivers = [
      receiver(),
      receiver({
        sendToIntake: async () => {
          throw new Error('refused');
        },
      }),
      receiver({
        findApp: async () => {
          throw new Error('out of reach');
        },
      }),
    ];
    for (const { post, logged } of receivers) {
      // Act
      await post(body, { signature });
      await post(body, { signature: `${signature.slice(1)}0` });
      await post(body, { signature: null });
      // Assess
      const text = JSON.stringify(logged);
      expect(logged.length).toBeGreaterThan(0);
      for (const secret of [phone, 'content', SECRET, signature, signature.slice(1)]) {
        expect(text).not.toContain(secret);
      }
    }
  });

  test('tells which delivery came, to find it by', async () => {
    // Prepare
    const { post, logged, sent } = receiver();
    // Act
    await post(BODY);
    // Assess
    expect(logged).toEqual([
      [
        'info',
        'delivery-received',
        { deliveryId: deliveryIdOf(sent[0]), integration: 'douyin-life', answerMs: 0 },
      ],
    ]);
  });

  test('tells how long the platform waited, from when the HTTP API had its request', async () => {
    const { post, logged } = receiver();
    await post(BODY, { env: { requestContext: { timeEpoch: START_MS - 1_250 } } });
    // A clock that is ahead of ours is no answer before the question.
    await post(BODY, { env: { requestContext: { timeEpoch: START_MS + 3 } } });

    expect(logged.map(([, , fields]) => fields?.answerMs)).toEqual([1_250, 0]);
  });

  test('tells a stranger’s address by nothing that the stranger wrote', async () => {
    const { post, logged } = receiver();
    await post(BODY, { path: '/webhooks/13800138000/13800138000' });
    expect(JSON.stringify(logged)).not.toContain('13800138000');
  });
});

describe('the rest of the receiver', () => {
  test.each([
    ['GET', '/webhooks/nobody/app-1'],
    ['GET', `/spi/douyin-life/${APP_KEY}`],
    ['PUT', PATH],
    ['POST', '/webhooks/douyin-life'],
    ['POST', '/webhooks'],
    ['POST', `${PATH}/more`],
    ['GET', '/'],
  ])('%s %s is nothing', async (method, path) => {
    const { hono, sent } = receiver();
    const response = await hono.request(path, { method });
    expect(response.status).toBe(404);
    expect((await problemOf(response)).words.code).toBe('not-found');
    expect(sent).toEqual([]);
  });

  test('a path that cannot be decoded is the sender’s mistake', async () => {
    const { post } = receiver();
    const response = await post(BODY, { path: '/webhooks/douyin-life/%ff' });
    expect(response.status).toBeLessThan(500);
  });
});
