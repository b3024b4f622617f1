import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { seededRandom } from '../../../lib/integrations/sandbox-kit/player.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { reversed, START_MS } from '../../lib/make.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { IS_LONG } from '../../support/long.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  makeMerchant,
  makeProvider,
  read,
  redemptionAt,
  type Tenant,
} from './support.ts';

/** Every figure as it was known at an instant, and what changed since. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
});

afterAll(() => hexiao?.stop());

const totals = z.object({
  ...{ paidFen: z.int(), redeemedFen: z.int(), reversedFen: z.int(), refundedFen: z.int() },
  ...{ redeemedCount: z.int(), commissionFen: z.int() },
});

const gmvAnswer = z.object({
  rows: z.array(totals.extend({ key: z.string() })),
  total: totals,
  since: z.array(totals.extend({ cause: z.string(), entryCount: z.int() })).default([]),
});
type Gmv = z.infer<typeof gmvAnswer>;

const WINDOW = 'from=2025-10-01&to=2025-10-31';

async function gmv(token: string, by: string, asOf?: string): Promise<Gmv> {
  const at = asOf === undefined ? '' : `&asOf=${encodeURIComponent(asOf)}`;
  return read(await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}&by=${by}${at}`, { token }), gmvAnswer);
}

const entriesAnswer = z.object({
  entries: z.array(z.looseObject({ amountFen: z.int(), bookedAt: z.string(), cause: z.string() })),
  next: z.string().nullable(),
});

const entries = async (token: string, query: string) =>
  read(await ask(hexiao, 'GET', `/v1/entries?${WINDOW}&${query}`, { token }), entriesAnswer)
    .entries;

/** Two providers with tokens, and a merchant of the first one's. */
async function makeScene(over: object = {}) {
  clock.ms = START_MS;
  const merchantId = fresh('merchant');
  await makeMerchant(hexiao, merchantId);
  const [own, rival] = [fresh('provider'), fresh('provider')];
  const tokens = [await makeProvider(hexiao, own), await makeProvider(hexiao, rival)] as const;
  await hexiao.call(
    'POST',
    '/v1/contracts',
    contractBody({ providerId: own, merchantId, ...over }),
  );
  return { merchantId, own, rival, tokens };
}

async function restate(merchantId: string): Promise<void> {
  const body = { platform: 'douyin', merchantId, from: '2025-10-01', to: '2025-10-31' };
  const { restatementId } = await hexiao.call<{ restatementId: string }>(
    ...(['POST', '/v1/restatements', { ...body, reason: '补录' }] as const),
  );
  await expect
    .poll(async () => {
      await hexiao.settle();
      return JSON.parse((await ask(hexiao, 'GET', `/v1/restatements/${restatementId}`)).text)
        .status;
    })
    .toBe('done');
}

const now = () => toInstant(clock.ms);

function redeemedNow({ merchantId }: Pick<Tenant, 'merchantId'>, storeId: string, fen: number) {
  const made = redemptionAt({ merchantId }, storeId, { fen });
  return { ...made, recordedAt: now() };
}

