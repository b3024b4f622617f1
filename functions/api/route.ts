import type { Context, Hono } from 'hono';
import * as z from 'zod';
import type { Permission } from '../../lib/access/permissions.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { withTrail } from './audit.ts';
import { withCursor } from './cursors.ts';
import type { ApiDeps } from './deps.ts';
import { check, readBody } from './input.ts';
import { principalOfPage } from './page/session.ts';
import {
  type Principal,
  providerOf,
  requireOperator,
  requirePermission,
  requirePrincipal,
} from './principal.ts';
import { repeatable, type SecretField } from './repeatable.ts';

/**
 * Who may call a route. `provider`: a provider reads its own, and the operator says whose with
 * `?providerId=`. `either`: both, and the handler looks at who it is.
 */
export type Who = 'anyone' | 'operator' | 'provider' | 'either';

/** What a route takes of a request. */
export interface Takes {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** Of a JSON body. */
  readonly body?: z.ZodType;
  /** No body is as good as `{}`. */
  readonly bodyIsOptional?: true;
  /** Which of its addresses take what is ours out of the house: each such call leaves a trace. */
  readonly isExport?: (params: Record<string, string>) => boolean;
  /** Of its answer: what a repetition by its `Idempotency-Key` does not show again. */
  readonly shownOnce?: SecretField;
  /** Which of its addresses a browser opens, with the cookie of the pages instead of a token. */
  readonly isPage?: (params: Record<string, string>) => boolean;
}

/** A method and a path as OpenAPI writes it: `PUT /v1/providers/{providerId}`. */
export type Call = `${'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'} /${string}`;

/** What a route needs of who calls it. */
export interface Needs {
  readonly needs: Permission;
}

/** What a route takes and from whom. What it answers stands in `documented/`, which is not deployed. */
export type Contract<W extends Who = Who, T extends Takes = Takes> = T & {
  readonly who: W;
  readonly call: Call;
  /** Absent where anyone may call. */
  readonly needs?: Permission;
};

const contractFor =
  <const W extends Who>(who: W) =>
  <const T extends Takes & Needs>(call: Call, takes: T) =>
    ({ ...takes, who, call }) as Contract<W, T> & Needs;

export const forAnyone = <const T extends Takes = object>(call: Call, takes?: T) =>
  ({ ...takes, who: 'anyone', call }) as Contract<'anyone', T>;
export const forOperator = contractFor('operator');
export const forProvider = contractFor('provider');
export const forEither = contractFor('either');

type Parsed<C, Part extends string> = C extends Record<Part, z.ZodType<infer T>> ? T : undefined;

type Asker<W> = W extends 'provider'
  ? { readonly providerId: string; readonly principal: Principal }
  : W extends 'anyone'
    ? object
    : { readonly principal: Principal };

/** What a handler gets: who asks, and each part of the request as its schema made it. */
export type RequestOf<C extends Contract> = Asker<C['who']> & {
  readonly params: Parsed<C, 'params'>;
  readonly query: Parsed<C, 'query'>;
  readonly body: Parsed<C, 'body'>;
};

/**
 * Answers a contract's address. Whoever may not call it learns just that: the token is looked at before
 * anything else of the request is read.
 */
export function answer<C extends Contract>(
  api: Hono,
  deps: ApiDeps,
  one: C,
  handle: (request: RequestOf<C>, c: Context) => Response | Promise<Response>,
): void {
  const [method = '', path = ''] = one.call.split(' ');
  api.on(method, path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
    const asker = await askerOf(one, c, deps);
    const params = one.params && check(one.params, c.req.param());
    const query = one.query && check(one.query, await queryOf(one, c, asker, deps));
    const body = await bodyOf(one, c);
    const run = () => handle({ ...asker, params, query, body } as unknown as RequestOf<C>, c);
    const { principal } = asker;
    if (principal === undefined) return run();
    const isTraced = c.req.method !== 'GET' || one.isExport?.(c.req.param()) === true;
    const trail = { call: one.call, principal };
    const traced = () => (isTraced ? withTrail(c, trail, deps, run) : run());
    return repeatable(c, { principal, shownOnce: one.shownOnce }, deps, traced);
  });
}

/** As it was sent, but its cursor, which is opened here. */
async function queryOf(
  { query }: Contract,
  c: Context,
  { principal, providerId }: { readonly principal?: Principal; readonly providerId?: string },
  deps: ApiDeps,
): Promise<Record<string, unknown>> {
  const given = c.req.query();
  if (principal === undefined || !namesIn(query).includes('cursor')) return given;
  const own = principal.is === 'provider' ? principal.providerId : providerId;
  // Its own provider is implied and may be given: the same list.
  const { providerId: _implied, ...others } = given;
  const call = `${c.req.method} ${c.req.path}`;
  if (own === undefined) return withCursor(c, deps.table, { tenant: OPERATOR, call, query: given });
  const opened = await withCursor(c, deps.table, { tenant: own, call, query: others });
  return { ...given, ...opened };
}

/** Whose list it is where it is no provider's; no id has an asterisk alone. */
const OPERATOR = '*';

async function askerOf(
  one: Contract,
  c: Context,
  deps: ApiDeps,
): Promise<{ principal?: Principal; providerId?: string }> {
  if (one.who === 'anyone' || one.needs === undefined) {
    requireKnownNames(one, c);
    return {};
  }
  const isPage = one.isPage?.(c.req.param()) ?? false;
  const principal = await (isPage ? principalOfPage : requirePrincipal)(c, deps);
  deps.requestLimit?.count(principal.tokenId, c);
  if (one.who === 'operator') requireOperator(principal);
  requirePermission(principal, one.needs);
  requireKnownNames(one, c);
  if (one.who !== 'provider') return { principal };
  return { principal, providerId: providerOf(principal, c.req.query('providerId')) };
}

/**
 * A slip in a parameter's name, or a parameter that the route does not have, would else change nothing and
 * say nothing: `?form=2025-10-01` would be the last 31 days. So would one of two values.
 * @throws Problem `request-invalid`, which names those that there are, or that are given twice
 */
function requireKnownNames({ who, query }: Contract, c: Context): void {
  const known = [...(who === 'provider' ? ['providerId'] : []), ...namesIn(query)];
  const given = Object.entries(c.req.queries());
  const unknown = given.filter(([name]) => !known.includes(name));
  const twice = given.filter(([name, values]) => known.includes(name) && values.length > 1);
  if (unknown.length === 0 && twice.length === 0) return;
  if (unknown.length === 0) {
    const names = twice.map(([name]) => name).join(', ');
    throw new Problem('request-invalid', `${names}: give it once; which one counts, nobody knows`);
  }
  const count = unknown.length === 1 ? 'a parameter' : `${unknown.length} parameters`;
  const those = known.length === 0 ? 'this call has none' : `known are ${known.join(', ')}`;
  throw new Problem('request-invalid', `query: ${count} that nobody knows here; ${those}`);
}

function namesIn(query: z.ZodType | undefined): string[] {
  return query instanceof z.ZodObject ? Object.keys(query.shape) : [];
}

async function bodyOf({ body, bodyIsOptional }: Contract, c: Context): Promise<unknown> {
  if (body === undefined) return undefined;
  // An empty body is none, however it is announced.
  const isEmpty = bodyIsOptional && (await c.req.arrayBuffer()).byteLength === 0;
  return isEmpty ? check(body, {}) : readBody(c, body);
}
