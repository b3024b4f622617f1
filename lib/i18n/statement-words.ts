/** What the page of a statement says beside its words in `contract-words.ts`: its life, its forms, what is wrong. */
export const STATEMENT_WORDS = {
  'problem.statement-not-closed': {
    zh: '这个月还没有结账，看到的是草稿。',
    en: 'Nobody closed this month yet; what you see is a draft.',
  },
  'problem.statement-disputed': {
    zh: '有明细在异议中；答复之后再确认。',
    en: 'A line is in dispute. It is answered first; then confirm.',
  },
  'problem.statement-confirmed': {
    zh: '本单已确认，不能再提异议。',
    en: 'This statement is confirmed; its lines are not disputed any more.',
  },
  'problem.line-disputed': {
    zh: '这条明细已有人以别的原因提出异议。',
    en: 'This line is in dispute already, for another reason.',
  },
  'problem.dispute-answered': {
    zh: '这条异议已有答复，不再改。',
    en: 'This dispute is answered already; an answer is not changed.',
  },
  'problem.number-reused': {
    zh: '这个号码已登记过，日期或金额不同。',
    en: 'This number stands here with another date or amount.',
  },
  'problem.line-unknown': { zh: '本单没有这条明细。', en: 'This statement has no such line.' },
  'problem.over-invoiced': {
    zh: '开票合计会超过应结，或小于零。',
    en: 'The invoices would come to more than is due, or to less than nothing.',
  },
  'problem.over-paid': {
    zh: '付款合计会超过应结，或小于零。',
    en: 'The payments would come to more than is due, or to less than nothing.',
  },
} as const;
