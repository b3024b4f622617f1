import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { paid, reversed } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  gmvAnswer,
  makeTenant,
  read,
  redemptionAt,
  type Tenant,
  WINDOW,
} from './support.ts';

const DAY_MINUTES = 1_440;

let hexiao: HexiaoUnderTest;
let tenant: Tenant;
let stranger: Tenant;

/** Two days, two stores, two platforms, a payment and a reversal. */
beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
  tenant = await makeTenant(hexiao, 'provider', 'merchant');
  stranger = await makeTenant(hexiao);
  await hexiao.call('PUT', '/v1/merchants/kuaishou/merchant', { name: 'm' });
  const onKuaishou = { platform: 'kuaishou', providerId: 'provider', merchantId: 'merchant' };
  await hexiao.call('POST', '/v1/contracts', contractBody({ ...onKuaishou, shareBp: 5_000 }));
  const taken = redemptionAt(tenant, 's1', { fen: 700 });
  const { voucherId, orderId, merchantId, redemptionId } = taken;
  await book(hexiao, [
    paid({ merchantId: 'merchant' }),
    taken,
    reversed(redemptionId, { voucherId, orderId, merchantId }),
    redemptionAt(tenant, 's1', { fen: 1_000 }),
    redemptionAt(tenant, 's2', { fen: 2_000, minutes: DAY_MINUTES }),
    { ...redemptionAt(tenant, 's1', { fen: 501 }), platform: 'kuaishou' },
  ]);
});

afterAll(() => hexiao?.stop());

async function gmv(query: string, token = tenant.token) {
  return read(await ask(hexiao, 'GET', `/v1/gmv?${query}`, { token }), gmvAnswer);
}

const TOTAL = {
  paidFen: 9_900,
  redeemedFen: 3_251,
  reversedFen: 700,
  refundedFen: 0,
  redeemedCount: 3,
  commissionFen: 163,
};

const NOTHING = {
  paidFen: 0,
  redeemedFen: 0,
  reversedFen: 0,
  refundedFen: 0,
  redeemedCount: 0,
  commissionFen: 0,
};

describe('GET /v1/gmv', () => {
  it('adds up to the same total by day, by store and by platform, and by day by default', async () => {
    for (const by of ['day', 'store', 'platform'] as const) {
      const { rows, total } = await gmv(`${WINDOW}&by=${by}`);
      expect(total).toEqual(TOTAL);
      for (const measure of Object.keys(TOTAL) as (keyof typeof TOTAL)[]) {
        const sum = rows.reduce((whole, row) => whole + row[measure], 0);
        expect(sum, `${measure} by ${by}`).toBe(TOTAL[measure]);
      }
    }
    expect(await gmv(WINDOW)).toEqual(await gmv(`${WINDOW}&by=day`));
  });

  it('names its rows by day, platform, and platform with store', async () => {
    const keysOf = async (by: string) =>
      (await gmv(`${WINDOW}&by=${by}`)).rows.map((row) => row.key);
    expect(await keysOf('day')).toEqual(['2025-10-09', '2025-10-10']);
    expect(await keysOf('platform')).toEqual(['douyin', 'kuaishou']);
    const stores = ['douyin/s1', 'douyin/s2', 'douyin/unknown', 'kuaishou/s1'];
    expect((await keysOf('store')).toSorted()).toEqual(stores);
  });

  it('keeps the days of the window to themselves', async () => {
    expect((await gmv('from=2025-10-10&to=2025-10-10')).total).toMatchObject({
      paidFen: 0,
      redeemedFen: 2_000,
      redeemedCount: 1,
    });
    expect(await gmv('from=2025-11-01&to=2025-11-02')).toEqual({ rows: [], total: NOTHING });
  });

  it('by store comes in pages whose rows are each there once, with the total of all', async () => {
    const keys: string[] = [];
    let cursor = '';
    do {
      const page = await gmv(`${WINDOW}&by=store&limit=1${cursor}`);
      expect(page.rows).toHaveLength(1);
      expect(page.total).toEqual(TOTAL);
      keys.push(...page.rows.map((row) => row.key));
      cursor = page.next ? `&cursor=${page.next}` : '';
    } while (cursor !== '');
    expect(new Set(keys).size).toBe(4);
    expect(keys).toHaveLength(4);
  });

  it('refuses a breakdown nobody knows', async () => {
    for (const by of ['week', '', 'DAY', '__proto__']) {
      const reply = await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}&by=${by}`, { token: tenant.token });
      expect(expectProblem(reply, 400, 'request-invalid').detail).toContain('by');
    }
  });

  it('is never another provider’s, by no name and no cursor', async () => {
    const { next } = await gmv(`${WINDOW}&by=store&limit=1`);
    const foreign = `/v1/gmv?${WINDOW}&by=store&cursor=${next ?? ''}`;
    const refused = await ask(hexiao, 'GET', foreign, { token: stranger.token });
    expectProblem(refused, 400, 'cursor-foreign');
    const shown = await gmv(`${WINDOW}&by=store`, stranger.token);
    expect(shown).toMatchObject({ rows: [], total: NOTHING });
    const path = `/v1/gmv?${WINDOW}&providerId=provider`;
    expectProblem(await ask(hexiao, 'GET', path, { token: stranger.token }), 404, 'not-found');
  });

  it('shows the operator whom it asks about, nobody’s too, and asks back when it does not say', async () => {
    const reply = await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}&providerId=provider`);
    expect(read(reply, gmvAnswer).total).toEqual(TOTAL);
    const rest = await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}&providerId=unattributed`);
    expect(read(rest, gmvAnswer).total).toMatchObject({ redeemedFen: 250, redeemedCount: 1 });
    expectProblem(await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}`), 400, 'request-invalid');
  });
});

