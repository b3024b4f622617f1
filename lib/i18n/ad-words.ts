/** What the pages say of what makes GMV beside contracts: advertising. */
export const AD_WORDS = {
  ads: { zh: '广告消耗', en: 'Advertising' },
  'ads.note': {
    zh: '按文件导入的消耗，与所投商家的核销 GMV 并列；不改动任何分录',
    en: 'Spend from files, beside the redeemed GMV of the merchants it was for; no entry changes',
  },
  'ads.none': {
    zh: '此时段没有已归属的消耗。',
    en: 'Nothing was spent in this period that is mapped.',
  },
  'ads.by': { zh: '查看方式', en: 'By' },
  'ads.by.day': { zh: '按天', en: 'day' },
  'ads.by.merchant': { zh: '按商家', en: 'merchant' },
  'ads.by.store': { zh: '按门店', en: 'store' },
  'ads.by.account': { zh: '按账户', en: 'account' },
  'ads.spend': { zh: '消耗（元）', en: 'Spend (CNY)' },
  'ads.credit': { zh: '粉条返还与聚力现金（元）', en: 'Rebate and cash (CNY)' },
  'ads.orders': { zh: '广告订单', en: 'Ad orders' },
  'ads.roi': { zh: 'ROI', en: 'ROI' },
  'ads.roi.why': {
    zh: '核销 GMV ÷（消耗 − 粉条返还 − 聚力现金）',
    en: 'redeemed GMV ÷ (spend − rebate − cash)',
  },
  'ads.total.why': { zh: '已归属到商家的账户', en: 'of accounts that are mapped' },
  'ads.redeemed.why': { zh: '所投商家的全部核销', en: 'all of the merchants it was for' },
  'ads.unmapped': { zh: '未归属的消耗', en: 'Spend that nobody mapped' },
  'ads.unmapped.note': {
    zh: '这些账户还没有归属的商家，请运营方登记；不计入上表',
    en: 'nobody said which merchants these accounts are for: the operator can. They are in no row above',
  },
  'ads.account': { zh: '广告账户', en: 'Account' },
  'ads.network': { zh: '投放渠道', en: 'Network' },
  'ads.network.hint': { zh: 'oceanengine', en: 'oceanengine' },
  'ads.import': { zh: '导入消耗', en: 'Import spend' },
  'ads.import.note': {
    zh: 'CSV 或 XLSX，列：账户ID、日期、消耗、订单数、粉条返还、聚力现金、门店ID；有一行不对，整个文件不导入',
    en: 'CSV or XLSX with accountId, day, spend, orders, rebate, cash, storeId; one wrong line refuses all of the file',
  },
  'ads.import.did': {
    zh: '共 {lines} 行，已导入 {entered} 行',
    en: '{lines} lines, {entered} taken',
  },
  'ads.import.tried': {
    zh: '试读：共 {lines} 行，可导入 {entered} 行',
    en: 'Tried: {lines} lines, {entered} could be taken',
  },
  'ads.accounts': { zh: '广告账户', en: 'Ad accounts' },
  'ads.accounts.note': {
    zh: '每个账户的消耗归属哪个服务商、商家与门店；之前导入的也按此归属',
    en: 'Which provider, merchant and stores the spend of an account is for, also of what was imported before',
  },
  'ads.accounts.none': { zh: '此服务商还没有广告账户。', en: 'This provider has no account yet.' },
  'ads.map': { zh: '登记账户', en: 'Map an account' },
  'ads.provider': { zh: '服务商 ID', en: 'Provider id' },
  'ads.stores': { zh: '门店 ID（逗号分隔，空为全部）', en: 'Store ids (with commas; empty: all)' },
  'done.ad-mapped': { zh: '账户已登记。', en: 'The account is mapped.' },
} as const;
