import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { resumeJobs } from '../../../functions/reconcile/restatements.ts';
import { packBuyers } from '../../../lib/ledger/buyers.ts';
import { packDetail, unpackDetail } from '../../../lib/ledger/detail.ts';
import { packRows } from '../../../lib/ledger/dimensions.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import { emptyRollup } from '../../../lib/ledger/rollup.ts';
import { silent } from '../../../lib/log/log.ts';
import { DIMENSIONS, rollUpDimensions } from '../../../lib/rollups/dimensions.ts';
import { bucketAttribute, packPlatforms } from '../../../lib/rollups/provider-day.ts';
import {
  hourAttribute,
  packHour,
  readHour,
  type StoredHour,
} from '../../../lib/rollups/store-day.ts';
import { bucketOf, hourOf, type Key, keys } from '../../../lib/store/keys.ts';
import { statementSchema } from '../../../lib/store/ledger/statements.ts';
import type { Item } from '../../../lib/store/table.ts';
import { reversed } from '../../lib/make.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  gmvAnswer,
  makeMerchant,
  makeProvider,
  read,
  redemptionAt,
  WINDOW,
} from './support.ts';

const clock = new Clock();
const BEGIN_MS = clock.ms;
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
});

afterAll(() => hexiao?.stop());

const gains = z.object({ paidFen: z.int(), redeemedFen: z.int(), commissionFen: z.int() });
const sums = gains.extend({ entryCount: z.int() });

const runAnswer = z.strictObject({
  restatementId: z.string(),
  platform: z.string(),
  merchantId: z.string(),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
  dryRun: z.boolean(),
  asOf: z.string(),
  status: z.enum(['planned', 'running', 'done', 'cancelled', 'failed']),
  progress: z.record(z.string(), z.int()),
  providers: z.array(
    z.strictObject({
      ...{ providerId: z.string(), before: sums, after: sums, gains },
      ...{ stores: z.array(z.string()), hasMoreStores: z.boolean() },
    }),
  ),
  proposed: z.unknown(),
  endedAt: z.string().nullable(),
});

const rebuildAnswer = z.looseObject({
  status: z.string(),
  isEqual: z.boolean().nullable(),
  mend: z.boolean(),
  differenceCount: z.int(),
  mendedCount: z.int(),
  differences: z.array(
    z.object({
      what: z.string(),
      entryId: z.string().nullable(),
      dimension: z.string().optional(),
      mended: z.boolean(),
    }),
  ),
});

interface Story {
  readonly merchantId: string;
  readonly providers: readonly [string, string];
  readonly tokens: readonly [string, string];
  readonly storeId: string;
}

/** Two redemptions booked to a first provider, one reversed; then a contract says they were another's. */
async function tellStory(): Promise<Story> {
  const merchantId = fresh('merchant');
  const storeId = fresh('store');
  await makeMerchant(hexiao, merchantId);
  const path = `/v1/stores/douyin/${storeId}`;
  await hexiao.call('PUT', path, { name: '店', merchantId, city: '成都' });
  const providers = [fresh('provider'), fresh('provider')] as const;
  const tokens = [
    await makeProvider(hexiao, providers[0]),
    await makeProvider(hexiao, providers[1]),
  ] as const;
  const first = contractBody({ providerId: providers[0], merchantId });
  const { contractId } = await hexiao.call<{ contractId: string }>('POST', '/v1/contracts', first);
  const kept = redemptionAt({ merchantId }, storeId, { fen: 10_001 });
  const taken = redemptionAt({ merchantId }, storeId, { fen: 5_000 });
  const { voucherId, orderId } = taken;
  await book(hexiao, [
    kept,
    taken,
    reversed(taken.redemptionId, { merchantId, voucherId, orderId }),
  ]);
  clock.ms += 86_400_000 * 30;
  const endsAt = '2025-02-01T00:00:00+08:00';
  await hexiao.call('POST', `/v1/contracts/${encodeURIComponent(contractId)}/end`, { endsAt });
  const second = contractBody({ providerId: providers[1], merchantId, rateBp: 800 });
  await hexiao.call('POST', '/v1/contracts', { ...second, startsAt: endsAt });
  return { merchantId, providers, tokens, storeId };
}

const windowOf = ({ merchantId }: Story) => ({
  ...{ platform: 'douyin', merchantId, from: '2025-10-01', to: '2025-10-31' },
});

async function start(story: Story, over: object = {}): Promise<string> {
  clock.ms += 1_000;
  const body = { ...windowOf(story), reason: '合同补录', dryRun: false, ...over };
  const reply = await ask(hexiao, 'POST', '/v1/restatements', { body });
  expect(reply.status, reply.text).toBe(202);
  return read(reply, z.strictObject({ restatementId: z.string() })).restatementId;
}

