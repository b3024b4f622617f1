import type { Tag } from '../../functions/api/documented/documented.ts';

/** The words around the calls: a heading in Chinese and English, and what holds for all of a group. */

export const INTRODUCTION = `JSON in camelCase; money in integer fen; ids as strings; instants ISO 8601 with an offset; days \`YYYY-MM-DD\` in Asia/Shanghai. \`authorization: Bearer <token>\`: the operator's, or a provider's, each with what its role or its scopes have. Errors are \`application/problem+json\` with \`code\`, \`detail\` (what to do), \`retryable\` and \`requestId\`, which is in the header \`x-request-id\` as well; each code has a page in docs/errors. Names and reasons are one line, without control characters and marks of the direction of writing. Every POST with a token takes an \`Idempotency-Key\` (at most 255 printable ASCII characters): the same key with the same address and body is done once, and for 24 hours answered the same, with \`idempotency-replayed: true\` (but a token that is shown once: \`null\`, with a \`hint\` how to make another); another body is 422 \`idempotency-key-reused\`, and while the first is being done, 409 \`request-in-progress\`. What failed on our side (5xx) is done again. Answers to a token have \`RateLimit\` and \`RateLimit-Policy\`; beyond it, 429 \`too-many-requests\` with \`Retry-After\`. \`GET /v1/gmv\` and \`GET /v1/stores\` have an \`ETag\` made of the versions of what they add up: send it as \`If-None-Match\` when you poll, and what is as it was is a 304; names may be ten minutes old. A list that goes on has \`next\`: send it back as \`cursor\`, with the same query; it is signed for that list and whoever asked, and elsewhere 400 \`cursor-foreign\`. A query parameter that a call does not have is refused, with the names of those that there are, and so is one that is given twice; only the pages pass over one. An id has no spaces at its ends and no control, zero-width or direction-of-writing characters; what a platform reports is kept as it is. An id that is \`.\` or \`..\` makes another path: 404.

Most of the calls are verbs of the command line too: \`npm run hexiao -- help\`.`;

export interface Chapter {
  readonly zh: string;
  readonly en: string;
  /** Markdown, paragraphs divided by an empty line. */
  readonly text: string;
}

export const CHAPTERS: Readonly<Record<Tag, Chapter>> = {
  platforms: {
    zh: '平台',
    en: 'Platforms',
    text: 'Either address takes both kinds, with a slash at its end or without. A wrong signature is 401 and leaves a trace in the log alone.',
  },
  access: {
    zh: '成员与令牌',
    en: 'Members and tokens',
    text: 'For the operator, and for a provider’s owner about its own. What is another’s is not there: 404. A token that was revoked, or whose member was removed, is refused within 10 seconds everywhere.',
  },
  registering: { zh: '登记', en: 'Registering', text: 'For the operator.' },
  contracts: {
    zh: '合同与规则',
    en: 'Contracts and policies',
    text: `Shares that would pass the whole for some store, channel, product and creator are refused with the contracts named. A contract that is equal in every term to one that stands is that one: 200 with \`"standing": true\` and the first answer's \`affects\`, so a request whose answer was lost may be repeated. A confirmation and an end are the same when repeated. With an \`Idempotency-Key\` a repetition after the contract was ended is no new contract either. Where two contracts of one provider share a redemption, the first counts it, so \`redeemedCount\` is that of the acts.`,
  },
  reading: {
    zh: '查询',
    en: 'Reading',
    text: `A provider reads its own; the operator says whose with \`?providerId=\`, a provider may name itself, and another is not there (404). What no contract claims is under \`unattributed\`.

\`redeemedFen\` and \`redeemedCount\` are net of reversals and of refunds after use; \`reversedFen\` and \`refundedFen\` say how much was taken off. \`paidFen\` is net of refunds before use. Each is on its own business day. What a contract's tiers settle when a month is closed is commission alone, at the store \`tier~<merchantId>\`; rows add up to the total with it.`,
  },
  growth: {
    zh: '增长',
    en: 'Growth',
    text: `What a provider does to have more merchants. Nothing here changes an entry. What can be computed from contracts, platforms’ reports and the books is computed when it is read, and nobody can say it by hand.`,
  },
  restating: { zh: '重述与结算', en: 'Restating and closing', text: 'For the operator.' },
  settling: {
    zh: '结算单的确认与付款',
    en: 'Settling statements',
    text: 'What happens to a statement after it is closed: sent, disputed line by line, confirmed, invoiced, paid. Closed is not paid. The statement itself never changes; each act stands beside it, and in the trail of changes.',
  },
  reconciling: { zh: '对账', en: 'Reconciling with the platforms', text: '' },
  till: {
    zh: '收银台与退款',
    en: 'At the till and refunds',
    text: 'For the operator; redeeming and taking back also for a provider’s clerks and operations, at the stores that their token names. The same `requestId` with the same body is the same act: after a 503 repeat it, after a 422 correct it under a new one.',
  },
  running: { zh: '运行', en: 'Running', text: 'For the operator, but for `/healthz`.' },
  webhooks: {
    zh: '通知',
    en: 'Telling others',
    text: 'For a provider’s owner. What is told, how it is signed and when it comes again stands in docs/webhooks.md.',
  },
  pages: {
    zh: '页面',
    en: 'Pages',
    text: "HTML without scripts, in Chinese and English (`?lang=zh|en`, which is remembered). A provider's token signs in, to a session of 12 hours that ends when it is signed out of or its token is revoked; whoever is not signed in gets the form. After 20 wrong tries from one network, or with one token, in 10 minutes, none is heard for a while.",
  },
};
