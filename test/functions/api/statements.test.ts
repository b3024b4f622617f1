import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import { entrySchema } from '../../../lib/ledger/entry.ts';
import { FILE_LINES, lastDayOf } from '../../../lib/ledger/statement.ts';
import { rollUpBuckets } from '../../../lib/rollups/rollups.ts';
import { storeHourOf } from '../../../lib/rollups/store-day.ts';
import { rollUpHour } from '../../../lib/rollups/store-hour.ts';
import { bookEntry } from '../../../lib/store/ledger/entries.ts';
import { entryRef } from '../../../lib/store/ledger/entry-ref.ts';
import { putLine } from '../../../lib/store/ledger/statements.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { amountsOf, entry, paid, refunded, reversed, START_MS } from '../../lib/make.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { IS_LONG, runs } from '../../support/long.ts';
import { scanAll } from '../../support/scan.ts';
import { sheetOf } from '../../support/unzip.ts';
import { writeMany } from '../../support/write-many.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  cookieOf,
  expectProblem,
  fresh,
  makeMerchant,
  makeProvider,
  makeTenant,
  read,
  redemptionAt,
  type Tenant,
} from './support.ts';

const at = (instant: string) => Date.parse(`${instant}+08:00`);
const DAY_MINUTES = 1_440;

const rollupShape = z.looseObject({
  entryCount: z.int(),
  redeemedFen: z.int(),
  redeemedCount: z.int(),
  commissionFen: z.int(),
});

const statementAnswer = z.looseObject({
  statementId: z.string(),
  providerId: z.string(),
  month: z.string(),
  status: z.enum(['closing', 'closed']),
  totals: rollupShape,
  adjustments: rollupShape,
  balance: z.strictObject({
    openingFen: z.int(),
    commissionFen: z.int(),
    payableFen: z.int(),
    carriedFen: z.int(),
  }),
});

const pageAnswer = statementAnswer.extend({
  lines: z.array(
    z.looseObject({
      entryId: z.string(),
      kind: z.string(),
      commissionFen: z.int(),
      amountFen: z.int(),
      adjustment: z.boolean(),
    }),
  ),
  next: z.string().nullable(),
});

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
});

afterAll(() => hexiao?.stop());

/** With a contract that is older than the events: they are recorded soon after the start. */
async function tenantOf(of: HexiaoUnderTest): Promise<Tenant> {
  clock.ms = START_MS;
  return makeTenant(of);
}

/** A provider whose one contract pays 5%, and by tiers. */
async function tieredTenant(tiers = [{ fromFen: 10_000, rateBp: 1_000 }]): Promise<Tenant> {
  clock.ms = START_MS;
  const [providerId, merchantId] = [fresh('tiered'), fresh('merchant')];
  const token = await makeProvider(hexiao, providerId);
  await makeMerchant(hexiao, merchantId);
  await hexiao.call('POST', '/v1/contracts', contractBody({ providerId, merchantId, tiers }));
  return { providerId, merchantId, token };
}

async function close(month: string, providerId: string) {
  return ask(hexiao, 'POST', `/v1/statements/${month}/close`, { body: { providerId } });
}

async function closed(month: string, providerId: string) {
  const statement = read(await close(month, providerId), statementAnswer);
  expect(statement.status).toBe('closed');
  return statement;
}

/** A statement with all its lines, page after page. */
async function whole(statementId: string, limit = 1_000, token?: string) {
  const path = `/v1/statements/${encodeURIComponent(statementId)}`;
  const asking = token === undefined ? {} : { token };
  const lines: z.infer<typeof pageAnswer>['lines'] = [];
  for (let cursor = ''; ; ) {
    const page = read(
      await ask(hexiao, 'GET', `${path}?limit=${limit}${cursor}`, asking),
      pageAnswer,
    );
    lines.push(...page.lines);
    if (page.next === null) return { ...page, lines };
    cursor = `&cursor=${page.next}`;
  }
}

/** Entries of a provider as they stand, with the statement they are stamped with. */
async function stamped(providerId: string) {
  const items = await scanAll(hexiao.emulators.database, `LEDGER#${providerId}#`);
  return items.map((item) => {
    const standing = entrySchema.parse(item);
    const { commissionFen } = standing;
    return { entryId: entryRef(standing), statementId: item.statementId, commissionFen };
  });
}

/** Totals = lines = what is stamped with the statement. */
async function expectExact(statementId: string, providerId: string, limit = 7) {
  const statement = await whole(statementId, limit);
  const sum = (key: 'commissionFen' | 'amountFen') =>
    statement.lines.reduce((total, line) => total + line[key], 0);
  const { totals, adjustments, balance, lines } = statement;
  expect(totals.entryCount + adjustments.entryCount).toBe(lines.length);
  expect(totals.commissionFen + adjustments.commissionFen).toBe(sum('commissionFen'));
  expect(balance.commissionFen).toBe(sum('commissionFen'));
  const own = (await stamped(providerId)).filter((entry) => entry.statementId === statementId);
  expect(lines.map((line) => line.entryId).sort()).toEqual(own.map((one) => one.entryId).sort());
  return statement;
}

