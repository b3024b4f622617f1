import { parseArgs } from 'node:util';
import { channels } from './channels.ts';
import { identity } from './identity.ts';
import { print, printList, printPages } from './print.ts';
import { products } from './products.ts';
import { registry } from './registry.ts';
import { need, pagesOf, REMOTE_OPTIONS, Remote } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `An owner's own provider is implied. An operator names one with --provider;
without it, tokens and members are the operator's own. Roles are owner,
finance, operations, viewer, clerk (with --store, as douyin/6601) and
operator; scopes are the permissions of GET /docs, one each. A token is shown
once. The last way in of an operator, or of a provider's owners, is not
revoked: make another one first. The trail is that of the last 31 days where
nothing else is said; --actor is member/ID, token/ID or bootstrap, and
--subject may be a beginning, as contract. Providers, merchants and stores are
the operator's; what is archived is listed with --archived, and restored.
channels shows the words that an app sent for where a sale came from; set says
which channels they are, the whole map: set 服务号=service_account.
products is the catalogue; set says all of one: those of one --supply are one
dish or service. identity shows who a member is, by a code that anybody may
check for --minutes (10); photo registers the hash of a JPEG or PNG.
`;

export const access: Verb = { details: DETAILS, run };

const OPTIONS = {
  ...REMOTE_OPTIONS,
  provider: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string' },
  scope: { type: 'string', multiple: true },
  store: { type: 'string', multiple: true },
  email: { type: 'string' },
  'expires-at': { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  platform: { type: 'string' },
  merchant: { type: 'string' },
  kind: { type: 'string' },
  category: { type: 'string' },
  supply: { type: 'string' },
  city: { type: 'string' },
  archived: { type: 'boolean' },
  actor: { type: 'string' },
  subject: { type: 'string' },
  minutes: { type: 'string' },
} as const;

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  const remote = new Remote(values);
  const [noun = '', what = 'list', id] = positionals;
  switch (noun) {
    case 'tokens':
      return tokens(remote, what, id, values);
    case 'members':
      return members(remote, what, id, values);
    case 'identity':
      return identity(remote, positionals.slice(1), values);
    case 'operators':
      return operators(remote, what, values);
    case 'providers':
    case 'merchants':
    case 'stores':
      return registry(remote, noun, [what, id], values);
    case 'channels':
      return channels(remote, positionals.slice(1), values.json);
    case 'products':
      return products(remote, [what, id], values);
    case 'audit':
      return audit(remote, values);
    default:
      throw new UsageError(
        'Say tokens, members, identity, operators, audit or channels; or providers, merchants, stores or products.',
      );
  }
}

const TOKEN_COLUMNS = [
  ...['tokenId', 'name', 'role', 'memberId', 'createdAt', 'lastUsedAt'],
  ...['expiresAt', 'revokedAt'],
];

async function tokens(remote: Remote, what: string, id: string | undefined, values: Values) {
  const { provider: providerId, name, role, scope: scopes, store: stores } = values;
  switch (what) {
    case 'list': {
      const pages = pagesOf((cursor) => remote.get('/v1/tokens', { providerId, cursor }));
      await printPages(pages, { rows: 'tokens', columns: TOKEN_COLUMNS, json: values.json });
      return 0;
    }
    case 'add': {
      const body = { providerId, name: need(name, '--name'), role, scopes, stores };
      print(await remote.post('/v1/tokens', { ...body, expiresAt: values['expires-at'] }));
      return 0;
    }
    case 'revoke':
      await remote.delete(`/v1/tokens/${encodeURIComponent(need(id, 'the token’s id'))}`);
      return 0;
    default:
      throw new UsageError('Say tokens add or tokens revoke, or nothing for the list.');
  }
}

const MEMBER_COLUMNS = ['memberId', 'name', 'role', 'email', 'stores', 'createdAt', 'createdBy'];

async function members(remote: Remote, what: string, id: string | undefined, values: Values) {
  const { provider: providerId, name, role, email, store: stores } = values;
  const path = () => `/v1/members/${encodeURIComponent(need(id, 'the member’s id'))}`;
  switch (what) {
    case 'list': {
      const answer = await remote.get('/v1/members', { providerId });
      printList(answer, { rows: 'members', columns: MEMBER_COLUMNS, json: values.json });
      return 0;
    }
    case 'add': {
      const terms = { name: need(name, '--name'), role: need(role, '--role'), email, stores };
      print(await remote.post('/v1/members', { providerId, ...terms }));
      return 0;
    }
    case 'change':
      print(await remote.patch(path(), { name, role, email, stores }));
      return 0;
    case 'remove':
      await remote.delete(path());
      return 0;
    case 'token':
      print(await remote.post(`${path()}/tokens`, { name, expiresAt: values['expires-at'] }));
      return 0;
    default:
      throw new UsageError('Say members add, change, remove or token, or nothing for the list.');
  }
}

/** The members of the operator's own. */
function operators(remote: Remote, what: string, values: Values): Promise<number> {
  if (what !== 'list' && what !== 'add') {
    throw new UsageError('Say operators add, or nothing for the list; members has the rest.');
  }
  const { provider: _provider, ...own } = values;
  return members(remote, what, undefined, { ...own, role: 'operator' });
}

const TRAIL_COLUMNS = ['at', 'actor', 'from', 'call', 'subject', 'outcome'];

async function audit(remote: Remote, values: Values): Promise<number> {
  const { from, to, actor, subject, provider: providerId } = values;
  const query = { from, to, actor, subject, providerId };
  const pages = pagesOf((cursor) => remote.get('/v1/audit', { ...query, cursor }));
  await printPages(pages, { rows: 'entries', columns: TRAIL_COLUMNS, json: values.json });
  return 0;
}
