import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulators } from '../../infra/local/emulators.ts';
import { LEASE_MS, LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import {
  MemoryTokens,
  type PlatformToken,
  type TokenPlace,
  type TokenStore,
} from '../../lib/integrations/kit/token-store.ts';
import { KuaishouLifeClient } from '../../lib/integrations/kuaishou-life/client.ts';
import { startSandbox } from '../../lib/integrations/kuaishou-life/sandbox/index.ts';
import { logLines } from '../../lib/log/log.ts';
import { PlatformTokens } from '../../lib/store/accounts/platform-tokens.ts';
import type { Table } from '../../lib/store/table.ts';
import { fresh } from '../support/fresh.ts';
import type { Killer } from '../support/killer.ts';
import { urlOf } from '../support/platform-fetch.ts';
import { scanRaw } from '../support/scan.ts';
import { startTable } from '../support/table.ts';

const NOW = 1_795_312_800_000;
const LIFE_MS = 172_800_000;
const APP_SECRET = 'app-secret-of-the-tests';

let emulators: Emulators;
let table: Table;
let killer: Killer;

beforeAll(async () => {
  ({ emulators, table, killer } = await startTable());
});

afterAll(() => emulators?.stop());

const tokenOf = (name: string, change: Partial<PlatformToken> = {}): PlatformToken => ({
  ...{ accessToken: `access-${name}`, refreshToken: `refresh-${name}` },
  ...{ renewAtMs: NOW + 1, expiresAtMs: NOW + 2, refreshExpiresAtMs: NOW + 3 },
  ...change,
});

const placeOf = (): TokenPlace => ({
  ...{ integration: 'i', appKey: fresh('app'), scope: 's', secret: 'a registered secret' },
});

const STORES: readonly (readonly [string, () => TokenStore])[] = [
  ['a worker’s memory', () => new MemoryTokens()],
  ['the table', () => new PlatformTokens(table)],
];

describe.each(STORES)('%s', (_name, make) => {
  test('keeps what was written, for its place only', async () => {
    // Prepare
    const [store, place] = [make(), placeOf()];
    const token = tokenOf('1');
    // Act
    await store.write(place, token, undefined);
    // Assess
    expect(await store.read(place)).toMatchObject({ token, version: 1, isInDoubt: false });
    for (const other of ['scope', 'secret', 'appKey', 'integration'] as const) {
      expect(await store.read({ ...place, [other]: 'other' })).toBeUndefined();
    }
  });

  test('takes a token only over the one it was made from', async () => {
    const [store, place] = [make(), placeOf()];
    expect(await store.write(place, tokenOf('1'), undefined)).toBe(true);
    const first = await store.read(place);
    expect(await store.write(place, tokenOf('2'), undefined)).toBe(false);
    expect(await store.write(place, tokenOf('2'), first)).toBe(true);
    expect(await store.write(place, tokenOf('3'), first)).toBe(false);
    expect((await store.read(place))?.token).toEqual(tokenOf('2'));
  });

  test('gives one lease at a time, of what stands', async () => {
    const [store, place] = [make(), placeOf()];
    const lease = (holder: string) => ({ holder, untilMs: NOW + 10 });
    expect(await store.lease(place, undefined, lease('a'), NOW)).toBe(true);
    const leased = await store.read(place);
    expect(leased).toMatchObject({ token: undefined, version: 0, leasedUntilMs: NOW + 10 });
    expect(await store.lease(place, undefined, lease('b'), NOW)).toBe(false);
    expect(await store.lease(place, leased, lease('b'), NOW + 9)).toBe(false);
    await store.giveBack(place, lease('b'));
    expect(await store.lease(place, leased, lease('b'), NOW + 9)).toBe(false);
    await store.giveBack(place, lease('a'));
    expect(await store.lease(place, await store.read(place), lease('b'), NOW + 9)).toBe(true);
    expect((await store.read(place))?.isInDoubt).toBe(false);
    expect(await store.write(place, tokenOf('1'), leased)).toBe(true);
    expect(await store.lease(place, leased, lease('c'), NOW + 99)).toBe(false);
  });

  test('says of a lease that ran out that it never told its end', async () => {
    const [store, place] = [make(), placeOf()];
    await store.write(place, tokenOf('1'), undefined);
    const lease = { holder: 'dead', untilMs: NOW + 10 };
    await store.lease(place, await store.read(place), lease, NOW);
    const next = { holder: 'next', untilMs: NOW + 20 };
    expect(await store.lease(place, await store.read(place), next, NOW + 10)).toBe(true);
    await store.giveBack(place, next);
    expect(await store.read(place)).toMatchObject({ isInDoubt: true, token: tokenOf('1') });
  });
});

describe('the items', () => {
  test('are versioned, sealed, and expire a day after nothing in them is good', async () => {
    // Prepare
    const place = placeOf();
    const store = new PlatformTokens(table);
    // Act
    await store.write(place, tokenOf('1'), undefined);
    // Assess
    const [item] = await itemsOf(place.appKey);
    expect(item).toMatchObject({ v: { N: '1' }, version: { N: '1' } });
    expect(Number(item?.expiresAt?.N) * 1000 - NOW).toBeCloseTo(86_400_000, -4);
    const endless = placeOf();
    await store.write(endless, tokenOf('1', { refreshExpiresAtMs: null }), undefined);
    expect((await itemsOf(endless.appKey))[0]).not.toHaveProperty('expiresAt');
  });

  test('do not open at another place', async () => {
    // Prepare
    const [place, other] = [placeOf(), placeOf()];
    const store = new PlatformTokens(table);
    await store.write(place, tokenOf('1'), undefined);
    await store.write(other, tokenOf('2'), undefined);
    const [mine, theirs] = [await itemsOf(place.appKey), await itemsOf(other.appKey)];
    // Act
    const key = { pk: mine[0]?.pk?.S ?? '', sk: mine[0]?.sk?.S ?? '' };
    await table.set(key, { sealed: theirs[0]?.sealed?.B }, { expression: 'attribute_exists(pk)' });
    // Assess
    await expect(store.read(place)).rejects.toThrow();
  });
});

/** A merchant's authorisation at Kuaishou, registered, and workers that call for it. */
async function platform() {
  const appKey = fresh('ks');
  const sandbox = startSandbox({ appId: appKey, appSecret: APP_SECRET, code: 'code' });
  const clock = { nowMs: NOW };
  const calls: string[] = [];
  const lines: string[] = [];
  const hooks: { after: (path: string) => void } = { after: () => {} };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(urlOf(input));
    calls.push(pathname);
    const answer = await sandbox.app.request(urlOf(input), init);
    hooks.after(pathname);
    return answer;
  };
  const log = logLines((line) => lines.push(line), 'info', undefined);
  // The clock goes on as a worker waits; the others get their turn.
  const wait = async (ms: number) => {
    clock.nowMs += ms;
    await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const clientOf = (refreshToken: string, tokens: LiveTokens) =>
    new KuaishouLifeClient({
      app: {
        ...{ integration: 'kuaishou-life', appKey, settings: { enrichment: 'none' } },
        secrets: { appSecret: [APP_SECRET], refreshToken: [refreshToken] },
      },
      ...{ fetch, now: () => clock.nowMs, deadlineMs: Number.POSITIVE_INFINITY, tokens },
    });
  const worker = (refreshToken = 'refresh-1') => {
    const tokens = new LiveTokens(new PlatformTokens(table), log, wait);
    return () => clientOf(refreshToken, tokens).tokenOf('m1');
  };
  const authorize = async () =>
    (await clientOf('', new LiveTokens(new MemoryTokens())).accessToken('code')).refreshToken;
  await authorize();
  const renewals = () => calls.filter((path) => path.endsWith('/refresh_token')).length;
  return { appKey, clock, lines, hooks, worker, authorize, renewals };
}

describe('workers with one table', () => {
  test('that find the token ended at once ask the platform once, and all go on', async () => {
    // Prepare
    const { clock, worker, renewals } = await platform();
    const workers = [worker(), worker(), worker(), worker(), worker()];
    await Promise.all(workers.map((ask) => ask()));
    clock.nowMs += LIFE_MS + 1;
    // Act
    const all = await Promise.all(workers.map((ask) => ask()));
    // Assess
    expect(all).toEqual(Array(5).fill('access-3'));
    expect(renewals()).toBe(2);
  });

  test('read the table once for a batch of calls, and not at all for the next', async () => {
    const { worker } = await platform();
    await worker()();
    const later = worker();
    killer.disarm();
    await Promise.all(Array.from({ length: 50 }, () => later()));
    await later();
    expect(killer.calls).toBe(1);
  });

  test('outlive each other: the next goes on with the refresh token of one that is gone', async () => {
    const { clock, worker, renewals } = await platform();
    for (let life = 1; life <= 4; life += 1) {
      expect(await worker()()).toBe(`access-${life + 1}`);
      clock.nowMs += LIFE_MS;
    }
    expect(renewals()).toBe(4);
  });

  test('take what the operator registers anew, whatever is kept, and the same again as kept', async () => {
    // Prepare
    const { worker, authorize, renewals } = await platform();
    const before = worker();
    await before();
    const anew = await authorize();
    // Act
    const token = await worker(anew)();
    const again = await worker(anew)();
    // Assess: who still knows the old registration disturbs nobody
    expect([token, again]).toEqual(['access-4', 'access-4']);
    expect(await before()).toBe('access-2');
    expect(await worker('refresh-1')()).toBe('access-2');
    expect(renewals()).toBe(2);
  });

  test('lose nothing while the table fails to keep what was renewed, and keep it later', async () => {
    // Prepare
    const { clock, hooks, worker } = await platform();
    const one = worker();
    hooks.after = () => killer.arm(1, 'before');
    // Act
    const first = await one();
    killer.disarm();
    hooks.after = () => {};
    clock.nowMs += LEASE_MS;
    const second = await one();
    // Assess
    expect([first, second, await worker()()]).toEqual(['access-2', 'access-2', 'access-2']);
  });
});

describe('a worker that dies', () => {
  /** Dies with the platform's answer in its hand: nothing that it tries afterwards reaches the table. */
  async function deathWithTheAnswer() {
    const made = await platform();
    await made.worker()();
    made.clock.nowMs += LIFE_MS;
    made.hooks.after = (path) => path.endsWith('/refresh_token') && killer.arm(1, 'before');
    await made.worker()();
    killer.disarm();
    made.hooks.after = () => {};
    return made;
  }

  test('before the answer is kept leaves the refresh token used up, and the next says so', async () => {
    // Prepare
    const { clock, lines, worker, renewals } = await deathWithTheAnswer();
    const diedMs = clock.nowMs;
    // Act
    const next = worker();
    const early = await next().catch((error: unknown) => error);
    const retryAfterMs = (early as { retryAfterMs: number }).retryAfterMs;
    clock.nowMs += retryAfterMs;
    const late = await next().catch((error: unknown) => error);
    // Assess
    expect(early).toMatchObject({ retryable: true });
    expect(clock.nowMs - diedMs).toBeLessThanOrEqual(LEASE_MS);
    expect(late).toMatchObject({ retryable: false });
    expect((late as Error).message).toContain('renewal was lost');
    expect((late as Error).message).toContain('PUT /v1/apps');
    expect(renewals()).toBe(3);
    expect(lines.join('')).toContain('token-renewal-refused');
  });

  test('is mended by registering what a new authorisation brings', async () => {
    const { worker, authorize } = await deathWithTheAnswer();
    const anew = await authorize();
    expect(await worker(anew)()).toBe('access-5');
  });

  test.each(['before', 'after'] as const)(
    '%s any of its calls to the table holds others up for a lease at most',
    async (when) => {
      let made = await platform();
      const deaths = await killer.atEveryCall(
        when,
        async () => {
          made = await platform();
          killer.calls = 0;
          await made.worker()();
          // What it could not write it only thought.
          if (made.lines.join('').includes('token-unkept')) throw new Error('killed');
        },
        async () => {
          made.clock.nowMs += LEASE_MS;
          const told = await made
            .worker()()
            .catch((error: Error) => error.message);
          // Only with the answer in its hand is anything lost by its death.
          expect(told).toMatch(made.renewals() === 2 ? /renewal was lost/ : /^access-2$/);
        },
      );
      expect(deaths).toBe(3);
    },
  );
});

describe('nothing secret', () => {
  test('stands in clear in the table, or is logged', async () => {
    // Prepare
    const { appKey, clock, lines, hooks, worker } = await platform();
    const ask = worker();
    // Act
    await ask();
    clock.nowMs += LIFE_MS;
    await ask();
    const items = await itemsOf(appKey);
    clock.nowMs += LIFE_MS;
    hooks.after = () => {
      throw new TypeError('lost: https://x/?refresh_token=refresh-3&app_secret=s');
    };
    await worker()().catch(() => {});
    hooks.after = () => {};
    clock.nowMs += LEASE_MS;
    await worker()().catch(() => {});
    // Assess
    const texts = items
      .flatMap((item) => Object.values(item))
      .map((value) => value.S ?? value.N ?? Buffer.from(value.B ?? []).toString('latin1'));
    expect(items).toHaveLength(1);
    expect(texts.join('\n')).not.toMatch(/access-\d|refresh-\d|accessToken|app-secret/);
    expect(lines.map((line) => (JSON.parse(line) as { what: string }).what)).toEqual([
      'token-renewal-unanswered',
      'token-renewal-refused',
    ]);
    expect(lines.join('\n')).not.toMatch(/access-\d|refresh-\d|app-secret-of/);
  });
});

/** As they stand in the table. */
async function itemsOf(appKey: string) {
  const items = await scanRaw(emulators.database);
  return items
    .filter((item) => item.pk?.S?.startsWith('PLATFORM-TOKEN#') === true)
    .filter((item) => item.pk?.S?.endsWith(`#${appKey}`) === true);
}
