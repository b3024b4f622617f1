/** What pages say of an address that does not work, and to whom they are not shown. `{name}` is a parameter. */
const DATES = {
  zh: '日期有误：写成 2025-10-09 这样的日子，或选一个时段。',
  en: 'These dates do not work: write days as 2025-10-09, or choose a period.',
} as const;

export const PROBLEM_WORDS = {
  notFoundHere: {
    zh: '没有此页，请检查地址；若是门店、券或合同，它没有记在你名下。',
    en: 'There is no such page. Check the address; a store, a voucher or a contract is here only if it is yours.',
  },
  'forbidden.title': { zh: '没有权限', en: 'Not for this token' },
  forbidden: {
    zh: '你已登录，但这个令牌或角色不能看此页。请向团队的负责人要相应的角色。',
    en: 'You are signed in, but this token or role does not see this page. Ask the owner of your team for a role that does.',
  },
  'forbidden.providers': {
    zh: '此页给服务商看；运营方的页面在"运营"下。',
    en: "This page is for providers; the operator's pages are under Operator.",
  },
  'forbidden.operators': {
    zh: '此页给运营方看；你登录的是服务商的令牌。',
    en: 'This page is for the operator; you are signed in with a token of a provider.',
  },
  'goOn.over': {
    zh: '登录已过期。你填的内容留着，登录后接着送出。',
    en: 'Your session is over. What you typed is kept: sign in, then send it.',
  },
  'goOn.title': { zh: '接着送出', en: 'Send what you typed' },
  'goOn.kept': {
    zh: '登录过期前填的内容还在，请核对后送出。',
    en: 'What you typed before your session was over is still here. Check it, then send it.',
  },
  'goOn.send': { zh: '送出', en: 'Send' },
  'goOn.leave': { zh: '不送了，回到该页', en: 'Leave it, back to the page' },
  'failed.title': { zh: '这一页没有打开', en: 'This page did not open' },
  failed: {
    zh: '我方出错，已记下；账目没有改动。请稍后再试。',
    en: 'Something failed on our side, and is logged; nothing in the books changed. Try again in a while.',
  },
  'badInput.from': DATES,
  'badInput.to': DATES,
  'badInput.period': DATES,
  'badInput.order-of-days': {
    zh: '日期有误：开始的一天在结束之后。',
    en: 'These dates do not work: the first day is after the last.',
  },
  'badInput.number-of-days': {
    zh: '时段太长：最多看 400 天。',
    en: 'This period is too long: at most 400 days.',
  },
  'badInput.cursor': {
    zh: '翻页的位置读不懂，请从第一页看起。',
    en: 'This place in the list cannot be read. Begin with the first page.',
  },
  'badInput.q': { zh: '查找的内容太长。', en: 'What is searched for is too long.' },
  'badInput.filter': {
    zh: '地址里的"{name}"没有这个选项，请在页面上重选。',
    en: 'The address has a "{name}" that there is not. Choose again on the page.',
  },
  'badInput.address': {
    zh: '地址里的平台或编号不对，请核对。',
    en: 'The platform or the id in the address is wrong. Check it.',
  },
} as const;
