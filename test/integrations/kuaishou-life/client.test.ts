import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { eventSchema, NO_AMOUNTS } from '../../../lib/events/event.ts';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import type { App, Settings } from '../../../lib/integrations/kit/app.ts';
import { KuaishouLifeClient } from '../../../lib/integrations/kuaishou-life/client.ts';
import type { Redemption } from '../../../lib/integrations/kuaishou-life/redemption.ts';
import { startSandbox } from '../../../lib/integrations/kuaishou-life/sandbox/index.ts';
import { answering, failureOf, TROUBLES, urlOf } from '../../support/platform-fetch.ts';
import { timeLimitsOf } from '../../support/time-limits.ts';
import { APP_ID, appOf, sampleFile } from './make.ts';

const NOW_MS = 1_795_312_800_000;
const APP_SECRET = 'test_app_secret_LL';
const CODE = 'test_code';
const SECRETS = { appSecret: [APP_SECRET, 'older'] };

const clientOf = (fetch: typeof globalThis.fetch, app: App, deadlineMs = NOW_MS + 10_000) =>
  new KuaishouLifeClient({ app, fetch, now: () => NOW_MS, deadlineMs });

function harness(settings: Partial<Settings> = {}) {
  const sandbox = startSandbox({ appId: APP_ID, appSecret: APP_SECRET, code: CODE });
  const calls: { url: URL; init: RequestInit | undefined }[] = [];
  const client = clientOf(
    async (input, init) => {
      calls.push({ url: new URL(urlOf(input)), init });
      return sandbox.app.request(urlOf(input), init);
    },
    appOf(SECRETS, settings),
  );
  return { sandbox, client, calls };
}

const REDEMPTION: Redemption = {
  verifyToken: 'vt-20261122-0001',
  poiId: '3002400000000000001',
  orderId: '2601122000000000001',
  codes: ['KS88880001'],
  certificateIds: ['7300000000000000001'],
  outOrderId: 'T20261122000001',
  at: '2026-11-22T02:00:00Z',
};

const two: Redemption = {
  verifyToken: 'vt-2',
  poiId: 'S1',
  orderId: 'O1',
  codes: ['A', 'B'],
  at: '2026-11-22T10:00:00+08:00',
};

describe('tokens', () => {
  test('are got for a code and refreshed, as documented', async () => {
    // Prepare
    const { client, calls } = harness();
    // Act
    const first = await client.accessToken(CODE);
    const second = await client.refreshToken(first.refreshToken);
    // Assess
    expect(first).toEqual({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      lifeSeconds: 172_800,
      refreshLifeSeconds: 15_552_000,
      openId: 'merchant-1',
    });
    expect(second.accessToken).toBe('access-2');
    expect(calls.map(({ url }) => url.href)).toEqual([
      `https://lbs-open.kwailocallife.com/oauth2/access_token?app_id=${APP_ID}&grant_type=code&code=${CODE}&app_secret=${APP_SECRET}`,
      `https://lbs-open.kwailocallife.com/oauth2/refresh_token?app_id=${APP_ID}&grant_type=refresh_token&refresh_token=refresh-1&app_secret=${APP_SECRET}`,
    ]);
  });

  test('come from where the settings say', async () => {
    const both = harness({ apiBaseUrl: 'http://api.test/', tokenBaseUrl: 'http://token.test/' });
    await both.client.accessToken(CODE);
    await failureOf(both.client.verify('none', REDEMPTION));
    expect(both.calls.map(({ url }) => url.origin)).toEqual([
      'http://token.test',
      'http://api.test',
    ]);
    const one = harness({ apiBaseUrl: 'http://api.test' });
    await one.client.accessToken(CODE);
    expect(one.calls[0]?.url.origin).toBe('http://api.test');
  });

  test.each([
    ['a refusal', '{"result":100200100}', { retryable: false }],
    ['no refresh token', '{"result":1,"access_token":"a","expires_in":1}', { retryable: true }],
    ['a list', '[]', { retryable: true }],
    ['nothing in it', '{}', { retryable: true }],
  ])('that come as %s are a PlatformError', async (_what, body, expected) => {
    const client = clientOf(answering(body), appOf(SECRETS));
    expect(await failureOf(client.accessToken(CODE))).toMatchObject(expected);
  });

  test('are not requested without a secret, and no error tells one', async () => {
    const bare = clientOf(answering('{}'), appOf({ signSecret: ['x'] }));
    expect(await failureOf(bare.accessToken(CODE))).toMatchObject({ retryable: false });
    const refused = clientOf(answering('{"result":5}'), appOf(SECRETS));
    expect((await failureOf(refused.accessToken(CODE))).message).not.toMatch(/test_/);
  });
});