describe('closing a month', () => {
  it('takes what is final, leaves the rest, and what is left is in the next as an adjustment', async () => {
    // Prepare: two in October, one of them five minutes before its end
    const tenant = await tenantOf(hexiao);
    clock.ms = at('2025-10-31T23:59:00');
    const last = (clock.ms - START_MS) / 60_000 - 4;
    await book(hexiao, [
      redemptionAt(tenant, 's1', { fen: 10_000 }),
      redemptionAt(tenant, 's2', { fen: 20_000, minutes: last }),
    ]);
    // Act: ten minutes into November the second may still be reversed
    clock.ms = at('2025-11-01T00:10:00');
    const october = await closed('2025-10', tenant.providerId);
    clock.ms = at('2025-12-01T00:10:00');
    const november = await closed('2025-11', tenant.providerId);
    // Assess
    expect(october.totals).toMatchObject({ entryCount: 1, redeemedFen: 10_000 });
    expect(november.totals.entryCount).toBe(0);
    expect(november.adjustments).toMatchObject({ entryCount: 1, redeemedFen: 20_000 });
    await expectExact(october.statementId, tenant.providerId);
    await expectExact(november.statementId, tenant.providerId);
    expect((await stamped(tenant.providerId)).every((one) => one.statementId)).toBe(true);
  });

  it('waits for the operator’s holding days on top of the platform’s window', async () => {
    const tenant = await tenantOf(hexiao);
    await book(hexiao, [redemptionAt(tenant, 's1', { minutes: 20 * DAY_MINUTES })]);
    const policy = { basis: 'paid+platform', order: ['special', 'agency'] };
    clock.ms = at('2025-11-01T01:00:00');
    await hexiao.call('POST', '/v1/policies', { ...policy, holdingDays: 30 });
    const october = await closed('2025-10', tenant.providerId);
    await hexiao.call('POST', '/v1/policies', { ...policy, holdingDays: 0 });
    clock.ms = at('2025-12-01T01:00:00');
    const november = await closed('2025-11', tenant.providerId);
    expect(october.totals.entryCount).toBe(0);
    expect(november.adjustments.entryCount).toBe(1);
  });

  it('again gives the same statement, whatever was booked since', async () => {
    const tenant = await tenantOf(hexiao);
    await book(hexiao, [redemptionAt(tenant, 's1')]);
    clock.ms = at('2025-11-02T00:00:00');
    const first = await closed('2025-10', tenant.providerId);
    await book(hexiao, [redemptionAt(tenant, 's1')]);
    clock.ms = at('2025-11-05T00:00:00');
    expect(await closed('2025-10', tenant.providerId)).toEqual(first);
    clock.ms = at('2025-12-02T00:00:00');
    expect((await closed('2025-11', tenant.providerId)).adjustments.entryCount).toBe(1);
  });

  it('carries over what was taken back beyond what was earned', async () => {
    // Prepare: October is reversed within November, and November earns less
    const tenant = await tenantOf(hexiao);
    const taken = redemptionAt(tenant, 's1', { fen: 50_000 });
    await book(hexiao, [taken]);
    clock.ms = at('2025-11-01T08:00:00');
    const october = await closed('2025-10', tenant.providerId);
    const { voucherId, orderId, merchantId, redemptionId } = taken;
    const occurredAt = '2025-11-03T10:00:00.000+08:00';
    await book(hexiao, [
      reversed(redemptionId, { voucherId, orderId, merchantId, occurredAt }),
      redemptionAt(tenant, 's1', { fen: 10_000, minutes: 30 * DAY_MINUTES }),
    ]);
    clock.ms = at('2025-12-01T08:00:00');
    const november = await closed('2025-11', tenant.providerId);
    await book(hexiao, [redemptionAt(tenant, 's1', { fen: 80_000, minutes: 60 * DAY_MINUTES })]);
    clock.ms = at('2026-01-01T08:00:00');
    const december = await closed('2025-12', tenant.providerId);
    // Assess
    expect(october.balance).toMatchObject({ openingFen: 0, payableFen: 2_500, carriedFen: 0 });
    expect(november.balance).toMatchObject({ commissionFen: -2_000, payableFen: 0 });
    expect(november.balance.carriedFen).toBe(-2_000);
    expect(december.balance).toMatchObject({ openingFen: -2_000, payableFen: 2_000 });
  });

  it('lists what a restated month came to apart, in the statement after', async () => {
    // Prepare: October is closed, then an entry of October is corrected and booked to another
    const tenant = await tenantOf(hexiao);
    const [loser, winner] = [tenant.providerId, fresh('winner')];
    await book(hexiao, [redemptionAt(tenant, 's1', { fen: 40_000 })]);
    clock.ms = at('2025-11-01T08:00:00');
    await closed('2025-10', loser);
    const winnerToken = await makeProvider(hexiao, winner);
    await hexiao.call('POST', '/v1/contracts', {
      ...contractBody({ providerId: winner, merchantId: tenant.merchantId, mode: 'special' }),
    });
    const window = { platform: 'douyin', merchantId: tenant.merchantId };
    const days = { from: '2025-10-01', to: '2025-10-31' };
    const { restatementId } = await hexiao.call<{ restatementId: string }>(
      ...(['POST', '/v1/restatements', { ...window, ...days, reason: '补签合同' }] as const),
    );
    await hexiao.settleUntil(async () => {
      const path = `/v1/restatements/${restatementId}`;
      return (await hexiao.call<{ status: string }>('GET', path)).status === 'done';
    });
    // Act
    clock.ms = at('2025-12-01T08:00:00');
    const lost = await closed('2025-11', loser);
    const won = await closed('2025-11', winner);
    // Assess
    expect(lost.totals.entryCount).toBe(0);
    expect(lost.adjustments).toMatchObject({ entryCount: 1, redeemedFen: -40_000 });
    expect(lost.balance.carriedFen).toBe(-2_000);
    expect(won.adjustments).toMatchObject({ entryCount: 1, redeemedFen: 40_000 });
    expect((await whole(won.statementId, 10, winnerToken)).lines[0]?.adjustment).toBe(true);
    await expectExact(lost.statementId, loser);
  });

  it('settles tiers with one entry of the month’s last instant, which the totals know', async () => {
    const { providerId, merchantId, token } = await tieredTenant();
    const own = { merchantId };
    await book(hexiao, [
      redemptionAt(own, 's1', { fen: 10_000 }),
      redemptionAt(own, 's2', { fen: 5_000 }),
    ]);
    clock.ms = at('2025-11-01T08:00:00');
    const october = await closed('2025-10', providerId);
    await hexiao.settle();
    // 5% of the first 10,000 and 10% of the other 5,000
    expect(october.totals).toMatchObject({ entryCount: 3, commissionFen: 1_000 });
    const { lines } = await expectExact(october.statementId, providerId);
    const settled = lines.filter((line) => line.kind === 'tier');
    expect(settled).toMatchObject([{ commissionFen: 250 }]);
    const window = 'from=2025-10-01&to=2025-10-31';
    const gmv = await hexiao.call<{ total: object }>('GET', `/v1/gmv?${window}`, undefined, token);
    expect(gmv.total).toMatchObject({ commissionFen: 1_000, redeemedFen: 15_000 });
    const path = `/v1/entries/${settled[0]?.entryId}/explanation`;
    const explained = await hexiao.call<object>('GET', path, undefined, token);
    expect(explained).toMatchObject({
      ...{ rule: 'tier', isReproduced: true, policy: null },
      candidates: [{ providerId, isTaken: true }],
      arithmetic: [
        { step: 'month', month: '2025-10', resultFen: 15_000 },
        { step: 'tier', fromFen: 0, rateBp: 500, ofFen: 10_000, resultFen: 500 },
        { step: 'tier', fromFen: 10_000, rateBp: 1_000, ofFen: 5_000, resultFen: 500 },
        { step: 'booked-before', resultFen: -750 },
        { step: 'due', resultFen: 250 },
      ],
    });
    expect(JSON.stringify(explained)).toContain('本次记 2.50 元');
    const page = await ask(hexiao, 'GET', `/stores?${window}&lang=zh`, {
      ...{ token: null, headers: await cookieOf(hexiao, token) },
    });
    expect(page.text).toContain('阶梯结算');
    clock.ms = at('2025-12-01T08:00:00');
    expect((await closed('2025-11', providerId)).adjustments.entryCount).toBe(0);
  });

  it('takes a tier’s bonus back when a later month takes the GMV below the step, and only then', async () => {
    // Prepare: October pays a bonus of 250
    const { providerId, merchantId, token } = await tieredTenant();
    const [kept, taken] = [10_000, 5_000].map((fen) => redemptionAt({ merchantId }, 's1', { fen }));
    if (kept === undefined || taken === undefined) throw new Error('there are two');
    await book(hexiao, [kept, taken]);
    clock.ms = at('2025-11-01T08:00:00');
    expect((await closed('2025-10', providerId)).totals.commissionFen).toBe(1_000);
    // Act: November refunds the second, and earns nothing that would pass its own step
    const { voucherId, orderId, redemptionId } = taken;
    await book(hexiao, [
      refunded({
        ...{ merchantId, voucherId, orderId, eventId: `refunded:${voucherId}` },
        ...{ occurredAt: '2025-11-20T10:00:00.000+08:00', refundedFen: 5_000, unusedFen: 0 },
        takesBack: [{ redemptionId, paidFen: 5_000 }],
      }),
      redemptionAt({ merchantId }, 's1', { fen: 9_000, minutes: 31 * DAY_MINUTES }),
    ]);
    clock.ms = at('2025-12-01T08:00:00');
    const november = await closed('2025-11', providerId);
    await hexiao.settle();
    clock.ms = at('2026-01-01T08:00:00');
    const december = await closed('2025-12', providerId);
    // Assess: −250 at the contract's rate and −250 of the bonus, and 450 earned
    expect(november.totals).toMatchObject({ redeemedFen: 4_000, commissionFen: -50 });
    const { lines } = await expectExact(november.statementId, providerId);
    const settled = lines.filter((line) => line.kind === 'tier');
    expect(settled).toMatchObject([{ commissionFen: -250 }]);
    const path = `/v1/entries/${settled[0]?.entryId}/explanation`;
    expect(await hexiao.call<object>('GET', path, undefined, token)).toMatchObject({
      isReproduced: true,
      arithmetic: expect.arrayContaining([
        { step: 'month', month: '2025-10', resultFen: 10_000 },
        { step: 'due', resultFen: -250 },
      ]),
    });
    expect(december.totals.entryCount + december.adjustments.entryCount).toBe(0);
  });
});

