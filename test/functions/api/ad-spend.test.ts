import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fingerprint } from '../../../lib/crypto/hash.ts';
import { yuanOf } from '../../../lib/money/yuan.ts';
import { type AdLine, keepAdMonth, readAdLines } from '../../../lib/store/growth/ad-spend.ts';
import { workbookOf } from '../../../lib/xlsx/workbook.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { everyOrder, type Turn } from '../../support/interleave.ts';
import { MemoryTable } from '../../world/store/table.ts';
import { ask, book, Clock, expectProblem, makeTenant, read, redemptionAt } from './support.ts';

/** What advertising cost stands beside the GMV, and changes none of it. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let own: Awaited<ReturnType<typeof makeTenant>>;
let other: Awaited<ReturnType<typeof makeTenant>>;
const DAY = '2025-10-09';

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
  [own, other] = [await makeTenant(hexiao), await makeTenant(hexiao)];
  const use = redemptionAt({ merchantId: own.merchantId }, 's1', { fen: 40_000 });
  const next = redemptionAt({ merchantId: own.merchantId }, 's2', { fen: 20_000, minutes: 1_440 });
  const foreign = redemptionAt({ merchantId: other.merchantId }, 's9', { fen: 70_000 });
  await book(hexiao, [use, next, foreign]);
  clock.ms += 11 * 86_400_000;
});
afterAll(() => hexiao?.stop());

const sums = {
  ...{ spendFen: z.int(), adOrders: z.int().nullable(), rebateFen: z.int(), cashFen: z.int() },
  ...{ redeemedFen: z.int(), roiBp: z.int().nullable() },
};
const report = z.strictObject({
  rows: z.array(z.strictObject({ key: z.string(), ...sums })),
  total: z.strictObject(sums),
  unmappedFen: z.int(),
  unmapped: z.array(z.object({ key: z.string(), spendFen: z.int() })),
});
const imported = z.looseObject({
  ...{ lines: z.int(), entered: z.int(), spendFen: z.int(), unmapped: z.array(z.string()) },
  refused: z.array(z.object({ line: z.int(), reason: z.string() })),
});

const providerOf = (side: typeof own) => `providerId=${side.providerId}`;
const map = (network: string, accountId: string, body: object) =>
  ask(hexiao, 'PUT', `/v1/ad-accounts/${network}/${accountId}`, { body });
const send = async (network: string, file: string | Uint8Array<ArrayBuffer>, more = '') => {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  const path = `/v1/ad-spend/imports?network=${network}&${providerOf(own)}${more}`;
  return read(await ask(hexiao, 'POST', path, { bytes }), imported);
};
const see = async (by: string, network?: string) => {
  const path = `/v1/ad-spend?from=2025-10-01&to=2025-10-31&by=${by}`;
  const found = read(await ask(hexiao, 'GET', path, { token: own.token }), report);
  return network === undefined
    ? found
    : { ...found, rows: found.rows.filter(({ key }) => key.startsWith(network)) };
};

const BOOKS = /^(?:VOUCHER|ORDER|LEDGER|ROLLUP|PROVIDER|DIMENSION|OVERALL|STATEMENT)/;

/** Every event, entry and total that there is. */
async function books(): Promise<string> {
  const items: string[] = [];
  let from: Record<string, never> | undefined;
  do {
    const { client, name } = hexiao.table;
    const page = await client.send(
      new ScanCommand({ TableName: name, ...(from && { ExclusiveStartKey: from }) }),
    );
    items.push(
      ...(page.Items ?? [])
        .map((item) => unmarshall(item))
        .filter(({ pk }) => BOOKS.test(String(pk)))
        .map((item) =>
          JSON.stringify(item, (_key, value) =>
            value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
          ),
        ),
    );
    from = page.LastEvaluatedKey as typeof from;
  } while (from !== undefined);
  expect(items.some((item) => item.includes('"LEDGER#'))).toBe(true);
  return fingerprint(items.sort().join('\n'));
}