describe('redeeming', () => {
  test('sends the documented body and token, and books an incomplete redemption', async () => {
    // Prepare
    const { client, calls } = harness();
    const { accessToken } = await client.accessToken(CODE);
    // Act
    const { answer, events } = await client.verify(accessToken, REDEMPTION);
    // Assess
    const { body } = z.object({ body: z.unknown() }).parse(sampleFile('call-verify'));
    const { url, init } = calls[1] ?? {};
    expect(url?.pathname).toBe('/goodlife/v1/fulfilment/certificate/verify');
    expect(JSON.parse(z.string().parse(init?.body))).toEqual(body);
    expect(new Headers(init?.headers).get('access-token')).toBe('access-1');
    expect(answer).toMatchObject({ data: { error_code: 0 } });
    expect(events).toEqual([
      {
        kind: 'voucher.redeemed',
        eventId: expect.stringMatching(/^redeemed:~[0-9a-f]{64}$/),
        merchantId: APP_ID,
        orderId: '2601122000000000001',
        voucherId: '7300000000000000001',
        occurredAt: '2026-11-22T10:00:00.000+08:00',
        isTimeEstimated: true,
        complete: false,
        redemptionId: expect.stringMatching(/^~[0-9a-f]{64}$/),
        storeId: '3002400000000000001',
        amounts: NO_AMOUNTS,
        unpriced: true,
        sale: UNKNOWN_SALE,
      },
    ]);
  });

  test('repeated with its token redeems once and gives the same events', async () => {
    const { sandbox, client } = harness();
    const { accessToken } = await client.accessToken(CODE);
    const first = await client.verify(accessToken, two);
    const again = await client.verify(accessToken, two);
    expect(again.events).toEqual(first.events);
    expect([...sandbox.redeemed]).toEqual([
      ['A', 1],
      ['B', 1],
    ]);
  });

  test('with another token is another act', async () => {
    const { client } = harness();
    const { accessToken } = await client.accessToken(CODE);
    const ids = [two, { ...two, verifyToken: 'vt-3' }].map(async (redemption) =>
      (await client.verify(accessToken, redemption)).events.map(({ eventId }) => eventId),
    );
    expect(new Set((await Promise.all(ids)).flat()).size).toBe(4);
  });

  test('takes the platform’s id of the act where it reports one', async () => {
    const { sandbox, client } = harness({ merchantId: 'm-1' });
    sandbox.tellsResults = true;
    const { accessToken } = await client.accessToken(CODE);
    const { events } = await client.verify(accessToken, REDEMPTION);
    expect(events).toMatchObject([
      {
        eventId: 'redeemed:vt-20261122-0001-1',
        merchantId: 'm-1',
        redemptionId: 'vt-20261122-0001-1',
      },
    ]);
  });

  const verifying = (data: string, redemption: Redemption = two) =>
    clientOf(answering(`{"result":1,"data":${data}}`), appOf({})).verify('t', redemption);

  test.each([
    ['one of two failed', '[{"result":0,"code":"A"},{"result":7,"code":"B"}]', ['A']],
    ['a result in a string', '[{"result":"0","code":"A"},{"result":"7","code":"B"}]', ['A']],
    ['a result of no number', '[{"result":"FAIL","code":"A"}]', []],
    ['results without a result', '[{"code":"A"},{"code":"B"}]', ['A', 'B']],
    [
      'certificates of 64 bits',
      '[{"result":0,"certificate_id":9223372036854775807}]',
      ['9223372036854775807'],
    ],
    ['results that name nothing', '[{"result":0},{"result":0}]', ['A', 'B']],
    ['one of two unnamed', '[{"result":0,"code":"A"},{"result":0}]', ['A', 'B']],
    ['one unnamed, one failed', '[{"result":0},{"result":7}]', []],
    ['no result at all', '[]', ['A', 'B']],
    ['null', 'null', ['A', 'B']],
    ['a text', '"ok"', ['A', 'B']],
    ['a list of texts', '["ok"]', ['A', 'B']],
    ['an id that is none', '[{"certificate_id":[],"code":"A"}]', ['A']],
    ['an id with a lone surrogate', '[{"certificate_id":"\\ud800","code":"A"}]', ['A']],
  ])('never loses a success to its details: %s', async (_what, results, vouchers) => {
    const { events } = await verifying(`{"error_code":0,"verify_results":${results}}`);
    expect(events.map(({ voucherId }) => voucherId)).toEqual(vouchers);
  });

  test.each([
    [
      'both by their codes',
      '[{"result":0,"verify_id":"v2","code":"B"},{"result":0,"verify_id":"v1","code":"A"}]',
      ['c2 v2', 'c1 v1'],
      [],
      0,
    ],
    [
      'one by its code, the other refused by it',
      '[{"result":0,"verify_id":"v1","code":"A"},{"result":1208,"msg":"used","code":"B"}]',
      ['c1 v1'],
      [{ voucherId: 'c2', code: '1208' }],
      0,
    ],
    [
      'both refused',
      '[{"result":1,"code":"A"},{"result":"x y","certificate_id":"c2"}]',
      [],
      [
        { voucherId: 'c1', code: '1' },
        { voucherId: 'c2', code: 'unreadable' },
      ],
      0,
    ],
    [
      'one, and nothing of the other',
      '[{"result":0,"verify_id":"v1","code":"A"}]',
      ['c1 v1'],
      [{ voucherId: 'c2', code: 'not-told' }],
      0,
    ],
    ['one by a name that nobody requested', '[{"result":0,"verify_id":"v","code":"Z"}]', [], [], 1],
  ])('of named vouchers tells %s', async (_what, results, acts, notDone, unread) => {
    const named = { ...two, codes: ['A', 'B'], certificateIds: ['c1', 'c2'] };
    const done = await verifying(`{"error_code":0,"verify_results":${results}}`, named);
    const told = done.events.flatMap((event) =>
      event.kind === 'voucher.redeemed' ? [`${event.voucherId} ${event.redemptionId}`] : [],
    );
    expect(told).toEqual(acts);
    expect(done.notDone).toMatchObject(notDone);
    expect(done.notDone).toHaveLength(notDone.length);
    expect(done.unread).toBe(unread);
  });

  test('knows the only voucher of a call, even when nothing names it', async () => {
    const { events } = await verifying(
      '{"error_code":0,"verify_results":[{"result":0,"verify_id":"v1"}]}',
      { ...two, codes: ['A'] },
    );
    expect(events).toMatchObject([{ voucherId: 'A', redemptionId: 'v1' }]);
  });

  test('by encrypted codes books what the platform or the caller names, and nothing else', async () => {
    const { codes: _codes, ...rest } = { ...two, codes: [] };
    const secret: Redemption = { ...rest, encryptedCodes: ['enc'] };
    const named: Redemption = { ...secret, certificateIds: ['73'] };
    const voucherIds = async (data: string, redemption: Redemption) =>
      (await verifying(data, redemption)).events.map(({ voucherId }) => voucherId);
    expect(await voucherIds('{"error_code":0}', secret)).toEqual([]);
    expect(await voucherIds('{"error_code":0}', named)).toEqual(['73']);
    expect(
      await voucherIds('{"error_code":0,"verify_results":[{"certificate_id":74}]}', secret),
    ).toEqual(['74']);
  });

  test('gives events that the vocabulary takes, however long the ids are', async () => {
    const long: Redemption = { ...two, verifyToken: 'v'.repeat(128), codes: ['c'.repeat(128)] };
    const { events } = await verifying('{"error_code":0}', long);
    const stamp = { platform: 'kuaishou', loop: 'closed', integration: 'x', appKey: 'y' };
    for (const event of events) {
      const written = { ...event, ...stamp, deliveryId: null, recordedAt: event.occurredAt };
      expect(eventSchema.safeParse(written).success).toBe(true);
    }
    expect(events).toHaveLength(1);
  });

  test('is not sent at a time that is none', async () => {
    const { client, calls } = harness();
    await expect(client.verify('t', { ...two, at: 'now' })).rejects.toThrow(RangeError);
    expect(calls).toEqual([]);
  });
});