describe('whatever is booked and closed', () => {
  it('stores, days, months and statements add up to the same', async () => {
    const measures = ['redeemedFen', 'redeemedCount', 'refundedFen', 'commissionFen'] as const;
    type Total = Record<(typeof measures)[number], number>;
    const sum = (parts: readonly Total[]) =>
      Object.fromEntries(
        measures.map((key) => [key, parts.reduce((all, part) => all + part[key], 0)]),
      );
    const use = fc.record({
      store: fc.constantFrom('s1', 's2', null),
      fen: fc.integer({ min: 1, max: 9_000 }),
      day: fc.integer({ min: 0, max: 60 }),
      refundedAfterDays: fc.option(fc.integer({ min: 1, max: 40 })),
    });
    const property = fc.asyncProperty(
      fc.array(use, { minLength: 1, maxLength: 7 }),
      fc.integer({ min: 0, max: 12_000 }),
      async (uses, fromFen) => {
        // Prepare
        const { providerId, merchantId, token } = await tieredTenant([{ fromFen, rateBp: 1_234 }]);
        const months = ['2025-10', '2025-11', '2025-12', '2026-01'];
        const events = uses.flatMap(({ store, fen, day, refundedAfterDays }) => {
          const minutes = day * DAY_MINUTES;
          const made = redemptionAt({ merchantId }, store ?? '', { fen, minutes });
          const redemption = { ...made, storeId: store };
          const { voucherId, orderId, redemptionId } = redemption;
          if (refundedAfterDays === null) return [redemption];
          const at = START_MS + (day + refundedAfterDays) * DAY_MINUTES * 60_000;
          const back = refunded({
            ...{ merchantId, voucherId, orderId, eventId: `refunded:${voucherId}` },
            ...{ occurredAt: toInstant(at), refundedFen: fen, unusedFen: 0 },
            takesBack: [{ redemptionId, paidFen: Math.ceil(fen / 2) }],
          });
          return [redemption, back];
        });
        await book(hexiao, events);
        // Act
        const statements = [];
        for (const [index, month] of months.entries()) {
          clock.ms = at(`2026-0${index + 1}-28T12:00:00`);
          const { totals, adjustments } = await closed(month, providerId);
          statements.push(totals, adjustments);
          await hexiao.settle();
        }
        // Assess
        const ask = async <T>(path: string) => hexiao.call<T>('GET', path, undefined, token);
        const window = 'from=2025-10-01&to=2026-01-31';
        const { total } = await ask<{ total: Total }>(`/v1/gmv?${window}`);
        const wanted = sum([total]);
        expect(sum(statements as unknown as Total[])).toEqual(wanted);
        const rows = [];
        for (const by of ['day', 'store', 'platform']) {
          rows.push(sum((await ask<{ rows: Total[] }>(`/v1/gmv?${window}&by=${by}`)).rows));
        }
        const { stores } = await ask<{ stores: Total[] }>(`/v1/stores?${window}`);
        expect([...rows, sum(stores)]).toEqual([wanted, wanted, wanted, wanted]);
        const ofMonths = [];
        for (const month of months) {
          const own = `from=${month}-01&to=${lastDayOf(month)}`;
          ofMonths.push((await ask<{ total: Total }>(`/v1/gmv?${own}`)).total);
        }
        expect(sum(ofMonths)).toEqual(wanted);
      },
    );
    await fc.assert(property, { numRuns: runs(6) });
  }, 120_000);
});

