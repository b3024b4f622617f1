import { setTimeout as wait } from 'node:timers/promises';
import type { Outgoing, Random } from './player.ts';

export interface SenderOptions {
  /** One request. Throws where no answer came. */
  readonly post: (outgoing: Outgoing) => Promise<{ status: number; body: string }>;
  readonly random: Random;
  /** Chances from 0 to 1: that a request never leaves, leaves twice, leaves after later ones. */
  readonly loss?: number;
  readonly duplicate?: number;
  readonly reorder?: number;
  /** How far a held-back request or a second copy falls behind at most, in requests. */
  readonly reach?: number;
  /** How many are under way at once. */
  readonly concurrency?: number;
  /** Makes the platform's waits shorter: 0.001 turns its seconds into milliseconds. */
  readonly timeFactor?: number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** sent = acknowledged + failed = submitted − lost + duplicated, once all is done. */
export interface SendCounts {
  /** Requests handed over. */
  submitted: number;
  /** Requests that left, second copies too, repetitions not. */
  sent: number;
  acknowledged: number;
  lost: number;
  duplicated: number;
  /** Repetitions after an answer that was none of the platform's success. */
  retried: number;
  /** Not acknowledged after the last repetition. */
  failed: number;
}

const REACH = 8;

/** Posts requests as their platform does: repeated when unacknowledged, and with what goes wrong on the way. */
export class Sender {
  readonly counts: SendCounts = {
    ...{ submitted: 0, sent: 0, acknowledged: 0, lost: 0, duplicated: 0, retried: 0, failed: 0 },
  };
  private readonly options: SenderOptions;
  private readonly sleep: (ms: number) => Promise<unknown>;
  private held: { readonly at: number; readonly outgoing: Outgoing }[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(options: SenderOptions) {
    this.options = options;
    this.sleep = options.sleep ?? ((ms) => wait(ms));
    this.free = options.concurrency ?? 8;
  }

  /** Takes requests in the order they were made; when they leave is chance's. */
  send(all: readonly Outgoing[]): void {
    for (const outgoing of all) {
      this.plan(outgoing);
      this.release(this.counts.submitted);
    }
  }

  /** Lets everything leave that was held back, and waits for the last repetition. */
  async finish(): Promise<SendCounts> {
    this.release(Number.POSITIVE_INFINITY);
    while (this.underWay.size > 0) await Promise.all(this.underWay);
    return this.counts;
  }

  /** Five draws a request, so that a seed always means the same. */
  private plan(outgoing: Outgoing): void {
    const { random, loss = 0, duplicate = 0, reorder = 0 } = this.options;
    const draws = { loss: random(), duplicate: random(), reorder: random() };
    const [heldBack, copyBehind] = [this.distance(random()), this.distance(random())];
    this.counts.submitted += 1;
    const at = this.counts.submitted;
    if (draws.loss < loss) {
      this.counts.lost += 1;
      return;
    }
    this.held.push({ at: draws.reorder < reorder ? at + heldBack + 0.5 : at, outgoing });
    if (draws.duplicate < duplicate) {
      this.counts.duplicated += 1;
      this.held.push({ at: at + copyBehind + 0.25, outgoing });
    }
  }

  private distance(draw: number): number {
    return 1 + Math.floor(draw * (this.options.reach ?? REACH));
  }

  private release(until: number): void {
    const due = this.held.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
    this.held = this.held.filter(({ at }) => at > until);
    for (const { outgoing } of due) {
      const done = this.deliver(outgoing).finally(() => this.underWay.delete(done));
      this.underWay.add(done);
    }
  }

  private async deliver(outgoing: Outgoing): Promise<void> {
    const { timeFactor = 1 } = this.options;
    this.counts.sent += 1;
    for (const [tries, delayMs] of [0, ...outgoing.retries.delaysMs].entries()) {
      if (delayMs > 0) await this.sleep(delayMs * timeFactor);
      if (tries > 0) this.counts.retried += 1;
      if (await this.isReceived(outgoing)) {
        this.counts.acknowledged += 1;
        return;
      }
    }
    this.counts.failed += 1;
  }

  private async isReceived(outgoing: Outgoing): Promise<boolean> {
    await this.takeTurn();
    try {
      const { status, body } = await this.options.post(outgoing);
      return outgoing.isReceived(status, body);
    } catch {
      // No connection, cut off, or too late: no platform distinguishes these either.
      return false;
    } finally {
      this.giveTurn();
    }
  }

  private takeTurn(): Promise<void> | undefined {
    if (this.free > 0) {
      this.free -= 1;
      return undefined;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private giveTurn(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}