describe('success', () => {
  const outcomeOf = async (answer: string) => {
    const client = clientOf(answering(answer), appOf({}));
    return client.verify('t', two).then(
      () => 'success',
      (error: unknown) => error,
    );
  };

  test.each([
    ['{"result":1,"data":{"error_code":0}}'],
    ['{"result":0,"data":{"error_code":0}}'],
    ['{"result":500,"data":{"error_code":"0"}}'],
    ['{"data":{"error_code":0,"description":"x"},"extra":{"sub_description":"y"}}'],
  ])('is data.error_code 0, whatever the outer result is: %s', async (answer) => {
    expect(await outcomeOf(answer)).toBe('success');
  });

  test('is not the outer result: any other code is a refusal', async () => {
    for (const answer of [
      '{"result":1,"data":{"error_code":42}}',
      '{"data":{"error_code":"42"}}',
    ]) {
      expect(await outcomeOf(answer)).toMatchObject({
        message: 'certificate/verify answered error 42, which none of its tables has',
        ...{ retryable: false, code: '42' },
      });
    }
  });

  test.each(['{"result":1}', '{"result":1,"data":{}}', '{"data":{"error_code":"ok"}}', '[]', '1'])(
    'is not known from %s, so the call is repeated with its token',
    async (answer) => {
      expect(await outcomeOf(answer)).toMatchObject({ retryable: true, down: false });
    },
  );
});

