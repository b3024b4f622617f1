import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCUMENTED } from '../../functions/api/documented/all.ts';
import { mapLimit } from '../../lib/async/map-limit.ts';
import { integrationNames } from '../../lib/integrations/registry.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../support/hexiao.ts';

/**
 * Ids from outside come in paths, queries and bodies. Whatever they are, they are judged before they
 * become a key of the table, which refuses a long one as our own failure.
 */

/** Past what a partition key (2,048 bytes) and a sort key (1,024 bytes) take, and what no text is. */
const HARD = [
  'x'.repeat(129),
  'x'.repeat(1_100),
  'x'.repeat(2_100),
  '店'.repeat(400),
  '%25'.repeat(500),
  '%23'.repeat(600),
  '%00'.repeat(300),
  '%ff%fe',
  '%ed%a0%80',
  '%',
  '1.douyin.'.concat('m'.repeat(2_100)),
  Buffer.from(JSON.stringify(['LEDGER#'.concat('p'.repeat(2_100)), 's'])).toString('base64url'),
  Buffer.from(JSON.stringify(['p', 's'.repeat(1_100)])).toString('base64url'),
];

/** What stands beside the hard one; one day, for a longer window asks the table more often. */
const OTHERS = {
  ...{ providerId: 'x', platform: 'douyin', merchantId: 'x', queue: 'intake' },
  ...{ from: '2025-10-01', to: '2025-10-01' },
};

/** One for each limit: an id's, a sort key's in bytes, a partition key's. */
const LONG = ['x'.repeat(129), '店'.repeat(400), 'x'.repeat(2_100)];

/** Places in lists as an earlier answer would tell them, with what no place can be in them. */
const CURSORS = LONG.flatMap((long) => [
  `LINE#${long}`,
  { bucket: 0, after: `STORE#${long}` },
  { shard: '0', after: long },
  { month: '2025-10', providerId: long },
  { day: '2025-10-01', bucket: 0, platform: 'douyin', storeId: long, sk: 'x' },
  { day: '2025-10-01', bucket: 0, platform: 'douyin', storeId: 'x', sk: long },
  { pk: long, sk: 'x' },
  { pk: '', sk: '' },
]).map((place) => Buffer.from(JSON.stringify(place)).toString('base64url'));

/** Bodies without which a request does not come as far as its path. */
const BODY: Readonly<Record<string, string>> = {
  'POST /v1/contracts/:contractId/end': '{"endsAt":"2026-01-01T00:00:00+08:00"}',
};

/** Parameters that are one of a few words lead to what is behind them only as one of these. */
const WORDS: Readonly<Record<string, string>> = {
  ...{ platform: 'douyin', integration: 'douyin-life', setAside: 'parked', month: '2025-10' },
};

/** Query parameters that any route reads. */
const QUERY = [
  'providerId',
  'platform',
  'merchantId',
  'storeId',
  'cursor',
  'status',
  'queue',
  'month',
];

let hexiao: HexiaoUnderTest;
const failures: string[] = [];

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({
    log: (level, what, fields) => {
      if (level === 'error') failures.push(`${what} ${fields?.reason ?? ''}`);
    },
  });
});
afterAll(() => hexiao?.stop());

