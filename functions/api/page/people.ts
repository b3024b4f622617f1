import { html } from 'hono/html';
import * as z from 'zod';
import { PERMISSIONS, ROLES } from '../../../lib/access/permissions.ts';
import { wordIn } from '../../../lib/i18n/both.ts';
import type { Say } from '../../../lib/i18n/words.ts';
import { type Ask, pathOf } from './ask.ts';
import type { Typed } from './forms.ts';
import type { Html } from './html.ts';
import { address, card, given, id, inside, when } from './operator/parts.ts';
import type { Speech } from './page.ts';
import { type ActField, actForm } from './parts/act-form.ts';
import { type List, type ListColumn, type ListQuery, listView } from './parts/list.ts';
import { status } from './parts/status.ts';
import type { Desk, Outcome } from './room.ts';
import { word } from './views.ts';

/** People and programs of one provider, or of the operator: who they are, and the tokens that let them in. */

const memberList = z.object({
  members: z.array(
    z.object({
      ...{ memberId: z.string(), name: z.string(), email: z.string().nullable(), role: z.string() },
      ...{ stores: z.array(z.string()), createdAt: z.string() },
    }),
  ),
});
type Member = z.infer<typeof memberList>['members'][number];

const tokenList = z.object({
  tokens: z.array(
    z.object({
      ...{ tokenId: z.string(), name: z.string(), memberId: z.string().nullable() },
      ...{ role: z.string().nullable(), scopes: z.array(z.string()).nullable() },
      ...{ createdAt: z.string(), expiresAt: z.string().nullable() },
      ...{ lastUsedAt: z.string().nullable(), revokedAt: z.string().nullable() },
    }),
  ),
  next: z.string().nullable(),
});
type Token = z.infer<typeof tokenList>['tokens'][number];

export interface People {
  readonly members: readonly Member[];
  readonly tokens: readonly Token[];
}

/** @param providerId absent: the operator's own, or those of the provider who asks */
export async function readPeople(ask: Ask, providerId?: string): Promise<People> {
  const [{ members }, { tokens }] = await Promise.all([
    ask({ path: address('/v1/members', { providerId }) }, memberList),
    ask({ path: address('/v1/tokens', { providerId, limit: '200' }) }, tokenList),
  ]);
  return { members, tokens };
}

interface Place {
  readonly path: string;
  readonly query: ListQuery;
  readonly providerId: string | undefined;
  /** Which roles may be given here. */
  readonly isOperators: boolean;
  readonly typed: Typed;
}

export interface PeopleLists {
  readonly members: List<Member>;
  readonly tokens: List<Token>;
}

export function peopleLists({ members, tokens }: People, place: Place): PeopleLists {
  const { path, query, providerId } = place;
  const hidden: Typed = providerId === undefined ? {} : { providerId };
  const shape = { path, query, next: null, kept: given({ providerId }) };
  return {
    members: {
      ...{ ...shape, name: '', rows: members, caption: 'people.members' },
      columns: ({ say }) => memberColumns(say, path, hidden),
    },
    tokens: {
      ...{ ...shape, name: 'tokens', rows: tokens, caption: 'people.tokens' },
      columns: ({ say }) => tokenColumns(say, members, path, hidden),
    },
  };
}

export function peopleView(speech: Speech, lists: PeopleLists, place: Place): Html {
  const { say } = speech;
  const { path, providerId, isOperators, typed } = place;
  const hidden: Typed = providerId === undefined ? {} : { providerId };
  const roles = Object.keys(ROLES).filter((role) => (role === 'operator') === isOperators);
  const choices = roles.map((role) => [role, word(say, `role.${role}`)] as const);
  const stores: ActField[] = isOperators
    ? []
    : [{ name: 'stores', label: 'people.stores', hint: 'douyin/6601' }];
  const member = actForm(say, {
    ...{ action: path, act: 'add-member', hidden, submit: 'people.add', isMain: true, typed },
    fields: [
      { name: 'name', label: 'people.name', isRequired: true },
      { name: 'email', label: 'people.email', type: 'email' },
      { name: 'role', label: 'people.role', choices },
      ...stores,
    ],
  });
  const scopes = PERMISSIONS.map((one) => [one, one] as const);
  const token = actForm(say, {
    ...{ action: path, act: 'add-token', hidden, submit: 'people.make-token', typed },
    fields: [
      { name: 'name', label: 'people.token-name', isRequired: true },
      { name: 'grant', label: 'people.grant', choices: [...choices, ...scopes] },
      { name: 'expiresOn', label: 'people.expires', type: 'date' },
      ...stores,
    ],
  });
  return html`${card(say('people.members'), say('people.members.note'), html`${listView(speech, lists.members, say('people.members.none'))}${inside(member)}`)}
${card(say('people.tokens'), say('people.tokens.note'), html`${listView(speech, lists.tokens, say('people.tokens.none'))}${inside(token)}`)}`;
}

