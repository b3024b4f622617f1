import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readCsv } from '../../../functions/api/csv.ts';
import { contentsShape } from '../../../functions/api/documented/shapes.ts';
import type { Event } from '../../../lib/events/event.ts';
import { taxOf } from '../../../lib/ledger/party.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { Meter, total } from '../../bench/support/meter.ts';
import { amountsOf, paid, refunded, reversed, START_MS } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { runs } from '../../support/long.ts';
import { unzip } from '../../support/unzip.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  cookieOf,
  fresh,
  MINUTE_MS,
  makeMerchant,
  makeProvider,
  read,
  redemptionAt,
} from './support.ts';

const DAY = 1_440;
const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao?.stop());

const wholeShape = z.looseObject({
  ...contentsShape,
  totals: z.looseObject({ commissionFen: z.int(), redeemedFen: z.int(), paidFen: z.int() }),
  adjustments: z.looseObject({ commissionFen: z.int() }),
  balance: z.looseObject({ payableFen: z.int() }),
});

interface Terms {
  readonly shareBp: number;
  readonly rateBp: number;
  readonly tiers?: readonly { fromFen: number; rateBp: number }[];
}

/** A provider with a contract of its own terms; the rest of the merchant is another's. */
async function partner({ shareBp, rateBp, tiers }: Terms) {
  clock.ms = START_MS;
  const [providerId, other, merchantId] = [fresh('partner'), fresh('other'), fresh('merchant')];
  const token = await makeProvider(hexiao, providerId, '星河');
  await makeProvider(hexiao, other);
  await makeMerchant(hexiao, merchantId);
  const own = { providerId, merchantId, shareBp, rateBp, ...(tiers && { tiers }) };
  await hexiao.call('POST', '/v1/contracts', contractBody(own));
  if (shareBp < 10_000) {
    const rest = { providerId: other, merchantId, shareBp: 10_000 - shareBp };
    await hexiao.call('POST', '/v1/contracts', contractBody(rest));
  }
  return { providerId, merchantId, token };
}

async function closeAt(instant: string, month: string, providerId: string) {
  clock.ms = Date.parse(`${instant}+08:00`);
  await hexiao.call('POST', `/v1/statements/${month}/close`, { providerId });
  await hexiao.settle();
  const path = `/v1/statements/${month}.${providerId}`;
  const csv = (await ask(hexiao, 'GET', `${path}.csv`)).text;
  return { whole: read(await ask(hexiao, 'GET', path), wholeShape), csv, path };
}

const HEAD = {
  paid: '支付 GMV（元） Paid GMV (CNY)',
  redeemed: '核销 GMV（元） Redeemed GMV (CNY)',
  commission: '佣金（元） Commission (CNY)',
  basis: '基数（元） Basis (CNY)',
  share: '份额（%） Share (%)',
  rate: '费率（%） Rate (%)',
  gmvTail: 'GMV 尾差（分） GMV rounding (fen)',
  tail: '佣金尾差（分） Commission rounding (fen)',
  kind: '类型 Kind',
  note: '备注 Note',
  part: '所属 Part',
  fee: '平台技术服务费（元） Platform fee (CNY)',
  freeOn: '解押日 Free on',
  held: '暂押佣金（元） Held commission (CNY)',
} as const;

/** `12.34` → 1234, without a fraction in between; blank → null. */
const hundredths = (text: string | undefined): bigint | null =>
  text === undefined || text === '' ? null : BigInt(text.replace('.', ''));

const halfUp = (product: bigint, by: bigint) => {
  const size = product < 0n ? -product : product;
  const rounded = (2n * size + by) / (2n * by);
  return product < 0n ? -rounded : rounded;
};

