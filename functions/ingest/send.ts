import { fingerprint } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Platform } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Receiver, SignedRequest } from '../../lib/integrations/kit/integration.ts';
import { errorFields } from '../../lib/log/log.ts';
import type { IntakeMessage } from '../../lib/queue/messages.ts';
import { MAX_MESSAGE_BYTES, MESSAGE_VERSION, packBody } from '../../lib/queue/packing.ts';
import { groupOf } from '../../lib/queue/queue.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { IngestDeps } from './deps.ts';

/** What `ingest` puts on the intake queue. */

/** As the message's schema has it. */
const MAX_ABOUT = 200;

/** A decision is reported no sooner than its request's own callback was answered, by a fair measure. */
const TELL_AFTER_SECONDS = 3;

/**
 * Sends a delivery.
 * @returns its id
 * @throws Problem where it does not fit, or the queue did not take it
 */
export async function enqueue(
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
    await deps.sendToIntake(message, undefined, groupOf(integration.name, appKey));
  } catch (cause) {
    deps.log('error', 'intake-unavailable', errorFields(cause));
    throw new Problem('queue-unavailable', 'It was not stored. Send the webhook again.', { cause });
  }
  return message.deliveryId;
}

/** The decision stands already: when this fails, `reconcile` sends it. */
export async function sendAudit(
  deps: IngestDeps,
  platform: Platform,
  refundId: string,
): Promise<void> {
  const message = { type: 'audit', v: MESSAGE_VERSION, platform, refundId } as const;
  try {
    await deps.sendToIntake(message, TELL_AFTER_SECONDS);
  } catch (error) {
    deps.log('warn', 'audit-not-sent', errorFields(error));
  }
}