function memberColumns(say: Say, path: string, hidden: Typed): ListColumn<Member>[] {
  return [
    {
      ...{ word: 'people.name', by: 'name', role: 'name' },
      value: ({ name, email }) => (email === null ? name : `${name} ${email}`),
      cell: ({ name, email }) =>
        html`${name}${email === null ? '' : html`<small>${email}</small>`}`,
    },
    {
      ...{ word: 'people.role', by: 'role', role: 'second' },
      value: ({ role, stores }) => [wordIn(`role.${role}`), ...stores].join(' '),
      cell: ({ role, stores }) =>
        html`${word(say, `role.${role}`)}${stores.length === 0 ? '' : html`<small class="id">${stores.join(' ')}</small>`}`,
    },
    {
      ...{ word: 'people.since', by: 'since', role: 'pair', value: ({ createdAt }) => createdAt },
      cell: ({ createdAt }) => when(createdAt),
    },
    {
      ...{ word: 'operator.handle', role: 'wide-pair' },
      cell: ({ memberId }) =>
        actForm(say, {
          action: path,
          act: 'remove-member',
          hidden: { ...hidden, memberId },
          submit: 'people.remove',
        }),
    },
  ];
}

function tokenColumns(
  say: Say,
  members: readonly Member[],
  path: string,
  hidden: Typed,
): ListColumn<Token>[] {
  const memberOf = (memberId: string) =>
    members.find((one) => one.memberId === memberId)?.name ?? memberId;
  const grant = ({ role, scopes, memberId }: Token) => {
    if (memberId !== null)
      return html`${memberOf(memberId)}<small>${say('people.of-member')}</small>`;
    return role === null
      ? html`<span class="id">${(scopes ?? []).join(' ')}</span>`
      : word(say, `role.${role}`);
  };
  const grantText = ({ role, scopes, memberId }: Token) => {
    if (memberId !== null) return memberOf(memberId);
    return role === null ? (scopes ?? []).join(' ') : wordIn(`role.${role}`);
  };
  return [
    {
      ...{ word: 'people.token-name', by: 'name', role: 'name' },
      value: ({ name, tokenId }) => `${name} ${tokenId}`,
      cell: ({ name, tokenId }) => html`${name}<small class="id">${tokenId}</small>`,
    },
    { word: 'people.grant', by: 'grant', role: 'pair', value: grantText, cell: grant },
    {
      ...{ word: 'people.last-used', by: 'used', role: 'pair' },
      value: ({ lastUsedAt }) => lastUsedAt,
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? say('people.never') : when(lastUsedAt)),
    },
    {
      ...{
        word: 'people.expires',
        by: 'expires',
        role: 'pair',
        value: ({ expiresAt }) => expiresAt,
      },
      cell: ({ expiresAt }) => when(expiresAt),
    },
    {
      ...{ word: 'operator.handle', role: 'wide-pair' },
      cell: ({ tokenId, revokedAt }) =>
        revokedAt === null
          ? actForm(say, {
              action: path,
              act: 'revoke',
              hidden: { ...hidden, tokenId },
              submit: 'people.revoke',
            })
          : html`${status('none', 'none', say('people.revoked'))} <small>${when(revokedAt)}</small>`,
    },
  ];
}

const made = z.object({ token: z.string() });

type Act = (desk: Desk, typed: Typed) => Promise<Outcome>;

/** What the forms do; a token is shown in the answer itself, once. */
export function peopleActs(path: string): Readonly<Record<string, Act>> {
  const back = ({ providerId }: Typed) => address(path, { providerId });
  return {
    async 'add-member'({ ask }, { providerId, name, email, role, stores = '' }) {
      const body = {
        ...whose(providerId),
        name,
        role,
        stores: namesIn(stores),
        ...(email ? { email } : {}),
      };
      const { token } = await ask({ method: 'POST', path: '/v1/members', body }, made);
      return { once: (speech) => onceView(speech, token) };
    },
    async 'remove-member'({ ask }, typed) {
      await ask(
        { method: 'DELETE', path: pathOf`/v1/members/${typed.memberId ?? ''}` },
        z.unknown(),
      );
      return { to: back(typed), done: 'done.removed' };
    },
    async 'add-token'({ ask }, { providerId, name, grant = '', expiresOn = '', stores = '' }) {
      const given = Object.hasOwn(ROLES, grant) ? { role: grant } : { scopes: [grant] };
      const ends = expiresOn === '' ? {} : { expiresAt: `${expiresOn}T23:59:59+08:00` };
      const body = { ...whose(providerId), name, ...given, ...ends, stores: namesIn(stores) };
      const { token } = await ask({ method: 'POST', path: '/v1/tokens', body }, made);
      return { once: (speech) => onceView(speech, token) };
    },
    async revoke({ ask }, typed) {
      await ask({ method: 'DELETE', path: pathOf`/v1/tokens/${typed.tokenId ?? ''}` }, z.unknown());
      return { to: back(typed), done: 'done.revoked' };
    },
  };
}

function whose(providerId: string | undefined): object {
  return providerId ? { providerId } : {};
}

/** `douyin/6601 douyin/6602` */
function namesIn(text: string): string[] {
  return text.split(/[\s,，]+/).filter(Boolean);
}

function onceView({ say }: Speech, token: string): Html {
  return html`<div class="msg" role="status"><p>${say('people.once')}</p><p class="once">${id(token)}</p></div>`;
}
