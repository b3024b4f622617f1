import { setTimeout as sleep } from 'node:timers/promises';
import {
  createSender,
  type IdKind,
  type Random,
  Refusal,
  type Sandbox,
  type WebhookSender,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { DEMO_CITY } from './city.ts';

/** Redemptions that are there when the page is first opened. */
const FIRST_SALES = 40;

const CHANNELS = ['直播', '短视频', '搜索', '门店页', '扫码'] as const;

export interface PlayOptions {
  readonly sandbox: Sandbox;
  readonly webhookUrl: string;
  readonly clientSecret: string;
  readonly random: Random;
  readonly everyMs: number;
}

/**
 * Plays the city: buyers buy, redeem, change their minds and get refunds, and the sandbox tells
 * Hexiao as the platform would, with doubles and out of order.
 */
export class Play {
  private readonly options: PlayOptions;
  private readonly sender: WebhookSender;
  /** Certificates that can still be used, with the stores of their merchant. */
  private readonly usable: { certificateId: string; storeIds: readonly string[] }[] = [];
  private readonly reversible: string[] = [];
  private readonly used: string[] = [];
  private stopping = false;
  private done: Promise<void> = Promise.resolve();

  constructor(options: PlayOptions) {
    const { webhookUrl, clientSecret, random } = options;
    this.options = options;
    this.sender = createSender({
      ...{ url: webhookUrl, clientSecret, random },
      ...{ duplicate: 0.1, reorder: 0.1, concurrency: 4 },
    });
  }

  start(): void {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.done;
  }

  private async run(): Promise<void> {
    for (let sale = 0; sale < FIRST_SALES; sale += 1) {
      this.sell();
      this.redeem();
    }
    while (!this.stopping) {
      await this.sender.send(this.options.sandbox.world.takeOutbox());
      await sleep(this.options.everyMs);
      this.act();
    }
    await this.sender.send(this.options.sandbox.world.takeOutbox());
  }

  private act(): void {
    const chance = this.options.random();
    if (chance < 0.35) this.sell();
    else if (chance < 0.85) this.redeem();
    else if (chance < 0.95) this.quietly(this.take(this.reversible), (id) => this.world.cancel(id));
    else this.quietly(this.take(this.used), (id) => this.world.refund(id));
  }

  private sell(): void {
    const merchant = this.pick(DEMO_CITY);
    const product = this.pick(merchant.products);
    const { random } = this.options;
    const order = this.world.sell({
      productId: product.productId,
      count: random() < 0.2 ? 2 : 1,
      platformDiscountFen: random() < 0.3 ? 500 : 0,
      channel: this.pick(CHANNELS),
    });
    const storeIds = merchant.stores.map((store) => store.storeId);
    for (const { certificateId } of order.certificates)
      this.usable.push({ certificateId, storeIds });
  }

  private redeem(): void {
    const voucher = this.take(this.usable);
    if (voucher === undefined) return;
    this.quietly(voucher.certificateId, (id) => {
      this.reversible.push(this.world.redeem(id, this.pick(voucher.storeIds)));
      this.used.push(id);
    });
  }

  /** The platform refuses some of what people try (a refunded voucher, a late reversal): so be it. */
  private quietly(id: string | undefined, act: (id: string) => unknown): void {
    if (id === undefined) return;
    try {
      act(id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  private take<T>(from: T[]): T | undefined {
    const [taken] = from.splice(Math.floor(this.options.random() * from.length), 1);
    return taken;
  }

  private pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.options.random() * from.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }

  private get world() {
    return this.options.sandbox.world;
  }
}

/** Ids that no earlier run on the same data used. */
export function freshIds(startedAtMs: number): (kind: IdKind) => string {
  let count = 0;
  return () => {
    count += 1;
    return `${startedAtMs}${String(count).padStart(6, '0')}`;
  };
}