describe('GET /v1/gmv over all providers', () => {
  const sumOf = async (by: string) => {
    const all = await Promise.all(
      ['provider', stranger.providerId].map(async (providerId) =>
        read(
          await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}&by=${by}&providerId=${providerId}`),
          gmvOfAll,
        ),
      ),
    );
    return all.flatMap(({ rows }) => rows);
  };
  const gmvOfAll = gmvAnswer.extend({
    rows: z.array(
      gmvAnswer.shape.rows.element.extend({ loop: z.string(), channel: z.string() }).partial(),
    ),
  });
  const ofAll = async (by: string, headers = {}) =>
    ask(hexiao, 'GET', `/v1/gmv?${WINDOW}&by=${by}&providerId=*`, { headers });

  it('is what the providers come to, each by day, platform, loop and channel, without what is nobody’s', async () => {
    await book(hexiao, [redemptionAt(stranger, 'elsewhere', { fen: 4_000 })]);
    for (const by of ['day', 'platform', 'loop', 'channel']) {
      const { rows, total } = read(await ofAll(by), gmvOfAll);
      expect(total).toEqual({ ...TOTAL, redeemedFen: 7_251, redeemedCount: 4, commissionFen: 363 });
      for (const row of rows) {
        const own = (await sumOf(by)).filter(({ key }) => key === row.key);
        expect(own.reduce((sum, one) => sum + (one.redeemedFen ?? 0), 0)).toBe(row.redeemedFen);
      }
      expect(rows.reduce((sum, one) => sum + (one.redeemedFen ?? 0), 0)).toBe(total.redeemedFen);
    }
  });

  it('is 304 while nothing is new, and whole when something is', async () => {
    const first = await ofAll('day');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{24}"$/);
    expect((await ofAll('day', { 'if-none-match': etag })).status).toBe(304);
    await book(hexiao, [redemptionAt(stranger, 'elsewhere', { fen: 1 })]);
    expect((await ofAll('day', { 'if-none-match': etag })).status).toBe(200);
  });

  it('says what is there for one provider at a time', async () => {
    for (const by of ['store', 'product', 'creator', 'merchant', 'city']) {
      const { detail } = expectProblem(await ofAll(by), 400, 'request-invalid');
      expect(detail).toContain('by=channel');
    }
  });

  it('is no provider’s to read, and no provider’s name', async () => {
    const asked = await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}&providerId=*`, {
      token: tenant.token,
    });
    expectProblem(asked, 404, 'not-found');
    const body = JSON.stringify({ name: 'all', kind: 'agency' });
    expectProblem(await ask(hexiao, 'PUT', '/v1/providers/*', { body }), 400, 'request-invalid');
  });
});