describe('a platform that does not answer', () => {
  test.each(TROUBLES)(
    '%s is a PlatformError that says what to do',
    async (_what, fetch, expected) => {
      const client = clientOf(fetch, appOf(SECRETS));
      expect(await failureOf(client.verify('t', two))).toMatchObject(expected);
      expect(await failureOf(client.accessToken(CODE))).toMatchObject(expected);
    },
  );

  test('is given what is left of the time, 2.5 s at most, and is not asked without any', async () => {
    const never: typeof globalThis.fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const short = clientOf(never, appOf(SECRETS), NOW_MS + 100);
    const limits = await timeLimitsOf(async () => {
      expect(await failureOf(short.verify('t', two))).toMatchObject({
        retryable: true,
        down: true,
      });
    });
    expect(limits).toEqual([100]);
    const late = clientOf(never, appOf(SECRETS), NOW_MS);
    expect(await failureOf(late.verify('t', two))).toMatchObject({ retryable: true, down: false });
  });
});

test('the sandbox refuses a wrong code, secret, token or body', async () => {
  const { sandbox, client } = harness();
  const fetch: typeof globalThis.fetch = async (input, init) =>
    sandbox.app.request(urlOf(input), init);
  const other = clientOf(fetch, appOf({ appSecret: ['other'] }));
  const { accessToken } = await client.accessToken(CODE);
  expect(await failureOf(client.accessToken('other'))).toMatchObject({ retryable: false });
  expect(await failureOf(client.refreshToken('other'))).toMatchObject({ retryable: false });
  expect(await failureOf(other.accessToken(CODE))).toMatchObject({ retryable: false });
  expect(await failureOf(client.verify('other', two))).toMatchObject({ retryable: false });
  const nothing = client.verify(accessToken, { ...two, codes: [] });
  expect(await failureOf(nothing)).toMatchObject({ retryable: false });
  expect(sandbox.redeemed.size).toBe(0);
});