describe('every entry is in exactly one statement', () => {
  it('also when bookings race three closings in a row', async () => {
    // Prepare
    const tenant = await tenantOf(hexiao);
    const months = ['2025-10', '2025-11', '2025-12'];
    const nows = ['2025-11-01T12:00:00', '2025-12-01T12:00:00', '2026-01-01T12:00:00'];
    const some = () =>
      Array.from({ length: 12 }, (_, index) =>
        redemptionAt(tenant, `s${index % 5}`, { fen: 1_000 + index, minutes: index * 1_000 }),
      );
    const first = redemptionAt(tenant, 's0', { fen: 99_000 });
    await book(hexiao, [first, ...some()]);
    // Act: each month is closed while old days are booked to and rolled up
    for (const [index, month] of months.entries()) {
      clock.ms = at(nows[index] ?? '');
      await Promise.all([
        closed(month, tenant.providerId),
        book(hexiao, some()),
        book(hexiao, some()),
      ]);
    }
    clock.ms = at('2026-02-01T12:00:00');
    await closed('2026-01', tenant.providerId);
    // Assess
    const all = await stamped(tenant.providerId);
    expect(all).toHaveLength(1 + 7 * 12);
    const ids = [...months, '2026-01'].map((month) => `${month}.${tenant.providerId}`);
    const statements = [];
    for (const id of ids) statements.push(await expectExact(id, tenant.providerId));
    const lines = statements.flatMap((statement) => statement.lines.map((line) => line.entryId));
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.sort()).toEqual(all.map((entry) => entry.entryId).sort());
  });

  it('also when the closing dies after any of its writes and is begun again', async () => {
    for (const writes of [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14]) {
      // Prepare
      const tenant = await tenantOf(hexiao);
      await book(hexiao, [
        redemptionAt(tenant, 's1'),
        redemptionAt(tenant, 's1'),
        redemptionAt(tenant, 's2', { minutes: DAY_MINUTES }),
      ]);
      clock.ms = at('2025-11-01T12:00:00');
      // Act
      const died = await dyingAfter(writes, () => close('2025-10', tenant.providerId));
      clock.ms += 600_000;
      const october = await closed('2025-10', tenant.providerId);
      // Assess
      if (writes < 8) expect(died.status, `after ${writes}`).toBe(500);
      expect(october.totals.entryCount, `after ${writes}`).toBe(3);
      await expectExact(october.statementId, tenant.providerId);
    }
  });

  it('also by messages, piece after piece, when there is more than a request does', async () => {
    // Prepare: entries straight into the ledger, of forty stores and two days, and their rollups
    const tenant = await tenantOf(hexiao);
    const { database } = hexiao.emulators;
    const { providerId } = tenant;
    const entries = Array.from({ length: 660 }, (_, index) => {
      const [day, storeId] = [`2025-10-1${index % 2}`, `s${index % 40}`];
      const occurredAt = `${day}T12:00:00.${String(index).padStart(3, '0')}+08:00`;
      const ids = {
        providerId,
        storeId,
        entryId: `redeemed:r${index}~c`,
        redemptionId: `r${index}`,
      };
      return entry({ ...ids, businessDay: day, occurredAt, amountFen: 100 });
    });
    await writeMany(database, (table) => mapLimit(entries, 8, (one) => bookEntry(table, one)));
    await mapLimit(entries.slice(0, 40), 8, (one) => rollUpHour(hexiao.table, storeHourOf(one)));
    for (const day of ['2025-10-10', '2025-10-11']) {
      await rollUpBuckets(hexiao.table, providerId, day, [0, 1, 2, 3]);
    }
    clock.ms = at('2025-11-01T12:00:00');
    // Act
    const first = await close('2025-10', tenant.providerId);
    expect(first.status).toBe(202);
    const second = await close('2025-10', tenant.providerId);
    await hexiao.settle();
    // Assess
    expectProblem(second, 409, 'statement-closing');
    const october = await closed('2025-10', tenant.providerId);
    expect(october.totals).toMatchObject({ entryCount: 660, redeemedFen: 66_000 });
    await expectExact(october.statementId, tenant.providerId, 97);
  });
});

