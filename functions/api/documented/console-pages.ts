import * as z from 'zod';
import { listShape } from '../page/parts/list.ts';
import { periodShape } from '../page/period.ts';
import { rowFilterShape } from '../page/store/rows.ts';
import { storesShape } from '../page/stores/page.ts';
import { forAnyone } from '../route.ts';
import type { Documented } from './documented.ts';

/** The pages of the console: what stands in their addresses, so that a link can be sent. */

const lang = z.enum(['zh', 'en']).optional().describe('Is remembered.');
const theme = z.enum(['light', 'dark', 'system']).optional().describe('Is remembered.');
const shown = { lang, theme };
const period = { ...periodShape, ...shown };
const cursor = z.string().optional();

const page = {
  200: { types: ['text/html'], what: 'The page, or the form to sign in.' },
  303: { what: 'After `theme`, to the same address without it.' },
  403: { types: ['text/html'], what: 'The page says that this token or role does not see it.' },
};
const changing = {
  ...page,
  304: { what: 'Nothing is new since the version that `if-none-match` names.' },
};
const filed = {
  200: {
    types: [
      ...['text/html', 'text/csv'],
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ],
    what: 'The page, or the form to sign in; the file that was asked for.',
  },
};
const bad = {
  400: { types: ['text/html'], what: 'The page says what of the address it cannot read.' },
};

const PRESSES = [
  ['find', 'What stands behind a code that a guest shows'],
  ['redeem', 'Redeem what was chosen'],
  ['undo', 'What would be taken back'],
  ['reverse', 'Take it back'],
] as const;

/** A form of the till, and where its address leads when it is only opened. */
function press([name, summary]: (typeof PRESSES)[number]): Documented[] {
  return [
    {
      contract: forAnyone(`POST /till/${name}`),
      tag: 'pages',
      summary: `The till’s form: ${summary}`,
      description:
        'Fields: `store`, and those that the screen before holds. The same form again is the same act.',
      answers: {
        ...page,
        400: { types: ['text/html'], what: 'The screen says what is wrong, and what to do.' },
        404: { types: ['text/html'], what: 'The store is not the clerk’s.' },
        422: { types: ['text/html'], what: 'The platform or we refused; nothing happened.' },
        503: { types: ['text/html'], what: 'Nobody knows yet: the screen sends the form again.' },
      },
    },
    {
      contract: forAnyone(`GET /till/${name}`),
      tag: 'pages',
      summary: 'To the till’s first screen',
      answers: { 303: { what: 'To `/till`.' } },
    },
  ];
}

