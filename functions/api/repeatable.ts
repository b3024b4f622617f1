import { gunzipSync, gzipSync } from 'node:zlib';
import type { Context } from 'hono';
import * as z from 'zod';
import { fingerprint, keyedHash } from '../../lib/crypto/hash.ts';
import { seal, unseal } from '../../lib/crypto/seal.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { requestIdOf } from '../../lib/http/answer-headers.ts';
import { problemResponse } from '../../lib/http/problem-response.ts';
import { apiKey } from '../../lib/store/accounts/api-key.ts';
import {
  claimRequest,
  finishRequest,
  releaseRequest,
} from '../../lib/store/accounts/repetitions.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal } from './principal.ts';

/** As long as the function may run, and a moment. */
const HOLD_MS = 20_000;

const KEEP_MS = 24 * 3_600_000;

/** An item holds 400 KB. */
const MAX_KEPT_BYTES = 300_000;

/** Who asks, and what of the answer is shown once. */
export interface RepeatableRequest {
  readonly principal: Principal;
  readonly shownOnce: SecretField | undefined;
}

/** A field of an answer with a secret in it, and how to come to another one. */
export interface SecretField {
  readonly field: string;
  readonly hint: string;
}

/**
 * Of requests with one `Idempotency-Key` one is done, and its answer is everybody's for a day: also a refusal, so
 * that a repetition cannot come to something else. What failed on our side is not kept, and may be done again. Of
 * what is shown once nothing is kept: a repetition has null in its place, and how to come to another one.
 * Costs two writes, and nothing without the header.
 * @throws Problem `idempotency-key-reused` for another request, `request-in-progress` while it is being done
 */
export async function repeatable(
  c: Context,
  { principal, shownOnce }: RepeatableRequest,
  deps: ApiDeps,
  run: () => Response | Promise<Response>,
): Promise<Response> {
  const key = c.req.method === 'POST' ? c.req.header('idempotency-key') : undefined;
  if (key === undefined) return run();
  if (!/^[!-~]{1,255}$/.test(key)) {
    throw new Problem('request-invalid', 'Idempotency-Key: 1 to 255 printable ASCII characters.');
  }
  const { table } = deps;
  // Whose it is: another's key is another, so nobody is given an answer that was not theirs. The actor, not the
  // bytes of a token: the deployment's own may be replaced between a request and its repetition.
  const own = await apiKey(table);
  const name = keyedHash(own, 'repetition', principal.actor, key);
  const claim = await claimRequest(table, name, {
    ...{ request: await requestOf(c), nowMs: deps.now(), holdMs: HOLD_MS, keepMs: KEEP_MS },
  });
  // The key itself is not kept, so the table alone does not open what was answered.
  const sealKey = `${own}\n${key}`;
  switch (claim.is) {
    case 'ours':
      return doIt(c, { name, by: claim.by, sealKey, shownOnce }, deps, run);
    case 'answered':
      return opened(unseal(sealKey, name, claim.answer), requestIdOf(c));
    case 'held': {
      const detail = 'The same request is being done at this moment. Send it again in a second.';
      const retryAfterMs = Math.min(1_000, Math.max(1, claim.untilMs - deps.now()));
      throw new Problem('request-in-progress', detail, { retryAfterMs });
    }
    case 'other': {
      const detail = 'This key stands for another request. Use a new key for a new request.';
      throw new Problem('idempotency-key-reused', detail);
    }
    default:
      return claim satisfies never;
  }
}

/** What is the same: the address, and the body to the byte. */
async function requestOf(c: Context): Promise<string> {
  const { pathname, search } = new URL(c.req.url);
  return fingerprint(`${pathname}${search}`, new Uint8Array(await c.req.arrayBuffer()));
}

interface Held {
  readonly name: string;
  readonly by: string;
  readonly sealKey: string;
  readonly shownOnce: SecretField | undefined;
}

async function doIt(
  c: Context,
  { name, by, sealKey, shownOnce }: Held,
  { table }: ApiDeps,
  run: () => Response | Promise<Response>,
): Promise<Response> {
  let response: Response;
  try {
    response = await run();
  } catch (error) {
    if (!(error instanceof Problem) || error.retryable) {
      await releaseRequest(table, name, by);
      throw error;
    }
    response = problemResponse(error, requestIdOf(c));
  }
  const text = withoutShown(await response.clone().text(), response.ok ? shownOnce : undefined);
  const answer = { status: response.status, type: response.headers.get('content-type'), text };
  const sealed = seal(sealKey, name, packed(answer));
  // Too large to keep: what a later repetition does is up to the route.
  if (sealed.byteLength > MAX_KEPT_BYTES) await releaseRequest(table, name, by);
  else await finishRequest(table, name, by, sealed);
  return response;
}

/** As its repetition is answered. */
function withoutShown(text: string, shownOnce: SecretField | undefined): string {
  if (shownOnce === undefined) return text;
  const { field, hint } = shownOnce;
  const answered = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  return JSON.stringify({ ...answered, [field]: null, hint });
}

const answerSchema = z.object({ status: z.int(), type: z.string().nullable(), text: z.string() });

function packed(answer: z.infer<typeof answerSchema>): string {
  return gzipSync(JSON.stringify(answer)).toString('base64');
}

function opened(text: string, requestId: string): Response {
  const json: unknown = JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8'));
  const { status, type, text: body } = answerSchema.parse(json);
  const headers = {
    ...(type === null ? {} : { 'content-type': type }),
    'idempotency-replayed': 'true',
    'x-request-id': requestId,
  };
  return new Response(status === 204 ? null : body, { status, headers });
}
