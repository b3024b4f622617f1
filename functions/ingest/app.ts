import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { Problem } from '../../lib/errors/problem.ts';
import { answerHeaders } from '../../lib/http/answer-headers.ts';
import { bodyWithin } from '../../lib/http/body.ts';
import { respondToError } from '../../lib/http/problem-response.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Answer, Receiver, SignedRequest } from '../../lib/integrations/kit/integration.ts';
import { errorFields } from '../../lib/log/log.ts';
import type { IngestDeps } from './deps.ts';
import { type Call, nowhere, raise, readRequest, toResponse } from './request.ts';
import { enqueue, sendAudit } from './send.ts';
import { receiverTo, rejected, signedFor } from './signed.ts';
import { lookedAt } from './url-check.ts';

export type { IngestDeps } from './deps.ts';

/** A webhook larger than this is none of the documented ones. */
export const MAX_BODY_BYTES = 256 * 1024;

/** What follows the app key of a callback's address; none documented is a fifth of it. */
const MAX_REST = 200;

/**
 * The platforms' receiver: verify the raw bytes, put the delivery on the intake queue, and only then
 * answer in the platform's words. Nothing else happens in a webhook's request. A synchronous callback
 * (SPI) is answered from our own records, and is a delivery as well. A platform that knows one URL
 * sends both kinds to it, so both addresses take both.
 */
export function ingestApp(deps: IngestDeps): Hono {
  // Not strict: whoever types an address into a console may end it with a slash.
  const ingest = new Hono({ strict: false });
  ingest.use(answerHeaders());
  ingest.use(requestId());
  ingest.use(bodyWithin(MAX_BODY_BYTES, `A webhook has at most ${MAX_BODY_BYTES} bytes.`));

  ingest.get('/webhooks/:integration/:appKey', (c) => lookedAt(deps, c));

  ingest.post('/webhooks/:integration/:appKey', (c) => receive(deps, c));

  ingest.post('/spi/:integration/:appKey', (c) => receive(deps, c, ''));

  ingest.post('/spi/:integration/:appKey/:rest{.+}', (c) => {
    const { rest } = c.req.param();
    if (rest.length > MAX_REST) raise(nowhere());
    return receive(deps, c, rest);
  });

  ingest.notFound(() => raise(nowhere()));

  ingest.onError((error, c) => respondToError(error, c, deps.log));

  return ingest;
}

async function receive(deps: IngestDeps, c: Call, spi?: string): Promise<Response> {
  const arrivedMs = arrivalOf(c, deps);
  const { appKey } = c.req.param();
  const request = await readRequest(c, spi);
  const receiver = receiverTo(deps, c);
  const greeting = receiver?.handshake?.(request);
  if (greeting !== undefined) return toResponse(greeting);
  const app = receiver && (await signedFor(deps, receiver, appKey, request));
  if (receiver !== undefined && app === undefined && isProbe(request)) {
    return toResponse(receiver.acknowledge(request, NOBODY));
  }
  if (receiver === undefined || app === undefined) {
    throw rejected(deps, receiver);
  }
  try {
    return toResponse(await answer(deps, arrivedMs, receiver, app, request));
  } catch (error) {
    const busy = isForNothing(error) ? undefined : receiver.busy?.(request);
    if (busy === undefined) throw error;
    deps.log('error', 'callback-failed', { integration: receiver.name, ...errorFields(error) });
    return toResponse(busy);
  }
}

/**
 * An empty POST that nobody signed: a console's check of the address. It says nothing, so nothing is lost by
 * the platform's own "received", and it is no attempt at a signature. A callback (SPI) may be signed and
 * empty, and asks something: unsigned it is refused.
 */
function isProbe({ body, spi }: SignedRequest): boolean {
  return body.byteLength === 0 && spi === undefined;
}

/** In whose words a probe is answered: those of an app without settings, whichever the address names. */
const NOBODY: App = {
  ...{ integration: '', appKey: '', secrets: {} },
  settings: { enrichment: 'none' },
};

/** What the HTTP API adds to a request; on one machine there is none. */
interface Bindings {
  readonly requestContext?: { readonly timeEpoch?: number };
}

/** Epoch ms. When the platform began to wait: at the HTTP API, before this function was even started. */
function arrivalOf({ env }: Call, { now }: IngestDeps): number {
  const { requestContext } = (env ?? {}) as Bindings;
  return requestContext?.timeEpoch ?? now();
}

/** Asking again would bring the same. */
function isForNothing(error: unknown): boolean {
  return error instanceof Problem && !error.retryable;
}

/**
 * Answers a verified request. The answer's records stand before the delivery is sent, and both before
 * the platform hears of it; whatever dies in between, the same request gives the same again.
 */
async function answer(
  deps: IngestDeps,
  arrivedMs: number,
  receiver: Receiver,
  app: App,
  request: SignedRequest,
): Promise<Answer> {
  const records = deps.openCallbackRecords(receiver.platform);
  const answered = await receiver.answer?.(request, app, records);
  const deliveryId = await enqueue(deps, receiver, app, request);
  for (const refundId of records.toNotify) await sendAudit(deps, receiver.platform, refundId);
  const answerMs = Math.max(0, deps.now() - arrivedMs);
  deps.log('info', 'delivery-received', { deliveryId, integration: receiver.name, answerMs });
  return answered ?? receiver.acknowledge(request, app);
}
