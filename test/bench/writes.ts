import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { putStore } from '../../lib/store/accounts/parties.ts';
import {
  postAll,
  registerApp,
  registerContract,
  registerProvider,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { straightforward } from './support/baseline.ts';
import { type Bills, Meter, perPiece, round, total } from './support/meter.ts';

/**
 * What a redemption costs in write units, counted by the database itself, from the archive of its
 * webhook to the totals: `npm run bench -- writes [redemptions=2000]`. The load is Zipf over 1,000 stores of
 * 50 providers at 100 redemptions a second, in worker batches of up to 100, each of which rolls up what it
 * touched. Time is not real: a wave of 200 stands for 2 seconds of such load, the waves are spread over a
 * business day from 10:00 to 22:00, and dimensions are rolled up once in 5 minutes of such load and at the end. Beside it a
 * straightforward build, on the same emulator.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const redemptions = Number(options.redemptions ?? 2_000);
  const load = await prepare(redemptions);
  const { hexiao, meter } = load;
  const payments: Bills[] = [];
  const written: Bills[] = [];
  for (let at = 0; at < redemptions; at += WAVE) {
    const size = Math.min(WAVE, redemptions - at);
    const sold = await load.sell(size, at / redemptions);
    payments.push(await load.work());
    await load.redeem(sold);
    written.push(await load.work());
    if ((at / WAVE) % WAVES_A_DIMENSION === WAVES_A_DIMENSION - 1)
      written.push(await load.rollup());
  }
  written.push(await load.rollup());
  const most = Math.min(redemptions, 300);
  const same = total(await again(load, most, (body) => body)) / most;
  const retold = total(await again(load, most, otherBytes)) / most;
  await hexiao.stop();
  const bills = addBills(written);
  if (bills.LEDGER?.calls !== redemptions) throw new Error('not every redemption was booked once');
  const units = total(bills) / redemptions;
  const baseline = await straightforward(redemptions);
  meter.stop();
  return {
    redemptions,
    perSecond: WAVE / WAVE_SECONDS,
    unitsPerRedemption: round(units),
    perItemKind: perPiece(bills, redemptions),
    unitsPerPayment: round(total(addBills(payments)) / redemptions),
    unitsPerDuplicate: round(Math.max(same, retold)),
    duplicates: { sameBytes: round(same), otherBytes: round(retold) },
    baseline: { ...baseline, ratio: round(baseline.unitsPerRedemption / units) },
  };
}

/** Sends what was sent before once more. @returns what that wrote */
async function again(load: Load, most: number, as: (body: string) => string): Promise<Bills> {
  await load.repeat(most, as);
  return addBills([await load.work(), await load.rollup()]);
}

/** The same told again in another message: only the platform's log id differs. */
function otherBytes(body: string): string {
  return body.replace(/"log_id":"/, '"log_id":"9');
}

/** Redemptions in two seconds, which is what a load of 100 a second is. */
const WAVE = 200;
const WAVE_SECONDS = 2;
const WAVES_A_DIMENSION = 150;
const BATCH = 100;

const PROVIDERS = 50;
const STORES = 1_000;
const OPENS_MS = Date.parse('2025-10-09T10:00:00+08:00');
const OPEN_MS = 12 * 3_600_000;
const CHANNELS = ['直播', '短视频', '搜索', '门店页'];

interface Sold {
  readonly certificateId: string;
  readonly poiId: string;
  readonly atMs: number;
}

interface Load {
  readonly hexiao: HexiaoUnderTest;
  readonly meter: Meter;
  /** @param part how much of the day is over, 0 to 1 */
  sell(count: number, part: number): Promise<Sold[]>;
  redeem(sold: readonly Sold[]): Promise<void>;
  /** Works on all that is on the queues, with its totals. @returns what was written */
  work(): Promise<Bills>;
  /** Rolls up the dimensions that were asked for. */
  rollup(): Promise<Bills>;
  repeat(count: number, as: (body: string) => string): Promise<void>;
}

async function prepare(redemptions: number): Promise<Load> {
  const douyin = startDouyin();
  const { world } = douyin;
  let nowMs = OPENS_MS;
  douyin.setNow(nowMs);
  const hexiao = await HexiaoUnderTest.start({ fetch: douyin.fetch, now: () => nowMs });
  const places = await openStores(hexiao, world);
  const random = mulberry(4);
  const pick = zipf(STORES, random);
  const shuffled = shuffle(places, random);
  const sent: string[] = [];
  const held = new HeldQueue(hexiao);
  Object.assign(hexiao.attributeDeps, { attribution: held });
  const meter = new Meter(hexiao.emulators.database);
  const setNow = (ms: number) => {
    nowMs = ms;
    douyin.setNow(ms);
  };
  const taken = (): Bills => {
    const { writes } = meter;
    meter.reset();
    return writes;
  };
  return {
    hexiao,
    meter,
    async sell(count, part) {
      const sold: Sold[] = [];
      for (let index = 0; index < count; index += 1) {
        const place = shuffled[pick()];
        if (place === undefined) throw new Error('there is no such store');
        const atMs = OPENS_MS + Math.floor(OPEN_MS * part) + (1_000 * WAVE_SECONDS * index) / WAVE;
        setNow(atMs - 3_600_000);
        const order = world.sell({
          productId: place.products[Math.floor(random() ** 2 * place.products.length)] ?? '',
          channel: CHANNELS[Math.floor(random() ** 2 * CHANNELS.length)] ?? '',
          buyerOpenId: `_000buyer${Math.floor(random() * redemptions * 1.5)}`,
          ...(random() < 0.3 && { creatorUid: `90${100 + Math.floor(random() * 40)}` }),
        });
        const { certificateId } = order.certificates[0] ?? { certificateId: '' };
        sold.push({ certificateId, poiId: place.poiId, atMs });
      }
      await postAll(hexiao, world.takeOutbox());
      return sold;
    },
    async redeem(sold) {
      for (const { certificateId, poiId, atMs } of sold) {
        setNow(atMs);
        world.redeem(certificateId, poiId);
      }
      const messages = world.takeOutbox();
      sent.push(...messages.map(({ body }) => body));
      await postAll(hexiao, messages);
    },
    async work() {
      for (;;) {
        const done = (await hexiao.step('intake')) + (await hexiao.step('attribution'));
        if (done === 0) break;
      }
      return taken();
    },
    async rollup() {
      await held.release('dimensions');
      return taken();
    },
    async repeat(count, as) {
      const bodies = sent.slice(0, count);
      await postAll(
        hexiao,
        bodies.map((body) => ({ ...NO_MESSAGE, body: as(body) })),
      );
    },
  };
}

const NO_MESSAGE = { event: '', action: '', msgId: '', createdAtMs: 0 };

interface BenchMerchant {
  readonly poiId: string;
  readonly products: readonly string[];
}

/** A merchant a provider. The stores are known: whether one is discovered is not what is measured. */
async function openStores(
  hexiao: HexiaoUnderTest,
  world: ReturnType<typeof startDouyin>['world'],
): Promise<BenchMerchant[]> {
  await registerApp(hexiao);
  const places: BenchMerchant[] = [];
  for (let provider = 0; provider < PROVIDERS; provider += 1) {
    const { accountId: merchantId } = world.addMerchant({ name: `商家 ${provider}` });
    const providerId = `provider-${provider}`;
    await registerProvider(hexiao, providerId);
    await registerContract(hexiao, { providerId, merchantId });
    const products = Array.from({ length: 8 }, (_, index) => {
      const priceFen = 6_800 + 1_000 * index;
      const product = { accountId: merchantId, name: `套餐 ${index}`, priceFen };
      return world.addProduct(product).productId;
    });
    for (let index = 0; index < STORES / PROVIDERS; index += 1) {
      const [name, city] = [`门店 ${index}`, ['成都', '重庆', '西安'][index % 3] ?? ''];
      const { poiId: storeId } = world.addStore({ accountId: merchantId, name, city });
      const known = { platform: 'douyin', storeId, merchantId, name, city } as const;
      await putStore(hexiao.table, { ...known, namedBy: 'operator' });
      places.push({ poiId: storeId, products });
    }
  }
  return places;
}

/** Keeps what waits by itself, since the emulator's clock is the real one. */
class HeldQueue extends Queue<AttributionMessage> {
  private readonly hexiao: HexiaoUnderTest;
  private readonly queue: Queue<AttributionMessage>;
  private held: AttributionMessage[] = [];

  constructor(hexiao: HexiaoUnderTest) {
    const queue = hexiao.attributeDeps.attribution;
    super(queue.client, queue.url);
    this.hexiao = hexiao;
    this.queue = queue;
  }

  override async send(message: AttributionMessage): Promise<void> {
    this.held.push(message);
  }

  override async sendAll(messages: readonly AttributionMessage[]): Promise<void> {
    this.held.push(...messages);
  }

  /** Puts those of a kind on the queue, and works on them in batches of what a worker takes at most. */
  async release(type: AttributionMessage['type']): Promise<void> {
    const due = this.held.filter((message) => message.type === type);
    this.held = this.held.filter((message) => message.type !== type);
    for (let at = 0; at < due.length; at += BATCH) {
      await this.queue.sendAll(due.slice(at, at + BATCH));
      while ((await this.hexiao.step('attribution')) > 0);
    }
  }
}

function addBills(all: readonly Bills[]): Bills {
  const sum: Bills = {};
  for (const [kind, { units, calls }] of all.flatMap((bills) => Object.entries(bills))) {
    const before = sum[kind] ?? { units: 0, calls: 0 };
    sum[kind] = { units: before.units + units, calls: before.calls + calls };
  }
  return sum;
}

/** Which of `count`, the first most often: weights 1, 1/2, 1/3 … */
function zipf(count: number, random: () => number): () => number {
  const sums: number[] = [];
  for (let rank = 1; rank <= count; rank += 1) sums.push((sums.at(-1) ?? 0) + 1 / rank);
  const whole = sums.at(-1) ?? 0;
  return () => {
    const mark = random() * whole;
    return sums.findIndex((sum) => sum >= mark);
  };
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Mulberry32: the same load at every run. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
