import { pathOf } from '../../../../lib/cli/simulation.ts';
import type { BodyKeys } from '../../../../lib/crypto/body-keys.ts';
import {
  IssuedTokens,
  type Order,
  sandboxApp,
  signWebhook,
  World,
} from '../../../../lib/integrations/douyin-life/sandbox/index.ts';
import { DouyinLifePlayer } from '../../../../lib/integrations/douyin-life/sandbox/player.ts';
import {
  idsSince,
  type Outgoing,
  type Player,
  pickOne,
  type Random,
  seededRandom,
} from '../../../../lib/integrations/sandbox-kit/player.ts';
import { createPlayer } from '../../../../lib/integrations/sandboxes.ts';
import { addDays, instantToMs } from '../../../../lib/time/shanghai.ts';
import type { MemoryTable } from '../../memory/table.ts';
import { DEMO_CITY, DEMO_PROVIDERS, type DemoMerchant } from '../city.ts';
import { CITY_INTEGRATION, OTHER_MERCHANTS } from '../others.ts';
import { APP_KEY, seedApp, seedCity, seedOther } from '../seed.ts';
import { hostOf, PastHub } from './hub.ts';
import { withTimeOf } from './time.ts';

export interface PastOptions {
  /** The first day that is not past. */
  readonly today: string;
  readonly days: number;
  readonly bodyKeys: BodyKeys;
  /** Epoch ms of today. What is done before dawn is left out while dawn is to come; absent: it is left out. */
  readonly untilMs?: number;
  /** Redemptions of a store on an ordinary day. */
  readonly perStoreDay?: number;
}

interface Act {
  readonly atMs: number;
  readonly run: () => Promise<void>;
}

/** Lunch and dinner. */
const HOURS = [10, 11, 12, 12, 12, 13, 13, 15, 17, 18, 18, 18, 19, 19, 19, 20, 20, 21];
/** Monday to Sunday. */
const WEEK = [0.8, 0.7, 0.8, 0.9, 1.2, 1.7, 1.5];
const CHANNELS = ['直播', '直播', '直播', '短视频', '短视频', '门店页', '搜索', '扫码'] as const;
const CREATORS = ['小鹿探店', '阿强吃遍山城', '周末去哪儿', '豆豆妈带娃', '老饕日记'] as const;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const REVERSED = 0.03;
const REFUNDED = 0.04;

/** What is wrong, for somebody to find: so many days ago this store gave much back, and another one's webhooks were lost. */
const MANY_REFUNDS_DAYS_AGO = 6;
const LOST_DAYS_AGO = 1;

/**
 * Plays what happened before anybody looked, day by day through the real functions in memory: signed webhooks, queries
 * at the platforms' sandboxes, bookings, reconciliations, closings. The same days give the same numbers.
 * @returns the table as they left it
 */
export async function playPast(options: PastOptions): Promise<MemoryTable> {
  const past = new Past(options);
  await withTimeOf(past.hub, () => past.play());
  return past.hub.table;
}

class Past {
  readonly hub: PastHub;
  readonly #options: PastOptions;
  readonly #random: Random = seededRandom(7);
  readonly #apis = new Map<string, Player['api']>();
  readonly #world: World;
  readonly #city: DouyinLifePlayer;
  readonly #others: readonly Player[];
  readonly #secret = 'secret of the demo’s past';

