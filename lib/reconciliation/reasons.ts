import type { DifferenceReason } from './compare.ts';

/** Why a day is not complete, or what a difference is, for people. */
const REASONS: Readonly<Record<DifferenceReason | DayReason, { zh: string; en: string }>> = {
  'payment-missing': {
    zh: '平台有支付记录，我们没有，且查询不到详情',
    en: 'the platform records a payment that we lack and cannot look up',
  },
  'redemption-missing': {
    zh: '平台有核销记录，我们没有，且查询不到详情',
    en: 'the platform records a redemption that we lack and cannot look up',
  },
  'redemption-incomplete': {
    zh: '我们只收到核销提示，平台未给出金额或门店',
    en: 'we only have a hint of it: the platform reports no amount yet',
  },
  'row-unreadable': {
    zh: '平台列表中有一行无法读取（theirs 为列表与字段名），其余行已照常核对',
    en: 'one row of a list of the platform cannot be read (theirs names the list and the field); the others were compared',
  },
  'row-of-another': {
    zh: '平台列表中有一行属于另一家已登记的商家（theirs 为列表与字段名），未记到这家，其余行已照常核对',
    en: 'one row of a list of the platform is of another merchant that is registered here (theirs names the list and the field); it is not taken in for this one, and the others were compared',
  },
  'reversal-missing': {
    zh: '平台已撤销核销，我们没有撤销记录',
    en: 'the platform records a reversal that we lack',
  },
  'refund-missing': {
    zh: '平台有退款，我们没有或金额不足',
    en: 'the platform records a refund that we lack, or more of it',
  },
  'refund-amount': { zh: '退款金额不一致', en: 'the refunded amounts differ' },
  'reversal-extra': {
    zh: '我们记为已撤销，平台仍为有效核销',
    en: 'we have a reversal, and at the platform the redemption stands',
  },
  'payment-extra': {
    zh: '我们有支付记录，平台的订单列表和按单查询都没有',
    en: 'we have a payment that neither the platform’s orders of the day nor a query of its order show',
  },
  'redemption-extra': {
    zh: '我们有核销，平台当日记录中没有',
    en: 'we have a redemption that the platform’s records of the day do not show',
  },
  'amounts-differ': { zh: '金额不一致', en: 'the amounts differ' },
  'stores-differ': { zh: '门店不一致', en: 'the stores differ' },
  'days-differ': { zh: '营业日不一致', en: 'the business days differ' },
  'counts-differ': {
    zh: '当日合计与平台不一致，逐笔无差异：可能尚未入账，请查看未完成工作',
    en: 'the day’s totals differ and no single record does: look for unfinished work in the pipeline',
  },
  'changed-while-read': {
    zh: '读取期间平台列表在变化，将再次读取',
    en: 'the platform’s list changed while it was read',
  },
  'too-many-records': {
    zh: '一分钟内记录过多，无法一次读完',
    en: 'there are more records in a minute than can be read at once',
  },
  'empty-may-be-outage': {
    zh: '平台返回空列表，但该商家通常有记录：可能是平台故障',
    en: 'the list was empty where there usually are records: it may be an outage of the platform',
  },
  'no-answer': { zh: '平台多次未应答', en: 'the platform did not answer for hours' },
  refused: {
    zh: '平台拒绝查询：请检查应用权限和商家授权',
    en: 'the platform refuses the query: check the app’s permissions and the merchant’s authorisation',
  },
  'not-offered': {
    zh: '此接入方式尚无对账',
    en: 'this integration does not offer its records yet',
  },
  'app-gone': { zh: '应用已不存在', en: 'the app is not registered any more' },
};

type DayReason =
  | 'counts-differ'
  | 'changed-while-read'
  | 'too-many-records'
  | 'empty-may-be-outage'
  | 'no-answer'
  | 'refused'
  | 'not-offered'
  | 'app-gone';

const BETWEEN = ' / ';

/** As it is kept and as the API gives it: whoever reads it picks out a language, or has both. */
export function inBoth({ zh, en }: { readonly zh: string; readonly en: string }): string {
  return `${zh}${BETWEEN}${en}`;
}

/** A reason in both languages; one that an integration worded itself stays as it is. */
export function reasonText(reason: string): string {
  const words = (REASONS as Readonly<Record<string, { zh: string; en: string }>>)[reason];
  return words === undefined ? reason : inBoth(words);
}

/** What `inBoth` wrote, in the language of who reads it. A text that is in one language stays. */
export function reasonIn(language: 'zh' | 'en', text: string): string {
  const at = text.indexOf(BETWEEN);
  if (at === -1) return text;
  return language === 'zh' ? text.slice(0, at) : text.slice(at + BETWEEN.length);
}