describe('two operators', () => {
  it('who close one month at once: one does it, the other is told what to do', async () => {
    const tenant = await tenantOf(hexiao);
    await book(hexiao, [redemptionAt(tenant, 's1')]);
    clock.ms = at('2025-11-01T12:00:00');
    const replies = await Promise.all([1, 2, 3].map(() => close('2025-10', tenant.providerId)));
    const done = replies.filter((reply) => reply.status === 200);
    expect(done.length).toBeGreaterThanOrEqual(1);
    for (const reply of replies) {
      if (reply.status === 200) continue;
      expect(expectProblem(reply, 409, 'statement-closing').detail).toContain('close it again');
    }
    const october = await closed('2025-10', tenant.providerId);
    await expectExact(october.statementId, tenant.providerId);
  });

  it('cannot open months out of their order, nor one that is not over', async () => {
    const tenant = await tenantOf(hexiao);
    clock.ms = at('2025-11-30T23:59:59');
    const early = expectProblem(await close('2025-11', tenant.providerId), 422, 'month-not-over');
    expect(early.detail).toContain('2025-11-30');
    clock.ms = at('2025-12-01T00:00:00');
    await closed('2025-11', tenant.providerId);
    expectProblem(await close('2025-10', tenant.providerId), 409, 'statement-order');
    expectProblem(await close('2025-13', tenant.providerId), 400, 'request-invalid');
  });

  it('show the open month’s lines as a draft: those that it has when it is closed then, page by page', async () => {
    const tenant = await tenantOf(hexiao);
    clock.ms = at('2025-10-20T12:00:00');
    await book(
      hexiao,
      [1, 2, 3, 4, 5].map((n) => redemptionAt(tenant, `s${n % 2}`, { fen: 1_000 * n, minutes: n })),
    );
    const open = `/v1/statements/2025-10.${tenant.providerId}`;
    const pages = async () => {
      const found: object[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query = new URLSearchParams({ limit: '2', ...(cursor && { cursor }) });
        const reply = await ask(hexiao, 'GET', `${open}?${query}`, { token: tenant.token });
        expect(reply.status, reply.text).toBe(200);
        const page = JSON.parse(reply.text) as { lines: object[]; next: string | null };
        expect(page.lines.length).toBeLessThanOrEqual(2);
        found.push(...page.lines);
        cursor = page.next;
      }
      return new Set(found.map((line) => JSON.stringify(line)));
    };
    // What can still be taken back is held, and no line of the draft.
    clock.ms = at('2025-11-01T00:10:00');
    const young = Math.floor((at('2025-10-31T23:59:00') - START_MS) / 60_000);
    await book(hexiao, [redemptionAt(tenant, 's1', { minutes: young })]);
    const draft = await pages();
    expect(draft.size).toBe(5);
    const { next } = JSON.parse((await ask(hexiao, 'GET', `${open}?limit=2`)).text);
    await closed('2025-10', tenant.providerId);
    expect(await pages()).toEqual(draft);
    const stale = await ask(hexiao, 'GET', `${open}?limit=2&cursor=${encodeURIComponent(next)}`);
    expectProblem(stale, 400, 'cursor-foreign');
  });

  it('find a month that was passed over in the statement that has its lines, and owe nothing of it', async () => {
    const tenant = await tenantOf(hexiao);
    clock.ms = at('2025-10-20T12:00:00');
    await book(hexiao, [redemptionAt(tenant, 's1', { fen: 6_000 })]);
    clock.ms = at('2025-12-02T12:00:00');
    const open = `/v1/statements/2025-10.${tenant.providerId}`;
    const draft = async () => JSON.parse((await ask(hexiao, 'GET', open)).text);
    expect(await draft()).toMatchObject({ billedIn: null, totals: { redeemedFen: 6_000 } });
    const later = await closed('2025-11', tenant.providerId);
    expect(later.adjustments.redeemedFen).toBe(6_000);
    const passed = await draft();
    expect(passed).toMatchObject({
      ...{ state: 'draft', status: 'open', billedIn: '2025-11', dueFen: 0 },
      totals: { redeemedFen: 0, commissionFen: 0, entryCount: 0 },
    });
    expect(passed.note.zh).toContain('2025-11 的结算单');
    expect(passed.note.en).toContain('in the statement of 2025-11');
    const sent = expectProblem(await ask(hexiao, 'POST', `${open}/send`), 409, 'statement-order');
    expect(sent.detail).toContain('in the statement of 2025-11');
    expect(sent.detail).not.toContain('/close');
    const headers = await cookieOf(hexiao, tenant.token);
    for (const [lang, words] of [
      ['zh', '往月调整'],
      ['en', 'as adjustments'],
    ]) {
      const path = `/statements/2025-10?lang=${lang}`;
      const page = (await ask(hexiao, 'GET', path, { token: null, headers })).text;
      expect(page).toContain(words);
      expect(page).toContain('href="/statements/2025-11"');
      expect(page).not.toContain('60.00');
    }
  });

  it('close for everybody at once, nobody’s entries too', async () => {
    const own = await HexiaoUnderTest.start({ now: clock.now });
    const [a, b] = [await tenantOf(own), await tenantOf(own)];
    await book(own, [
      redemptionAt(a, 's1'),
      redemptionAt(b, 's1'),
      redemptionAt({ merchantId: 'nobody' }, 's9'),
    ]);
    clock.ms = at('2025-11-01T12:00:00');
    const reply = await ask(own, 'POST', '/v1/statements/2025-10/close');
    const { statements } = read(reply, z.object({ statements: z.array(statementAnswer) }));
    const counts = statements.map((one) => `${one.providerId} ${one.totals.entryCount}`);
    await own.stop();
    const expected = [`${a.providerId} 1`, `${b.providerId} 1`, 'unattributed 1'];
    expect(counts.sort()).toEqual(expected.sort());
  });
});