  constructor(options: PastOptions) {
    this.#options = options;
    const firstMs = this.#at(options.days, 0);
    this.hub = new PastHub(firstMs - HOUR_MS, options.bodyKeys, this.#apis);
    const now = () => this.hub.nowMs;
    const nextId = idsSince(firstMs);
    this.#world = new World({ clientKey: APP_KEY, now, nextId: () => `7400${nextId()}` });
    const [world, clientSecret] = [this.#world, this.#secret];
    const api = sandboxApp({ world, clientSecret, tokens: new IssuedTokens(now), limits: {} });
    const random = this.#random;
    this.#city = new DouyinLifePlayer({ world, api, clientSecret, random, merchants: DEMO_CITY });
    this.#others = OTHER_MERCHANTS.map(({ integration, merchant }) =>
      createPlayer(integration, { random, now, nextId, merchants: [merchant] }),
    );
    for (const player of [this.#city, ...this.#others]) this.#apis.set(hostOf(player), player.api);
  }

  async play(): Promise<void> {
    const { hub } = this;
    await seedCity(hub.table);
    await seedApp(hub.table, this.#city, `http://${hostOf(this.#city)}`);
    for (const [at, player] of this.#others.entries()) {
      const other = OTHER_MERCHANTS[at];
      if (other !== undefined)
        await seedOther(hub.table, player, other, `http://${hostOf(player)}`);
    }
    for (let back = this.#options.days; back >= 1; back -= 1) await this.#playDay(back);
  }

  /** A day's acts in their order; then what the platforms recorded is compared, and a month is closed on its second. */
  async #playDay(back: number): Promise<void> {
    const { hub } = this;
    const acts = [...this.#cityActs(back), ...this.#otherActs(back)];
    const left: Act[] = [...acts, ...this.#later.splice(0)].filter((act) => {
      const isToday = act.atMs < this.#at(back - 1, 0);
      if (!isToday) this.#later.push(act);
      return isToday;
    });
    while (left.length > 0) {
      left.sort((a, b) => b.atMs - a.atMs);
      const act = left.pop();
      if (act === undefined) break;
      hub.nowMs = Math.max(hub.nowMs, act.atMs);
      await act.run();
      hub.nowMs += 900;
      await hub.settle('intake');
      for (const next of this.#next.splice(0)) {
        (next.atMs < this.#at(back - 1, 0) ? left : this.#later).push(next);
      }
    }
    await hub.settle('attribution');
    // Before dawn, and the day before is over.
    hub.nowMs = Math.max(hub.nowMs, this.#at(back - 1, 0) + 2.5 * HOUR_MS);
    if (back > 1 || hub.nowMs < (this.#options.untilMs ?? 0)) await this.#beforeDawn(back - 1);
  }

  async #beforeDawn(back: number): Promise<void> {
    await this.hub.reconcile();
    // What was found is taken in: the next run sees that nothing is missing any more.
    if (back === 0) {
      this.hub.nowMs += 15 * MINUTE_MS;
      await this.hub.reconcile();
    }
    const day = this.#day(back);
    if (!day.endsWith('-02')) return;
    const month = addDays(`${day.slice(0, 8)}01`, -1).slice(0, 7);
    for (const { providerId } of DEMO_PROVIDERS) {
      await this.hub.operator('POST', `/statements/${month}/close`, JSON.stringify({ providerId }));
      await this.hub.settle('attribution');
    }
  }

  readonly #next: Act[] = [];
  readonly #later: Act[] = [];

  *#cityActs(back: number): Generator<Act> {
    const { days, perStoreDay = 0.7 } = this.#options;
    const weekday = (new Date(`${this.#day(back)}T00:00:00Z`).getUTCDay() + 6) % 7;
    // Business grows a little from month to month.
    const growth = 1.15 - (back / days) * 0.3;
    for (const [at, merchant] of DEMO_CITY.entries()) {
      for (const { storeId } of merchant.stores) {
        const busy = perStoreDay * (1.6 - at * 0.2) * (WEEK[weekday] ?? 1) * growth;
        const ordinary = Math.floor(busy + this.#random());
        const count = Math.max(ordinary, this.#isWrong(back, storeId) ? 6 : 0);
        for (let one = 0; one < count; one += 1) yield this.#guest(merchant, storeId, back);
      }
    }
  }

  /** Buys, and comes to the store within two days. */
  #guest(merchant: DemoMerchant, storeId: string, back: number): Act {
    const usedAtMs = this.#at(back, pickOne(this.#random, HOURS)) + this.#minutes(60);
    const soldAtMs = Math.max(this.#at(back, 8), usedAtMs - this.#minutes(40 * 60));
    const channel = pickOne(this.#random, CHANNELS);
    const isShown = channel === '直播' || channel === '短视频';
    const creator = Math.floor(this.#random() * CREATORS.length);
    const { productId, priceFen } = pickOne(this.#random, merchant.products);
    const platformDiscountFen = this.#random() < 0.3 ? Math.round(priceFen * 0.1) : 0;
    return {
      atMs: soldAtMs,
      run: async () => {
        const order = this.#world.sell({
          ...{ productId, channel, platformDiscountFen },
          ...(isShown
            ? { creatorUid: `709900000000001${creator}`, creatorNickname: CREATORS[creator] ?? '' }
            : {}),
        });
        await this.#sendWorld();
        this.#next.push({ atMs: usedAtMs, run: () => this.#use(order, storeId, back) });
      },
    };
  }

  async #use({ certificates }: Order, storeId: string, back: number): Promise<void> {
    const [certificate] = certificates;
    if (certificate === undefined) return;
    const { certificateId } = certificate;
    const verifyId = this.#world.redeem(certificateId, storeId);
    const wrong = this.#isWrong(back, storeId);
    if (wrong === 'lost') this.#world.takeOutbox();
    else await this.#sendWorld();
    const isReturned = wrong === 'returned';
    const fate = this.#random();
    const usedAtMs = this.hub.nowMs;
    if (isReturned || (fate > REVERSED && fate < REVERSED + REFUNDED)) {
      const atMs = isReturned ? this.#at(back, 22) + this.#minutes(90) : usedAtMs + 26 * HOUR_MS;
      this.#next.push({ atMs, run: () => this.#then(() => this.#world.refund(certificateId)) });
    } else if (fate < REVERSED) {
      const atMs = usedAtMs + 8 * MINUTE_MS;
      this.#next.push({ atMs, run: () => this.#then(() => this.#world.cancel(verifyId)) });
    }
  }

  #isWrong(back: number, storeId: string): 'lost' | 'returned' | false {
    if (back === LOST_DAYS_AGO && storeId === DEMO_CITY[1]?.stores[0]?.storeId) return 'lost';
    const isReturned =
      back === MANY_REFUNDS_DAYS_AGO && storeId === DEMO_CITY[0]?.stores[1]?.storeId;
    return isReturned && 'returned';
  }

  async #then(act: () => unknown): Promise<void> {
    act();
    await this.#sendWorld();
  }

  async #sendWorld(): Promise<void> {
    const path = `/webhooks/${CITY_INTEGRATION}/${APP_KEY}`;
    for (const { body, msgId } of this.#world.takeOutbox()) {
      const signature = signWebhook(this.#secret, body);
      const headers = { 'content-type': 'application/json', 'x-douyin-signature': signature };
      await this.hub.deliver(path, {
        method: 'POST',
        headers: { ...headers, 'msg-id': msgId },
        body,
      });
    }
  }

  *#otherActs(back: number): Generator<Act> {
    for (const player of this.#others) {
      // Of a platform whose messages nobody can read, one is enough.
      const isRead = player.truth().length > 0;
      const count = isRead ? 1 + Math.floor(this.#random() * 2) : back === 3 ? 1 : 0;
      const first = !isRead && back === this.#options.days ? 1 : count;
      for (let one = 0; one < first; one += 1) {
        const atMs = this.#at(back, pickOne(this.#random, HOURS)) + this.#minutes(40);
        yield { atMs, run: () => this.#send(player, player.sell()) };
        yield {
          atMs: atMs + this.#minutes(15) + MINUTE_MS,
          run: () => this.#send(player, this.#random() < 0.96 ? player.redeem() : player.refund()),
        };
      }
    }
  }

  async #send(player: Player, all: readonly Outgoing[]): Promise<void> {
    for (const outgoing of all) {
      const { headers, body } = outgoing;
      await this.hub.deliver(pathOf(player, outgoing), { method: 'POST', headers, body });
      await this.hub.settle('intake');
    }
  }

  #day(back: number): string {
    return addDays(this.#options.today, -back);
  }

  /** @param hour of the day so many days before today */
  #at(back: number, hour: number): number {
    return instantToMs(`${this.#day(back)}T00:00:00+08:00`) + hour * HOUR_MS;
  }

  #minutes(most: number): number {
    return Math.floor(this.#random() * most) * MINUTE_MS;
  }
}