describe('what advertising cost', () => {
  it('stands beside the redeemed GMV by day, store, merchant and account, and changes no byte of the books', async () => {
    const before = await books();
    const { providerId, merchantId } = own;
    const body = { providerId, platform: 'douyin', merchantId };
    expect((await map('ocean', 'a1', body)).status).toBe(200);
    await map('ocean', 'a2', { ...body, stores: ['s2'] });
    const file = [
      '账户ID,日期,门店ID,消耗,订单数,粉条返还,聚力现金',
      `a1,${DAY},s1,100.00,12,10.00,`,
      `a1,2025/10/10,,60.1,,,5`,
      `a2,${DAY},,19.899999618530273,3,,`,
      `nobody,${DAY},,7.00,1,,`,
      '合计,,,187.00,16,,',
    ].join('\n');
    expect(await send('ocean', file, '&dryRun=true')).toMatchObject({ lines: 4, entered: 4 });
    expect((await see('day')).total.spendFen).toBe(0);
    const done = await send('ocean', file);
    expect(done).toMatchObject({ entered: 4, spendFen: 18_700, unmapped: ['nobody'], refused: [] });
    const total = {
      ...{ spendFen: 18_000, adOrders: 15, rebateFen: 1_000, cashFen: 500, redeemedFen: 60_000 },
      roiBp: 36_364,
    };
    const days = await see('day');
    expect(days).toMatchObject({ total, unmappedFen: 700, unmapped: [{ key: 'ocean/nobody' }] });
    expect(days.rows.map(({ key, spendFen, redeemedFen }) => [key, spendFen, redeemedFen])).toEqual(
      [
        [DAY, 11_990, 40_000],
        ['2025-10-10', 6_010, 20_000],
      ],
    );
    expect((await see('merchant')).rows).toEqual([{ key: `douyin/${merchantId}`, ...total }]);
    const stores = await see('store');
    expect(
      stores.rows.map(({ key, spendFen, redeemedFen }) => [key, spendFen, redeemedFen]),
    ).toEqual([
      ['douyin/s1', 10_000, 40_000],
      ['douyin/unknown', 6_010, 0],
      ['douyin/s2', 1_990, 20_000],
    ]);
    const accounts = await see('account', 'ocean');
    expect(accounts.rows.map(({ key }) => key)).toEqual(['ocean/a1', 'ocean/a2']);
    expect(await books()).toBe(before);
    // What is mapped later counts from then on, also what came before.
    await map('ocean', 'nobody', body);
    expect(await see('day')).toMatchObject({ unmappedFen: 0, total: { spendFen: 18_700 } });
  });

  it('is the network’s last word: a file may come twice, and later figures replace those of their days alone', async () => {
    const { providerId, merchantId } = own;
    await map('again', 'b1', { providerId, platform: 'douyin', merchantId });
    const rows = (cells: string) => `accountId,day,storeId,spend,orders,rebate\n${cells}`;
    const first = rows(`b1,${DAY},s1,10,1,\nb1,${DAY},s2,5,1,\nb1,2025-10-11,,8,2,`);
    await send('again', first);
    const book9 = [
      ['accountId', 'day', 'rebate'],
      ['b1', DAY, '2.5'],
    ];
    await send('again', await workbookOf('返还', book9));
    await send('again', first);
    const [kept] = (await see('account', 'again')).rows;
    expect(kept).toMatchObject({ spendFen: 2_300, adOrders: 4, rebateFen: 250 });
    await send('again', rows(`b1,${DAY},,11,,`));
    const [later] = (await see('account', 'again')).rows;
    expect(later).toMatchObject({ spendFen: 1_900, adOrders: 4, rebateFen: 250 });
  });

  it.each([
    ['another provider’s account', 'foreign', 3, '其他服务商'],
    ['another merchant’s line', `c1,${DAY},,9.00,elsewhere`, 3, '其他商家'],
    ['a store of another merchant', `c1,${DAY},s9,9.00,`, 3, '门店不属于'],
    ['a line twice', `c1,2025-10-08,,9.00,`, 3, '前面出现'],
    ['88.125 yuan', `c1,${DAY},,88.125,`, 3, '两位小数'],
    ['less than nothing', `c1,${DAY},,-1,`, 3, '负数'],
    ['a day to come', 'c1,2025-12-24,,1,', 3, '还没有到'],
    ['an id that lost its digits', `1.79E+15,${DAY},,1,`, 3, '位数已丢失'],
    ['no header', null, 1, '表头'],
  ])(
    'a file with %s is refused with the line and the reason, and none of it is kept',
    async (_name, bad, line, why) => {
      const { providerId, merchantId } = own;
      await map('strict', 'c1', { providerId, platform: 'douyin', merchantId });
      const theirs = {
        providerId: other.providerId,
        platform: 'douyin',
        merchantId: other.merchantId,
      };
      await map('strict', 'theirs', theirs);
      await hexiao.call('PUT', '/v1/stores/douyin/s9', {
        name: '九店',
        merchantId: other.merchantId,
      });
      const row = bad === 'foreign' ? `theirs,${DAY},,9.00,` : bad;
      const file = ['账户ID,日期,门店ID,消耗,商家ID', 'c1,2025-10-08,,1.00,', row].join('\n');
      const done = await send('strict', row === null ? 'x,y\n1,2' : file);
      expect(done).toMatchObject({ entered: 0, spendFen: 0, refused: [{ line }] });
      expect(done.refused[0]?.reason).toContain(why);
      expect((await see('account', 'strict')).rows).toEqual([]);
    },
  );

  it('is the provider’s own, and an account names a provider and a merchant that there are', async () => {
    const { providerId, merchantId } = own;
    const body = { providerId, platform: 'douyin', merchantId };
    expectProblem(await map('ocean', 'x', { ...body, merchantId: 'none' }), 400, 'request-invalid');
    expectProblem(await map('ocean', 'x', { ...body, providerId: 'none' }), 400, 'request-invalid');
    const theirs = await ask(hexiao, 'GET', '/v1/ad-spend?from=2025-10-01&to=2025-10-31', {
      token: other.token,
    });
    expect(read(theirs, report)).toMatchObject({
      rows: [],
      total: { spendFen: 0 },
      unmappedFen: 0,
    });
    const path = `/v1/ad-spend/imports?network=ocean&${providerOf(other)}`;
    expectProblem(
      await ask(hexiao, 'POST', path, { token: own.token, bytes: new Uint8Array(1) }),
      403,
      'role-forbidden',
    );
  });
});

