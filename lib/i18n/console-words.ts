/**
 * What the console says. `{name}` is a hole; `{s}` is an English plural's s, by the hole `n`. English texts have
 * ASCII quotes, because a Chinese face draws curly ones full-width.
 */
export const CONSOLE_WORDS = {
  'nav.skip': { zh: '跳到正文', en: 'Skip to content' },
  'nav.menu': { zh: '菜单', en: 'Menu' },
  'nav.main': { zh: '主导航', en: 'Main navigation' },
  'nav.home': { zh: '核销，回到概览', en: 'Hexiao, back to the overview' },
  'nav.settle': { zh: '结算', en: 'Settlement' },
  'nav.account': { zh: '账号', en: 'Account' },
  'nav.theme': { zh: '切换明暗', en: 'Light or dark' },
  'mark.name': { zh: '核销', en: 'Hexiao' },
  'search.label': { zh: '搜索', en: 'Search' },
  'search.hint': { zh: '券号、订单号、门店号', en: 'Voucher, order or store id' },

  overview: { zh: '概览', en: 'Overview' },
  vouchers: { zh: '券与订单', en: 'Vouchers' },

  'period.label': { zh: '时段', en: 'Period' },
  'period.today': { zh: '今天', en: 'Today' },
  'period.yesterday': { zh: '昨天', en: 'Yesterday' },
  'period.week': { zh: '本周', en: 'Week' },
  'period.month': { zh: '本月', en: 'Month' },
  'period.last-month': { zh: '上月', en: 'Last month' },
  'period.custom': { zh: '自定义', en: 'Custom' },
  'period.against': {
    zh: '{now}，对比 {before}（同长）',
    en: '{now}, against {before} (same length)',
  },
  'period.current': { zh: '本期', en: 'This period' },
  'period.before': { zh: '上期', en: 'Before' },
  'period.apply': { zh: '查看', en: 'Show' },

  'figure.label': { zh: '本期数字', en: 'Figures' },
  'figure.was': { zh: '上期 {amount}', en: 'was {amount}' },
  'figure.none-before': { zh: '上期没有', en: 'none before' },
  'figure.redeemed': { zh: '核销 GMV', en: 'Redeemed GMV' },
  'figure.paid': { zh: '支付 GMV', en: 'Paid GMV' },
  'figure.count': { zh: '核销次数', en: 'Redemptions' },
  'figure.refunded': { zh: '核销后退款', en: 'Refunded after use' },
  'figure.commission': { zh: '佣金', en: 'Commission' },
  'figure.redeemed.why': { zh: '由 {n} 次核销得出', en: 'From {n} redemption{s}' },
  'figure.paid.why': { zh: '看每日支付与未核销退款', en: 'Net of refunds before use' },
  'figure.count.why': { zh: '已减 {n} 次撤销', en: 'Net of {n} reversal{s}' },
  'figure.refunded.why': { zh: '看哪些门店退款', en: 'Which stores refunded' },
  'figure.refunded.day': { zh: '{day} {times} 倍于平日', en: '{times} × as much on {day}' },
  'figure.commission.why': { zh: '看各门店佣金', en: 'Commission by store' },
  'unit.yuan': { zh: '元', en: 'CNY' },
  'unit.times': { zh: '次', en: '' },

  'trend.redeemed': { zh: '核销 GMV 走势', en: 'Redeemed GMV over time' },
  'trend.paid': { zh: '支付 GMV 走势', en: 'Paid GMV over time' },
  'trend.described': {
    zh: '本期合计 {now}，上期 {before}。最高是 {peak}：{top}。',
    en: 'This period {now}, before {before}. The highest is {peak}: {top}.',
  },
  'trend.part-day': {
    zh: '空心点是今天，到 {time} 为止。',
    en: 'The hollow point is today, until {time}.',
  },
  'trend.part-hour': {
    zh: '空心点是这一小时，到 {time} 为止。',
    en: 'The hollow point is this hour, until {time}.',
  },
  'trend.numbers': { zh: '看这些数字', en: 'The same as numbers' },
  'trend.by-day': { zh: '日', en: 'Day' },
  'trend.by-hour': { zh: '小时', en: 'Hour' },
  'trend.step': { zh: '按日或按小时', en: 'By day or by hour' },
  'trend.change': { zh: '变化', en: 'Change' },
  'trend.hour': { zh: '{hour} 时', en: '{hour}:00' },
  'day.today': { zh: '今天', en: 'today' },

  'shares.title': { zh: '占比', en: 'Shares' },
  'shares.from': { zh: '来自', en: 'From' },
  'shares.share': { zh: '占比', en: 'Share' },
  'shares.change': { zh: '变化 pp', en: 'pp' },
  'shares.loop': { zh: '开环与闭环', en: 'Loop' },
  'loop.closed': { zh: '闭环', en: 'Closed loop' },
  'loop.open': { zh: '开环（小程序）', en: 'Open loop (mini-program)' },

  'top.note': {
    zh: '{all} 家中核销 GMV 最高的 {n} 家',
    en: 'The {n} highest in redeemed GMV of {all}',
  },
  'top.daily': {
    zh: '一天里门店超过 {most} 家：只累计每天进入前 {most} 名的数字；逐店数字见门店页',
    en: 'More than {most} stores on a day: only days on which a store is among the {most} largest are added up; the pages of stores have every day',
  },
  'top.trend': { zh: '本期走势', en: 'This period' },
  'top.versus': { zh: '比上期', en: 'vs before' },
  'top.all': { zh: '全部门店', en: 'All stores' },
  'movers.title': { zh: '变化最大', en: 'Largest changes' },
  'movers.note': { zh: '比上期，元', en: 'against the period before, CNY' },
  'movers.since': { zh: '{day}起没有核销', en: 'No redemptions since {day}' },
  'movers.new': { zh: '上期没有核销', en: 'No redemptions before' },

  'wait.title': { zh: '等人处理', en: 'Waiting for somebody' },
  'wait.none': { zh: '没有等人处理的事。', en: 'Nothing waits for anybody.' },
  'wait.you': { zh: '等你', en: 'you' },
  'wait.operator': { zh: '等运营方', en: 'operator' },
  'wait.statement': {
    zh: '{month} 结算单待核对，应付 {amount}',
    en: 'Check the statement of {month}: {amount} payable',
  },
  'wait.statement.more': {
    zh: '{day}结出；核对无误后开票',
    en: 'Closed on {day}; invoice it when it is right',
  },
  'wait.closing': {
    zh: '{month} 结算单还没有结出',
    en: 'The statement of {month} is not closed yet',
  },
  'wait.closing.more': {
    zh: '运营方结账后，数字才算数',
    en: 'Its numbers count once the operator closes the month',
  },

  'filter.all': { zh: '全部', en: 'All' },
  'filter.apply': { zh: '筛选', en: 'Filter' },
  'stores.rows': { zh: '各门店的核销', en: 'Redemptions by store' },
  'stores.shown': { zh: '本页 {n} 家', en: '{n} store{s} on this page' },
  'stores.paid': {
    zh: '支付时还不知道在哪家门店核销，因此不分门店',
    en: 'a payment has no store yet, so it is not in the rows',
  },
  'store.id': { zh: '门店号', en: 'store' },
  'store.shown': { zh: '本页 {n} 条', en: '{n} row{s} on this page' },

  'empty.title': { zh: '这里还没有核销', en: 'No redemptions here yet' },
  'empty.body': {
    zh: '合同生效、平台推送核销后，数字会在几秒内出现。若已有核销，请运营方核对合同的商家与门店。',
    en: 'Once a contract is in force and a platform reports a redemption, figures appear within seconds. If there were some, ask the operator to check the merchants and stores of your contract.',
  },
} as const;
