import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { resumeRuns } from '../../../functions/reconcile/restatements.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import { silent } from '../../../lib/log/log.ts';
import { reversed } from '../../lib/make.ts';
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
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao.stop());

const sums = z.object({ paidFen: z.int(), redeemedFen: z.int(), commissionFen: z.int() });

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
    z.strictObject({ providerId: z.string(), before: sums, after: sums, gains: sums }),
  ),
});

const rebuildAnswer = z.looseObject({
  status: z.string(),
  isEqual: z.boolean().nullable(),
  differences: z.array(z.object({ what: z.string(), entryId: z.string().nullable() })),
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

/** Its first piece waits a little before it starts. */
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

async function rebuild(story: Story) {
  const body = windowOf(story);
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
    await sleep(2_200);
    await hexiao.settle();
    expect(await entriesOf(story)).toEqual(before);
    expect(read(await ask(hexiao, 'POST', path), runAnswer).status).toBe('cancelled');
  });

  it('goes on when its message was lost', async () => {
    // Prepare: the message is taken off the queue and never worked on
    const story = await tellStory();
    const id = await start(story);
    await sleep(2_200);
    const lost = await hexiao.takeBatch('attribution');
    expect(lost).toHaveLength(1);
    // Act
    const { table, attribution } = hexiao.attributeDeps;
    await resumeRuns({ table, attribution, log: silent });
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
