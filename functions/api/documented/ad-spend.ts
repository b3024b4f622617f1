import * as z from 'zod';
import { platformSchema } from '../../../lib/events/id.ts';
import { adAccountPut, adAccountsGet, adImportPost, adSpendGet } from '../routes/ad-spend.ts';
import type { Documented } from './documented.ts';

const account = z.strictObject({
  network: z.string().describe('`oceanengine` is 巨量本地推.'),
  accountId: z.string(),
  providerId: z.string(),
  platform: platformSchema,
  merchantId: z.string(),
  stores: z.array(z.string()).describe('Empty: all of the merchant’s.'),
});

const sums = {
  spendFen: z.int(),
  adOrders: z.int().nullable().describe('As the network counts them; null: no file told.'),
  rebateFen: z.int().describe('粉条返还: what the network gave back.'),
  cashFen: z.int().describe('聚力现金: what was paid with the network’s own money.'),
  redeemedFen: z.int().describe('Of the merchants that the spend was for; by store, of the store.'),
  roiBp: z
    .int()
    .nullable()
    .describe(
      '`redeemedFen` to spend less rebate and cash, in 1/10000; null where that is nothing.',
    ),
};

export const adSpend: readonly Documented[] = [
  {
    contract: adAccountPut,
    tag: 'registering',
    summary: 'Say which provider, merchant and stores an advertising account is for',
    description:
      'Whole: what is left out is said no more. What was imported before counts by it too. An account that goes to another ' +
      'provider leaves what the one before imported where it was.',
    answers: { 200: { json: account } },
    example: { providerId: 'acme', platform: 'douyin', merchantId: '7011223344' },
  },
  {
    contract: adAccountsGet,
    tag: 'growth',
    summary: 'A provider’s advertising accounts, and what each is for',
    answers: { 200: { json: z.strictObject({ accounts: z.array(account) }) } },
  },
  {
    contract: adImportPost,
    tag: 'growth',
    summary: 'Take in what advertising cost, from a file',
    description:
      'The body is a CSV (UTF-8 or GBK) or an XLSX of at most 4 MiB and 20,000 lines by account and day, with the columns ' +
      '账户ID, 日期 and at least one of 消耗, 订单数, 粉条返还, 聚力现金; 门店ID and 商家ID where there are. The field names of ' +
      '巨量本地推’s report (`local_account_id`, `stat_time_day`, `stat_cost`, `oto_pay_order_count`) are taken too; `columns` ' +
      'names others: `spend=总花费`. Yuan are read exactly, floats included. **All of the file is taken, or nothing**: a ' +
      'line that is wrong, twice there or another merchant’s is told with its number and the reason, and `entered` is 0. Of a ' +
      'day and account, what the file tells replaces what was known; what it does not tell stays. Nothing is booked, and no ' +
      'entry or total changes.',
    text: { type: 'text/csv', example: '账户ID,日期,消耗,订单数\n1790011,2025-10-09,128.50,31\n' },
    answers: {
      200: {
        json: z.strictObject({
          ...{ dryRun: z.boolean(), lines: z.int(), entered: z.int().describe('All, or 0.') },
          ...{ spendFen: z.int(), rebateFen: z.int(), cashFen: z.int() },
          unmapped: z
            .array(z.string())
            .describe('Accounts of which nobody said yet what they are for.'),
          refused: z.array(z.strictObject({ line: z.int(), reason: z.string() })),
        }),
      },
    },
  },
  {
    contract: adSpendGet,
    tag: 'growth',
    summary: 'What advertising cost, beside the redeemed GMV of the merchants that it was for',
    description:
      'By `store`, spend of which no file names a store, and no account has just one, is at `{platform}/unknown`. Two ' +
      'accounts of one merchant each stand beside all of its GMV; the total has it once. Spend of accounts that nobody ' +
      'mapped is in no row: `unmapped` has it.',
    answers: {
      200: {
        json: z.strictObject({
          rows: z.array(
            z.strictObject({
              key: z.string().describe('A day, or `platform/storeId`, `network/accountId` ….'),
              ...sums,
            }),
          ),
          total: z.strictObject(sums),
          unmappedFen: z.int(),
          unmapped: z.array(z.strictObject({ key: z.string(), spendFen: z.int() })),
        }),
      },
    },
  },
];
