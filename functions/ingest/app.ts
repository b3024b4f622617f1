import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { requestId } from 'hono/request-id';
import { fingerprint } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { respondToError } from '../../lib/http/problem-response.ts';
import type { App } from '../../lib/integrations/app.ts';
import { findDoor } from '../../lib/integrations/doors.ts';
import type { Answer, Door, SignedRequest } from '../../lib/integrations/integration.ts';
import { errorFields, type Log } from '../../lib/log/log.ts';
import {
  type IntakeMessage,
  MAX_MESSAGE_BYTES,
  MESSAGE_VERSION,
  packBody,
} from '../../lib/queue/messages.ts';
import { toInstant } from '../../lib/time/shanghai.ts';

/** A webhook larger than this is none of the documented ones. */
export const MAX_BODY_BYTES = 256 * 1024;

export interface IngestDeps {
  readonly findApp: (integration: string, appKey: string) => Promise<App | undefined>;
  readonly sendToIntake: (message: IntakeMessage) => Promise<void>;
  readonly now: () => number;
  readonly log: Log;
}

/**
 * The platforms' door: verify the raw bytes, put the delivery on the intake queue, and only then
 * answer in the platform's words. Nothing else happens in a webhook's request.
 */
export function ingestApp(deps: IngestDeps): Hono {
  const door = new Hono();
  door.use(requestId());

  door.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => raise(tooLarge()) }));

  door.post('/webhooks/:integration/:appKey', async (c) => {
    const { integration: name, appKey } = c.req.param();
    const request = await readRequest(c.req.raw);
    const integration = findDoor(name);
    const greeting = integration?.handshake(request);
    if (greeting !== undefined) return toResponse(greeting);
    const app = integration && (await signedFor(deps, integration, appKey, request));
    if (integration === undefined || app === undefined) {
      deps.log('warn', 'signature-rejected', { integration: integration?.name ?? 'none' });
      // The same words for a wrong signature, an unknown app and an unknown integration, so that
      // nobody can list apps.
      throw new Problem('signature-invalid', SIGNATURE_HELP);
    }
    await enqueue(deps, integration, appKey, request);
    return toResponse(integration.acknowledge(request, app));
  });

  door.notFound(() => {
    throw new Problem('not-found', 'Webhooks are sent to POST /webhooks/{integration}/{appKey}.');
  });

  door.onError((error, c) => respondToError(error, c, deps.log));

  return door;
}

const SIGNATURE_HELP =
  'The signature does not match this URL. Check that the URL names your app, that its secret is the ' +
  'current one, and that nothing between the platform and here changes the body.';

/** The app, when one of its secrets signed the request. */
async function signedFor(
  deps: IngestDeps,
  integration: Door,
  appKey: string,
  request: SignedRequest,
): Promise<App | undefined> {
  const app = await deps.findApp(integration.name, appKey);
  return app !== undefined && integration.verify(request, app) ? app : undefined;
}

async function enqueue(
  deps: IngestDeps,
  integration: Door,
  appKey: string,
  request: SignedRequest,
): Promise<void> {
  const message: IntakeMessage = {
    type: 'delivery',
    v: MESSAGE_VERSION,
    deliveryId: fingerprint(integration.name, appKey, integration.signedBytes(request)),
    integration: integration.name,
    appKey,
    receivedAt: toInstant(deps.now()),
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
  deps.log('info', 'delivery-received', {
    deliveryId: message.deliveryId,
    integration: integration.name,
  });
}

async function readRequest(raw: Request): Promise<SignedRequest> {
  const body = new Uint8Array(await raw.arrayBuffer());
  return { headers: new Map(raw.headers), query: new URL(raw.url).searchParams, body };
}

function raise(problem: Problem): never {
  throw problem;
}

function tooLarge(): Problem {
  return new Problem('body-too-large', `A webhook has at most ${MAX_BODY_BYTES} bytes.`);
}

function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}
