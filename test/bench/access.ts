import { apiApp } from '../../functions/api/app.ts';
import { Remembered } from '../../functions/api/remembered.ts';
import { startEmulators, TABLE_NAME } from '../../infra/local/emulators.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { sha256Hex } from '../../lib/crypto/hash.ts';
import { CallBudgets } from '../../lib/integrations/kit/call-budget.ts';
import { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { silent } from '../../lib/log/log.ts';
import { CallLeases } from '../../lib/store/accounts/call-leases.ts';
import { PlatformTokens } from '../../lib/store/accounts/platform-tokens.ts';
import { Table } from '../../lib/store/table.ts';
import { TEST_PROOF_KEYS } from '../support/proof-keys.ts';
import { Meter, round, total } from './support/meter.ts';

/**
 * What a request costs before and beside what it is for, in units counted by the database itself, by who sends it:
 * `npm run bench -- access`. `cold` is the first in a process, `warm` another within its 5 s of memory.
 */
export async function run(): Promise<object> {
  const emulators = await startEmulators();
  const table = new Table(emulators.database, TABLE_NAME);
  const meter = new Meter(emulators.database);
  const { sqs, queues } = emulators;
  const process = () =>
    apiApp(
      {
        ...{ table, sqs, queues, operatorTokenHash: sha256Hex(OPERATOR), policy: DEFAULT_POLICY },
        ...{ fetch: globalThis.fetch, now: () => NOW_MS, log: silent, auditDays: 400 },
        proofKeys: TEST_PROOF_KEYS,
        tokens: new LiveTokens(new PlatformTokens(table), silent),
        budgets: new CallBudgets(new CallLeases(table), Date.now),
        remembered: new Remembered({ freshMs: 5_000, clockMs: () => 0 }),
      },
      import.meta.dirname,
    );
  const fill = process();
  const make = async (path: string, body: object, method = 'POST') => {
    const reply = await send(fill, method, path, { token: OPERATOR, body });
    return reply.json as Record<string, string>;
  };
  await make('/v1/providers/p1', { name: 'p1', kind: 'agency' }, 'PUT');
  const token = (await make('/v1/tokens', { ...VIEWER, name: 'good' })).token ?? '';
  const revoked = await make('/v1/tokens', { ...VIEWER, name: 'revoked' });
  await make(`/v1/tokens/${revoked.tokenId}`, {}, 'DELETE');
  const member = (await make('/v1/members', { ...VIEWER, name: 'member' })).token ?? '';
  const cookie = await cookieOf(fill, token);

  /** Twice in a new process: what nobody remembers, and what it does. */
  const cost = async (asking: (round: number) => Parameters<typeof send>[3] & Address) => {
    const api = process();
    const costs = [];
    for (const round of [0, 1]) {
      const { method, path, ...rest } = asking(round);
      meter.reset();
      await send(api, method, path, rest);
      costs.push({ reads: unitsOf(meter.reads), writes: unitsOf(meter.writes) });
    }
    return { cold: costs[0], warm: costs[1] };
  };
  // An address that reads nothing itself, and one that is not there.
  const look = { method: 'GET', path: '/v1/policies' } as const;
  const page = { method: 'GET', path: '/search' } as const;
  const rows = {
    nothing: await cost(() => ({ ...look, token: 'hxp_nobody' })),
    bootstrap: await cost(() => ({ ...look, token: OPERATOR })),
    token: await cost(() => ({ ...look, token })),
    member: await cost(() => ({ ...look, token: member })),
    revoked: await cost(() => ({ ...look, token: revoked.token ?? '' })),
    session: await cost(() => ({ ...page, cookie })),
    signIn: await cost(() => signIn(token)),
    wrongSignIn: await cost((round) => signIn(`hxp_wrong${round}`)),
    post: await cost((round) => post(`x${round}`)),
    idempotentPost: await cost((round) => ({ ...post('x'), key: `key-${round}` })),
    replayedPost: await cost(() => ({ ...post('x'), key: 'key-0' })),
    auditedChange: await cost((round) => ({
      ...{ method: 'PUT', path: '/v1/providers/p1', token: OPERATOR },
      body: { name: `changed ${round}`, kind: 'agency' },
    })),
  };
  meter.stop();
  await emulators.stop();
  return { unit: 'read and write units', ...rows };
}

const OPERATOR = 'hxo_of-the-bench';
const NOW_MS = Date.parse('2025-10-31T21:30:00+08:00');
const VIEWER = { role: 'viewer', providerId: 'p1' };

interface Address {
  readonly method: string;
  readonly path: string;
}

const post = (name: string) => ({
  ...{ method: 'POST', path: '/v1/tokens', token: OPERATOR },
  body: { ...VIEWER, name },
});

const signIn = (token: string) => ({
  ...{ method: 'POST', path: '/sign-in', form: new URLSearchParams({ token }).toString() },
});

interface Sent {
  readonly token?: string;
  readonly cookie?: string;
  readonly key?: string;
  readonly body?: object;
  readonly form?: string;
}

async function send(
  api: ReturnType<typeof apiApp>,
  method: string,
  path: string,
  { token, cookie, key, body, form }: Sent,
) {
  const response = await api.request(path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(cookie !== undefined && { cookie }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(form !== undefined && { body: form }),
  });
  const text = await response.text();
  if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return { response, json: text.startsWith('{') ? (JSON.parse(text) as object) : {} };
}

async function cookieOf(api: ReturnType<typeof apiApp>, token: string): Promise<string> {
  const { response } = await send(api, 'POST', '/sign-in', signIn(token));
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

const unitsOf = (bills: Meter['reads']) => round(total(bills));
