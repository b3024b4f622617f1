import { mapLimit } from '../async/map-limit.ts';
import { fingerprint } from '../crypto/hash.ts';
import type { EventDraft } from '../events/event.ts';
import { MESSAGE_VERSION } from '../queue/messages.ts';
import { withoutBuyer } from '../store/privacy/buyer-key.ts';
import { toInstant } from '../time/shanghai.ts';
import type { Reconciler } from './deps.ts';

/** Well under what a message holds. */
const EVENTS_PER_MESSAGE = 50;

const AT_ONCE = 16;

/**
 * Sends facts that a platform's records show the way of everything else: normalize records them, and what a
 * webhook brings of them later doubles nothing. The same facts again are the same delivery.
 * @throws when the queue refuses
 */
export async function sendFacts(
  drafts: readonly EventDraft[],
  { app: { integration, appKey }, deps }: Reconciler,
  source: 'list' | 'bill' = 'list',
): Promise<void> {
  const anonymous = await mapLimit(drafts, AT_ONCE, (draft) =>
    withoutBuyer(draft, integration, deps.buyerKey),
  );
  const messages = chunksOf(anonymous).map((events) => ({
    ...({ type: 'facts', v: MESSAGE_VERSION, integration, appKey } as const),
    deliveryId: fingerprint(integration, appKey, KEYS[source], JSON.stringify(events.map(asFacts))),
    receivedAt: toInstant(deps.now()),
    ...{ events, source },
  }));
  await deps.intake.sendAll(messages);
}

/** What a fact says: another call that shows it again says the same. */
function asFacts({ platformRequests: _requests, ...fact }: EventDraft): object {
  return fact;
}

const KEYS = { list: 'records', bill: 'bills' } as const;

function chunksOf<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / EVENTS_PER_MESSAGE) }, (_, at) =>
    all.slice(at * EVENTS_PER_MESSAGE, (at + 1) * EVENTS_PER_MESSAGE),
  );
}