describe('of a month of an account', () => {
  const place = { providerId: 'p', month: '2025-10', network: 'ocean', accountId: 'a' };
  const line = (over: Partial<AdLine>): AdLine => ({
    ...{ network: 'ocean', accountId: 'a', day: DAY, storeId: null },
    ...{ spendFen: null, adOrders: null, rebateFen: null, cashFen: null, ...over },
  });

  it('every yuan of two places, as a float of 32 or 64 bits, is kept as its fen', async () => {
    const fen = fc.integer({ min: 0, max: 13_000_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(fen, { minLength: 1, maxLength: 20 }), async (all) => {
        const { adLineIn } = await import('../../../functions/api/ad-lines.ts');
        const texts = all.flatMap((one) => {
          const single = String(Math.fround(one / 100));
          return [yuanOf(one), String(one / 100), ...(single.includes('e') ? [] : [single])].map(
            (spend) => [one, spend] as const,
          );
        });
        for (const [wanted, spend] of texts) {
          const cells = { accountId: 'a', day: DAY, storeId: '', merchantId: '', spend };
          const told = { ...cells, orders: '', rebate: '', cash: '' };
          expect(adLineIn({ line: 2, texts: told, broken: null }, DAY)).toMatchObject({
            spendFen: wanted,
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  it('two files at once are both kept, in every order of their awaits', async () => {
    const files = [line({ storeId: 's1', spendFen: 700 }), line({ day: '2025-10-10', cashFen: 9 })];
    const tried = await everyOrder(() => {
      const table = new MemoryTable();
      const work = (told: AdLine) => (turn: Turn) => keepAdMonth(table.seenBy(turn), place, [told]);
      return {
        workers: { one: work(files[0] as AdLine), two: work(files[1] as AdLine) },
        afterwards: async () => {
          const window = { from: '2025-10-01', to: '2025-10-31' };
          expect(await readAdLines(table, 'p', window)).toEqual(files);
        },
      };
    });
    expect(tried.isEvery).toBe(true);
  });
});
