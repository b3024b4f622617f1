import { idSchema } from '../../lib/events/id.ts';
import { fenIn, type Reason } from '../../lib/imports/amount.ts';
import type { ColumnNames, FileLine } from '../../lib/imports/columns.ts';
import { businessDay } from '../../lib/imports/read-lines.ts';
import { floatYuanToFen } from '../../lib/money/yuan.ts';
import type { AdFigures } from '../../lib/store/growth/ad-spend.ts';

export type AdField =
  | ('accountId' | 'day' | 'storeId' | 'merchantId')
  | ('spend' | 'orders' | 'rebate' | 'cash');

/**
 * Headings of our own: no page that we know shows those of an export. `stat_cost` and the like are the fields of
 * 巨量本地推's report (`/open_api/v3.0/local/report/account/get/`), for files that are made of its answers.
 */
export const AD_COLUMNS: ColumnNames<AdField> = {
  headings: {
    accountId: ['账户ID', '广告账户ID', '账号ID', 'accountId', 'local_account_id'],
    day: ['日期', '时间', 'day', 'date', 'stat_time_day'],
    storeId: ['门店ID', 'storeId'],
    merchantId: ['商家ID', 'merchantId'],
    spend: [
      '消耗',
      '消耗(元)',
      '消耗（元）',
      '花费',
      '花费(元)',
      '花费（元）',
      'spend',
      'stat_cost',
    ],
    orders: ['订单数', '支付订单数', '成交订单数', 'orders', 'adOrders', 'oto_pay_order_count'],
    rebate: ['粉条返还', '粉条', 'rebate'],
    cash: ['聚力现金', '聚力', 'cash'],
  },
  required: ['accountId', 'day'],
};

/** What a line says, before anybody looks whose account it is. */
export interface ToldLine extends AdFigures {
  readonly line: number;
  readonly accountId: string;
  readonly day: string;
  readonly storeId: string | null;
  readonly merchantId: string | null;
}

const SUMS = new Set(['合计', '总计', '汇总', 'total', 'Total']);

/** The line with the sums of all others is none of its own. */
export function isSumLine({ texts: { accountId, day } }: FileLine<AdField>): boolean {
  return SUMS.has(accountId) || (accountId === '' && SUMS.has(day));
}

/** @returns why the line is refused, where it is */
export function adLineIn(
  { line, texts, broken }: FileLine<AdField>,
  today: string,
): ToldLine | Reason {
  if (broken !== null) return broken;
  const { accountId, storeId, merchantId } = texts;
  if (!idSchema.safeParse(accountId).success) return REASONS.account;
  for (const id of [storeId, merchantId]) {
    if (id !== '' && !idSchema.safeParse(id).success) return REASONS.id;
  }
  const day = businessDay({ text: texts.day, isNumber: /^\d{5}(?:\.\d+)?$/.test(texts.day) });
  if (day === null) return REASONS.day;
  if (day > today) return REASONS.future;
  const [spendFen, rebateFen, cashFen] = [texts.spend, texts.rebate, texts.cash].map(floatFen);
  for (const fen of [spendFen, rebateFen, cashFen]) {
    if (typeof fen === 'object' && fen !== null) return fen;
  }
  const adOrders = ordersIn(texts.orders);
  if (typeof adOrders === 'object' && adOrders !== null) return adOrders;
  const told = { spendFen, adOrders, rebateFen, cashFen } as AdFigures;
  if (Object.values(told).every((one) => one === null)) return REASONS.nothing;
  const ids = { storeId: storeId || null, merchantId: merchantId || null };
  return { line, accountId, day, ...ids, ...told };
}

/** Exact: what a network keeps as a float is the whole fen that it stands for, and nothing is rounded beyond that. */
function floatFen(text: string): number | null | Reason {
  const read = fenIn(text === '' ? null : { text, isNumber: false });
  if (read === null || typeof read === 'number' || read.code !== 'places') return read;
  try {
    const fen = floatYuanToFen(Number(text.replaceAll(/[¥￥,\s]/g, '')));
    return fen >= 0 ? fen : REASONS.negative;
  } catch {
    return read;
  }
}

function ordersIn(text: string): number | null | Reason {
  if (text === '' || text === '-' || text === '--') return null;
  const plain = text.replaceAll(',', '');
  return /^\d{1,12}(?:\.0+)?$/.test(plain) ? Number(plain) : REASONS.orders;
}

const REASONS = {
  account: { code: 'account', zh: '没有广告账户ID', en: 'it names no account' },
  id: { code: 'id', zh: '门店ID或商家ID有误', en: 'the id of a store or merchant is none' },
  day: { code: 'day', zh: '没有日期', en: 'it names no day' },
  future: { code: 'future', zh: '日期还没有到', en: 'its day has not come' },
  negative: { code: 'negative', zh: '金额为负数', en: 'an amount is below 0' },
  orders: { code: 'orders', zh: '订单数不是整数', en: 'the orders are no whole number' },
  nothing: {
    code: 'nothing',
    zh: '没有消耗、订单数、粉条返还或聚力现金',
    en: 'it says nothing of spend, orders, rebate or cash',
  },
} as const satisfies Record<string, Reason>;
