import { describe, expect, test } from 'vitest';
import { LEASE_MS, LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { PlatformError } from '../../lib/integrations/kit/platform-error.ts';
import { MemoryTokens, type PlatformToken } from '../../lib/integrations/kit/token-store.ts';

const NOW = 1_795_312_800_000;
const HOUR = 3_600_000;
const PLACE = { integration: 'i', appKey: 'a', scope: 's', secret: 'seed' };
const WRONG = new PlatformError('refresh answered 7', { retryable: false });
const SILENCE = new PlatformError('refresh did not answer', { retryable: true, down: true });

/** A platform whose refresh tokens are good once, and workers with one store. */
function platform(lifeMs = HOUR) {
  const clock = { nowMs: NOW };
  const store = new MemoryTokens();
  const renewals: (string | null)[] = [];
  const faults: unknown[] = [];
  let good = 'seed';
  const renew = async (refreshToken: string | null): Promise<PlatformToken> => {
    renewals.push(refreshToken);
    const fault = faults.shift();
    if (fault !== undefined) throw fault;
    if (refreshToken !== null && refreshToken !== good) throw WRONG;
    good = `refresh-${renewals.length}`;
    return {
      ...{ accessToken: `access-${renewals.length}`, refreshToken: refreshToken && good },
      ...{ renewAtMs: clock.nowMs + lifeMs - 60_000, expiresAtMs: clock.nowMs + lifeMs },
      refreshExpiresAtMs: clock.nowMs + 100 * HOUR,
    };
  };
  const wait = async (ms: number) => {
    clock.nowMs += ms;
    await Promise.resolve();
  };
  const worker = () => {
    const tokens = new LiveTokens(store, undefined, wait);
    return (change: { first?: string | null; refused?: string; deadlineMs?: number } = {}) =>
      tokens.of(PLACE, { now: () => clock.nowMs, first: 'seed', renew, ...change });
  };
  return { clock, store, renewals, faults, worker };
}

describe('a token', () => {
  test('is requested once, and taken by every worker until it is to be renewed', async () => {
    const { clock, renewals, worker } = platform();
    const [one, two] = [worker(), worker()];
    const all = [await one(), await two(), await one()];
    clock.nowMs += HOUR - 60_001;
    all.push(await one(), await two());
    expect(all).toEqual(Array(5).fill('access-1'));
    expect(renewals).toEqual(['seed']);
  });

  test('is renewed a while before it ends, with the refresh token that came last', async () => {
    const { clock, renewals, worker } = platform();
    const one = worker();
    await one();
    clock.nowMs += HOUR - 60_000;
    expect([await one(), await worker()()]).toEqual(['access-2', 'access-2']);
    expect(renewals).toEqual(['seed', 'refresh-1']);
  });

  test('renewed by workers and calls at once is requested once', async () => {
    const { clock, renewals, worker } = platform();
    const [one, two] = [worker(), worker()];
    await Promise.all([one(), two()]);
    clock.nowMs += 2 * HOUR;
    const all = await Promise.all([one(), two(), one(), two(), worker()()]);
    expect(all).toEqual(Array(5).fill('access-2'));
    expect(renewals).toEqual(['seed', 'refresh-1']);
  });

  test('renewed by two workers all the same is for both the one that was kept first', async () => {
    const { clock, store, worker } = platform();
    const theirs = {
      ...{ accessToken: 'theirs', refreshToken: 'their refresh', refreshExpiresAtMs: null },
      ...{ renewAtMs: clock.nowMs + HOUR, expiresAtMs: clock.nowMs + HOUR },
    };
    const tokens = new LiveTokens(store);
    const renew = async () => {
      await store.write(PLACE, theirs, undefined);
      return { ...theirs, accessToken: 'ours' };
    };
    const how = { now: () => clock.nowMs, first: 'seed', renew };
    expect(await tokens.of(PLACE, how)).toBe('theirs');
    expect([await tokens.of(PLACE, how), await worker()()]).toEqual(['theirs', 'theirs']);
  });

  test('that the platform takes no more is renewed by one worker, for all', async () => {
    const { renewals, worker } = platform();
    const [one, two] = [worker(), worker()];
    await one();
    await two();
    const refused = 'access-1';
    expect(await Promise.all([one({ refused }), two({ refused })])).toEqual([
      'access-2',
      'access-2',
    ]);
    expect(await two({ refused })).toBe('access-2');
    expect(renewals).toHaveLength(2);
  });

  test('whose authorisation ended is somebody’s to authorise, and nobody asks the platform', async () => {
    const { clock, renewals, worker } = platform();
    await worker()();
    clock.nowMs += 100 * HOUR;
    await expect(worker()()).rejects.toMatchObject({ retryable: false });
    expect(renewals).toHaveLength(1);
  });

  test('is not requested when there is too little time for the answer', async () => {
    const { renewals, worker } = platform();
    const late = worker()({ deadlineMs: NOW + 2_000 });
    await expect(late).rejects.toMatchObject({ retryable: true });
    expect(renewals).toEqual([]);
    expect(await worker()({ deadlineMs: NOW + 5_000 })).toBe('access-1');
  });
});

describe('a renewal that fails', () => {
  test('leaves a token that has not ended in use, and is tried again soon', async () => {
    const { clock, renewals, faults, worker } = platform();
    const one = worker();
    await one();
    clock.nowMs += HOUR - 30_000;
    faults.push(WRONG);
    expect([await one(), await one()]).toEqual(['access-1', 'access-1']);
    expect(renewals).toHaveLength(2);
    clock.nowMs += 10_000;
    expect(await one()).toBe('access-3');
  });

  test('is told when the token has ended, and says what to do', async () => {
    const { clock, faults, worker } = platform();
    const one = worker();
    await one();
    clock.nowMs += HOUR;
    faults.push(WRONG);
    await expect(one()).rejects.toMatchObject({
      retryable: false,
      message: expect.stringMatching(/^refresh answered 7; the platform refuses .*PUT \/v1\/apps/),
    });
  });

  test('without an answer holds others off for the lease, and is then tried once more', async () => {
    const { clock, renewals, faults, worker } = platform();
    faults.push(SILENCE);
    const beganMs = clock.nowMs;
    await expect(worker()()).rejects.toBe(SILENCE);
    await expect(worker()()).rejects.toMatchObject({ retryable: true });
    expect(renewals).toHaveLength(1);
    clock.nowMs = beganMs + LEASE_MS;
    expect(await worker()()).toBe('access-2');
  });

  test('after one without an answer says that this may have used the refresh token up', async () => {
    const { clock, faults, worker } = platform();
    faults.push(SILENCE, WRONG, WRONG);
    await expect(worker()()).rejects.toBe(SILENCE);
    clock.nowMs += LEASE_MS;
    const lost = { retryable: false, message: expect.stringContaining('renewal was lost') };
    await expect(worker()()).rejects.toMatchObject(lost);
    await expect(worker()()).rejects.toMatchObject(lost);
  });
});

describe('a token that only the app’s own secret is needed for', () => {
  test('is requested again at once when it was not given', async () => {
    const { renewals, faults, worker } = platform();
    faults.push(SILENCE);
    await expect(worker()({ first: null })).rejects.toBe(SILENCE);
    expect(await worker()({ first: null })).toBe('access-2');
    expect(renewals).toEqual([null, null]);
  });

  test('is not waited for longer than 3 s when a worker died asking', async () => {
    const { clock, store, worker } = platform();
    await store.lease(PLACE, undefined, { holder: 'dead', untilMs: NOW + LEASE_MS }, NOW);
    expect(await worker()({ first: null })).toBe('access-1');
    expect(clock.nowMs - NOW).toBeLessThanOrEqual(3_000);
  });
});