/** Every line again, from nothing but what its row says. @returns the total, in fen */
function recompute(csv: string): { commissionFen: bigint; lines: number } {
  const { rows } = readCsv(csv);
  let commissionFen = 0n;
  for (const { fields, line } of rows) {
    const of = (name: keyof typeof HEAD) => fields[HEAD[name]];
    if (of('part')?.includes('Held')) continue;
    const commission = hundredths(of('commission')) ?? 0n;
    const amount = hundredths(of('redeemed')) ?? hundredths(of('paid'));
    commissionFen += commission;
    if (of('kind')?.includes('Tier')) {
      const steps = [...(of('note') ?? '').matchAll(/: (-?[\d.]+) × ([\d.]+)% = (-?[\d.]+)\]/g)];
      const parts = steps.map(([, ofFen = '', rate = '', result = '']) => {
        const part = halfUp((hundredths(ofFen) ?? 0n) * (hundredths(rate) ?? 0n), 10_000n);
        expect(part).toBe(hundredths(result));
        return part;
      });
      const booked = hundredths(/ − (-?[\d.]+) = /.exec(of('note') ?? '')?.[1]) ?? 0n;
      expect(parts.length, csv).toBeGreaterThan(0);
      expect(parts.reduce((sum, part) => sum + part, 0n) - booked).toBe(commission);
      continue;
    }
    const [basis, share] = [hundredths(of('basis')), hundredths(of('share'))];
    if (basis !== null && share !== null) {
      const tail = BigInt(of('gmvTail') ?? 'none');
      expect([0n, 1n], `line ${line}`).toContain(tail);
      expect((basis * share) / 10_000n + tail, `line ${line}`).toBe(amount);
    }
    const rate = hundredths(of('rate'));
    if (rate === null) {
      expect(commission).toBe(0n);
      continue;
    }
    const tail = BigInt(of('tail') ?? 'none');
    // A line of its own earns its rate; only what takes another back has that one's fen.
    if (basis !== null) expect(tail, `line ${line}`).toBe(0n);
    expect(halfUp((amount ?? 0n) * rate, 10_000n) + tail, `line ${line}`).toBe(commission);
  }
  return { commissionFen, lines: rows.length };
}

describe('the CSV alone', () => {
  it('lets anybody recompute each line and the total, to the fen, whatever the contract', async () => {
    const use = fc.record({
      fen: fc.integer({ min: 1, max: 99_999 }),
      store: fc.constantFrom('s1', 's2'),
      day: fc.integer({ min: 0, max: 18 }),
      back: fc.constantFrom('none', 'reversed', 'part', 'late'),
    });
    const terms = fc.record({
      shareBp: fc.oneof(fc.constant(10_000), fc.integer({ min: 1, max: 9_999 })),
      rateBp: fc.integer({ min: 0, max: 2_500 }),
      fromFen: fc.option(fc.integer({ min: 0, max: 60_000 })),
    });
    const property = fc.asyncProperty(
      terms,
      fc.array(use, { minLength: 2, maxLength: 8 }),
      async ({ shareBp, rateBp, fromFen }, uses) => {
        const tiers = fromFen === null ? {} : { tiers: [{ fromFen, rateBp: rateBp + 137 }] };
        const { providerId, merchantId } = await partner({ shareBp, rateBp, ...tiers });
        const events = uses.flatMap(({ fen, store, day, back }): Event[] => {
          const made = redemptionAt({ merchantId }, store, { fen, minutes: day * DAY });
          const { voucherId, orderId, redemptionId } = made;
          const named = { voucherId, orderId, merchantId };
          const at = (days: number) =>
            toInstant(START_MS + (day + days) * DAY * MINUTE_MS + 60_000);
          const pay = paid({
            ...named,
            voucherId: null,
            eventId: `paid:${orderId}`,
            amounts: amountsOf(fen),
          });
          if (back === 'none') return [pay, made];
          if (back === 'reversed')
            return [pay, made, reversed(redemptionId, { ...named, occurredAt: at(0) })];
          const paidFen = back === 'part' ? Math.ceil(fen / 3) : fen;
          const refund = refunded({
            ...{
              ...named,
              eventId: `refunded:${voucherId}`,
              occurredAt: at(back === 'late' ? 30 : 1),
            },
            ...{ refundedFen: paidFen, unusedFen: 0, takesBack: [{ redemptionId, paidFen }] },
          });
          return [pay, made, refund];
        });
        await book(hexiao, events);
        for (const [month, on] of [
          ['2025-10', '2025-11-02T12:00:00'],
          ['2025-11', '2025-12-02T12:00:00'],
        ] as const) {
          const { whole, csv } = await closeAt(on, month, providerId);
          const again = recompute(csv);
          const told = whole.totals.commissionFen + whole.adjustments.commissionFen;
          expect(Number(again.commissionFen)).toBe(told);
          // Subtotals of each kind add up to the same.
          for (const rows of Object.values(whole.subtotals ?? {})) {
            const sum = rows.reduce((all, { totals }) => all + totals.commissionFen, 0);
            expect(sum).toBe(told);
          }
        }
      },
    );
    await fc.assert(property, { numRuns: runs(6) });
  });
});

