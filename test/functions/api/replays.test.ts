import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  archiveDelivery,
  type Delivery,
  putSetAside,
} from '../../../lib/store/deliveries/archive.ts';
import { archivedWithin } from '../../../lib/store/deliveries/replays.ts';
import { keys } from '../../../lib/store/keys.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, Clock, expectProblem, makeProvider, read } from './support.ts';

const SECRET = 'a-buyer-of-the-test';
const NOW = new Clock();

const setAsideAnswer = z.strictObject({
  setAside: z.enum(['parked', 'quarantined']),
  deliveries: z.array(
    z.strictObject({
      ...{ deliveryId: z.string(), integration: z.string(), appKey: z.string() },
      ...{ receivedAt: z.string(), kind: z.string(), why: z.string().nullish() },
    }),
  ),
  next: z.string().nullable(),
});

const replayAnswer = z.strictObject({
  ...{ dryRun: z.boolean(), matched: z.int(), sent: z.int(), expired: z.int(), erased: z.int() },
  ...{ scanned: z.int(), next: z.string().nullable() },
});

/** Ids that are spread over all shards. */
const idOf = (n: number) => `${(n % 16).toString(16)}${n.toString(16).padStart(63, '0')}`;

let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: NOW.now });
  for (let n = 0; n < 45; n += 1) {
    const delivery = made(n, n % 3 === 0 ? 'meituan' : 'douyin-life');
    const outcome = { outcome: 'parked', kind: `kind-${n % 2}`, why: 'nobody knows it' } as const;
    await putSetAside(hexiao.table, 'parked', delivery, outcome, NOW.ms);
    // One of them is over its time in the archive.
    if (n !== 7) await archiveDelivery(hexiao.table, delivery, outcome, NOW.ms);
  }
});

afterAll(() => hexiao?.stop());

function made(n: number, integration: string): Delivery {
  return {
    ...{
      deliveryId: idOf(n),
      integration,
      appKey: 'app',
      receivedAt: '2025-10-09T16:53:20.000+08:00',
    },
    body: Buffer.from(JSON.stringify({ open_id: SECRET })),
  };
}

const post = async (body: object) =>
  read(await ask(hexiao, 'POST', '/v1/replays', { body }), replayAnswer);

describe('GET /v1/set-aside/{reason}', () => {
  it('lists every delivery once, page by page, without a body', async () => {
    const ids: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 10; pages += 1) {
      const path = `/v1/set-aside/parked?limit=10&cursor=${cursor}`;
      const reply = await ask(hexiao, 'GET', path);
      expect(reply.text).not.toContain(SECRET);
      const { deliveries, next } = read(reply, setAsideAnswer);
      expect(deliveries.length).toBeLessThanOrEqual(10);
      ids.push(...deliveries.map(({ deliveryId }) => deliveryId));
      if (next === null) break;
      cursor = next;
    }
    expect(ids).toHaveLength(45);
    expect(new Set(ids).size).toBe(45);
  });

  it('of an empty setAside is empty, and of none is not found', async () => {
    const empty = read(await ask(hexiao, 'GET', '/v1/set-aside/quarantined'), setAsideAnswer);
    expect(empty).toEqual({ setAside: 'quarantined', deliveries: [], next: null });
    expectProblem(await ask(hexiao, 'GET', '/v1/set-aside/attic'), 404, 'not-found');
    const forged = `/v1/set-aside/parked?cursor=${Buffer.from('"z"').toString('base64url')}`;
    expectProblem(await ask(hexiao, 'GET', forged), 400, 'request-invalid');
  });
});

describe('POST /v1/replays', () => {
  it('counts in a dry run, says what the archive lost, and sends nothing', async () => {
    expect(await post({ setAside: 'parked', dryRun: true })).toEqual({
      ...{ dryRun: true, matched: 45, sent: 0, expired: 1, erased: 0, scanned: 45, next: null },
    });
    expect(await hexiao.takeBatch('intake')).toHaveLength(0);
  });

  it('narrows a setAside to an integration and a kind', async () => {
    const narrowed = { setAside: 'parked', integration: 'meituan', kind: 'kind-0', dryRun: true };
    expect(await post(narrowed)).toMatchObject({ matched: 8 });
  });

  it('takes ids, once each, and sends them to be read although they are archived', async () => {
    const deliveryIds = [idOf(1), idOf(1), idOf(2), idOf(7), idOf(999)];
    expect(await post({ deliveryIds })).toMatchObject({ matched: 4, sent: 2, expired: 2 });
    const messages = await hexiao.takeBatch('intake');
    expect(messages.map(({ Body }) => JSON.parse(Body ?? '') as object)).toContainEqual(
      expect.objectContaining({ type: 'delivery', deliveryId: idOf(1), again: true }),
    );
    expect(messages).toHaveLength(2);
  });

  it('finds a window over many pages of the table', async () => {
    // Prepare: more than one scan's page of 1 MiB
    for (let n = 100; n < 105; n += 1) {
      const body = crypto.getRandomValues(new Uint8Array(65_536));
      const bodies = Buffer.concat([body, body, body, body, body].map((each) => Buffer.from(each)));
      const fields = { body: bodies, receivedAt: '2025-11-01T00:00:00.000+08:00' };
      await hexiao.table.put(keys.delivery(idOf(n)), { ...made(n, 'meituan'), ...fields });
    }
    const window = {
      ...{ integration: 'meituan', appKey: 'app' },
      ...{ from: '2025-10-01T00:00:00.000+08:00', to: '2025-11-01T00:00:00.000+08:00' },
    };
    // Act
    const first = await archivedWithin(hexiao.table, window, null);
    const answer = await post({ ...window, dryRun: true });
    // Assess
    expect(first.next).not.toBeNull();
    expect(answer).toMatchObject({ matched: 15, next: null });
    expect(answer.scanned).toBeGreaterThan(first.scanned);
  });

  it.each([
    {},
    { setAside: 'attic' },
    { deliveryIds: [] },
    { deliveryIds: ['x'] },
    { deliveryIds: Array.from({ length: 101 }, (_, n) => idOf(n)) },
    { setAside: 'parked', deliveryIds: [idOf(1)] },
    {
      integration: 'meituan',
      appKey: 'app',
      from: '2025-10-02T00:00:00Z',
      to: '2025-10-01T00:00:00Z',
    },
    { integration: 'meituan', appKey: 'app', from: '2025-10-02', to: '2025-10-03' },
    { setAside: 'parked', cursor: 'x' },
  ])('of %j is refused', async (body) => {
    expectProblem(await ask(hexiao, 'POST', '/v1/replays', { body }), 400, 'request-invalid');
  });

  it('is the operator’s alone, as are the setAside', async () => {
    const token = await makeProvider(hexiao, 'p1');
    const body = { setAside: 'parked' };
    expectProblem(await ask(hexiao, 'POST', '/v1/replays', { body, token }), 403, 'role-forbidden');
    expectProblem(
      await ask(hexiao, 'GET', '/v1/set-aside/parked', { token }),
      403,
      'role-forbidden',
    );
    expectProblem(
      await ask(hexiao, 'POST', '/v1/replays', { body, token: null }),
      401,
      'token-missing',
    );
  });
});
