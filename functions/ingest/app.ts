import { type Context, Hono } from 'hono';
import { requestId } from 'hono/request-id';
import type { OpenCallbackRecords } from '../../lib/callbacks/records.ts';
import { fingerprint } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Platform } from '../../lib/events/event.ts';
import { isId } from '../../lib/events/is-id.ts';
import { answerHeaders } from '../../lib/http/answer-headers.ts';
import { bodyWithin } from '../../lib/http/body.ts';
import { respondToError } from '../../lib/http/problem-response.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Answer, Receiver, SignedRequest } from '../../lib/integrations/kit/integration.ts';
import { findReceiver } from '../../lib/integrations/receivers.ts';
import { errorFields, type Log } from '../../lib/log/log.ts';
import type { IntakeMessage } from '../../lib/queue/messages.ts';
import { MAX_MESSAGE_BYTES, MESSAGE_VERSION, packBody } from '../../lib/queue/packing.ts';
import { toInstant } from '../../lib/time/shanghai.ts';

/** A webhook larger than this is none of the documented ones. */
export const MAX_BODY_BYTES = 256 * 1024;

/** As the message's schema has it. */
const MAX_ABOUT = 200;

/** What follows the app key of a callback's address; none documented is a fifth of it. */
const MAX_REST = 200;

/** A decision is reported no sooner than its request's own callback was answered, by a fair measure. */
const TELL_AFTER_SECONDS = 3;

export interface IngestDeps {
  readonly findApp: (integration: string, appKey: string) => Promise<App | undefined>;
  readonly openCallbackRecords: (platform: Platform) => OpenCallbackRecords;
  readonly sendToIntake: (message: IntakeMessage, delaySeconds?: number) => Promise<void>;
  readonly now: () => number;
  readonly log: Log;
  /** The list of receivers when absent. */
  readonly receiverOf?: (name: string) => Receiver | undefined;
}

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

type Call = Context<object, '/:integration/:appKey'>;

/**
 * No documented message is a GET: a console, or whoever pastes the address into a browser, looks whether
 * somebody is here. The answer is the same for every app, so it reveals none.
 */
async function lookedAt(deps: IngestDeps, c: Call): Promise<Response> {
  const receiver = receiverTo(deps, c);
  if (receiver === undefined) raise(nowhere());
  const request = await readRequest(c, undefined);
  const greeting = receiver.handshake?.(request) ?? (await checkedUrl(deps, receiver, c, request));
  return greeting === undefined
    ? c.text('Hexiao is here. Messages are sent to this address by POST.')
    : toResponse(greeting);
}

/** A console's signed check of the address; undefined where the platform makes none, or nobody asks. */
async function checkedUrl(
  deps: IngestDeps,
  receiver: Receiver,
  c: Call,
  request: SignedRequest,
): Promise<Answer | undefined> {
  if (receiver.checkUrl === undefined || request.query.size === 0) return undefined;
  const { appKey } = c.req.param();
  const app = await appOf(deps, receiver, appKey);
  const answer = app && receiver.checkUrl(request, app);
  if (answer !== undefined) return answer;
  deps.log('warn', 'signature-rejected', { integration: receiver.name });
  throw new Problem('signature-invalid', SIGNATURE_HELP);
}

function receiverTo(deps: IngestDeps, c: Call): Receiver | undefined {
  return (deps.receiverOf ?? findReceiver)(c.req.param('integration'));
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
    deps.log('warn', 'signature-rejected', { integration: receiver?.name ?? 'none' });
    // The same words for a wrong signature, an unknown app and an unknown integration, so that
    // nobody can list apps.
    throw new Problem('signature-invalid', SIGNATURE_HELP);
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

/** The decision stands already: when this fails, `reconcile` sends it. */
async function sendAudit(deps: IngestDeps, platform: Platform, refundId: string): Promise<void> {
  const message = { type: 'audit', v: MESSAGE_VERSION, platform, refundId } as const;
  try {
    await deps.sendToIntake(message, TELL_AFTER_SECONDS);
  } catch (error) {
    deps.log('warn', 'audit-not-sent', errorFields(error));
  }
}

const SIGNATURE_HELP =
  'The signature does not match this URL. Check that the URL names your app, that its secret is the ' +
  'current one, and that nothing between the platform and here changes the body.';

/** The app, when one of its secrets signed the request. */
async function signedFor(
  deps: IngestDeps,
  integration: Receiver,
  appKey: string,
  request: SignedRequest,
): Promise<App | undefined> {
  const app = await appOf(deps, integration, appKey);
  const isSigned = app !== undefined && integration.verify(request, app, deps.now());
  return isSigned ? app : undefined;
}

/** What no id can be is no app's, and the table would take the question for a mistake of ours. */
async function appOf(
  deps: IngestDeps,
  { name }: Receiver,
  appKey: string,
): Promise<App | undefined> {
  return isId(appKey) ? deps.findApp(name, appKey) : undefined;
}

/** @returns the delivery's id */
async function enqueue(
  deps: IngestDeps,
  integration: Receiver,
  app: App,
  request: SignedRequest,
): Promise<string> {
  const { appKey } = app;
  const about = integration.about?.(request)?.slice(0, MAX_ABOUT);
  const message: IntakeMessage = {
    type: 'delivery',
    v: MESSAGE_VERSION,
    deliveryId: fingerprint(integration.name, appKey, integration.signedBytes(request, app)),
    integration: integration.name,
    appKey,
    receivedAt: toInstant(deps.now()),
    ...(about && { about }),
    ...packBody(request.body),
  };
  if (Buffer.byteLength(JSON.stringify(message)) > MAX_MESSAGE_BYTES) {
    throw new Problem('body-too-large', 'It does not fit on the queue even when compressed.');
  }
  try {
    await deps.sendToIntake(message);
  } catch (cause) {
    deps.log('error', 'intake-unavailable', errorFields(cause));
    throw new Problem('queue-unavailable', 'It was not stored. Send the webhook again.', { cause });
  }
  return message.deliveryId;
}

async function readRequest(c: Call, spi: string | undefined): Promise<SignedRequest> {
  const { raw } = c.req;
  const body = new Uint8Array(await raw.arrayBuffer());
  const query = new URL(raw.url).searchParams;
  return { headers: new Map(raw.headers), query, body, ...(spi === undefined ? {} : { spi }) };
}

function raise(problem: Problem): never {
  throw problem;
}

function nowhere(): Problem {
  const places = '/webhooks/{integration}/{appKey} and /spi/{integration}/{appKey}/…';
  return new Problem('not-found', `Platforms send to POST ${places}.`);
}

function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}
