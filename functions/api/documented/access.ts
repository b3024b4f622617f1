import * as z from 'zod';
import { permissionSchema, roleSchema } from '../../../lib/access/permissions.ts';
import { memberSchema } from '../../../lib/store/accounts/members.ts';
import { auditGet } from '../routes/audit.ts';
import { clerkLinkPost, clerkSessionsDelete, clerksGet } from '../routes/clerks.ts';
import {
  memberDelete,
  memberPatch,
  membersGet,
  membersPost,
  memberTokenPost,
} from '../routes/members.ts';
import { tokenDelete, tokensGet, tokensPost } from '../routes/tokens.ts';
import type { Documented } from './documented.ts';
import { instant, next, shownOnce } from './shapes.ts';

const member = memberSchema
  .extend({ createdBy: z.string().describe('`bootstrap`, `member/…` or `token/…`.') })
  .strict()
  .meta({ id: 'Member' });

const token = z
  .strictObject({
    tokenId: z.string(),
    providerId: z.string().nullable().describe('Null: the operator’s own.'),
    name: z.string(),
    memberId: z.string().nullable().describe('A member’s token has the member’s role and stores.'),
    role: roleSchema.nullable(),
    scopes: z.array(permissionSchema).nullable(),
    stores: z.array(z.string()),
    createdAt: instant,
    createdBy: z.string(),
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable().describe('To the hour.'),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Token' });

const trailEntry = z
  .strictObject({
    auditId: z.string(),
    at: instant,
    actor: z.string(),
    from: z.string().describe('The address, truncated.'),
    call: z.string(),
    requestId: z.string(),
    providers: z.array(z.string()),
    subject: z.string(),
    outcome: z.literal('done').nullable(),
    before: z.unknown(),
    after: z.unknown(),
  })
  .meta({ id: 'AuditEntry' });

const ROLES =
  'A provider’s roles: `owner` (all of it), `finance`, `operations`, `viewer`, and `clerk` (the till and ' +
  'today’s acts at the named `stores`, such as `douyin/6601`, which a contract in force must cover). ' +
  'Nobody gives more than they have.';

export const access: readonly Documented[] = [
  {
    contract: tokensPost,
    tag: 'access',
    summary: 'Make a token, which is shown once',
    description:
      `With a \`role\`, or with \`scopes\` for a program. ${ROLES} An owner’s own \`providerId\` may be left ` +
      'out; an operator who leaves it out makes a token of the operator’s. Tokens begin with `hxp_` (a ' +
      'provider’s) or `hxo_` (the operator’s), for scanners of secrets.',
    answers: { 201: { json: z.strictObject({ tokenId: z.string(), ...shownOnce }) } },
    problems: ['archived', 'provider-unknown', 'store-unknown'],
    example: { name: '门店对账脚本', scopes: ['reports:read', 'statements:read'] },
  },
  {
    contract: tokensGet,
    tag: 'access',
    summary: 'The tokens of a provider, or of the operator',
    answers: { 200: { json: z.strictObject({ tokens: z.array(token), next }) } },
  },
  {
    contract: tokenDelete,
    tag: 'access',
    summary: 'Revoke a token, everywhere within 10 seconds',
    description:
      '`bootstrap` is the deployment’s own token: once there is a named operator it can be turned off, until a ' +
      'deployment brings another one. The last token with which an operator, or a provider’s last owner, could ' +
      'get in stays: make another one first.',
    answers: { 204: { what: 'It is revoked.' } },
    problems: ['last-owner'],
  },
  {
    contract: membersPost,
    tag: 'access',
    summary: 'Let somebody in: a member of a provider, or an operator',
    description: `${ROLES} An operator who leaves out \`providerId\` makes an \`operator\`.`,
    answers: { 201: { json: z.strictObject({ memberId: z.string(), ...shownOnce }) } },
    problems: ['archived', 'provider-unknown', 'store-unknown'],
    example: { name: '李婷', email: 'liting@example.com', role: 'finance' },
  },
  {
    contract: membersGet,
    tag: 'access',
    summary: 'The members of a provider, or the operators',
    answers: { 200: { json: z.strictObject({ members: z.array(member) }) } },
  },
  {
    contract: memberPatch,
    tag: 'access',
    summary: 'Change a member’s name, mail, role or stores',
    description: 'The last owner stays one.',
    answers: { 200: { json: member } },
    problems: ['archived', 'last-owner', 'store-unknown', 'provider-unknown'],
    example: { role: 'viewer' },
  },
  {
    contract: memberDelete,
    tag: 'access',
    summary: 'Remove a member; their tokens end with it',
    description: 'The last owner stays.',
    answers: { 204: { what: 'They are no member any more.' } },
    problems: ['last-owner'],
  },
  {
    contract: memberTokenPost,
    tag: 'access',
    summary: 'Make one more token for a member, which is shown once',
    description: 'For a member who lost theirs, or before theirs is revoked.',
    answers: { 201: { json: z.strictObject({ tokenId: z.string(), ...shownOnce }) } },
    example: { name: '新手机' },
  },
  {
    contract: clerksGet,
    tag: 'access',
    summary: 'The members who are clerks, their stores, and when they were sent home last',
    answers: {
      200: {
        json: z.strictObject({
          clerks: z.array(
            z.strictObject({
              ...{ memberId: z.string(), name: z.string(), stores: z.array(z.string()) },
              sentHomeAt: z.string().nullable(),
            }),
          ),
        }),
      },
    },
  },
  {
    contract: clerkLinkPost,
    tag: 'access',
    summary: 'A link that lets a clerk in on one phone, once, for five minutes: show it as a QR',
    answers: { 201: { json: z.strictObject({ link: z.string(), endsAt: z.string() }) } },
  },
  {
    contract: clerkSessionsDelete,
    tag: 'access',
    summary: 'Send a clerk home: every session, link and token of theirs is over within 10 s',
    description: 'They stay a member, and are let in by another link.',
    answers: { 204: { what: 'They are sent home.' } },
  },
  {
    contract: auditGet,
    tag: 'access',
    summary: 'Who changed or took out what, the oldest first',
    description:
      'Every change by a person or a program, and every file that was taken out. An owner sees what is about its ' +
      'own provider. `actor` is whole (`member/…`, `token/…`, `bootstrap`); `subject` may be a beginning: ' +
      '`contract`, `merchant/douyin`. A change without an `outcome` was begun, and nobody knows what became of ' +
      'it. What was refused, was a trial or found all as it is already changed nothing and is left out.',
    answers: { 200: { json: z.strictObject({ entries: z.array(trailEntry), next }) } },
  },
];
