import type { Context } from 'hono';
import { newId } from '../../../lib/crypto/hash.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { newSecret } from '../../../lib/notices/secrets.ts';
import {
  changeEndpoint,
  changeEndpointHeaders,
  deleteEndpoint,
  type Endpoint,
  makeEndpoint,
  readEndpoints,
} from '../../../lib/store/accounts/endpoints.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import type { RequestOf } from '../route.ts';
import type {
  endpointDelete,
  endpointGet,
  endpointPatch,
  endpointRotate,
  endpointsGet,
  endpointsPost,
  endpointTest,
} from './contracts.ts';
import {
  endpointOf,
  requireUrl,
  rotateSecret,
  secretsOf,
  shownEndpoint,
  testEndpoint,
} from './endpoints.ts';
import { MAX_ENDPOINTS } from './input.ts';

export async function postEndpoint(
  { providerId, principal, body }: RequestOf<typeof endpointsPost>,
  c: Context,
  deps: ApiDeps,
): Promise<Response> {
  const { table } = deps;
  const { secret = newSecret(), headers, ...said } = body;
  requireUrl(said.url, new URL(c.req.url).host, deps);
  if ((await readEndpoints(table, providerId)).length >= MAX_ENDPOINTS) {
    const detail = `A provider has at most ${MAX_ENDPOINTS} endpoints. Delete one that nobody needs.`;
    throw new Problem('request-invalid', detail);
  }
  const endpointId = newId('ep');
  const endpoint: Endpoint = {
    ...{ providerId, endpointId, ...said, headers: Object.keys(headers).toSorted() },
    ...{ disabledBecause: null, failingSince: null, recoveredAt: null },
    ...{ createdAt: toInstant(deps.now()), createdBy: principal.actor },
  };
  const secrets = [{ secret, endsAtMs: null }];
  await makeEndpoint(table, endpoint, { secrets, edition: 0, headers });
  noteChange(c, { subject: subjectOf(endpointId), providerId, after: endpoint });
  return c.json({ endpointId, secret }, 201);
}

export async function getEndpoints(
  { providerId }: RequestOf<typeof endpointsGet>,
  c: Context,
  { table }: ApiDeps,
): Promise<Response> {
  return c.json({ endpoints: await readEndpoints(table, providerId) });
}

export async function getEndpoint(
  { providerId, params: { endpointId } }: RequestOf<typeof endpointGet>,
  c: Context,
  deps: ApiDeps,
): Promise<Response> {
  const id = { providerId, endpointId };
  const endpoint = await endpointOf(id, deps);
  return c.json(shownEndpoint(endpoint, await secretsOf(id, deps), deps.now()));
}

export async function patchEndpoint(
  { providerId, params: { endpointId }, body }: RequestOf<typeof endpointPatch>,
  c: Context,
  deps: ApiDeps,
): Promise<Response> {
  const id = { providerId, endpointId };
  const before = await endpointOf(id, deps);
  const { headers, ...changed } = body;
  if (changed.url !== undefined) requireUrl(changed.url, new URL(c.req.url).host, deps);
  if (headers !== undefined) await changeEndpointHeaders(deps.table, id, headers);
  const names = headers === undefined ? {} : { headers: Object.keys(headers).toSorted() };
  // Whoever switches it on again says that it is well.
  const well = changed.disabled === false ? { disabledBecause: null, failingSince: null } : {};
  const all = Object.entries({ ...changed, ...names, ...well });
  const set = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  await changeEndpoint(deps.table, id, set);
  const after = await endpointOf(id, deps);
  noteChange(c, { subject: subjectOf(endpointId), providerId, before, after });
  return c.json(shownEndpoint(after, await secretsOf(id, deps), deps.now()));
}

export async function dropEndpoint(
  { providerId, params: { endpointId } }: RequestOf<typeof endpointDelete>,
  c: Context,
  deps: ApiDeps,
): Promise<Response> {
  const id = { providerId, endpointId };
  const before = await endpointOf(id, deps);
  await deleteEndpoint(deps.table, id);
  noteChange(c, { subject: subjectOf(endpointId), providerId, before });
  return c.body(null, 204);
}

export async function rotate(
  { providerId, params: { endpointId } }: RequestOf<typeof endpointRotate>,
  c: Context,
  deps: ApiDeps,
): Promise<Response> {
  const secret = await rotateSecret({ providerId, endpointId }, deps);
  noteChange(c, { subject: `${subjectOf(endpointId)}/secret`, providerId });
  return c.json({ endpointId, secret });
}

export async function test(
  { providerId, params: { endpointId } }: RequestOf<typeof endpointTest>,
  c: Context,
  deps: ApiDeps,
): Promise<Response> {
  const endpoint = await endpointOf({ providerId, endpointId }, deps);
  const sent = await testEndpoint(endpoint, deps);
  noteChange(c, { subject: `${subjectOf(endpointId)}/test`, providerId, isChange: false });
  return c.json({ ...sent, delivered: sent.failure === null });
}

const subjectOf = (endpointId: string) => `webhook-endpoint/${endpointId}`;
