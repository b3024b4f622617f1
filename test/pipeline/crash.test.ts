import { describe, expect, it } from 'vitest';
import { entriesBackwards } from '../../lib/store/ledger/entries.ts';
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
import { Killer } from '../support/killer.ts';
import { IS_LONG, runs } from '../support/long.ts';

let stories = 0;

/** One merchant's story, shared by two providers, posted and waiting on the intake queue. */
async function tellStory(hexiao: HexiaoUnderTest, douyin: DouyinUnderTest) {
  const { world } = douyin;
  stories += 1;
  douyin.setNow(SAMPLE_TIME);
  const { accountId: merchantId } = world.addMerchant({ name: '商家' });
  const { poiId } = world.addStore({ accountId: merchantId, name: '店', city: '成都' });
  const meal = world.addProduct({ accountId: merchantId, name: '套餐', priceFen: 9_901 });
  const providers = [`one-${stories}`, `two-${stories}`];
  for (const [index, providerId] of providers.entries()) {
    await registerProvider(hexiao, providerId);
    const terms = index === 0 ? { shareBp: 6_667, rateBp: 501 } : { shareBp: 3_333, rateBp: 333 };
    await registerContract(hexiao, { providerId, merchantId, ...terms });
  }
  const order = world.sell({ productId: meal.productId, count: 3, platformDiscountFen: 101 });
  const [one = '', two = '', three = ''] = order.certificates.map((c) => c.certificateId);
  const first = world.redeem(one, poiId);
  douyin.setNow(SAMPLE_TIME + 60_000);
  world.cancel(first);
  world.redeem(one, poiId);
  world.redeem(two, poiId);
  douyin.setNow(SAMPLE_TIME + 86_400_000);
  world.refund(two);
  world.refund(three);
  await postAll(hexiao, world.takeOutbox());
  return { providers, stores: [poiId, 'unknown'] };
}

/** Our clock moves with every look, so that a repeated step cannot lean on equal times. */
function clock(): () => number {
  let nowMs = SAMPLE_TIME + 100_000_000;
  return () => {
    nowMs += 1;
    return nowMs;
  };
}

const WINDOW = { from: '2025-10-01', to: '2025-10-31' };

/** What a story came to: both providers' totals and every entry, without the ids that differ. */
async function outcomeOf(
  hexiao: HexiaoUnderTest,
  { providers, stores }: { providers: string[]; stores: string[] },
) {
  const outcome = [];
  for (const providerId of providers) {
    const path = `/v1/gmv?from=${WINDOW.from}&to=${WINDOW.to}&providerId=${providerId}`;
    const { total, rows } = await hexiao.call<{ total: object; rows: object[] }>('GET', path);
    const entries: string[] = [];
    for (const storeId of stores) {
      const place = { providerId, platform: 'douyin', storeId };
      for await (const { entry } of entriesBackwards(hexiao.table, place, WINDOW)) {
        const { kind, occurredAt, amountFen, commissionFen, paidFen, count } = entry;
        entries.push([kind, occurredAt, amountFen, commissionFen, paidFen, count].join(' '));
      }
    }
    const byLoop = await hexiao.call<{ rows: object[] }>('GET', `${path}&by=loop`);
    outcome.push({ total, rows, loops: byLoop.rows, entries: entries.sort() });
  }
  return outcome;
}

/**
 * Dying before a call leaves the same behind as dying after the one before it, except where calls go
 * out side by side; so the second way is for a run twice as long as the long one.
 */
const WAYS_TO_DIE: readonly ('before' | 'after')[] = runs(1) > 1 ? ['before', 'after'] : ['before'];

/** Every call, for a run twice as long; every third in the long one, every thirty-second in the short one. */
const STRIDE = IS_LONG ? (WAYS_TO_DIE.length > 1 ? 1 : 3) : 32;

/** Enough batches for the story: intake, booking, rollups, dimensions, and one to see that nothing is left. */
const STEPS = ['intake', 'attribution', 'attribution', 'attribution', 'attribution'] as const;

/**
 * A worker is a chain of calls to the table and the queues. Here it dies at each of them, and then its
 * messages come again, as they do when a visibility time-out passes.
 */
describe('a worker that dies at any of its calls', () => {
  it('leaves nothing corrected and nothing done twice', async () => {
    const douyin = startDouyin();
    const hexiao = await HexiaoUnderTest.start({ fetch: douyin.fetch, now: clock() });
    const killer = new Killer(hexiao.emulators.database, hexiao.emulators.sqs);
    await registerApp(hexiao);
    const undisturbed = await tellStory(hexiao, douyin);
    await hexiao.settle();
    const expected = await outcomeOf(hexiao, undisturbed);
    expect(expected[0]?.entries.length).toBeGreaterThan(6);

    let deaths = 0;
    for (const [index, queue] of STEPS.entries()) {
      for (const when of WAYS_TO_DIE) {
        for (let at = 1 + (index % STRIDE), died = true; died; at += STRIDE) {
          const story = await tellStory(hexiao, douyin);
          for (const earlier of STEPS.slice(0, index)) await hexiao.step(earlier);
          died = await dieAt(hexiao, queue, killer, at, when);
          await hexiao.settle();
          const outcome = await outcomeOf(hexiao, story);
          expect(outcome, `step ${index}, ${when} call ${at}`).toEqual(expected);
          if (died) deaths += 1;
        }
      }
    }
    await hexiao.stop();
    expect(deaths).toBeGreaterThan((200 * WAYS_TO_DIE.length) / STRIDE);
    process.stdout.write(`${deaths} deaths survived\n`);
  }, 600_000);
});

/** @returns false when the step has fewer calls than that */
async function dieAt(
  hexiao: HexiaoUnderTest,
  queue: 'intake' | 'attribution',
  killer: Killer,
  at: number,
  when: 'before' | 'after',
): Promise<boolean> {
  const messages = await hexiao.takeBatch(queue);
  killer.arm(at, when);
  await hexiao.workOn(queue, messages).catch(() => undefined);
  const died = killer.calls >= at;
  killer.disarm();
  await hexiao.giveBack(queue, messages);
  return died;
}