describe('GET /v1/gmv?asOf=', () => {
  it('answers as it did then, and says what changed since by its cause', async () => {
    // Prepare
    const scene = await makeScene();
    const { merchantId, rival, tokens } = scene;
    clock.ms += 1_000;
    const kept = redeemedNow(scene, 's1', 10_000);
    const taken = redeemedNow(scene, 's2', 3_000);
    await book(hexiao, [kept, taken]);
    const then = now();
    const before = await gmv(tokens[0], 'store');
    clock.ms += 3_600_000;
    await book(hexiao, [redeemedNow(scene, 's1', 500)]);
    clock.ms += 3_600_000;
    const { voucherId, orderId } = taken;
    const back = reversed(taken.redemptionId, { merchantId, voucherId, orderId });
    await book(hexiao, [{ ...back, recordedAt: now() }]);
    clock.ms += 3_600_000;
    const body = { mode: 'special', providerId: rival, merchantId, scope: { stores: ['s1'] } };
    await hexiao.call('POST', '/v1/contracts', contractBody(body));
    clock.ms += 1_000;
    await restate(merchantId);
    // Act
    const after = await gmv(tokens[0], 'store', then);
    // Assess
    expect(after).toMatchObject({ rows: before.rows, total: before.total });
    expect(
      after.since.map(({ cause, redeemedFen, entryCount }) => [cause, redeemedFen, entryCount]),
    ).toEqual([
      ['late', 500, 1],
      ['taken-back', -3_000, 1],
      ['restated', -10_500, 2],
    ]);
    const live = await gmv(tokens[0], 'store');
    const sum = after.since.reduce((fen, one) => fen + one.redeemedFen, after.total.redeemedFen);
    expect(sum).toBe(live.total.redeemedFen);
    const query = encodeURIComponent(then);
    const lines = await entries(tokens[0], `since=${query}`);
    const told = lines.map(({ cause, amountFen }) => [cause, amountFen] as const);
    expect(told.toSorted(([, a], [, b]) => a - b)).toEqual([
      ['restated', -10_000],
      ['taken-back', -3_000],
      ['restated', -500],
      ['late', 500],
    ]);
    expect(lines.every(({ bookedAt }) => bookedAt > then)).toBe(true);
    const known = await entries(tokens[0], `asOf=${query}`);
    expect(known.map(({ amountFen }) => amountFen).toSorted((a, b) => a - b)).toEqual([
      3_000, 10_000,
    ]);
  });

  it('comes to the total of a statement as of its closing, whatever came later', async () => {
    // Prepare: by tiers, so that the closing itself books something
    const scene = await makeScene({ tiers: [{ fromFen: 10_000, rateBp: 1_000 }] });
    const { tokens, own } = scene;
    clock.ms += 1_000;
    await book(hexiao, [redeemedNow(scene, 's1', 12_500), redeemedNow(scene, 's2', 700)]);
    clock.ms = Date.parse('2025-11-05T10:00:00+08:00');
    const closed = z.object({ closedAt: z.string(), totals });
    const reply = await ask(hexiao, 'POST', '/v1/statements/2025-10/close', {
      body: { providerId: own },
    });
    const statement = read(reply, closed);
    await hexiao.settle();
    clock.ms += 86_400_000;
    await book(hexiao, [redeemedNow(scene, 's1', 9_999)]);
    // Act
    const { total, since } = await gmv(tokens[0], 'day', statement.closedAt);
    // Assess
    const { commissionFen } = statement.totals;
    expect(commissionFen).toBe(500 + Math.round(3_200 * 0.1));
    expect(total).toEqual(statement.totals);
    expect(since).toMatchObject([{ cause: 'late', redeemedFen: 9_999 }]);
    expect((await gmv(tokens[0], 'day')).total.redeemedFen).toBe(13_200 + 9_999);
  });

  it.each(IS_LONG ? [1, 2, 3, 4, 5, 6] : [1])(
    'equals what the running system answered at every instant of a history (%i)',
    { timeout: 120_000 },
    async (seed) => {
      const random = seededRandom(seed);
      const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
      const scene = await makeScene();
      const { merchantId, rival, tokens } = scene;
      const made: ReturnType<typeof redeemedNow>[] = [];
      const moves = {
        redeem: async () => {
          const one = redeemedNow(scene, `s${Math.floor(random() * 3)}`, 100 + made.length);
          made.push(one);
          await book(hexiao, [one]);
        },
        reverse: async () => {
          const one = pick(made);
          if (one === undefined) return;
          const { voucherId, orderId } = one;
          const back = reversed(one.redemptionId, { merchantId, voucherId, orderId });
          await book(hexiao, [{ ...back, recordedAt: now() }]);
        },
        sign: async () => {
          const stores = [`s${Math.floor(random() * 3)}`];
          const body = { mode: 'special', providerId: rival, merchantId, scope: { stores } };
          const reply = contractBody({ ...body, shareBp: 3_000 });
          await ask(hexiao, 'POST', '/v1/contracts', { body: reply });
        },
        restate: () => restate(merchantId),
      };
      const path = ['redeem', 'redeem', 'sign', 'reverse', 'restate', 'redeem'] as const;
      const seen: { at: string; answers: Gmv[] }[] = [];
      const BY = ['day', 'store', 'platform'];
      const answersAt = (asOf?: string) =>
        Promise.all(tokens.flatMap((token) => BY.map((by) => gmv(token, by, asOf))));
      for (let step = 0; step < (IS_LONG ? 16 : 9); step += 1) {
        clock.ms += 1_000 + Math.floor(random() * 3_600_000);
        await moves[pick(path) ?? 'redeem']();
        seen.push({ at: now(), answers: await answersAt() });
      }
      for (const { at, answers } of seen) {
        const again = await answersAt(at);
        expect(again.map(shownOf)).toEqual(answers.map(shownOf));
      }
    },
  );

  it('is refused for an instant to come and for too much, with what to narrow', async () => {
    const { tokens } = await makeScene();
    const token = tokens[0];
    const get = (query: string) => ask(hexiao, 'GET', `/v1/gmv?${query}`, { token });
    const later = encodeURIComponent(toInstant(clock.ms + 1));
    expectProblem(await get(`${WINDOW}&asOf=${later}`), 400, 'request-invalid');
    expectProblem(await get(`${WINDOW}&asOf=yesterday`), 400, 'request-invalid');
    const long = await get(`from=2025-01-01&to=2025-10-09&asOf=${encodeURIComponent(now())}`);
    expect(expectProblem(long, 422, 'window-too-large').detail).toContain('fewer days');
  });
});

/** Days and stores that came to nothing then have no row of their own. */
function shownOf({ rows, total }: Gmv) {
  return { rows: rows.toSorted((a, b) => (a.key < b.key ? -1 : 1)), total };
}
