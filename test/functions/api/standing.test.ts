import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { periodOf, pointsOf } from '../../../functions/api/standing.ts';
import {
  appendProgramme,
  type Programme,
  readProgrammes,
} from '../../../lib/store/growth/programmes.ts';
import { DAY_MS, toInstant } from '../../../lib/time/shanghai.ts';
import { START_MS } from '../../lib/make.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { everyOrder, type Turn } from '../../support/interleave.ts';
import { MemoryTable } from '../../world/store/table.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  makeTenant,
  read,
  redemptionAt,
} from './support.ts';

/** Where a provider stands in a programme: computed from its days, and moved with them. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let own: Awaited<ReturnType<typeof makeTenant>>;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
  own = await makeTenant(hexiao);
  const { merchantId } = own;
  const sale = (use: ReturnType<typeof redemptionAt>, productId: string) => ({
    ...use,
    sale: { ...use.sale, productId },
  });
  await book(hexiao, [
    sale(redemptionAt({ merchantId }, 's1', { fen: 60_000 }), 'hotpot'),
    sale(redemptionAt({ merchantId }, 's1', { fen: 30_000, minutes: 1_440 }), 'cake'),
  ]);
  await hexiao.call('PUT', '/v1/products/douyin/hotpot', { category: '火锅' });
  clock.ms = START_MS + DAY_MS;
});
afterAll(() => hexiao?.stop());

const answer = z.looseObject({
  ...{ tier: z.string().nullable(), measureFen: z.int() },
  next: z
    .object({ tier: z.string(), missingFen: z.int(), expectedAt: z.string().nullable() })
    .nullable(),
  restated: z.array(z.looseObject({ gainFen: z.int() })),
  explanation: z.object({ zh: z.string(), en: z.string() }),
});

const tiers = [
  { name: '铜', fromFen: 50_000, benefits: ['培训'] },
  { name: '银', fromFen: 100_000, benefits: [] },
  { name: '金', fromFen: 10_000_000, benefits: [] },
];
const body = (over: object = {}) => ({
  ...{ name: fresh('programme'), period: 'month', measure: 'redeemed', tiers, ...over },
});
const put = (id: string, one: object) => ask(hexiao, 'PUT', `/v1/programmes/${id}`, { body: one });
const see = async (id: string) =>
  read(await ask(hexiao, 'GET', `/v1/standing?programmeId=${id}`, { token: own.token }), answer);

describe('where a provider stands', () => {
  it('is its tier by what its days come to, what the next needs, and when at this pace', async () => {
    await put('month', body());
    // 900 yuan in ten days of October: the hundred that are missing take two more.
    const found = await see('month');
    expect(found).toMatchObject({
      ...{ tier: '铜', benefits: ['培训'], measureFen: 90_000 },
      next: { tier: '银', missingFen: 10_000, expectedAt: '2025-10-12' },
      window: { from: '2025-10-01', to: '2025-10-10' },
    });
    expect(found.explanation.zh).toContain('900.00');
    expect(found.explanation.zh).toContain('2025-10-12');
    expect(found.explanation.en).toContain('银 needs CNY 100.00 more');
    const gmv = await hexiao.call<{ total: { redeemedFen: number } }>(
      ...(['GET', `/v1/gmv?from=2025-10-01&to=2025-10-31&providerId=${own.providerId}`] as const),
    );
    expect(gmv.total.redeemedFen).toBe(found.measureFen);
    await put('maker', body({ period: 'year', tiers: tiers.slice(2) }));
    expect(await see('maker')).toMatchObject({
      tier: null,
      next: { missingFen: 9_910_000, expectedAt: null },
    });
    await put('top', body({ tiers: tiers.slice(0, 1), measure: 'paid' }));
    expect(await see('top')).toMatchObject({
      tier: null,
      measureFen: 0,
      next: { expectedAt: null },
    });
  });

  it('has its tracks by category, its certificates with their end, and its score term by term', async () => {
    const tracks = [
      { name: '餐饮', category: '火锅', certificate: '餐饮服务商' },
      { name: '烘焙', category: '烘焙', certificate: '烘焙服务商' },
    ];
    const terms = [
      { measure: 'redeemedFen', from: 0, to: 180_000, points: 60 },
      { measure: 'refundedBp', from: 2_000, to: 0, points: 40 },
    ];
    await put('scored', body({ tracks, score: { terms, entryPoints: 70, exitPoints: 50 } }));
    const path = `/v1/programmes/scored/certificates/${own.providerId}`;
    const held = { track: '餐饮', number: 'A-1', from: '2025-01-01', to: '2025-10-31' };
    expect((await ask(hexiao, 'PUT', path, { body: { certificates: [held] } })).status).toBe(200);
    const stranger = { certificates: [{ ...held, track: 'none' }] };
    expectProblem(await ask(hexiao, 'PUT', path, { body: stranger }), 400, 'request-invalid');
    expect(await see('scored')).toMatchObject({
      tracks: [
        { name: '餐饮', measureFen: 60_000 },
        { name: '烘焙', measureFen: 0 },
      ],
      certificates: [
        { ...held, state: 'ending' },
        { track: '烘焙', state: 'missing' },
      ],
      score: { points: 70, state: 'in', terms: [{ got: 30 }, { value: 0, got: 40 }] },
    });
  });

  it('is moved by a restated past, and says so', async () => {
    await put('restated', body());
    const before = await see('restated');
    expect(before.restated).toEqual([]);
    clock.ms += 60_000;
    const rival = await makeTenant(hexiao);
    const { contracts } = await hexiao.call<{ contracts: { contractId: string }[] }>(
      ...(['GET', `/v1/contracts?providerId=${own.providerId}`] as const),
    );
    const end = { endsAt: '2025-10-10T00:00:00+08:00' };
    await hexiao.call('POST', `/v1/contracts/${contracts[0]?.contractId}/end`, end);
    const taken = contractBody({
      providerId: rival.providerId,
      merchantId: own.merchantId,
      startsAt: end.endsAt,
    });
    await hexiao.call('POST', '/v1/contracts', taken);
    clock.ms += 60_000;
    const window = { from: '2025-10-01', to: '2025-10-10', reason: '换服务商' };
    const job = { platform: 'douyin', merchantId: own.merchantId, ...window };
    await hexiao.call('POST', '/v1/restatements', job);
    await hexiao.settle();
    const after = await see('restated');
    expect(after).toMatchObject({ measureFen: 60_000, next: { missingFen: 40_000 } });
    expect(after.restated).toMatchObject([{ on: '2025-10-10', gainFen: -30_000 }]);
    expect(after.explanation.zh).toContain('重述');
    expect(after.explanation.en).toContain('-300.00');
  });
});

describe('a programme', () => {
  it('is kept in versions, and is refused with a name, a tier or a score that contradicts', async () => {
    const one = body();
    const first = read(await put('kept', one), z.looseObject({ version: z.int() }));
    expect(read(await put('kept', one), z.looseObject({ version: z.int() }))).toEqual(first);
    const next = { ...one, measure: 'paid' };
    expect(read(await put('kept', next), z.looseObject({ version: z.int() })).version).toBe(2);
    const refused = async (id: string, bad: object, word: string) => {
      const { detail } = expectProblem(await put(id, bad), 400, 'request-invalid');
      expect(detail).toContain(word);
    };
    await refused('other', body({ name: ` ${one.name.toUpperCase()} ` }), 'another programme');
    await refused('other', body({ tiers: tiers.toReversed() }), 'below the one before');
    await refused(
      'other',
      body({ tiers: [tiers[0], { ...tiers[0], fromFen: 60_000 }] }),
      'a tier twice',
    );
    const terms = [{ measure: 'paidFen', from: 1, to: 1, points: 1 }];
    await refused('other', body({ score: { terms, entryPoints: 1, exitPoints: 0 } }), 'points end');
    expectProblem(
      await ask(hexiao, 'GET', '/v1/standing?programmeId=other', { token: own.token }),
      404,
      'not-found',
    );
    // A name that is given up is free.
    clock.ms += 2 * 60_000;
    await put('kept', { ...next, name: fresh('renamed') });
    expect((await put('heir', { ...one })).status).toBe(200);
  });

  it('of two that get one name at once one is refused, in every order', async () => {
    const make = (programmeId: string): Programme => ({
      ...{ programmeId, version: 1, name: '造风者', period: 'year', measure: 'paid', tracks: [] },
      ...{ tiers: [], score: null, recordedAt: toInstant(START_MS), recordedBy: 'x' },
    });
    const tried = await everyOrder(() => {
      const table = new MemoryTable();
      const told: (string | null)[] = [];
      const work = (id: string) => async (turn: Turn) => {
        told.push(await appendProgramme(table.seenBy(turn), make(id), START_MS));
      };
      return {
        workers: { one: work('1'), two: work('2') },
        afterwards: async () => {
          expect(await readProgrammes(table)).toHaveLength(1);
          expect(told).toHaveLength(2);
          expect(new Set(told)).toEqual(new Set(['name', null]));
        },
      };
    });
    expect(tried.isEvery).toBe(true);
  });
});

it('a period has its first and last day, and points are even between two ends', () => {
  expect(periodOf('quarter', '2024-02-29')).toEqual({ from: '2024-01-01', to: '2024-03-31' });
  expect(periodOf('month', '2025-12-31')).toEqual({ from: '2025-12-01', to: '2025-12-31' });
  expect(periodOf('year', '2025-06-30')).toEqual({ from: '2025-01-01', to: '2025-12-31' });
  const falling = { from: 2_000, to: 0, points: 40 };
  expect([9_999, 2_000, 1_000, 0, -5].map((value) => pointsOf(falling, value))).toEqual([
    0, 0, 20, 40, 40,
  ]);
});
