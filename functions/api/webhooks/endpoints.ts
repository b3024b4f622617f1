import { newId } from '../../../lib/crypto/hash.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { callable } from '../../../lib/http/addresses.ts';
import { inForce, newSecret } from '../../../lib/notices/secrets.ts';
import { type Sent, send } from '../../../lib/notices/send.ts';
import { publicKeyOf, signedHeaders } from '../../../lib/notices/sign.ts';
import { TEST_TYPE } from '../../../lib/notices/types.ts';
import { wrongInUrl } from '../../../lib/notices/url.ts';
import {
  type Endpoint,
  type EndpointId,
  type EndpointSecrets,
  readEndpoint,
  readEndpointSecrets,
  replaceEndpointSecrets,
} from '../../../lib/store/accounts/endpoints.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../deps.ts';

/** What routes and pages do with a provider's endpoints. */

/** A secret that was replaced signs beside the new one for so long. */
const OVERLAP_MS = 24 * 3_600_000;

/** More at once are a rotation that is repeated, and a header that no receiver reads. */
const MAX_SECRETS = 3;

/** @throws Problem `not-found` */
export async function endpointOf(id: EndpointId, { table }: ApiDeps): Promise<Endpoint> {
  const endpoint = await readEndpoint(table, id);
  if (endpoint !== undefined) return endpoint;
  throw new Problem(
    'not-found',
    'You have no such endpoint. GET /v1/webhook-endpoints lists them.',
  );
}

/** @throws Problem `not-found` */
export async function secretsOf(id: EndpointId, deps: ApiDeps): Promise<EndpointSecrets> {
  const secrets = await readEndpointSecrets(deps.table, id);
  if (secrets !== undefined) return secrets;
  await endpointOf(id, deps);
  throw new Error('an endpoint has no secrets');
}

/** @param ownHost where this request came to @throws Problem `request-invalid` */
export function requireUrl(
  url: string,
  ownHost: string,
  { mayCall = callable('') }: Pick<ApiDeps, 'mayCall'>,
): void {
  const wrong = wrongInUrl(url, mayCall, ownHost);
  if (wrong === undefined) return;
  throw new Problem('request-invalid', `url: ${wrong}`, { fields: ['url'] });
}

/** As an answer has it: of its secrets, the keys that verify what they sign. */
export function shownEndpoint(endpoint: Endpoint, secrets: EndpointSecrets, nowMs: number) {
  return { ...endpoint, publicKeys: inForce(secrets, nowMs).map(publicKeyOf) };
}

/** A new secret, beside those that receivers know, for a day. @returns it, to be shown once */
export async function rotateSecret(id: EndpointId, deps: ApiDeps): Promise<string> {
  const secret = newSecret();
  for (let tries = 0; tries < 5; tries += 1) {
    const read = await secretsOf(id, deps);
    const nowMs = deps.now();
    const endsAtMs = nowMs + OVERLAP_MS;
    const older = read.secrets
      .filter((one) => one.endsAtMs === null || one.endsAtMs > nowMs)
      .map((one) => ({ ...one, endsAtMs: one.endsAtMs ?? endsAtMs }));
    const secrets = [{ secret, endsAtMs: null }, ...older].slice(0, MAX_SECRETS);
    if (await replaceEndpointSecrets(deps.table, id, secrets, read)) return secret;
  }
  throw new Problem(
    'request-in-progress',
    'Others change this endpoint at this moment. Try again.',
  );
}

/** Sends one message at once, and says what came of it. A disabled endpoint is tried as well: that is when one looks. */
export async function testEndpoint(endpoint: Endpoint, deps: ApiDeps): Promise<Sent> {
  const secrets = await secretsOf(endpoint, deps);
  const nowMs = deps.now();
  const { endpointId } = endpoint;
  const told = { type: TEST_TYPE, timestamp: toInstant(nowMs), data: { endpointId } };
  const body = JSON.stringify(told);
  const message = { id: newId('evt'), atSeconds: Math.floor(nowMs / 1000), body };
  const headers = { ...secrets.headers, ...signedHeaders(message, inForce(secrets, nowMs)) };
  return send({ url: endpoint.url, headers, body }, deps);
}
