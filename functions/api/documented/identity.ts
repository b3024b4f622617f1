import * as z from 'zod';
import { roleSchema } from '../../../lib/access/permissions.ts';
import { forAnyone } from '../route.ts';
import { identityCodeDelete, identityCodesPost, memberPhotoPut } from '../routes/identity-codes.ts';
import type { Documented } from './documented.ts';
import { instant } from './shapes.ts';

const shown = z
  .strictObject({
    valid: z.literal(true),
    ...{ name: z.string(), provider: z.string(), role: roleSchema },
    authorisedFor: z.strictObject({ zh: z.string(), en: z.string() }),
    stores: z.array(z.string()).describe('Where they may redeem.'),
    photoSha256: z.string().nullable().describe('Of the photo’s bytes; null: none is registered.'),
    until: instant,
  })
  .meta({ id: 'Identity' });

export const identity: readonly Documented[] = [
  {
    contract: identityCodesPost,
    tag: 'access',
    summary: 'Make a code with which a member shows who they are (身份验真码)',
    description:
      'Signed (ed25519) with the newest of `GET /v1/proof-keys`; 10 minutes, or 1 to 480. Show `url` as a QR. ' +
      'One’s own, or with `members:manage` anybody’s of the provider. Nothing lists codes, and nobody notes who looked.',
    answers: {
      201: {
        json: z.strictObject({
          codeId: z.string(),
          url: z.string().nullable().describe('Null with a `hint` where the request is repeated.'),
          expiresAt: instant,
          hint: z.string().optional(),
        }),
      },
    },
    problems: ['not-found', 'proof-key-missing'],
    example: { memberId: 'mem_x8f3k2', minutes: 15 },
  },
  {
    contract: identityCodeDelete,
    tag: 'access',
    summary: 'Take a code back, at once',
    description: 'One’s own, or with `members:manage` anybody’s of the provider.',
    answers: { 204: { what: 'It shows nobody any more.' } },
  },
  {
    contract: memberPhotoPut,
    tag: 'access',
    summary: 'Register a member’s photo, of which only the hash is kept',
    description: 'The body is a JPEG or PNG of 64 × 64 pixels or more, at most 4 MiB.',
    text: { type: 'image/jpeg', example: '(bytes)' },
    answers: { 200: { json: z.strictObject({ photoSha256: z.string() }) } },
    problems: ['not-found'],
  },
  {
    contract: forAnyone('GET /verify/{token}', {
      params: z.object({ token: z.string() }),
      query: z.looseObject({ lang: z.enum(['zh', 'en']).optional() }),
    }),
    tag: 'pages',
    summary:
      'Who shows this code: for anyone, as a page, or as JSON with `accept: application/json`',
    description:
      'Of which provider, authorised for what, until when. What is forged, over or taken back, and whoever is no ' +
      'member any more, is 404 `identity-code-invalid`.',
    answers: {
      200: { types: ['text/html', 'application/json'], what: 'Who it is.', json: shown },
      303: { what: 'After `theme`, to the same address without it.' },
      404: { types: ['text/html'], what: 'The page says that it shows nobody, and why.' },
    },
    problems: ['identity-code-invalid', 'proof-key-missing'],
  },
];