describe('a statement', () => {
  it('has a page of at most ten read units: fifty lines each, stores, merchants and contracts by name', async () => {
    const { providerId, merchantId, token } = await partner({ shareBp: 10_000, rateBp: 500 });
    const lines = Array.from({ length: 52 }, (_, index) => fresh(`v${index}`));
    const storeId = fresh('store');
    await hexiao.call('PUT', `/v1/stores/douyin/${storeId}`, { merchantId, name: '湖里店' });
    await book(
      hexiao,
      lines.map((id) => redemptionAt({ merchantId }, storeId, { id })),
    );
    await closeAt('2025-11-02T12:00:00', '2025-10', providerId);
    clock.ms += 2 * MINUTE_MS;
    const headers = await cookieOf(hexiao, token);
    const meter = new Meter(hexiao.emulators.database);
    const units: number[] = [];
    let path: string | undefined = '/statements/2025-10';
    const pages: string[] = [];
    while (path !== undefined) {
      meter.reset();
      const { text } = await ask(hexiao, 'GET', path, { token: null, headers });
      units.push(total(meter.reads));
      pages.push(text);
      const next: string | undefined = /rel="next" href="([^"]+)"/.exec(text)?.[1];
      path = next?.replaceAll('&amp;', '&');
    }
    meter.stop();
    expect(pages).toHaveLength(2);
    expect(Math.max(...units)).toBeLessThanOrEqual(10);
    const shown = pages.flatMap((text) =>
      [...text.matchAll(/href="\/vouchers\/douyin\/([^"]+)"/g)].map(([, id]) => id),
    );
    expect(new Set(shown)).toEqual(new Set(lines.map((id) => `voucher-${id}`)));
    expect(shown).toHaveLength(52);
    const merchant = `商家 ${merchantId}`;
    for (const text of pages) {
      expect(text).toContain('湖里店');
      expect(text).toContain(`${merchant} · 合同 1</a>`);
    }
  });

  it('has parties, a number and tax where they are set, and says what is not', async () => {
    const { providerId } = await partner({ shareBp: 10_000, rateBp: 500 });
    await book(hexiao, [redemptionAt({ merchantId: 'x' }, 's1')]);
    const { whole } = await closeAt('2025-11-02T12:00:00', '2025-10', providerId);
    expect(whole.number).toMatch(/^DZ-2025-10-[0-9A-HJKMNP-TV-Z]{8}$/);
    expect(whole.parties.payee).toEqual({
      ...{ legalName: null, taxNumber: null, bankName: null, bankAccount: null, contact: null },
    });
    const company = {
      ...{ legalName: '成都星河互动科技有限公司', taxNumber: '91510100MA6C00007R' },
      ...{ bankName: '中国银行成都高新支行', bankAccount: '1176 5520 3301', contact: '何敏 财务' },
    };
    await hexiao.call('PATCH', `/v1/providers/${providerId}`, company);
    await hexiao.call('PUT', `/v1/providers/${providerId}`, { name: '星河', kind: 'agency' });
    const path = `/v1/statements/2025-10.${providerId}`;
    const after = read(await ask(hexiao, 'GET', path), wholeShape);
    expect(after.parties.payee).toEqual(company);
    expect(after.number).toBe(whole.number);
    expect(after.tax).toBeNull();
    await hexiao.call('PATCH', `/v1/providers/${providerId}`, { contact: null });
    expect(read(await ask(hexiao, 'GET', path), wholeShape).parties.payee.contact).toBeNull();
  });

  it.each([
    [106, 600, 100, 6],
    [4_678_375, 600, 4_413_561, 264_814],
    [1, 600, 1, 0],
    [0, 600, 0, 0],
    [100, 0, 100, 0],
  ])('takes tax out of %d fen at %d: both parts add up', (amount, rate, net, tax) => {
    expect(taxOf(amount, rate)).toEqual({ taxRateBp: rate, netFen: net, taxFen: tax });
  });

  it('lists what it holds with the day it comes free, and none of it is in its sums', async () => {
    const { providerId, merchantId } = await partner({ shareBp: 10_000, rateBp: 500 });
    const policy = { basis: 'paid+platform', order: ['special', 'agency'] };
    await hexiao.call('POST', '/v1/policies', { ...policy, holdingDays: 7 });
    await book(hexiao, [
      redemptionAt({ merchantId }, 's1', { fen: 10_000 }),
      redemptionAt({ merchantId }, 's1', { fen: 4_000, minutes: 21 * DAY }),
    ]);
    const { whole, csv } = await closeAt('2025-11-02T12:00:00', '2025-10', providerId);
    await hexiao.call('POST', '/v1/policies', { ...policy, holdingDays: 0 });
    expect(whole.totals.redeemedFen).toBe(10_000);
    expect(whole.held).toEqual([
      {
        ...{ businessDay: '2025-10-30', platform: 'douyin', freeOn: '2025-11-06' },
        ...{ entryCount: 1, redeemedFen: 4_000, commissionFen: 200 },
      },
    ]);
    const row = readCsv(csv).rows.find(({ fields }) => fields[HEAD.part]?.includes('Held'));
    expect(row?.fields).toMatchObject({
      ...{ [HEAD.freeOn]: '2025-11-06', [HEAD.held]: '2.00', [HEAD.commission]: '' },
    });
  });

  it('lists clawbacks and tiers by the month that they correct and their cause, with their steps', async () => {
    const tiers = [{ fromFen: 10_000, rateBp: 1_000 }];
    const { providerId, merchantId } = await partner({ shareBp: 10_000, rateBp: 500, tiers });
    const taken = redemptionAt({ merchantId }, 's1', { fen: 15_000 });
    await book(hexiao, [taken]);
    const first = await closeAt('2025-11-02T12:00:00', '2025-10', providerId);
    expect(first.whole.tiers).toMatchObject([
      {
        month: '2025-10',
        redeemedFen: 15_000,
        bookedFen: 750,
        dueFen: 250,
        steps: [
          { fromFen: 0, ofFen: 10_000, resultFen: 500 },
          { fromFen: 10_000, ofFen: 5_000, resultFen: 500 },
        ],
      },
    ]);
    const { voucherId, orderId, redemptionId } = taken;
    const back = { voucherId, orderId, merchantId, occurredAt: '2025-11-03T10:00:00.000+08:00' };
    await book(hexiao, [reversed(redemptionId, back)]);
    const second = await closeAt('2025-12-02T12:00:00', '2025-11', providerId);
    expect(second.whole.items).toMatchObject([
      { part: 'clawback', month: '2025-10', cause: 'reversal', entryCount: 1, commissionFen: -750 },
      { part: 'tier', commissionFen: -250 },
    ]);
    expect(second.csv).toContain('追回 Clawback of 2025-10');
  });

  it('has a bill’s charges where one told them, and unknown, never zero, where none did', async () => {
    const { providerId, merchantId } = await partner({ shareBp: 10_000, rateBp: 500 });
    await book(hexiao, [redemptionAt({ merchantId }, 's1')]);
    const { whole, csv } = await closeAt('2025-11-02T12:00:00', '2025-10', providerId);
    expect(whole.charges?.fee).toEqual({ fen: null, known: 0, unknown: 1 });
    expect(readCsv(csv).rows[0]?.fields[HEAD.fee]).toBe('未知 Unknown');
  });

  it('as a workbook sums by formulas that come to what they say, and keeps ids as texts', async () => {
    const { providerId, merchantId } = await partner({ shareBp: 3_333, rateBp: 777 });
    await book(hexiao, [
      redemptionAt({ merchantId }, '6600000000000000001', { fen: 12_345 }),
      redemptionAt({ merchantId }, 's2', { fen: 6_789, minutes: 5 }),
    ]);
    const { whole, path } = await closeAt('2025-11-02T12:00:00', '2025-10', providerId);
    const reply = await hexiao.api.request(`${path}.xlsx`, {
      headers: { authorization: 'Bearer operator-token-of-the-tests' },
    });
    const sheet =
      unzip(new Uint8Array(await reply.arrayBuffer())).get('xl/worksheets/sheet1.xml') ?? '';
    const values = new Map(
      [...sheet.matchAll(/<c r="([A-Z]+)(\d+)"(?: s="\d+")?><v>([^<]*)<\/v><\/c>/g)].map(
        ([, column = '', row = '', value = '']) => [`${column}${row}`, Number(value)],
      ),
    );
    const formulas = [...sheet.matchAll(/<f>SUM\(([A-Z]+)2:\1(\d+)\)<\/f><v>([^<]*)<\/v>/g)];
    expect(formulas.length).toBeGreaterThanOrEqual(5);
    for (const [, column = '', last = '', said = ''] of formulas) {
      let sum = 0;
      for (let row = 2; row <= Number(last); row += 1) {
        sum += Math.round((values.get(`${column}${row}`) ?? 0) * 100);
      }
      expect(sum, column).toBe(Math.round(Number(said) * 100));
    }
    const sums = formulas.map(([, , , said]) => Math.round(Number(said) * 100));
    expect(sums).toContain(whole.totals.redeemedFen);
    expect(sums).toContain(whole.totals.commissionFen);
    expect(sheet).not.toContain('6.6E+18');
  });
});
