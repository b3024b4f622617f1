import * as z from 'zod';
import { ROOMS } from '../page/room-list.ts';
import { type Call, forAnyone } from '../route.ts';
import type { Documented } from './documented.ts';

/** The pages with forms: the operator's, and a team's. What they show and do is the API's, with its permissions. */

const SUMMARIES: Readonly<Record<string, string>> = {
  '/operator': 'The apps: whether they are heard, what got lost, what is on its way',
  '/operator/apps/{integration}/{appKey}': 'An app: the addresses to paste, live secrets, losses',
  '/operator/apps/{integration}/{appKey}/channels':
    'Which channel each word of an app is, and who said so',
  '/operator/products': 'What platforms sell; says what it is called and which dish it is',
  '/operator/set-aside': 'What nobody could read; replays it',
  '/operator/deliveries/{deliveryId}': 'A delivery, masked; replays it',
  '/operator/dead-letters': 'Dead letters: sends them again, or drops them with a reason',
  '/operator/reconciliations': 'Begins a reconciliation, follows and stops it',
  '/operator/contracts': 'Contracts: writes one, tries it, signs it; the platforms’ proposals',
  '/operator/disputes': 'What providers say is theirs; accepts or refuses',
  '/exports': 'Files of any length that were made, and how far they are',
  '/disputes': 'A provider’s disputes, and how each stands',
  '/identity': 'A code that shows who one is, as a QR; takes it back',
  '/ad-spend': 'What advertising cost, beside what was redeemed',
  '/standing': 'Where a provider stands in the platforms’ programmes, and what the next tier needs',
  '/operator/ad-accounts': 'Which provider, merchant and stores an advertising account is for',
  '/leads': 'Merchants that a provider would like to work for, and how far each came',
  '/operator/restatements': 'Begins a restatement or tries it, and says who gains and loses',
  '/operator/imports': 'Files that were compared with the books',
  '/operator/statements': 'Everybody’s statements, what is due of each and what was paid',
  '/operator/refunds': 'Refund requests that wait for a decision',
  '/operator/people': 'Operators, providers, their people and tokens',
  '/operator/audit': 'Who changed or took out what',
  '/completeness': 'Which days are complete by the platforms’ own records, and what differs',
  '/operator/completeness': 'The same for everybody; lets a difference be, with a reason',
  '/team': 'A provider’s people and tokens, for its owner',
  '/team/clerks': 'A provider’s clerks: let in on a phone by a QR, and sent home',
};

const html = ['text/html'];

export const consoleRooms: readonly Documented[] = ROOMS.flatMap(({ path, acts }): Documented[] => {
  const address = path.replaceAll(/:(\w+)/g, '{$1}');
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, z.string()]);
  const params = names.length === 0 ? {} : { params: z.object(Object.fromEntries(names)) };
  const summary = SUMMARIES[address] ?? '';
  const page: Documented = {
    contract: forAnyone(`GET ${address}` as Call, {
      ...params,
      query: z.looseObject({ lang: z.enum(['zh', 'en']).optional() }),
    }),
    tag: 'pages',
    summary,
    answers: {
      200: { types: html, what: 'The page, or the form to sign in.' },
      303: { what: 'After `theme`, to the same address without it.' },
      400: { types: html, what: 'The page says what of the address it cannot read.' },
      403: { types: html, what: 'The page says that this token or role does not see it.' },
      404: { types: html, what: 'There is no such thing.' },
    },
  };
  if (acts === undefined) return [page];
  const form: Documented = {
    contract: forAnyone(`POST ${address}` as Call, params),
    tag: 'pages',
    summary: `Its forms: ${Object.keys(acts).join(', ')}`,
    text: {
      type: 'application/x-www-form-urlencoded',
      example: `act=${Object.keys(acts)[0] ?? ''}`,
    },
    answers: {
      200: { types: html, what: 'Done: a token, which is shown this once.' },
      303: { what: 'Done: to the page, which says so.' },
      401: {
        types: html,
        what: 'The session is over: the form to sign in, which keeps what was typed.',
      },
      403: { types: html, what: 'It may not be done.' },
      404: { types: html, what: 'There is no such thing.' },
      409: { types: html, what: 'The form again, with why it could not be done.' },
      422: { types: html, what: 'The form again, with why it could not be done.' },
      400: { types: html, what: 'The form again, with what is wrong.' },
      503: { types: html, what: 'The form again: it may work later.' },
    },
    problems: ['role-forbidden'],
  };
  return [page, form];
});
