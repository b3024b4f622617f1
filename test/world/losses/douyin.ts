import {
  sandboxApp,
  signWebhook,
  World,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { DOCUMENTED_LIMITS } from '../../../lib/integrations/douyin-life/sandbox/limits.ts';
import { DouyinLifePlayer } from '../../../lib/integrations/douyin-life/sandbox/player.ts';
import {
  atWebhook,
  type Outgoing,
  pickOne,
  type Truth,
} from '../../../lib/integrations/sandbox-kit/player.ts';
import { playedMerchants } from '../../../lib/integrations/sandboxes.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import { Pool, type Shop, type ShopOptions, type Use, Uses } from './shop.ts';

const CLIENT_SECRET = 'the secret of the losses’ world';

const MINUTE_MS = 60_000;

/** A use is taken back within an hour, and somebody thinks of it within this time. */
const REVERSED_WITHIN_MS = 45 * MINUTE_MS;

interface Usable {
  readonly certificateId: string;
  readonly poiIds: readonly string[];
  usesLeft: number;
}

interface DouyinUse extends Use {
  readonly voucher: Usable;
  readonly verifyId: string;
}

/** Merchants of Douyin's life services, whose every act is a message. */
export class DouyinShop extends DouyinLifePlayer implements Shop {
  redemptions = 0;
  readonly limits = DOCUMENTED_LIMITS_BY_PATH;
  readonly #world: World;
  readonly #unused = new Pool<Usable>();
  readonly #used = new Uses<DouyinUse>();
  readonly #partly = new Set<string>();
  readonly #now: () => number;

  constructor({ now, nextId }: ShopOptions) {
    const world = new World({
      clientKey: 'aw00000000losses',
      now,
      nextId: () => `7400${nextId()}`,
    });
    const merchants = playedMerchants('douyin-life', nextId);
    super({
      ...{ world, merchants, clientSecret: CLIENT_SECRET, random: () => 0 },
      api: sandboxApp({ world, clientSecret: CLIENT_SECRET }),
    });
    this.#world = world;
    this.#now = now;
  }

  live(random: () => number): Outgoing[] {
    const what = random();
    if (what < 0.44 || this.#unused.size < 10) this.#sell(random);
    else if (what < 0.9) this.#redeem(random);
    else if (what < 0.94) this.#reverse(random);
    else if (what < 0.97) this.#refundUnused(random);
    else this.#refundUsed(random);
    return this.#world.takeOutbox().map(({ body, msgId }) =>
      atWebhook(body, {
        headers: {
          ...{ 'content-type': 'application/json', 'msg-id': msgId },
          'x-douyin-signature': signWebhook(CLIENT_SECRET, body),
        },
        retries: { delaysMs: [1_000, 2_000, 3_000], documented: true },
        isReceived: (status) => status === 200,
      }),
    );
  }

  #sell(random: () => number): void {
    const { products, stores } = pickOne(random, this.merchants);
    const { productId, timesCount = 1 } = pickOne(random, products);
    const order = this.#world.sell({
      ...{ productId, count: random() < 0.2 ? 2 : 1 },
      platformDiscountFen: random() < 0.3 ? 500 : 0,
      merchantTicketFen: random() < 0.2 ? 301 : 0,
      channel: pickOne(random, ['直播', '短视频', '搜索', '门店页']),
    });
    const poiIds = stores.map(({ storeId }) => storeId);
    for (const { certificateId } of order.certificates) {
      this.#unused.put({ certificateId, poiIds, usesLeft: timesCount });
    }
  }

  #redeem(random: () => number): void {
    const voucher = this.#unused.take(random);
    if (voucher === undefined) return;
    const { certificateId, poiIds } = voucher;
    const verifyId = this.#world.redeem(certificateId, pickOne(random, poiIds));
    this.redemptions += 1;
    voucher.usesLeft -= 1;
    if (voucher.usesLeft > 0) this.#unused.put(voucher);
    else this.#used.put({ voucher, verifyId, atMs: this.#now(), isOver: false });
  }

  #reverse(random: () => number): void {
    const use = this.#used.takeLate(random, this.#now() - REVERSED_WITHIN_MS);
    if (use === undefined) return;
    this.#world.cancel(use.verifyId);
    use.voucher.usesLeft = 1;
    this.#unused.put(use.voucher);
  }

  #refundUnused(random: () => number): void {
    const voucher = this.#unused.take(random);
    if (voucher !== undefined) this.#world.refund(voucher.certificateId);
  }

  /** All of it, or a part of it. */
  #refundUsed(random: () => number): void {
    const use = this.#used.takeAny(random);
    if (use === undefined) return;
    const { certificateId } = use.voucher;
    const isPart = random() < 0.5;
    if (isPart) this.#partly.add(certificateId);
    this.#world.refund(certificateId, ...(isPart ? [100] : []));
  }

  /** What a part of a voucher's refund leaves is no truth of the player's: it is the same in every run. */
  override truth(): Truth[] {
    return super.truth().filter(({ id }) => !this.#partly.has(id));
  }

  /** A window of the live edge is asked for once, a day twice; an order whenever it lacks an act. */
  readingsOf(question: string): number {
    return /start_time/.test(question) ? 2 : Number.POSITIVE_INFINITY;
  }

  nameOf({ kind, eventId, storeId, businessDay, channel, productId, orderId }: Entry): string {
    return JSON.stringify([kind, eventId, storeId, businessDay, channel, productId, orderId]);
  }
}

const DOCUMENTED_LIMITS_BY_PATH = {
  'trade/order/query/': DOCUMENTED_LIMITS['order.query'] ?? 0,
  'verify_record/query/': DOCUMENTED_LIMITS['verify_record.query'] ?? 0,
};
