import * as z from 'zod';
import {
  disputeAnswerPost,
  disputePost,
  invoicePost,
  paymentPost,
  statementConfirmPost,
  statementSendPost,
} from '../routes/statement-acts.ts';
import type { Documented } from './documented.ts';
import { type instant, lifeShape } from './shapes.ts';

/** What happens to a statement after it is closed. */

const life = lifeShape.extend({ statementId: z.string() });
const disputed = life.extend({ disputeId: z.string() });
const answered = disputed.extend({
  follows: z
    .strictObject({ zh: z.string(), en: z.string() })
    .nullable()
    .describe('What an accepted dispute leads to; null where it is refused.'),
});

const closed = [
  'month-not-over',
  'statement-not-closed',
  'statement-closing',
  'statement-order',
] as const;

const at = '2025-11-05T10:04:00.000+08:00' satisfies z.infer<typeof instant>;
const example = {
  ...{ statementId: '2025-10.p1', state: 'confirmed', dueFen: 4_678_375, invoicedFen: 0 },
  ...{ paidFen: 0, unpaidFen: 4_678_375, sent: { at, by: 'member/m1' } },
  ...{ confirmed: { at, by: 'member/m2' }, disputes: [], invoices: [], payments: [] },
};

export const settling: readonly Documented[] = [
  {
    contract: statementSendPost,
    tag: 'settling',
    summary: 'Say that a closed statement went to its provider',
    description:
      'Recorded once, whatever was disputed before. Of one that is in dispute or confirmed `sent` says so, and ' +
      '`state` stays as it is.',
    answers: { 200: { json: life } },
    problems: closed,
  },
  {
    contract: statementConfirmPost,
    tag: 'settling',
    summary: 'The provider’s finance confirms a statement',
    description:
      'For its owner or finance; an operator’s token is refused. With a line in dispute it is refused until the ' +
      'operator has answered. Confirmed again it is as it was.',
    answers: { 200: { json: life, example } },
    problems: [...closed, 'statement-disputed'],
  },
  {
    contract: disputePost,
    tag: 'settling',
    summary: 'The provider’s finance disputes a line',
    description:
      'A line is disputed once, and before the statement is confirmed. 201, or 200 where it stood already.',
    answers: { 200: { json: disputed }, 201: { json: disputed } },
    problems: [
      ...closed,
      'line-unknown',
      'line-disputed',
      'dispute-answered',
      'statement-confirmed',
    ],
    example: { entryId: 'WyJMRURHRVIj…', reason: '这笔已在 10 月 12 日退款' },
  },
  {
    contract: disputeAnswerPost,
    tag: 'settling',
    summary: 'The operator answers a dispute',
    description:
      'The statement does not change. `follows` says what an accepted one leads to: a restatement, whose ' +
      'difference is an adjustment of the next statement.',
    answers: { 200: { json: answered } },
    problems: [...closed, 'dispute-answered'],
    example: { accept: false, reason: '平台 10 月 14 日的记录为已核销' },
  },
  {
    contract: invoicePost,
    tag: 'settling',
    summary: 'Record an invoice (发票)',
    description:
      'By the provider’s owner or finance, or by the operator. Its number counts once: the same again is 200 and ' +
      'as it was. No day before the month begins. A red-letter invoice is below zero, under its own number. Closed is not paid: this changes no state.',
    answers: { 200: { json: life }, 201: { json: life } },
    problems: [...closed, 'number-reused', 'over-invoiced'],
    example: { number: '26502000000013774208', date: '2025-11-06', fen: 4_678_375 },
  },
  {
    contract: paymentPost,
    tag: 'settling',
    summary: 'Record a payment (回单)',
    description:
      'By the operator, who pays. Its reference counts once: the same again is 200 and as it was. Blanks around it ' +
      'do not count, capitals do. No day before the month begins. What came back is below zero.',
    answers: { 200: { json: life }, 201: { json: life } },
    problems: [...closed, 'number-reused', 'over-paid'],
    example: { reference: 'CMB-1120-88317', date: '2025-11-20', fen: 3_000_000 },
  },
];