export const consolePages: readonly Documented[] = [
  {
    contract: forAnyone('GET /', {
      query: z.object({
        ...period,
        measure: z.enum(['redeemed', 'paid']).optional().describe('What the trend shows.'),
        by: z.enum(['day', 'hour']).optional().describe('Hours, of at most 7 days.'),
      }),
    }),
    tag: 'pages',
    summary:
      'The overview: figures with the period before, their course, shares, stores, what waits',
    answers: { ...changing, ...bad },
  },
  {
    contract: forAnyone('GET /stores', {
      query: z.object({
        ...{ ...storesShape, ...shown },
        file: storesShape.file.describe('The rows as a file instead.'),
        cursor,
      }),
    }),
    tag: 'pages',
    summary: 'The stores, the largest first, each with its course and the period before',
    answers: {
      ...{ ...page, ...filed, ...bad },
    },
  },
  {
    contract: forAnyone('GET /stores/{platform}/{storeId}', {
      params: z.object({ platform: z.string(), storeId: z.string() }),
      query: z.object({
        ...{ ...period, ...rowFilterShape, cursor },
        file: storesShape.file.describe('The lines of the filter as a file, at most 5,000.'),
      }),
    }),
    tag: 'pages',
    summary: 'A store’s figures and its lines, newest first',
    answers: {
      ...changing,
      ...filed,
      ...bad,
      404: { types: ['text/html'], what: 'It has nothing booked to who asks, and no contract.' },
    },
  },
  {
    contract: forAnyone('GET /search', {
      query: z.object({ q: z.string().max(128).optional(), ...shown }),
    }),
    tag: 'pages',
    summary: 'A voucher, an order or a store by its whole id, on whichever platform',
    answers: {
      ...page,
      303: { what: 'The only hit; or after `theme`, the same address without it.' },
      ...bad,
    },
  },
  {
    contract: forAnyone('GET /vouchers/{platform}/{voucherId}', {
      params: z.object({ platform: z.string(), voucherId: z.string() }),
      query: z.object(shown),
    }),
    tag: 'pages',
    summary: 'What happened to a voucher, what it was worth, and why',
    answers: {
      ...changing,
      ...bad,
      404: { types: ['text/html'], what: 'Nothing of it is booked to who asks.' },
    },
  },
  {
    contract: forAnyone('GET /statements', { query: z.object({ ...listShape, ...shown }) }),
    tag: 'pages',
    summary: 'The statements, with their pages and files',
    answers: page,
  },
  ...(
    [
      ['/statements/{month}', z.object({ month: z.string() }), 'confirm, dispute, invoice'],
      ['/operator/statements/{id}', z.object({ id: z.string() }), 'send, answer, invoice, pay'],
    ] as const
  ).map(
    ([path, params, acts]): Documented => ({
      contract: forAnyone(`POST ${path}`, { params }),
      tag: 'pages',
      summary: `Its forms: ${acts}`,
      text: { type: 'application/x-www-form-urlencoded', example: `act=${acts.split(',')[0]}` },
      answers: {
        303: { what: 'Done: to the page, which says so.' },
        ...Object.fromEntries(
          [400, 401, 403, 404, 409, 422].map((status) => [
            status,
            { types: ['text/html'], what: 'The page again, with why it could not be done.' },
          ]),
        ),
      },
      problems: ['role-forbidden'],
    }),
  ),
  {
    contract: forAnyone('GET /operator/statements/{id}', {
      params: z.object({ id: z.string().describe('`2025-10.p1`') }),
      query: z.object({ ...shown, done: z.string().optional() }),
    }),
    tag: 'pages',
    summary: 'A provider’s statement, as the operator sends and settles it',
    answers: {
      ...page,
      ...bad,
      404: { types: ['text/html'], what: 'There is no such statement.' },
    },
  },
  {
    contract: forAnyone('GET /statements/{month}', {
      params: z.object({ month: z.string().describe('`2025-10`') }),
      query: z.object({
        ...shown,
        cursor,
        part: z.string().optional().describe('of a file: one of its parts, from 1'),
        done: z.string().optional().describe('Which form was done.'),
      }),
    }),
    tag: 'pages',
    description:
      '`.proof` behind the month of a closed statement: a page that proves it to anybody, offline (docs/proof.md).',
    summary:
      'A month: its statement with every line, to be printed; before it is closed, what is booked',
    answers: {
      ...page,
      ...bad,
      404: { types: ['text/html'], what: 'Nothing of the month is booked to who asks.' },
      409: { types: ['text/html'], what: 'There is no proof: the month is not closed yet.' },
      422: { types: ['text/html'], what: 'There is no proof: the month is not over.' },
    },
  },
  {
    contract: forAnyone('GET /till', {
      query: z.object({ ...shown, store: z.string().optional().describe('`douyin/6601`') }),
    }),
    tag: 'pages',
    summary: 'The till (收银台): a code is looked up, and what happened in the store today',
    answers: { ...page, 404: { types: ['text/html'], what: 'The store is not the clerk’s.' } },
  },
  ...PRESSES.flatMap(press),
  {
    contract: forAnyone('GET /assets/{file}', { params: z.object({ file: z.string() }) }),
    tag: 'pages',
    summary: 'Style sheets, scripts and the mark, by the hash of their content',
    answers: {
      200: {
        types: ['text/css', 'text/javascript', 'image/svg+xml'],
        what: 'The file, to be kept for ever.',
      },
    },
    problems: ['not-found'],
  },
];
