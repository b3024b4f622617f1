import { describe, expect, test } from 'vitest';
import { KuaishouLifeClient } from '../../../lib/integrations/kuaishou-life/client.ts';
import { startSandbox } from '../../../lib/integrations/kuaishou-life/sandbox/index.ts';
import { MemoryTokens } from '../../../lib/integrations/token-store.ts';
import { urlOf } from '../../support/platform-fetch.ts';
import { APP_ID, appOf } from './make.ts';

const NOW = 1_795_312_800_000;
const LIFE_MS = 172_800_000;

function platform(tokens = new MemoryTokens()) {
  const sandbox = startSandbox({ appId: APP_ID, appSecret: 's', code: 'code-1' });
  const clock = { nowMs: NOW };
  const paths: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    paths.push(new URL(urlOf(input)).pathname);
    return sandbox.app.request(urlOf(input), init);
  };
  const context = { app: appOf({ appSecret: ['s'] }), fetch, now: () => clock.nowMs };
  const worker = () =>
    new KuaishouLifeClient({ ...context, deadlineMs: Number.POSITIVE_INFINITY }, tokens);
  return { clock, paths, worker };
}

describe('a merchant’s token', () => {
  test('is got once, kept, and renewed before its 48 h are over, by any worker', async () => {
    // Prepare
    const { clock, paths, worker } = platform();
    // Act
    await worker().authorize('m1', 'code-1');
    const first = await worker().tokenOf('m1');
    clock.nowMs += LIFE_MS - 60_000;
    const second = await worker().tokenOf('m1');
    const third = await worker().tokenOf('m1');
    // Assess
    expect([first, second, third]).toEqual(['access-1', 'access-2', 'access-2']);
    expect(paths).toEqual(['/oauth2/access_token', '/oauth2/refresh_token']);
  });

  test('renewed by two workers at once is one, though a refresh token is good once', async () => {
    const { clock, worker } = platform();
    await worker().authorize('m1', 'code-1');
    clock.nowMs += LIFE_MS;
    expect(await Promise.all([worker().tokenOf('m1'), worker().tokenOf('m1')])).toEqual([
      'access-2',
      'access-2',
    ]);
  });

  test('is nobody else’s, and not asked for after 180 days', async () => {
    const { clock, paths, worker } = platform();
    await worker().authorize('m1', 'code-1');
    await expect(worker().tokenOf('m2')).rejects.toThrow('authorise first');
    clock.nowMs += 180 * 86_400_000;
    await expect(worker().tokenOf('m1')).rejects.toThrow('authorise again');
    expect(paths).toEqual(['/oauth2/access_token']);
  });

  test('is not kept where the platform refuses the code', async () => {
    const { worker } = platform();
    await expect(worker().authorize('m1', 'wrong')).rejects.toThrow('access_token answered result');
    await expect(worker().tokenOf('m1')).rejects.toThrow('authorise first');
  });
});
