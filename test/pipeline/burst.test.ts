import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRollups } from '../../lib/ledger/rollup.ts';
import { aroundCalls } from '../support/around.ts';
import {
  type DouyinUnderTest,
  postAll,
  registerApp,
  registerContract,
  registerProvider,
  SAMPLE_TIME,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { IS_LONG } from '../support/long.ts';

let hexiao: HexiaoUnderTest;
let douyin: DouyinUnderTest;

beforeAll(async () => {
  douyin = startDouyin();
  hexiao = await HexiaoUnderTest.start({ fetch: douyin.fetch });
});
afterAll(() => hexiao?.stop());

/** Providers who share one merchant: 50, 30 and 20 of a hundred. */
const SHARES: readonly (readonly [string, number])[] = [
  ['half', 5_000],
  ['third', 3_000],
  ['fifth', 2_000],
];
const ACTS = IS_LONG ? 120 : 60;

/** Calls take as long as they like, by chance: on this machine alone they would come in turn. */
function takeTheirTime(seed: number): void {
  let state = seed;
  for (const client of [hexiao.emulators.database, hexiao.emulators.sqs]) {
    aroundCalls(client, async (next) => {
      state = (state * 48_271) % 2_147_483_647;
      await sleep(state % 25);
      return next();
    });
  }
}

/** As many workers as a deployment gives a burst, each taking the next batch when it is done. */
async function workSideBySide(): Promise<void> {
  const worker = async () => {
    for (let idle = 0; idle < 3; )
      idle = (await hexiao.step('attribution', 10)) === 0 ? idle + 1 : 0;
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Until nothing is on its way, by what the pipeline says of itself. */
async function workUntilIdle(): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds += 1) {
    await workSideBySide();
    const { idle } = await hexiao.call<{ idle: boolean }>('GET', '/v1/pipeline');
    if (idle) return;
    await sleep(200);
  }
  throw new Error('the pipeline never was idle');
}

interface Answer {
  readonly rows: readonly Record<string, number>[];
  readonly total: Record<string, number>;
}

describe('a burst of payments and redemptions of one merchant, shared by three', () => {
  it('comes to the same by every dimension as by day, for each of them', async () => {
    // Prepare
    const { world } = douyin;
    await registerApp(hexiao);
    const { accountId: merchantId } = world.addMerchant({ name: '商家' });
    const stores = Array.from({ length: 7 }, (_, n) =>
      world.addStore({ accountId: merchantId, name: `店${n}`, city: n % 2 ? '成都' : '重庆' }),
    );
    const { productId } = world.addProduct({
      accountId: merchantId,
      name: '套餐',
      priceFen: 3_101,
    });
    for (const [providerId, shareBp] of SHARES) {
      await registerProvider(hexiao, providerId);
      await registerContract(hexiao, { providerId, merchantId, shareBp, rateBp: 500 });
    }
    for (let n = 0; n < ACTS; n += 1) {
      douyin.setNow(SAMPLE_TIME + n * 1_000);
      const order = world.sell({ productId, count: 1, channel: n % 3 ? '直播' : '搜索' });
      const certificateId = order.certificates[0]?.certificateId ?? '';
      world.redeem(certificateId, stores[n % stores.length]?.poiId ?? '');
    }
    await postAll(hexiao, world.takeOutbox());
    while ((await hexiao.step('intake')) > 0);
    takeTheirTime(7);
    hexiao.attributeDeps = { ...hexiao.attributeDeps, dimensionsDelaySeconds: 1 };
    // Act: it was all read when the first worker of attribution begins
    await workUntilIdle();
    // Assess
    const window = 'from=2025-10-01&to=2025-10-31';
    for (const [providerId, shareBp] of SHARES) {
      const read = (by: string) =>
        hexiao.call<Answer>('GET', `/v1/gmv?${window}&providerId=${providerId}&by=${by}`);
      const day = await read('day');
      expect(day.total).toMatchObject({ redeemedCount: ACTS });
      expect(
        Math.abs((day.total.redeemedFen ?? 0) - (ACTS * 3_101 * shareBp) / 10_000),
      ).toBeLessThan(ACTS);
      for (const by of ['store', 'merchant', 'city', 'loop', 'channel', 'product', 'creator']) {
        const { rows } = await read(by);
        const sum = addRollups(rows as never);
        for (const [measure, value] of Object.entries(day.total)) {
          expect(sum[measure as keyof typeof sum], `${providerId} ${by} ${measure}`).toBe(value);
        }
      }
    }
  }, 300_000);
});