const see = async (id: string) =>
  read(await ask(hexiao, 'GET', `/v1/restatements/${id}`), runAnswer);

async function finish(id: string) {
  for (let tries = 0; tries < 50; tries += 1) {
    await hexiao.settle();
    const run = await see(id);
    if (run.status !== 'planned' && run.status !== 'running') return run;
    await sleep(200);
  }
  throw new Error('it never ended');
}

const gmv = async (token: string) =>
  read(await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}`, { token }), gmvAnswer).total;

const entriesOf = async ({ merchantId }: Story): Promise<Entry[]> =>
  (await hexiao.entries()).filter((entry) => entry.merchantId === merchantId);

async function rebuild(story: Story, over: object = {}) {
  clock.ms += 1_000;
  const body = { ...windowOf(story), ...over };
  const { rebuildId } = await hexiao.call<{ rebuildId: string }>('POST', '/v1/rebuilds', body);
  for (let tries = 0; tries < 50; tries += 1) {
    await hexiao.settle();
    const run = read(await ask(hexiao, 'GET', `/v1/rebuilds/${rebuildId}`), rebuildAnswer);
    if (run.status === 'done') return run;
    await sleep(200);
  }
  throw new Error('it never ended');
}

describe('POST /v1/restatements', () => {
  it('moves a window to whom a late contract says, by entries that are added, and only once', async () => {
    // Prepare
    const story = await tellStory();
    const before = await entriesOf(story);
    // Act: a dry run first
    const dry = await finish(await start(story, { dryRun: true }));
    expect(await entriesOf(story)).toEqual(before);
    const restatementId = await start(story);
    const run = await finish(restatementId);
    // Assess
    expect(run).toMatchObject({ status: 'done', progress: { facts: 2, changed: 2 } });
    expect(run.providers).toEqual(dry.providers);
    const gains = Object.fromEntries(run.providers.map((one) => [one.providerId, one.gains]));
    expect(gains).toEqual({
      [story.providers[0]]: { paidFen: 0, redeemedFen: -10_001, commissionFen: -500 },
      [story.providers[1]]: { paidFen: 0, redeemedFen: 10_001, commissionFen: 800 },
    });
    expect(await gmv(story.tokens[0])).toMatchObject({
      redeemedFen: 0,
      redeemedCount: 0,
      reversedFen: 0,
    });
    expect(await gmv(story.tokens[1])).toMatchObject({
      ...{ redeemedFen: 10_001, redeemedCount: 1, reversedFen: 5_000, commissionFen: 800 },
    });
    const after = await entriesOf(story);
    for (const old of before) expect(after).toContainEqual(old);
    const added = after.filter((one) => !before.some((old) => old.entryId === one.entryId));
    expect(added.map((one) => one.restatementId)).toEqual(added.map(() => restatementId));
    expect(added).toHaveLength(6);
    // Again, nothing is left to do.
    const again = await finish(await start(story));
    expect(again.progress).toMatchObject({ facts: 2, changed: 0 });
    expect(await entriesOf(story)).toEqual(after);
    expect(await rebuild(story)).toMatchObject({ isEqual: true, differences: [] });
  });

  it('takes back what is reversed later from whom it is booked to now', async () => {
    // Prepare
    const story = await tellStory();
    await finish(await start(story));
    const [kept] = (await entriesOf(story)).filter((one) => one.amountFen === 10_001);
    const { voucherId, orderId, redemptionId } = kept as Entry;
    // Act
    const own = { voucherId: voucherId ?? '', orderId, merchantId: story.merchantId };
    await book(hexiao, [reversed(redemptionId, own)]);
    // Assess
    expect(await gmv(story.tokens[0])).toMatchObject({ redeemedFen: 0, reversedFen: 0 });
    expect(await gmv(story.tokens[1])).toMatchObject({ redeemedFen: 0, reversedFen: 15_001 });
  });

  it('is cancelled before it starts, and then does nothing', async () => {
    const story = await tellStory();
    const before = await entriesOf(story);
    const id = await start(story);
    const path = `/v1/restatements/${id}/cancel`;
    expect(read(await ask(hexiao, 'POST', path), runAnswer).status).toBe('cancelled');
    expect((await finish(id)).status).toBe('cancelled');
    expect(await entriesOf(story)).toEqual(before);
    expect(read(await ask(hexiao, 'POST', path), runAnswer).status).toBe('cancelled');
  });

  it('goes on when its message was lost', async () => {
    // Prepare: the message is taken off the queue and never worked on
    const story = await tellStory();
    const id = await start(story);
    let lost: Awaited<ReturnType<typeof hexiao.takeBatch>> = [];
    await expect
      .poll(async () => {
        lost = await hexiao.takeBatch('attribution');
        return lost;
      })
      .toHaveLength(1);
    // Act
    const { table, attribution } = hexiao.attributeDeps;
    await resumeJobs({ table, attribution, log: silent });
    // Assess
    expect(await finish(id)).toMatchObject({ status: 'done', progress: { changed: 2 } });
  });

  it('is refused when it makes no sense', async () => {
    const story = await tellStory();
    const body = { ...windowOf(story), reason: 'x' };
    const post = (over: object) =>
      ask(hexiao, 'POST', '/v1/restatements', { body: { ...body, ...over } });
    for (const over of [
      { from: '2025-11-01' },
      { from: '2024-09-01', to: '2025-10-31' },
      { reason: ' ' },
      { to: '2025-02-30' },
    ]) {
      expectProblem(await post(over), 400, 'request-invalid');
    }
    expectProblem(await post({ merchantId: 'nobody' }), 422, 'merchant-unknown');
    expectProblem(await ask(hexiao, 'GET', '/v1/restatements/none'), 404, 'not-found');
    const asProvider = { token: story.tokens[0], body };
    const refused = await ask(hexiao, 'POST', '/v1/restatements', asProvider);
    expectProblem(refused, 403, 'role-forbidden');
  });
});

describe('POST /v1/rebuilds', () => {
  /** A provider’s October with one store and one redemption that stands, closed and rolled up. */
  async function closedStory() {
    // Contracts must be recorded before the redemptions are.
    clock.ms = BEGIN_MS;
    const story = await tellStory();
    const [providerId] = story.providers;
    const kept = (await entriesOf(story)).find(
      (one) => one.providerId === providerId && one.amountFen === 10_001,
    ) as Entry;
    await hexiao.settle();
    const month = kept.businessDay.slice(0, 7);
    await hexiao.call('POST', `/v1/statements/${month}/close`, { providerId });
    await hexiao.settle();
    return { story, providerId, kept, month };
  }

  type Closed = Awaited<ReturnType<typeof closedStory>>;

  /** Changes one item around every guard: a count that is right, with a total that is wrong. */
  async function spoil(key: Key, change: (item: Item) => object): Promise<void> {
    const item = await hexiao.table.get(key);
    if (item === undefined) throw new Error('there is nothing to spoil');
    await hexiao.table.put(key, { ...item, ...change(item) }, null);
  }

  const storeDayKey = ({ providerId, kept }: Closed) =>
    keys.storeDay(providerId, kept.businessDay, 'douyin', kept.storeId);
  const hour = ({ kept }: Closed) => hourAttribute(hourOf(kept.occurredAt));
  const dimensionsOf = ({ providerId, kept }: Closed) =>
    keys.dimensionDay(providerId, 'all', kept.businessDay, 0);
  const nobody = { level: 0, standing: new Map([['aaaaaaaaaaaa.bbbbbb', 1]]) };

  it.each<[string, string[], (closed: Closed) => Promise<void>]>([
    [
      'a store’s hour that is wrong with the right count',
      ['rollup', 'day', 'dimension city', 'dimension summary', 'dimension overall'],
      async (closed) =>
        spoil(storeDayKey(closed), (item) => {
          const standing = readHour(item[hour(closed)]) as StoredHour;
          const rollup = { ...standing.rollup, redeemedFen: 7 };
          return { [hour(closed)]: packHour(rollup, standing.detail) };
        }),
    ],
    [
      'a store’s hour that counted too much',
      ['rollup', 'day', 'dimension city', 'dimension summary', 'dimension overall'],
      async (closed) =>
        spoil(storeDayKey(closed), (item) => {
          const standing = readHour(item[hour(closed)]) as StoredHour;
          const rollup = { ...standing.rollup, entryCount: 99 };
          return { [hour(closed)]: packHour(rollup, standing.detail) };
        }),
    ],
    [
      'a provider’s day',
      ['day'],
      async ({ providerId, kept }) => {
        const bucket = bucketOf('douyin', kept.storeId);
        await spoil(keys.providerDay(providerId, kept.businessDay), () => ({
          [bucketAttribute(bucket)]: packPlatforms({
            douyin: { ...emptyRollup(), entryCount: 3, redeemedFen: 7 },
          }),
        }));
      },
    ],
    [
      'a dimension',
      ['dimension channel'],
      async (closed) => spoil(dimensionsOf(closed), () => ({ channel: packRows([]) })),
    ],
    [
      'repeat purchases',
      ['dimension buyers'],
      async (closed) => spoil(dimensionsOf(closed), () => ({ buyers: packBuyers(nobody) })),
    ],
    [
      'dimensions that were never rolledUp',
      [...DIMENSIONS, 'buyers'].map((one) => `dimension ${one}`),
      async (closed) => {
        await hexiao.table.delete(dimensionsOf(closed));
      },
    ],
  ])('finds %s, changes nothing unless told to, and mends it when told to', async (...row) => {
    // Prepare
    const [, expected, change] = row;
    const closed = await closedStory();
    await change(closed);
    const whatOf = ({ differences }: Awaited<ReturnType<typeof rebuild>>) =>
      new Set(differences.map(({ what, dimension }) => [what, dimension].join(' ').trim()));
    // Act, Assess: twice, because the first only looks
    for (let times = 0; times < 2; times += 1) {
      const found = await rebuild(closed.story);
      expect(found).toMatchObject({ isEqual: false, mendedCount: 0 });
      expect(expected).toEqual(expect.arrayContaining([...whatOf(found)]));
      expect(whatOf(found)).toContain(expected[0]);
    }
    const mended = await rebuild(closed.story, { mend: true });
    expect(whatOf(mended)).toContain(expected[0]);
    expect(mended.mendedCount).toBe(mended.differenceCount);
    expect(await rebuild(closed.story)).toMatchObject({ isEqual: true, differences: [] });
  });

  it('finds what is another merchant’s where no store was named, for whoever was booked later', async () => {
    // Prepare: one provider, two merchants, an hour of theirs without a store
    clock.ms = BEGIN_MS;
    const providerId = fresh('provider');
    await makeProvider(hexiao, providerId);
    const merchants = [fresh('merchant'), fresh('merchant')] as const;
    for (const [index, merchantId] of merchants.entries()) {
      await makeMerchant(hexiao, merchantId);
      await hexiao.call('POST', '/v1/contracts', contractBody({ providerId, merchantId }));
      const use = redemptionAt({ merchantId }, 's', { minutes: index, fen: 100 + index });
      await book(hexiao, [{ ...use, storeId: null }]);
    }
    const place = ['2025-10-09', 'douyin', 'unknown'] as const;
    await spoil(keys.storeDay(providerId, ...place), (item) => {
      const { rollup, detail } = readHour(item.h16) as StoredHour;
      const { cells, buyers } = unpackDetail(detail as Uint8Array);
      const wrong = cells.map((cell) => ({ ...cell, merchantId: merchants[0] }));
      return { h16: packHour(rollup, packDetail({ cells: wrong, buyers })) };
    });
    const dimensions = { providerId, day: place[0] };
    await rollUpDimensions(hexiao.table, dimensions.providerId, dimensions.day);
    const byMerchant = async () => {
      const path = `/v1/gmv?${WINDOW}&providerId=${providerId}&by=merchant`;
      const { rows } = await hexiao.call<{ rows: { key: string; redeemedFen: number }[] }>(
        ...(['GET', path] as const),
      );
      return Object.fromEntries(rows.map(({ key, redeemedFen }) => [key, redeemedFen]));
    };
    expect(await byMerchant()).toEqual({ [`douyin/${merchants[0]}`]: 201 });
    const story = { merchantId: merchants[1] } as Story;
    // Act, Assess
    const found = await rebuild(story);
    expect(found.differences.map(({ what }) => what)).toContain('rollup');
    const mended = await rebuild(story, { mend: true });
    expect(mended.mendedCount).toBe(mended.differenceCount);
    expect(await rebuild(story)).toMatchObject({ isEqual: true, differences: [] });
    expect(await byMerchant()).toEqual({
      [`douyin/${merchants[0]}`]: 100,
      [`douyin/${merchants[1]}`]: 101,
    });
  });

  it('finds an entry that is missing beside one that stands, and books it when told to', async () => {
    // Prepare: a fact shared by two, of which one’s entry is gone
    const { story } = await closedStory();
    const taken = (await entriesOf(story)).find(({ kind }) => kind === 'reversal') as Entry;
    await hexiao.table.delete(keys.entry(taken));
    // Act, Assess
    expect((await rebuild(story)).differences.map(({ what }) => what)).toContain('missing');
    const mended = await rebuild(story, { mend: true });
    expect(mended.mendedCount).toBe(mended.differenceCount);
    expect(await entriesOf(story)).toContainEqual(taken);
    expect(await rebuild(story)).toMatchObject({ isEqual: true, differences: [] });
  });

  it('finds a statement that is not what its lines come to, and leaves it as it was paid', async () => {
    const { story, providerId, month } = await closedStory();
    await spoil(keys.statement(providerId, month), (item) => {
      const { sums } = statementSchema.parse(item);
      return { sums: { ...sums, month: { ...sums.month, redeemedFen: 7 } } };
    });
    for (const mend of [false, true]) {
      expect(await rebuild(story, { mend })).toMatchObject({
        ...{ isEqual: false, differenceCount: 1, mendedCount: 0 },
        differences: [{ what: 'statement', mended: false }],
      });
    }
  });
});
