import {
  sandboxApp,
  signWebhook,
  type WebhookMessage,
  World,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { Dice } from '../../world/engine/dice.ts';
import { OPERATOR_TOKEN } from '../../world/engine/workers.ts';
import { Cloud, type CloudOptions } from './cloud.ts';

const APP_KEY = 'aw0000000000load';
const SECRET = 'secret_of_the_load_0001';
const CHANNELS = ['直播', '短视频', '搜索', '门店页'];

export interface LoadOptions {
  readonly startMs: number;
  readonly providers: number;
  readonly stores: number;
  readonly pollers?: number;
  readonly windows?: CloudOptions['windows'];
  /** Of the app, beside those that every load has. */
  readonly settings?: object;
}

interface Place {
  readonly poiId: string;
  readonly providerId: string;
  readonly products: readonly string[];
}

export interface Sold {
  readonly certificateId: string;
  readonly poiId: string;
  readonly providerId: string;
}

/** Douyin's shops of many providers, and a Hexiao as it is deployed. Stores are chosen by Zipf's law. */
export class Load {
  readonly cloud: Cloud;
  readonly world: World;
  private readonly options: LoadOptions;
  private readonly random: () => number;
  private places: Place[] = [];
  private weights: number[] = [];

  constructor(options: LoadOptions) {
    this.options = options;
    const { startMs, pollers, windows = {} } = options;
    let app: ReturnType<typeof sandboxApp> | undefined;
    this.cloud = new Cloud({
      ...{ startMs, windows },
      ...(pollers === undefined ? {} : { pollers }),
      fetch: async (input) => (await app?.fetch(input as Request)) ?? new Response(null),
    });
    const { clock } = this.cloud;
    this.world = new World({ clientKey: APP_KEY, now: () => Math.round(clock.nowMs) });
    app = sandboxApp({ world: this.world, clientSecret: SECRET, limits: {} });
    this.random = new Dice(4).sequence('load');
  }

  async prepare(): Promise<void> {
    const { providers, stores, settings } = this.options;
    await this.cloud.prepare();
    await this.call('PUT', `/v1/apps/douyin-life/${APP_KEY}`, {
      secrets: { clientSecret: SECRET },
      settings: { apiBaseUrl: 'http://platform.test', factsSince: '2025-01-01', ...settings },
    });
    for (let index = 0; index < providers; index += 1) {
      this.places.push(...(await this.openShop(`p-${index}`, Math.ceil(stores / providers))));
    }
    this.places = shuffled(this.places, this.random);
    let sum = 0;
    this.weights = this.places.map((_, rank) => {
      sum += 1 / (rank + 1);
      return sum;
    });
  }

  /** Sells one voucher of a store that is chosen by chance, and posts its message. */
  async sell(place = this.anyPlace()): Promise<Sold> {
    const { random, world } = this;
    const order = world.sell({
      productId: place.products[Math.floor(random() ** 2 * place.products.length)] ?? '',
      channel: CHANNELS[Math.floor(random() ** 2 * CHANNELS.length)] ?? '',
      buyerOpenId: `_000buyer${Math.floor(random() * 5_000)}`,
      ...(random() < 0.3 && { creatorUid: `90${100 + Math.floor(random() * 40)}` }),
    });
    await this.postAll(world.takeOutbox());
    const { poiId, providerId } = place;
    return { certificateId: order.certificates[0]?.certificateId ?? '', poiId, providerId };
  }

  async redeem({ certificateId, poiId }: Sold): Promise<void> {
    this.world.redeem(certificateId, poiId);
    await this.postAll(this.world.takeOutbox());
  }

  /** Does something so many times, by chance spread over a time of the world's. Then waits for what it led to. */
  async spread<T>(
    count: number,
    perSecond: number,
    act: (index: number) => Promise<T>,
  ): Promise<T[]> {
    const { clock } = this.cloud;
    const done: T[] = [];
    let left = count;
    let failure: unknown;
    let atMs = 0;
    for (let index = 0; index < count; index += 1) {
      // As requests come that know nothing of each other.
      atMs += (-Math.log(1 - this.random()) * 1_000) / perSecond;
      clock.in(atMs, () => {
        act(index).then(
          (result) => {
            done[index] = result;
            left -= 1;
          },
          (error: unknown) => {
            failure = error;
            left = 0;
          },
        );
      });
    }
    await clock.run(Number.POSITIVE_INFINITY, () => left === 0);
    if (failure !== undefined) throw failure;
    await clock.run();
    return done;
  }

  place(index: number): Place {
    return this.places[index] as Place;
  }

  async call(method: string, path: string, body: object): Promise<void> {
    const response = await this.cloud.operator.request(path, {
      method,
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  }

  private async postAll(messages: readonly WebhookMessage[]): Promise<void> {
    for (const { body } of messages) {
      const headers = {
        'x-douyin-signature': signWebhook(SECRET, body),
        'content-type': 'application/json',
      };
      await this.cloud.post(`/webhooks/douyin-life/${APP_KEY}`, headers, body);
    }
  }

  private anyPlace(): Place {
    const mark = this.random() * (this.weights.at(-1) ?? 0);
    return this.place(this.weights.findIndex((sum) => sum >= mark));
  }

  private async openShop(providerId: string, stores: number): Promise<Place[]> {
    const { world } = this;
    const { accountId: merchantId } = world.addMerchant({ name: `商家 ${providerId}` });
    await this.call('PUT', `/v1/providers/${providerId}`, { name: providerId, kind: 'agency' });
    await this.call('PUT', `/v1/merchants/douyin/${merchantId}`, { name: merchantId });
    await this.call('POST', '/v1/contracts', {
      ...{ providerId, platform: 'douyin', merchantId, mode: 'agency' },
      ...{ shareBp: 10_000, rateBp: 500, startsAt: '2025-01-01T00:00:00+08:00' },
    });
    const products = Array.from({ length: 8 }, (_, index) => {
      const product = {
        accountId: merchantId,
        name: `套餐 ${index}`,
        priceFen: 6_800 + 1_000 * index,
      };
      return world.addProduct(product).productId;
    });
    const places: Place[] = [];
    for (let index = 0; index < stores; index += 1) {
      const [name, city] = [`门店 ${index}`, ['成都', '重庆', '西安'][index % 3] ?? ''];
      const { poiId } = world.addStore({ accountId: merchantId, name, city });
      await this.call('PUT', `/v1/stores/douyin/${poiId}`, { name, city, merchantId });
      places.push({ poiId, providerId, products });
    }
    return places;
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
