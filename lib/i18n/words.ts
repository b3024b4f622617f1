import { AD_WORDS } from './ad-words.ts';
import { CHECK_WORDS } from './check-words.ts';
import { CONSOLE_WORDS } from './console-words.ts';
import { CONTRACT_WORDS } from './contract-words.ts';
import { DIMENSION_WORDS } from './dimension-words.ts';
import { GROWTH_WORDS } from './growth-words.ts';
import { IDENTITY_WORDS } from './identity-words.ts';
import { OPERATOR_WORDS } from './operator-words.ts';
import { PEOPLE_WORDS } from './people-words.ts';
import { PROBLEM_WORDS } from './problem-words.ts';
import { SIGN_IN_WORDS } from './sign-in-words.ts';
import { STANDING_WORDS } from './standing-words.ts';
import { STATEMENT_WORDS } from './statement-words.ts';
import { SUPPLY_WORDS } from './supply-words.ts';
import { TERMS_WORDS } from './terms-words.ts';
import { TILL_WORDS } from './till-words.ts';

/** What people read in the product, in Chinese and English. */

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const WORDS = {
  ...CONSOLE_WORDS,
  ...DIMENSION_WORDS,
  ...CONTRACT_WORDS,
  ...GROWTH_WORDS,
  ...IDENTITY_WORDS,
  ...PROBLEM_WORDS,
  ...CHECK_WORDS,
  ...OPERATOR_WORDS,
  ...PEOPLE_WORDS,
  ...STANDING_WORDS,
  ...STATEMENT_WORDS,
  ...AD_WORDS,
  ...SIGN_IN_WORDS,
  ...SUPPLY_WORDS,
  ...TERMS_WORDS,
  ...TILL_WORDS,
  product: { zh: '核销 Hexiao', en: 'Hexiao 核销' },
  signIn: { zh: '登录', en: 'Sign in' },
  signOut: { zh: '退出', en: 'Sign out' },
  token: { zh: '令牌', en: 'Token' },
  tokenWrong: { zh: '令牌无效，请核对后重试。', en: 'No such token. Check it and try again.' },
  tooManyTries: {
    zh: '尝试次数过多，请十分钟后再试。',
    en: 'Too many tries. Wait ten minutes and try again.',
  },
  stores: { zh: '门店', en: 'Stores' },
  store: { zh: '门店', en: 'Store' },
  merchant: { zh: '商家', en: 'Merchant' },
  platform: { zh: '平台', en: 'Platform' },
  redeemedCount: { zh: '核销数', en: 'Redeemed' },
  redeemedGmv: { zh: '核销 GMV（元）', en: 'Redeemed GMV (CNY)' },
  paidGmv: { zh: '支付 GMV（元）', en: 'Paid GMV (CNY)' },
  reversed: { zh: '撤销核销', en: 'Reversed' },
  refunded: { zh: '核销后退款（元）', en: 'Refunded after use (CNY)' },
  commission: { zh: '佣金（元）', en: 'Commission (CNY)' },
  total: { zh: '合计', en: 'Total' },
  from: { zh: '自', en: 'From' },
  to: { zh: '至', en: 'To' },
  show: { zh: '查看', en: 'Show' },
  next: { zh: '下一页', en: 'Next page' },
  redemptions: { zh: '核销记录', en: 'Redemptions' },
  redemption: { zh: '核销单号', en: 'Redemption' },
  voucher: { zh: '券', en: 'Voucher' },
  order: { zh: '订单', en: 'Order' },
  redeemedAt: { zh: '核销时间', en: 'Redeemed at' },
  amount: { zh: 'GMV（元）', en: 'GMV (CNY)' },
  status: { zh: '状态', en: 'Status' },
  channel: { zh: '渠道', en: 'Channel' },
  nothing: { zh: '这段时间没有核销。', en: 'No redemptions in this period.' },
  badInputTitle: { zh: '地址有误', en: 'This address does not work' },
  'signIn.help': {
    zh: '令牌由运营方或团队负责人发放，以 hxp_ 或 hxo_ 开头。丢了请要新的。',
    en: 'The operator or the owner of your team gives tokens; they begin with hxp_ or hxo_. Ask for a new one if it is lost.',
  },
  toOverview: { zh: '回到概览', en: 'To the overview' },
  toOperator: { zh: '到运营', en: 'To the operator pages' },
  unranked: {
    zh: '门店太多，未按金额排序；缩短日期范围后可排序。',
    en: 'Too many stores to sort by amount. Choose fewer days to have them sorted.',
  },
  notFound: { zh: '没有此页', en: 'No such page' },
  unknownStore: { zh: '未知门店', en: 'Unknown store' },
  provisional: { zh: '可撤销', en: 'Provisional' },
  final: { zh: '已确认', en: 'Final' },
  'status.reversed': { zh: '已撤销', en: 'Reversed' },
  'status.refunded': { zh: '已退款', en: 'Refunded' },
  live: { zh: '直播', en: 'Live' },
  short_video: { zh: '短视频', en: 'Short video' },
  store_page: { zh: '门店页', en: 'Store page' },
  self_live: { zh: '自播', en: 'Own live' },
  creator_live: { zh: '达人播', en: "Creator's live" },
  service_account: { zh: '服务号', en: 'Service account' },
  poi_page: { zh: 'POI 详情页', en: 'POI page' },
  shop: { zh: '小店', en: 'Shop' },
  private_domain: { zh: '私域', en: 'Private domain' },
  search: { zh: '搜索', en: 'Search' },
  scan: { zh: '扫码', en: 'Scan' },
  mini_program: { zh: '小程序', en: 'Mini-program' },
  unknown: { zh: '未知', en: 'Unknown' },
  douyin: { zh: '抖音', en: 'Douyin' },
  kuaishou: { zh: '快手', en: 'Kuaishou' },
  meituan: { zh: '美团', en: 'Meituan' },
  statement: { zh: '结算单', en: 'Statement' },
  statements: { zh: '结算单', en: 'Statements' },
  noStatements: { zh: '还没有结算单。', en: 'No statements yet.' },
  download: { zh: '下载', en: 'Download' },
  proof: { zh: '凭证（离线可核对）', en: 'Proof (checks itself offline)' },
  closed: { zh: '已结', en: 'Closed' },
  closing: { zh: '结算中，数字未定', en: 'Closing: these numbers are not final' },
  asOf: { zh: '截至', en: 'as of' },
  ofTheMonth: { zh: '本月', en: 'Of the month' },
  adjustments: { zh: '往月调整', en: 'Adjustments of earlier months' },
  opening: { zh: '上期结转（元）', en: 'Carried over (CNY)' },
  payable: { zh: '本期应付（元）', en: 'Payable (CNY)' },
  carried: { zh: '结转下期（元）', en: 'Carried on (CNY)' },
  statementPart: { zh: '所属', en: 'Part' },
  businessDay: { zh: '营业日', en: 'Business day' },
  occurredAt: { zh: '发生时间', en: 'Time' },
  kind: { zh: '类型', en: 'Kind' },
  count: { zh: '核销数', en: 'Count' },
  soldProduct: { zh: '商品', en: 'Product' },
  contract: { zh: '合同', en: 'Contract' },
  restatement: { zh: '重算', en: 'Restatement' },
  entry: { zh: '账目', en: 'Entry' },
  'kind.payment': { zh: '支付', en: 'Payment' },
  'kind.unused_refund': { zh: '未核销退款', en: 'Refund before use' },
  'kind.redemption': { zh: '核销', en: 'Redemption' },
  'kind.reversal': { zh: '撤销核销', en: 'Reversal' },
  'kind.refund': { zh: '核销后退款', en: 'Refund after use' },
  'kind.supersession': { zh: '记录更替', en: 'Supersession' },
  'kind.tier': { zh: '阶梯结算', en: 'Tier settlement' },
  otherLanguage: { zh: 'EN', en: '中文' },
} as const satisfies Record<string, Record<Language, string>>;

