import { setTimeout as wait } from 'node:timers/promises';
import type { WebhookMessage } from './messages.ts';
import type { Random } from './random.ts';
import { signWebhook } from './sign.ts';

export interface SenderOptions {
  readonly url: string;
  readonly clientSecret: string;
  /** Chances from 0 to 1: that a message never leaves, leaves twice, leaves after later ones. */
  readonly loss?: number;
  readonly duplicate?: number;
  readonly reorder?: number;
  /** Waits this long before each delivery. */
  readonly delayMs?: number;
  /** Starts at most so many deliveries a second. */
  readonly perSecond?: number;
  /** How many deliveries are under way at once; 1 keeps the planned order. */
  readonly concurrency?: number;
  /** The platform cuts the connection after 5 s. Source: webhooks/summarize. */
  readonly timeoutMs?: number;
  /** Three retries are documented, the waits between them are not. */
  readonly retryDelaysMs?: readonly number[];
  readonly random?: Random;
  readonly fetch?: typeof globalThis.fetch;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** sent = acknowledged + failed = messages − lost + duplicated, once all is done. */
export interface SendCounts {
  /** Deliveries that left, the second copies too; retries are not counted here. */
  sent: number;
  /** Answered with HTTP 200, at once or after retries. */
  acknowledged: number;
  /** Never left. */
  lost: number;
  /** Left a second time. */
  duplicated: number;
  /** Given up after the last retry. */
  failed: number;
  /** HTTP requests, the retries too. */
  attempts: number;
}

export interface WebhookSender {
  send(messages: readonly WebhookMessage[]): Promise<SendCounts>;
}

const TIMEOUT_MS = 5_000;
const RETRY_DELAYS_MS = [1_000, 2_000, 3_000];

/** Posts messages as the platform does: signed, retried, and with the losses it warns of. */
export function createSender(options: SenderOptions): WebhookSender {
  const { concurrency = 1, delayMs = 0, perSecond } = options;
  const sleep = options.sleep ?? ((ms: number) => wait(ms));
  let turn: Promise<unknown> = Promise.resolve();

  /** Lets one delivery start every 1/perSecond. */
  function pace(): Promise<unknown> {
    if (perSecond === undefined) return Promise.resolve();
    const mine = turn;
    turn = turn.then(() => sleep(1000 / perSecond));
    return mine;
  }

  async function deliver(message: WebhookMessage, counts: SendCounts): Promise<void> {
    await pace();
    if (delayMs > 0) await sleep(delayMs);
    counts.sent += 1;
    for (const retryDelayMs of [0, ...(options.retryDelaysMs ?? RETRY_DELAYS_MS)]) {
      if (retryDelayMs > 0) await sleep(retryDelayMs);
      counts.attempts += 1;
      if (await post(message, options)) {
        counts.acknowledged += 1;
        return;
      }
    }
    counts.failed += 1;
  }

  return {
    async send(messages) {
      const { deliveries, lost, duplicated } = plan(messages, options);
      const counts = { sent: 0, acknowledged: 0, lost, duplicated, failed: 0, attempts: 0 };
      const queue = deliveries.values();
      const work = async () => {
        for (const message of queue) await deliver(message, counts);
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      return counts;
    },
  };
}

/** True when the hub said HTTP 200 in time. */
async function post(message: WebhookMessage, options: SenderOptions): Promise<boolean> {
  const { url, clientSecret, timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch } = options;
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'x-douyin-signature': signWebhook(clientSecret, message.body),
        'msg-id': message.msgId,
      },
      body: message.body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    // No connection, cut off, or too late: the platform does not distinguish these either.
    return false;
  }
}

/** How far a held-back message or a second copy may fall behind, in messages. */
const REACH = 8;

interface Plan {
  readonly deliveries: readonly WebhookMessage[];
  readonly lost: number;
  readonly duplicated: number;
}

/** Decides everything at once, with five draws a message, so that a seed always means the same. */
function plan(messages: readonly WebhookMessage[], options: SenderOptions): Plan {
  const { loss = 0, duplicate = 0, reorder = 0, random = Math.random } = options;
  const slots: { readonly at: number; readonly message: WebhookMessage }[] = [];
  let lost = 0;
  let duplicated = 0;
  for (const [index, message] of messages.entries()) {
    const draws = { loss: random(), duplicate: random(), reorder: random() };
    const [heldBack, copyBehind] = [distance(random()), distance(random())];
    if (draws.loss < loss) {
      lost += 1;
      continue;
    }
    slots.push({ at: draws.reorder < reorder ? index + heldBack + 0.5 : index, message });
    if (draws.duplicate < duplicate) {
      duplicated += 1;
      slots.push({ at: index + copyBehind + 0.25, message });
    }
  }
  slots.sort((a, b) => a.at - b.at);
  return { deliveries: slots.map((slot) => slot.message), lost, duplicated };
}

function distance(draw: number): number {
  return 1 + Math.floor(draw * REACH);
}
