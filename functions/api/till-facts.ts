import { fingerprint } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { EventDraft } from '../../lib/events/event.ts';
import type { Platform } from '../../lib/events/id.ts';
import type {
  NotDone,
  RedeemCommand,
  ReverseCommand,
  TillOutcome,
} from '../../lib/integrations/kit/till.ts';
import { errorFields } from '../../lib/log/log.ts';
import { type IntakeMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { keepTillAct, type TillAct } from '../../lib/store/deliveries/till-acts.ts';
import { buyerKey, withoutBuyer } from '../../lib/store/privacy/buyer-key.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';

/** One act at the till, as it was requested. */
export type ActRequest = {
  readonly integration: string;
  readonly appKey: string;
  /** Epoch ms: a request that comes first after this is too old to begin. Absent: it never is. */
  readonly beginsBeforeMs?: number;
} & (
  | { readonly verb: 'redeem'; readonly command: RedeemCommand }
  | { readonly verb: 'reverse'; readonly command: ReverseCommand }
);

/** What an act at the till came to: the answer to the till, and the facts for the pipeline. */
export type Done = Extract<TillOutcome, { outcome: 'done' }>;

const RETRY_AFTER_MS = 2_000;

export async function withoutBuyers(
  events: readonly EventDraft[],
  integration: string,
  { table }: ApiDeps,
): Promise<EventDraft[]> {
  const key = () => buyerKey(table);
  const anonymous: EventDraft[] = [];
  for (const event of events) anonymous.push(await withoutBuyer(event, integration, key));
  return anonymous;
}

/**
 * Keeps the acts beside their vouchers: a reversal finds them before the pipeline does. An act belongs to
 * one request; where the platform cannot say whose it was, the first to keep it has it.
 * @returns what is this request's, undefined when all of it is another's; and what it says more of another's act
 *   than that request did: its worth
 */
export async function keepActs(
  done: Done,
  { integration, appKey, command }: ActRequest,
  platform: Platform,
  { table, now }: ApiDeps,
): Promise<{ readonly ours: Done | undefined; readonly completing: readonly EventDraft[] }> {
  const requestKey = JSON.stringify([integration, appKey, command.requestId]);
  const events: EventDraft[] = [];
  const completing: EventDraft[] = [];
  const others: NotDone[] = [];
  const othersActs = new Set<string>();
  for (const event of done.events) {
    const act = tillActOf(event, requestKey);
    const whose = act === undefined ? 'ours' : await keepTillAct(table, platform, act, now());
    if (act === undefined || whose === 'ours') events.push(event);
    else {
      if (whose === 'others-incomplete' && event.complete) completing.push(event);
      othersActs.add(nameOf(act));
      others.push({ voucherId: act.voucherId, code: 'done-by-another', reason: OTHERS });
    }
  }
  if (others.length === 0 || done.isShared) return { ours: done, completing: [] };
  if (events.length === 0 && (done.unread ?? 0) === 0) return { ours: undefined, completing };
  const acts = done.acts.filter((one) => !othersActs.has(nameOf(one)));
  const notDone = [...(done.notDone ?? []), ...others];
  return { ours: { ...done, events: [...events, ...completing], acts, notDone }, completing };
}

function nameOf({ voucherId, redemptionId }: { voucherId: string; redemptionId: string }): string {
  return JSON.stringify([voucherId, redemptionId]);
}

const OTHERS = 'another request of this till did it';

function tillActOf(event: EventDraft, requestKey: string): TillAct | undefined {
  const { kind } = event;
  if (kind !== 'voucher.redeemed' && kind !== 'voucher.redemption_reversed') return undefined;
  const { eventId, voucherId, orderId, merchantId, occurredAt, complete } = event;
  return {
    ...{ kind, eventId, voucherId, orderId, merchantId, occurredAt, complete, requestKey },
    redemptionId: event.redemptionId ?? eventId.replace(/^reversed:/, ''),
    storeId: kind === 'voucher.redeemed' ? event.storeId : null,
    productId: kind === 'voucher.redeemed' ? event.sale.productId : null,
  };
}

/** @throws Problem `act-unrecorded` */
export async function sendFacts(
  { events }: Pick<Done, 'events'>,
  { integration, appKey, verb, command }: ActRequest,
  deps: ApiDeps,
): Promise<void> {
  if (events.length === 0) return;
  const intake = new Queue<IntakeMessage>(deps.sqs, deps.queues.intake.url);
  try {
    await intake.send({
      ...{ type: 'facts', v: MESSAGE_VERSION, integration, appKey },
      events: [...events],
      deliveryId: fingerprint(integration, appKey, 'till', command.requestId, verb),
      receivedAt: toInstant(deps.now()),
    });
  } catch (cause) {
    deps.log('error', 'act-unrecorded', { integration, verb, ...errorFields(cause) });
    const done = verb === 'redeem' ? 'redeemed' : 'reversed';
    const detail = `It was ${done} at the platform. Repeat the request with the same requestId, so that it is recorded.`;
    throw new Problem('act-unrecorded', detail, { cause, retryAfterMs: RETRY_AFTER_MS });
  }
}
