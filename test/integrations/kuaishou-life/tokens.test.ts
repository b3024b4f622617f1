import { describe, expect, test } from 'vitest';
import type { App } from '../../../lib/integrations/kit/app.ts';
import { LiveTokens } from '../../../lib/integrations/kit/live-tokens.ts';
import { MemoryTokens } from '../../../lib/integrations/kit/token-store.ts';
import { KuaishouLifeClient } from '../../../lib/integrations/kuaishou-life/client.ts';
import { kuaishouLife } from '../../../lib/integrations/kuaishou-life/index.ts';
import { startSandbox } from '../../../lib/integrations/kuaishou-life/sandbox/index.ts';
import { urlOf } from '../../support/platform-fetch.ts';
import { APP_ID, appOf } from './make.ts';

const NOW = 1_795_312_800_000;
const LIFE_MS = 172_800_000;
const AT = '2026-11-22T11:20:00+08:00';

/** A platform that one merchant authorised us at: `refresh-1` is what that brought. */
async function platform(secrets: App['secrets'] = { refreshToken: ['refresh-1'] }) {
  const sandbox = startSandbox({ appId: APP_ID, appSecret: 's', code: 'code-1' });
  const clock = { nowMs: NOW };
  const paths: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    paths.push(new URL(urlOf(input)).pathname);
    return sandbox.app.request(urlOf(input), init);
  };
  const store = new MemoryTokens();
  const worker = (secretsNow = secrets) =>
    new KuaishouLifeClient({
      app: appOf({ appSecret: ['s'], ...secretsNow }),
      ...{ fetch, now: () => clock.nowMs, deadlineMs: Number.POSITIVE_INFINITY },
      tokens: new LiveTokens(store),
    });
  await worker().accessToken('code-1');
  paths.length = 0;
  return { clock, paths, worker, fails: sandbox.fails };
}

describe('a merchant’s token', () => {
  test('comes from the registered refresh token, and is renewed before its 48 h are over', async () => {
    // Prepare
    const { clock, paths, worker } = await platform();
    // Act
    const first = await worker().tokenOf('m1');
    clock.nowMs += LIFE_MS - 300_001;
    const still = await worker().tokenOf('m1');
    clock.nowMs += 1;
    const second = await worker().tokenOf('m1');
    // Assess
    expect([first, still, second]).toEqual(['access-2', 'access-2', 'access-3']);
    expect(paths).toEqual(['/oauth2/refresh_token', '/oauth2/refresh_token']);
  });

  test('renewed by two workers at once is one, though a refresh token is good once', async () => {
    const { clock, worker } = await platform();
    await worker().tokenOf('m1');
    clock.nowMs += LIFE_MS;
    expect(await Promise.all([worker().tokenOf('m1'), worker().tokenOf('m1')])).toEqual([
      'access-3',
      'access-3',
    ]);
  });

  test('that the platform is too busy to renew is requested again, and nobody is sent to authorise', async () => {
    const { clock, worker, fails } = await platform();
    await worker().tokenOf('m1');
    clock.nowMs += LIFE_MS;
    fails.push(100_200_500);
    const error = await worker()
      .tokenOf('m1')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ retryable: true, code: '100200500' });
    expect(String(error)).not.toContain('authorise again');
    clock.nowMs += 10_001;
    expect(await worker().tokenOf('m1')).toBe('access-3');
  });

  test('that a call’s answer refuses is renewed, and the call is made once more', async () => {
    // Prepare
    const { paths, worker, fails } = await platform();
    await worker().tokenOf('m1');
    // Act
    fails.push(100_200_108);
    const redemption = { verifyToken: 'v', poiId: 'p', orderId: 'o', codes: ['A'], at: AT };
    const { events } = await worker().verifyFor('m1', redemption);
    // Assess
    expect(events).toHaveLength(1);
    const called = paths.map((path) => path.replace(/^.*\//, ''));
    expect(called).toEqual(['refresh_token', 'verify', 'refresh_token', 'verify']);
  });

  test.each([100_200_113, 77])(
    'whose renewal is answered %i must be authorised again',
    async (code) => {
      const { clock, worker, fails } = await platform();
      await worker().tokenOf('m1');
      clock.nowMs += LIFE_MS;
      fails.push(code);
      await expect(worker().tokenOf('m1')).rejects.toThrow('authorise again');
    },
  );

  test('is not requested after 180 days without a renewal', async () => {
    const { clock, paths, worker } = await platform();
    await worker().tokenOf('m1');
    clock.nowMs += 180 * 86_400_000;
    await expect(worker().tokenOf('m1')).rejects.toThrow('authorise again');
    expect(paths).toHaveLength(1);
  });

  test('is the merchant’s own where one is registered, else the app’s', async () => {
    const { worker } = await platform({
      'refreshToken:m1': ['refresh-1'],
      'accessToken:m2': ['fixed-2'],
      accessToken: ['fixed'],
    });
    const all = ['m1', 'm2', 'm3'].map((merchant) => worker().tokenOf(merchant));
    expect(await Promise.all(all)).toEqual(['access-2', 'fixed-2', 'fixed']);
  });

  test('that nobody registered is requested in words', async () => {
    const { worker } = await platform({});
    await expect(worker().tokenOf('m1')).rejects.toThrow('refreshToken:<merchantId>');
  });

  test('comes from what is registered anew, and goes on with what is registered again', async () => {
    // Prepare
    const { worker } = await platform();
    await worker().tokenOf('m1');
    const anew = await worker({}).accessToken('code-1');
    // Act
    const token = await worker({ refreshToken: [anew.refreshToken, 'refresh-1'] }).tokenOf('m1');
    const again = await worker({ refreshToken: [anew.refreshToken] }).tokenOf('m1');
    // Assess
    expect([anew.accessToken, token, again]).toEqual(['access-3', 'access-4', 'access-4']);
  });
});

describe('the secrets', () => {
  const isTaken = (secrets: object) => kuaishouLife.secrets.safeParse(secrets).success;

  test('may be of a merchant, and renewing wants the app’s', () => {
    expect(isTaken({ appSecret: 's', 'refreshToken:m1': 'r', accessToken: 'a' })).toBe(true);
    expect(isTaken({ signSecret: 's', accessToken: 'a' })).toBe(true);
    expect(isTaken({ signSecret: 's', refreshToken: 'r' })).toBe(false);
    expect(isTaken({ refreshToken: 'r' })).toBe(false);
    expect(isTaken({ appSecret: 's', refreshTokens: 'r' })).toBe(false);
    expect(isTaken({ appSecret: 's', 'refreshToken:m1': '' })).toBe(false);
  });
});