export type Word = keyof typeof WORDS;

/** Texts for the holes of a word; a number is written with separators, and decides of `{s}` as `n`. */
export type Holes = Readonly<Record<string, string | number>>;

export type Say = (word: Word, holes?: Holes) => string;

export function sayIn(language: Language): Say {
  return (word, holes = {}) => {
    const filled: Record<string, string | number> = { s: holes.n === 1 ? '' : 's', ...holes };
    return WORDS[word][language].replaceAll(/\{([a-z]+)\}/g, (hole, name: string) => {
      const text = filled[name];
      return typeof text === 'number' ? text.toLocaleString('en-US') : (text ?? hole);
    });
  };
}

export function isWord(text: string): text is Word {
  return Object.hasOwn(WORDS, text);
}

/** The wanted language, or by what the browser prefers; Chinese when neither says. */
export function languageOf(
  wanted: string | undefined,
  acceptLanguage: string | undefined,
): Language {
  const named = LANGUAGES.find((language) => language === wanted);
  if (named !== undefined) return named;
  return /^\s*en\b/i.test(acceptLanguage ?? '') ? 'en' : 'zh';
}

/** Fen → yuan with two places and separators, digit by digit: `-1,234.05`. */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${fen < 0 ? '-' : ''}${whole}.${digits.slice(-2)}`;
}