const routesOf = (app: Hono) => [
  ...new Set(
    app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`),
  ),
];

const names = (path: string) =>
  [...path.matchAll(/:(\w+)(?:\{[^}]*\})?/g)].map(([, name = '']) => name);

/** The path with one of its parameters hard, the others as somebody would write them. */
function withHard(path: string, hardName: string, hard: string): string {
  return path.replace(/:(\w+)(?:\{[^}]*\})?/g, (_all, name: string) =>
    name === hardName ? hard : (WORDS[name] ?? 'x'),
  );
}

/** The query parameters that a route takes. */
function takenBy(route: string): string[] {
  const call = route.replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}');
  const contract = DOCUMENTED.find((one) => one.contract.call === call)?.contract;
  const names = Object.keys((contract?.query as { shape?: object } | undefined)?.shape ?? {});
  return contract?.who === 'provider' ? ['providerId', ...names] : names;
}

const known = (all: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));

async function statusOf(app: Hono, method: string, path: string, body?: string): Promise<number> {
  const response = await app.request(path, {
    method,
    headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    ...(body === undefined ? {} : { body }),
  });
  return response.status;
}

/** Everything a body of this API names, and an id that is too long in its place. */
function bodiesWith(hard: string): string[] {
  const named = {
    ...{ providerId: 'x', platform: 'douyin', merchantId: 'x', name: 'x', kind: 'agency' },
    ...{ integration: 'douyin-life', appKey: 'x', requestId: 'x', code: 'x', storeId: 'x' },
    ...{ voucherId: 'x', from: '2025-10-01', to: '2025-10-02', reason: 'x', shareBp: 1, rateBp: 1 },
    ...{ startsAt: '2025-01-01T00:00:00+08:00', mode: 'agency', decision: 'approve' },
  };
  return Object.keys(named).map((name) => JSON.stringify({ ...named, [name]: hard }));
}

describe('the platforms’ receivers', () => {
  test.each(integrationNames())(
    '%s: an app key that nobody has is refused as any is',
    async (name) => {
      const answers = await Promise.all(
        HARD.flatMap((hard) =>
          [`/webhooks/${name}/${hard}`, `/spi/${name}/${hard}`, `/spi/${name}/${hard}/rest`].map(
            async (path) => {
              const response = await hexiao.ingest.request(path, { method: 'POST', body: '{}' });
              return `${response.status} ${((await response.json()) as { code: string }).code}`;
            },
          ),
        ),
      );
      expect(new Set(answers)).toEqual(new Set(['401 signature-invalid']));
      expect(failures).toEqual([]);
    },
  );
});

describe('every route of the API', () => {
  test('judges what stands in its path', async () => {
    const failed: string[] = [];
    for (const route of routesOf(hexiao.api)) {
      const [method = '', path = ''] = route.split(' ');
      for (const name of names(path)) {
        for (const hard of HARD) {
          const body = method === 'GET' ? undefined : (BODY[route] ?? '{}');
          const status = await statusOf(hexiao.api, method, withHard(path, name, hard), body);
          if (status >= 500) failed.push(`${route}: ${name} ${hard.slice(0, 20)} is ${status}`);
        }
      }
    }
    expect(failed).toEqual([]);
    expect(failures).toEqual([]);
  });

  test('judges what stands in its query', async () => {
    const routes = routesOf(hexiao.api).filter((one) => one.startsWith('GET '));
    const asked = routes.flatMap((route) => {
      const taken = takenBy(route);
      return QUERY.filter((name) => taken.includes(name)).flatMap((name) =>
        (name === 'cursor' ? CURSORS : LONG).map((hard) => {
          // What the call does not have is refused before anything is judged.
          const query = new URLSearchParams({ ...known(OTHERS, taken), [name]: hard });
          return `${withHard(route.slice(4), '', '')}?${query}`;
        }),
      );
    });
    expect(asked.length).toBeGreaterThan(50);
    const failed: string[] = [];
    await mapLimit(asked, 8, async (path) => {
      const status = await statusOf(hexiao.api, 'GET', path);
      if (status >= 500) failed.push(`${path.slice(0, 200)} is ${status}`);
    });
    expect(failed).toEqual([]);
    expect(failures).toEqual([]);
  });

  test('judges the place in a list that a body names', async () => {
    const from = { integration: 'douyin-life', appKey: 'x', from: '2025-10-01', to: '2025-10-02' };
    for (const cursor of CURSORS) {
      for (const what of [{ setAside: 'parked' }, from]) {
        const body = JSON.stringify({ ...what, dryRun: true, cursor });
        expect(await statusOf(hexiao.api, 'POST', '/v1/replays', body)).toBe(400);
      }
    }
    expect(failures).toEqual([]);
  });

  test('judges what stands in its body', async () => {
    const failed: string[] = [];
    for (const route of routesOf(hexiao.api).filter((one) => !one.startsWith('GET '))) {
      const [method = '', path = ''] = route.split(' ');
      for (const hard of LONG) {
        for (const body of bodiesWith(hard)) {
          const status = await statusOf(hexiao.api, method, withHard(path, '', ''), body);
          if (status >= 500) failed.push(`${route}: ${body.slice(0, 60)} is ${status}`);
        }
      }
    }
    expect([...new Set(failed)]).toEqual([]);
    expect(failures).toEqual([]);
  });
});
