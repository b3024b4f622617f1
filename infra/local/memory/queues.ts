import type { Message } from '@aws-sdk/client-sqs';

export interface QueueOptions {
  readonly visibilitySeconds: number;
  /** Receives before a message goes to the dead letters, and their URL; absent: it stays. */
  readonly redrive?: { readonly maxReceives: number; readonly deadLetterUrl: string };
}

export class SqsError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

interface Kept {
  readonly messageId: string;
  readonly body: string;
  /** Whose message it is; its own where nobody said. */
  readonly group: string;
  readonly sentMs: number;
  visibleAtMs: number;
  receives: number;
  /** The newest; null before the first receive. */
  receipt: string | null;
}

interface MemoryQueue {
  readonly options: QueueOptions;
  readonly messages: Map<string, Kept>;
}

export interface QueuesOptions {
  /** Epoch ms. */
  readonly now: () => number;
  /**
   * Which of the visible messages come next, the oldest first where it is absent: standard queues promise no order.
   */
  readonly choose?: (visible: number) => number;
  /** Messages of quiet groups come first, as SQS has it for standard queues: see `noisyGroups`. */
  readonly isFair?: boolean;
}

/** The longest that a message is put off or hidden. */
const MAX_DELAY_SECONDS = 900;
const MAX_HIDDEN_SECONDS = 43_200;

/** Standard queues in memory, by a clock of the caller's. */
export class MemoryQueues {
  private readonly queues = new Map<string, MemoryQueue>();
  private readonly options: QueuesOptions;
  private sent = 0;

  constructor(options: QueuesOptions) {
    this.options = options;
  }

  create(name: string, options: QueueOptions): string {
    const url = `memory:${name}`;
    this.queues.set(url, { options, messages: new Map() });
    return url;
  }

  send(url: string | undefined, body: string, delaySeconds = 0, group?: string): string {
    if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > MAX_DELAY_SECONDS) {
      throw new SqsError('InvalidParameterValue', 'DelaySeconds is 0 to 900');
    }
    const nowMs = this.options.now();
    const { messages } = this.queue(url);
    this.sent += 1;
    const messageId = `message-${this.sent}`;
    messages.set(messageId, {
      ...{ messageId, body, group: group ?? messageId, sentMs: nowMs },
      ...{ visibleAtMs: nowMs + delaySeconds * 1000, receives: 0, receipt: null },
    });
    return messageId;
  }

  receive(url: string | undefined, most: number, visibilitySeconds?: number): Message[] {
    const { options, messages } = this.queue(url);
    const nowMs = this.options.now();
    const visible = [...messages.values()].filter((one) => one.visibleAtMs <= nowMs);
    if (this.options.isFair === true) {
      const noisy = noisyGroups(messages.values(), nowMs);
      visible.sort((a, b) => Number(noisy.has(a.group)) - Number(noisy.has(b.group)));
    }
    const received: Message[] = [];
    while (received.length < most && visible.length > 0) {
      const index = this.options.choose?.(visible.length) ?? 0;
      const [message] = visible.splice(index, 1);
      if (message === undefined) break;
      const { redrive } = options;
      if (redrive !== undefined && message.receives >= redrive.maxReceives) {
        messages.delete(message.messageId);
        this.bury(message, redrive.deadLetterUrl, nowMs);
        continue;
      }
      message.receives += 1;
      message.receipt = `${message.messageId}~${message.receives}`;
      message.visibleAtMs = nowMs + (visibilitySeconds ?? options.visibilitySeconds) * 1000;
      received.push(shownOf(message));
    }
    return received;
  }

  /** One that is gone already is gone, and one in nobody's hands stays, as in the emulator: no error. */
  delete(url: string | undefined, receipt: string): object {
    const { messages } = this.queue(url);
    const message = messages.get(idOf(receipt));
    const isInHand = message?.receipt === receipt && message.visibleAtMs > this.options.now();
    if (isInHand) messages.delete(message.messageId);
    return {};
  }

  /** Hides a message in flight for so long from now; 0 shows it at once. */
  show(url: string | undefined, receipt: string, seconds: number): object {
    if (seconds < 0 || seconds > MAX_HIDDEN_SECONDS) {
      throw new SqsError('InvalidParameterValue', 'VisibilityTimeout is 0 to 43200');
    }
    const nowMs = this.options.now();
    const message = this.queue(url).messages.get(idOf(receipt));
    if (message?.receipt !== receipt || message.visibleAtMs <= nowMs) {
      throw new SqsError('MessageNotInflight', 'it is in nobody’s hands');
    }
    message.visibleAtMs = nowMs + seconds * 1000;
    return {};
  }

  depth(url: string | undefined): Record<string, string> {
    const nowMs = this.options.now();
    const all = [...this.queue(url).messages.values()];
    const hidden = all.filter((one) => one.visibleAtMs > nowMs);
    const inFlight = hidden.filter((one) => one.receipt !== null).length;
    return {
      ApproximateNumberOfMessages: String(all.length - hidden.length),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(hidden.length - inFlight),
    };
  }

  purge(url: string | undefined): object {
    this.queue(url).messages.clear();
    return {};
  }

  /** When the next message can be received, in epoch ms; undefined where none is left. */
  nextVisibleMs(url: string): number | undefined {
    let next: number | undefined;
    for (const { visibleAtMs } of this.queue(url).messages.values()) {
      if (next === undefined || visibleAtMs < next) next = visibleAtMs;
    }
    return next;
  }

  /** How many are there, hidden ones included. */
  size(url: string): number {
    return this.queue(url).messages.size;
  }

  private bury(buried: Kept, url: string, nowMs: number): void {
    const { body, messageId, group, sentMs, receives } = buried;
    this.queue(url).messages.set(messageId, {
      // The look that found it exhausted counts too.
      ...{ messageId, body, group, sentMs, receives: receives + 1 },
      ...{ visibleAtMs: nowMs, receipt: null },
    });
  }

  private queue(url: string | undefined): MemoryQueue {
    const queue = this.queues.get(url ?? '');
    if (queue === undefined) {
      throw new SqsError('AWS.SimpleQueueService.NonExistentQueue', `no queue ${url}`);
    }
    return queue;
  }
}

/**
 * The groups that have more than a tenth of all messages in flight, and at least 30.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
 */
function noisyGroups(messages: Iterable<Kept>, nowMs: number): Set<string> {
  const inFlight = new Map<string, number>();
  let all = 0;
  for (const { group, receipt, visibleAtMs } of messages) {
    if (receipt === null || visibleAtMs <= nowMs) continue;
    all += 1;
    inFlight.set(group, (inFlight.get(group) ?? 0) + 1);
  }
  const isNoisy = (count: number) => count >= NOISY_MESSAGES && count > all * NOISY_PART;
  return new Set([...inFlight].flatMap(([group, count]) => (isNoisy(count) ? [group] : [])));
}

const NOISY_MESSAGES = 30;
const NOISY_PART = 0.1;

function idOf(receipt: string): string {
  return receipt.split('~')[0] ?? '';
}

function shownOf({ messageId, body, sentMs, receives, receipt }: Kept): Message {
  return {
    ...{ MessageId: messageId, Body: body, ReceiptHandle: receipt ?? '' },
    Attributes: {
      SentTimestamp: String(sentMs),
      ApproximateReceiveCount: String(receives),
    },
  };
}