describe('a statement', () => {
  let tenant: Tenant;
  let stranger: Tenant;
  let statementId: string;

  beforeAll(async () => {
    tenant = await tenantOf(hexiao);
    stranger = await tenantOf(hexiao);
    await book(hexiao, [
      redemptionAt(tenant, '=cmd()', { fen: 12_345 }),
      redemptionAt(tenant, '<b>店</b>', { fen: 5, minutes: 1 }),
    ]);
    clock.ms = at('2025-11-01T12:00:00');
    statementId = (await closed('2025-10', tenant.providerId)).statementId;
  });

  it('is listed for its provider, and for the operator who says whose', async () => {
    const list = z.object({ statements: z.array(statementAnswer) });
    const own = await ask(hexiao, 'GET', '/v1/statements', { token: tenant.token });
    expect(read(own, list).statements.map((one) => one.statementId)).toEqual([statementId]);
    const path = `/v1/statements?providerId=${tenant.providerId}`;
    expect(read(await ask(hexiao, 'GET', path), list).statements).toHaveLength(1);
    const inMonth = async (month: string) =>
      read(await ask(hexiao, 'GET', `${path}&month=${month}`), list).statements.length;
    expect([await inMonth('2025-10'), await inMonth('2025-09')]).toEqual([1, 0]);
    expectProblem(await ask(hexiao, 'GET', `${path}&month=2025`), 400, 'request-invalid');
  });

  it('is in the operator’s list of everybody’s, the newest month first, in pages', async () => {
    const list = z.object({ statements: z.array(statementAnswer), next: z.string().nullable() });
    const [nowMs, other] = [clock.ms, await tenantOf(hexiao)];
    clock.ms = nowMs;
    const theirs = await closed('2025-10', other.providerId);
    const ids: string[] = [];
    const months: string[] = [];
    for (let cursor = '', isLast = false; !isLast; ) {
      const page = read(await ask(hexiao, 'GET', `/v1/statements?limit=7${cursor}`), list);
      expect(page.statements.length).toBeLessThanOrEqual(7);
      ids.push(...page.statements.map((one) => one.statementId));
      months.push(...page.statements.map((one) => one.month));
      isLast = page.next === null;
      cursor = `&cursor=${page.next ?? ''}`;
    }
    expect(ids).toEqual(expect.arrayContaining([statementId, theirs.statementId]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(7);
    expect(months).toEqual(months.toSorted().reverse());
    expectProblem(await ask(hexiao, 'GET', '/v1/statements?providerId='), 400, 'request-invalid');
  });

  it('is nobody else’s, by its name in no form and by no parameter', async () => {
    const token = stranger.token;
    for (const form of ['', '.csv', '.xlsx', '.html']) {
      const reply = await ask(hexiao, 'GET', `/v1/statements/${statementId}${form}`, { token });
      expectProblem(reply, 404, 'not-found');
      const none = await ask(hexiao, 'GET', `/v1/statements/${statementId}${form}`, {
        token: null,
      });
      expectProblem(none, 401, 'token-missing');
    }
    const path = `/v1/statements?providerId=${tenant.providerId}`;
    expectProblem(await ask(hexiao, 'GET', path, { token }), 404, 'not-found');
    const all = await ask(hexiao, 'GET', '/v1/statements', { token });
    expect(JSON.parse(all.text)).toEqual({ statements: [], next: null });
    const closing = await ask(hexiao, 'POST', '/v1/statements/2025-11/close', { token });
    expectProblem(closing, 403, 'role-forbidden');
  });

  it.each(['2025-10', '2025-10.', '2025-99.x', 'x', '2024-01.nobody'])(
    'named %j is none',
    async (id) => {
      expectProblem(await ask(hexiao, 'GET', `/v1/statements/${id}`), 404, 'not-found');
    },
  );

  it('as CSV begins with a mark and headings, has numbers for money and no formula', async () => {
    const path = `/v1/statements/${statementId}.csv`;
    const response = await hexiao.api.request(path, {
      headers: { authorization: `Bearer ${tenant.token}` },
    });
    // Response.text() takes the mark away.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(text.startsWith('\uFEFF营业日 Business day,')).toBe(true);
    const [, first = '', second = ''] = text.split('\r\n');
    expect(first).toContain(",'=cmd(),");
    expect(first).toContain(',,123.45,6.17,');
    expect(first).toContain('核销 Redemption');
    expect(second).toContain(',,0.05,0.00,');
    expect(response.headers.get('content-disposition')).toContain('"statement-2025-10.csv"');
    expect(response.headers.get('link')).toBeNull();
  });

  it('keeps ids in a spreadsheet, payments and redemptions in columns that sum', async () => {
    // Prepare
    const own = await tenantOf(hexiao);
    const { merchantId, token } = own;
    const [storeId, orderId] = ['6600000000000000001', '1060000000000000001'];
    await book(hexiao, [
      { ...redemptionAt(own, storeId, { fen: 12_345 }), orderId },
      redemptionAt(own, '2025-10', { fen: 5 }),
      paid({ merchantId, orderId, eventId: `paid:${merchantId}`, amounts: amountsOf(20_000) }),
    ]);
    clock.ms = at('2025-11-01T12:00:00');
    const statement = await closed('2025-10', own.providerId);
    const path = `/v1/statements/${statement.statementId}`;
    // Act
    const csv = await ask(hexiao, 'GET', `${path}.csv`, { token });
    const workbook = await hexiao.api.request(`${path}.xlsx`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const [heads = [], ...rows] = sheetOf(new Uint8Array(await workbook.arrayBuffer()));
    // Assess
    for (const id of [storeId, orderId, '2025-10']) {
      expect(csv.text).toContain(`,"=""${id}""",`);
      expect(rows.flat()).toContainEqual([expect.any(String), 'text', id]);
    }
    expect(workbook.headers.get('content-type')).toContain('spreadsheetml.sheet');
    const sum = (head: string) => {
      const column = heads.find(([, , text]) => text === head)?.[0].replace(/\d+$/, '');
      const cells = rows.flat().filter(([place]) => place.replace(/\d+$/, '') === column);
      return cells.reduce((all, [, , yuan]) => all + Math.round(Number(yuan) * 100), 0);
    };
    expect(sum('支付 GMV（元） Paid GMV (CNY)')).toBe(statement.totals.paidFen);
    expect(sum('核销 GMV（元） Redeemed GMV (CNY)')).toBe(statement.totals.redeemedFen);
    expect(sum('佣金（元） Commission (CNY)')).toBe(statement.totals.commissionFen);
    expect(statement.totals).toMatchObject({ paidFen: 20_000, redeemedFen: 12_350 });
  });

  it('in files is there for who is signed in on the page, and for nobody else', async () => {
    for (const format of ['csv', 'xlsx']) {
      const path = `/v1/statements/${statementId}.${format}`;
      const as = async (token: string) =>
        ask(hexiao, 'GET', path, { token: null, headers: await cookieOf(hexiao, token) });
      expect((await as(tenant.token)).status).toBe(200);
      expectProblem(await as(stranger.token), 404, 'not-found');
      expectProblem(await as('hxp_nobody'), 401, 'token-missing');
    }
    const cookie = { token: null, headers: await cookieOf(hexiao, tenant.token) };
    const list = await ask(hexiao, 'GET', '/statements?lang=en', cookie);
    expect(list.text).toContain('href="/statements/2025-10"');
    expect(list.text).toContain(`href="/v1/statements/${statementId}.xlsx?part=1"`);
    const page = await ask(hexiao, 'GET', `/v1/statements/${statementId}.html?lang=en`, cookie);
    expect(page.text).toContain(`href="/v1/statements/${statementId}.csv?part=1"`);
    expect(page.text).toContain('href="/statements"');
    expect((await ask(hexiao, 'GET', '/?lang=en', cookie)).text).toContain('href="/statements"');
  });

  it.runIf(IS_LONG)(
    'of more lines than a file holds is in several, and each line is in one',
    async () => {
      // Prepare: lines of a closing that is about to add them up
      const own = await tenantOf(hexiao);
      const { providerId, token } = own;
      clock.ms = at('2025-11-01T12:00:00');
      const id = { providerId, month: '2025-10' };
      const many = FILE_LINES + 3;
      const lines = Array.from({ length: many }, (_, index) => {
        const occurredAt = toInstant(START_MS + index * 1_000);
        const entryId = `redeemed:r${index}~c`;
        return entry({ ...{ providerId, occurredAt, entryId, redemptionId: `r${index}` } });
      });
      await writeMany(hexiao.emulators.database, (table) =>
        mapLimit(lines, 32, (line) => putLine(table, id, line)),
      );
      let reply = await close('2025-10', providerId);
      while (reply.status === 202) {
        await hexiao.settle();
        reply = await close('2025-10', providerId);
      }
      const statement = read(reply, statementAnswer);
      // Act
      const path = `/v1/statements/${statement.statementId}`;
      const first = await ask(hexiao, 'GET', `${path}.csv`, { token });
      const second = await ask(hexiao, 'GET', `${path}.csv?part=2`, { token });
      // Assess
      expect(statement).toMatchObject({ files: 2, totals: { entryCount: many } });
      expect(first.headers.get('link')).toBe('<?part=2>; rel="next"');
      expect(second.headers.get('link')).toBeNull();
      const ids = [first, second].flatMap(({ text }) => text.match(/,r\d+,/g) ?? []);
      expect(ids).toEqual(lines.map(({ redemptionId }) => `,${redemptionId},`));
      const page = await ask(hexiao, 'GET', `${path}.html`, { token });
      expect(page.text).toContain(`${path}.csv?part=2`);
      const none = await ask(hexiao, 'GET', `${path}.csv?part=3`, { token });
      expectProblem(none, 400, 'request-invalid');
    },
    180_000,
  );

  it.each([
    ['zh', '结算单', '本期应付', '往月调整'],
    ['en', 'Statement', 'Payable', 'Adjustments of earlier months'],
  ])('is a page in %s, with everything from outside escaped', async (lang, ...words) => {
    const path = `/v1/statements/${statementId}.html?lang=${lang}`;
    const reply = await ask(hexiao, 'GET', path, { token: tenant.token });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const word of [...words, '123.45', '&lt;b&gt;店&lt;/b&gt;'])
      expect(reply.text).toContain(word);
    expect(reply.text).not.toContain('<b>');
  });

  it('has lines that are explained by the id they are shown with, in the file too', async () => {
    const { lines } = await whole(statementId, 10, tenant.token);
    const file = await ask(hexiao, 'GET', `/v1/statements/${statementId}.csv`, {
      token: tenant.token,
    });
    expect(lines).toHaveLength(2);
    for (const { entryId, amountFen } of lines) {
      const path = `/v1/entries/${entryId}/explanation`;
      const reply = await ask(hexiao, 'GET', path, { token: tenant.token });
      const { entry } = read(reply, z.looseObject({ entry: z.looseObject({}) }));
      expect(entry).toMatchObject({ entryId, amountFen });
      expect(file.text).toContain(entryId);
    }
  });

  it('comes in pages whose lines are each there once', async () => {
    const one = await whole(statementId, 1, tenant.token);
    expect(one.lines).toHaveLength(2);
    expect(one.lines).toEqual((await whole(statementId)).lines);
    const bad = await ask(hexiao, 'GET', `/v1/statements/${statementId}?cursor=IkhFQUQi`);
    expectProblem(bad, 400, 'request-invalid');
  });
});

/** Runs with a database that takes so many writes and then no more. */
async function dyingAfter<T>(writes: number, work: () => Promise<T>): Promise<T> {
  const client = hexiao.emulators.database;
  const send = client.send.bind(client) as (...args: unknown[]) => Promise<unknown>;
  let left = writes;
  const dying = async (command: object, ...rest: unknown[]) => {
    if (/^(Put|Update|Delete)/.test(command.constructor.name)) {
      left -= 1;
      if (left < 0) throw new Error('the worker died');
    }
    return send(command, ...rest);
  };
  client.send = dying as unknown as typeof client.send;
  try {
    return await work();
  } finally {
    client.send = send as unknown as typeof client.send;
  }
}
