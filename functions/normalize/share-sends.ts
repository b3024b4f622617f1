import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { type Delays, Queue } from '../../lib/queue/queue.ts';

/** How long what is ready waits for others at most: a slow platform holds up nobody else. */
const LONGEST_WAIT_MS = 200;

/** What SQS takes at once. */
const FULL = 10;

interface Waiting {
  readonly messages: readonly AttributionMessage[];
  readonly delaySeconds: readonly (number | undefined)[];
  readonly groups: readonly (string | undefined)[];
  readonly sent: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Lets the orders of a batch send together, so that ten of them cost one request. Nobody waits for nothing: as soon
 * as none of the orders under way has its sending before it, what is ready goes out. Where the queue refuses any of
 * it, each of those who sent together fails, and is repeated.
 */
export class ShareSends {
  private readonly attribution: Queue<AttributionMessage>;
  private waiting: Waiting[] = [];
  /** Orders that may still send. */
  private expected = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(attribution: Queue<AttributionMessage>) {
    this.attribution = attribution;
  }

  /** @param work gets the queue for one order's sending: only its first use is waited for */
  async share<T>(work: (attribution: Queue<AttributionMessage>) => Promise<T>): Promise<T> {
    this.expected += 1;
    let isExpected = true;
    const arrive = () => {
      if (isExpected) this.expected -= 1;
      isExpected = false;
    };
    try {
      return await work(
        new SharedQueue(this.attribution, (...sending) => {
          arrive();
          return this.add(...sending);
        }),
      );
    } finally {
      arrive();
      this.sendWhenReady();
    }
  }

  private add(
    messages: readonly AttributionMessage[],
    delays?: Delays,
    ofWhom: readonly (string | undefined)[] = [],
  ): Promise<void> {
    const delaySeconds = typeof delays === 'object' ? delays : messages.map(() => delays);
    const groups = messages.map((_, index) => ofWhom[index]);
    const added = new Promise<void>((sent, failed) => {
      this.waiting.push({ messages, delaySeconds, groups, sent, failed });
    });
    this.sendWhenReady();
    return added;
  }

  private sendWhenReady(): void {
    const count = this.waiting.reduce((sum, { messages }) => sum + messages.length, 0);
    if (this.waiting.length === 0) return;
    if (this.expected === 0 || count >= FULL) void this.sendAll();
    else this.timer ??= setTimeout(() => void this.sendAll(), LONGEST_WAIT_MS);
  }

  private async sendAll(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const all = this.waiting;
    this.waiting = [];
    try {
      await this.attribution.sendAll(
        all.flatMap(({ messages }) => messages),
        all.flatMap(({ delaySeconds }) => delaySeconds),
        all.flatMap(({ groups }) => groups),
      );
      for (const { sent } of all) sent();
    } catch (error) {
      for (const { failed } of all) failed(error);
    }
  }
}

class SharedQueue extends Queue<AttributionMessage> {
  private readonly add: Queue<AttributionMessage>['sendAll'];

  constructor(queue: Queue<AttributionMessage>, add: Queue<AttributionMessage>['sendAll']) {
    super(queue.client, queue.url);
    this.add = add;
  }

  override send(message: AttributionMessage, delaySeconds?: number, group?: string): Promise<void> {
    return this.add([message], delaySeconds, [group]);
  }

  override sendAll(...sending: Parameters<Queue<AttributionMessage>['sendAll']>): Promise<void> {
    return this.add(...sending);
  }
}
