import * as z from 'zod';
import { forAnyone } from '../route.ts';
import type { Documented } from './documented.ts';

/** Addresses whose requests are not JSON of ours: the platforms', answered by `ingest`, and the doors of the console. */

const app = z.object({ integration: z.string(), appKey: z.string() });
const spi = app.extend({
  rest: z.string().describe('What the platform adds: one segment or several.'),
});
const signed = { type: 'application/json', example: '{"…":"as the platform sends it"}' };
const acknowledged = {
  200: {
    types: ['application/json', 'text/plain'],
    what: 'In the platform’s own words: an envelope of its own, or a word.',
  },
};
const platformProblems = [...(['signature-invalid', 'not-found', 'queue-unavailable'] as const)];
export const outside: readonly Documented[] = [
  {
    contract: forAnyone('POST /webhooks/{integration}/{appKey}', { params: app }),
    tag: 'platforms',
    summary: 'Notifications: verified, queued, acknowledged in the platform’s words',
    description:
      'An empty one that nobody signed is a console’s check of the address, and is acknowledged without being kept.',
    text: signed,
    answers: acknowledged,
    problems: platformProblems,
  },
  {
    contract: forAnyone('GET /webhooks/{integration}/{appKey}', { params: app }),
    tag: 'platforms',
    summary: 'A console’s check of the address by GET: 200, whichever app it names',
    description: 'Where a platform signs the check (`checkUrl`), its answer or 401.',
    answers: acknowledged,
    problems: ['signature-invalid', 'not-found'],
  },
  {
    contract: forAnyone('POST /spi/{integration}/{appKey}', { params: app }),
    tag: 'platforms',
    summary: 'Synchronous callbacks, answered from our own records',
    text: signed,
    answers: acknowledged,
    problems: platformProblems,
  },
  {
    contract: forAnyone('POST /spi/{integration}/{appKey}/{rest}', { params: spi }),
    tag: 'platforms',
    summary: 'The same, where the platform adds to the address',
    text: signed,
    answers: acknowledged,
    problems: platformProblems,
  },
  {
    contract: forAnyone('POST /sign-in'),
    tag: 'pages',
    summary: 'The form: `token`, and `next` and `typed`, which it was given',
    text: { type: 'application/x-www-form-urlencoded', example: 'token=hxp_…' },
    answers: {
      200: {
        types: ['text/html'],
        what: 'Signed in: what was typed when the session ended, to be sent.',
      },
      303: { what: 'Signed in: to where one came from, or home.' },
      401: { types: ['text/html'], what: 'The form again.' },
      429: { types: ['text/html'], what: 'The form, after 20 wrong tries in 10 minutes.' },
    },
    problems: ['role-forbidden', 'too-many-tries'],
  },
  {
    contract: forAnyone('GET /sign-in/oidc', { query: z.object({ next: z.string().optional() }) }),
    tag: 'pages',
    summary:
      'To the stage’s own sign-in service (OpenID Connect), where one is configured; `next` to go on at',
    answers: {
      302: { what: 'To the issuer.' },
      429: { types: ['text/html'], what: 'The form, after 20 wrong tries in 10 minutes.' },
      503: { types: ['text/html'], what: 'The form: the issuer is out of reach.' },
    },
    problems: ['not-found'],
  },
  {
    contract: forAnyone('GET /sign-in/oidc/callback'),
    tag: 'pages',
    summary: 'Where the issuer sends the browser back to; give it this address',
    answers: {
      200: { types: ['text/html'], what: 'Signed in; `Refresh` leads on.' },
      401: { types: ['text/html'], what: 'The form, with why nobody was signed in.' },
      429: { types: ['text/html'], what: 'The form, after 20 wrong tries in 10 minutes.' },
      503: { types: ['text/html'], what: 'The form: the issuer is out of reach.' },
    },
    problems: ['not-found'],
  },
  {
    contract: forAnyone('GET /till/in', { query: z.object({ k: z.string().optional() }) }),
    tag: 'pages',
    summary: 'Where a clerk’s QR leads: a page with one button, which uses the link up',
    answers: { 200: { types: ['text/html'], what: 'The page; nothing is used up by opening it.' } },
  },
  {
    contract: forAnyone('POST /till/in'),
    tag: 'pages',
    summary: 'Lets the clerk in on this phone, once: `k`, as the link has it',
    text: { type: 'application/x-www-form-urlencoded', example: 'k=hxs_…' },
    answers: {
      303: { what: 'Let in: to `/till`.' },
      401: {
        types: ['text/html'],
        what: 'The link is used, over, or none; or the clerk was sent home since.',
      },
      429: { types: ['text/html'], what: 'After 20 wrong tries in 10 minutes.' },
    },
    problems: ['role-forbidden'],
  },
  {
    contract: forAnyone('GET /till/pin'),
    tag: 'pages',
    summary: 'A clerk’s PIN on this device: to sign in with it, or, signed in, to set it',
    answers: { 200: { types: ['text/html'], what: 'The form.' } },
  },
  {
    contract: forAnyone('POST /till/pin'),
    tag: 'pages',
    summary:
      'Signs a clerk in by PIN (`who`, `pin`); signed in, sets it (`name`, `store`, `pin`, `again`)',
    text: { type: 'application/x-www-form-urlencoded', example: 'who=…&pin=…' },
    answers: {
      303: { what: 'To `/till`, at the store that the PIN is for.' },
      400: {
        types: ['text/html'],
        what: 'Six digits, twice the same, and not those that are guessed first.',
      },
      401: {
        types: ['text/html'],
        what: 'Wrong; void after five wrong ones in a row; or the clerk was sent home since.',
      },
      429: { types: ['text/html'], what: 'After 20 wrong tries in 10 minutes.' },
    },
    problems: ['role-forbidden'],
  },
  {
    contract: forAnyone('POST /sign-out'),
    tag: 'pages',
    summary: 'Ends the session',
    answers: { 303: { what: 'To `/`.' } },
    problems: ['role-forbidden'],
  },
  {
    contract: forAnyone('GET /docs'),
    tag: 'pages',
    summary: 'This description as a page',
    answers: { 200: { types: ['text/html'], what: 'The page.' } },
  },
  {
    contract: forAnyone('GET /openapi.json'),
    tag: 'pages',
    summary: 'This description, for programs',
    answers: { 200: { types: ['application/json'], what: 'OpenAPI 3.1.' } },
  },
];
