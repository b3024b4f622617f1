import { type Developer, push } from '../../../lib/integrations/meituan/sandbox/messages.ts';
import { MeituanSandbox } from '../../../lib/integrations/meituan/sandbox/server.ts';
import {
  atTill,
  atWebhook,
  CHOSEN_RETRIES,
  type Outgoing,
  type PlayedMerchant,
  pickOne,
  type Truth,
  truthOfVoucher,
} from '../../../lib/integrations/sandbox-kit/player.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import { Pool, type Shop, type ShopOptions, type Use, Uses } from './shop.ts';

const DEVELOPER_ID = '100777';

/** No page shows what is within a `message`: these names are the sandbox's own. */
const AMOUNT = { field: 'amount', unit: 'yuan' } as const;
const REFUND = { amount: AMOUNT, at: 'happenedAt', refundId: 'refundId' };
const MESSAGES = {
  '5910081': { amount: AMOUNT, at: 'happenedAt', when: { field: 'result', in: ['SUCCESS'] } },
  '5810173': { ...REFUND, use: 'before' },
  '5910025': REFUND,
};

/** A use can be taken back for ten minutes; people do so within eight. */
const REVERSED_WITHIN_MS = 480_000;

/** So long after a use at our till everybody knows of it. */
const SETTLED_MS = 60_000;

interface Sold {
  readonly code: string;
  readonly orderId: string;
  readonly dealId: string;
  /** What the buyer paid for it. */
  readonly paidFen: number;
  readonly storeId: string;
}

interface MeituanUse extends Use {
  readonly voucher: Sold;
  readonly isOurs: boolean;
}

/**
 * A shop of group-buying vouchers. Some are used at our till, most in 开店宝, which notifies nobody; payments and refunds are
 * pushed. A push says what the buyer paid alone, so an order to which the platform added something is not pushed.
 */
export class MeituanShop implements Shop {
  readonly integration = 'meituan';
  readonly platform = 'meituan';
  readonly appKey = DEVELOPER_ID;
  readonly secrets: Shop['secrets'];
  readonly merchants: readonly [PlayedMerchant];
  readonly api: Shop['api'];
  /** None is documented; ours is 20 a second and call. */
  readonly limits = null;
  redemptions = 0;
  readonly #developer: Developer;
  readonly #sandbox: MeituanSandbox;
  readonly #options: ShopOptions;
  readonly #unused = new Pool<Sold>();
  readonly #used = new Uses<MeituanUse>();
  readonly #refunded = new Map<string, number>();
  #orders = new Map<string, number>();

  constructor(options: ShopOptions) {
    const { now, nextId } = options;
    this.#options = options;
    const stores = ['一店', '二店'].map((name) => ({
      storeId: `66${nextId()}`,
      name,
      city: '上海',
    }));
    this.merchants = [
      {
        ...{ merchantId: `73${nextId()}`, name: '山月茶馆', stores },
        products: [5_990, 8_837, 1_900].map((priceFen) => ({
          ...{ productId: `70${nextId()}`, name: `茶 ${priceFen}`, priceFen },
        })),
      },
    ];
    const signKey = `key-${nextId()}`;
    const tokens = stores.map(({ storeId }) => [`token-${storeId}`, storeId] as const);
    this.secrets = {
      ...{ signKey, customerAuthToken: 'customer' },
      ...Object.fromEntries(tokens.map(([token, storeId]) => [`appAuthToken:${storeId}`, token])),
    };
    this.#developer = { developerId: DEVELOPER_ID, signKey, now, nextId };
    this.#sandbox = new MeituanSandbox({
      ...{ developerId: DEVELOPER_ID, signKey, now },
      ...{ dianpingAppKey: 'dianping', dianpingSecret: 'dianping', customerToken: 'customer' },
      storesByToken: new Map(tokens),
    });
    this.api = this.#sandbox.app;
  }

  readonly settings = (apiBaseUrl: string) => ({
    ...{ apiBaseUrl, merchantId: this.merchants[0].merchantId, messages: MESSAGES },
    orderStore: 'opPoiId',
  });

  live(random: () => number): Outgoing[] {
    const what = random();
    if (what < 0.45 || this.#unused.size < 10) return this.#sell(random);
    if (what < 0.78) return this.#use(random, false);
    if (what < 0.9) return this.#use(random, true);
    if (what < 0.93) return this.#reverse(random);
    return what < 0.97 ? this.#refundUnused(random) : this.#refundUsed(random);
  }

  // The script is one of its own: nobody plays this shop act by act.
  sell = (): Outgoing[] => [];
  redeem = (): Outgoing[] => [];
  reverse = (): Outgoing[] => [];
  refund = (): Outgoing[] => [];

  #sell(random: () => number): Outgoing[] {
    const { nextId } = this.#options;
    const { priceFen, productId: dealId } = pickOne(random, this.merchants[0].products);
    const { storeId } = pickOne(random, this.merchants[0].stores);
    const orderId = `50261${nextId()}`;
    const platformFen = random() < 0.3 ? 200 : 0;
    const count = random() < 0.2 ? 2 : 1;
    const bizType = random() < 0.2 ? 203 : 0;
    for (let n = 0; n < count; n += 1) {
      const code = `01${nextId()}`;
      const priceYuan = priceFen / 100;
      const platformYuan = (platformFen / 100).toFixed(2);
      this.#sandbox.till.sell({
        ...{ code, orderId, dealId, priceYuan, platformYuan, bizType, soldAt: storeId },
      });
      this.#unused.put({ code, orderId, dealId, paidFen: priceFen - platformFen, storeId });
    }
    this.#orders.set(orderId, count * priceFen);
    if (platformFen > 0) return [];
    return [this.#message('5910081', { orderId, dealId, storeId, paidFen: count * priceFen })];
  }

  #use(random: () => number, isOurs: boolean): Outgoing[] {
    const voucher = this.#unused.take(random);
    if (voucher === undefined) return [];
    const { code, storeId } = voucher;
    this.redemptions += 1;
    this.#used.put({ voucher, isOurs, atMs: this.#options.now(), isOver: false });
    if (!isOurs) {
      this.#sandbox.till.useInConsole(code, storeId);
      return [];
    }
    const requestId = `use-${this.#options.nextId()}`;
    return [atTill('/redemptions', this, { requestId, code, storeId })];
  }

  /** By our till, or in 开店宝 where our till used it: what was used there is not known here within ten minutes. */
  #reverse(random: () => number): Outgoing[] {
    const { now, nextId } = this.#options;
    const use = this.#used.takeLate(random, now() - REVERSED_WITHIN_MS);
    if (use === undefined || now() - use.atMs < SETTLED_MS) return [];
    const { code, orderId, dealId: productId, storeId } = use.voucher;
    const [sold] = this.#sandbox.till.find(code);
    if (!use.isOurs || random() < 0.5 || sold?.use == null) {
      this.#sandbox.till.takeBack(code, null);
      return [];
    }
    const act = { voucherId: code, orderId, productId, storeId, redemptionId: sold.use.flowId };
    return [atTill('/reversals', this, { requestId: `back-${nextId()}`, ...act })];
  }

  #refundUnused(random: () => number): Outgoing[] {
    const voucher = this.#unused.take(random);
    if (voucher === undefined) return [];
    this.#giveBack(voucher);
    return [this.#message('5810173', voucher)];
  }

  #refundUsed(random: () => number): Outgoing[] {
    const use = this.#used.takeAny(random);
    if (use === undefined || this.#options.now() - use.atMs < SETTLED_MS) return [];
    this.#giveBack(use.voucher);
    return [this.#message('5910025', use.voucher)];
  }

  #giveBack({ code, orderId }: Sold): void {
    this.#sandbox.till.refund(code);
    const [sold] = this.#sandbox.till.find(code);
    if (sold?.use !== null) return;
    const fen = Math.round(sold.priceYuan * 100);
    this.#refunded.set(orderId, (this.#refunded.get(orderId) ?? 0) + fen);
  }

  truth(): Truth[] {
    const orders = [...this.#orders].map(([id, fen]): Truth => {
      const paidFen = fen - (this.#refunded.get(id) ?? 0);
      const state = paidFen === 0 ? 'refunded' : 'paid';
      return { id, state, paidFen, redeemedFen: 0, standing: [] };
    });
    const vouchers = this.#sandbox.till.everUsed().map(({ code: id, priceYuan, use, refund }) =>
      truthOfVoucher({
        ...{ id, standing: use === null ? [] : [use.flowId], isRefunded: refund !== null },
        redeemedFen: use === null || refund !== null ? 0 : Math.round(priceYuan * 100),
      }),
    );
    return [...orders, ...vouchers];
  }

  /** Its day is read four times. An order in each reading of its day and once at the edge; the list of used vouchers has the whole day each time. */
  readingsOf(question: string): number {
    if (question.includes('dingdan/queryorder')) return 4;
    return question.includes('"unifiedOrderId"') ? 5 : Number.POSITIVE_INFINITY;
  }

  /** A refund and a reversal in 开店宝 have no time where no message came: they count on the day on which they are seen. */
  nameOf({ kind, voucherId, orderId, storeId, businessDay }: Entry): string {
    const isDated = kind === 'payment' || kind === 'redemption';
    return JSON.stringify([kind, voucherId, orderId, storeId, isDated ? businessDay : null]);
  }

  #message(
    msgType: string,
    { orderId, dealId, storeId, paidFen, ...more }: Omit<Sold, 'code'> & { readonly code?: string },
  ): Outgoing {
    const { now, nextId } = this.#options;
    const isRefund = msgType !== '5910081';
    const message = {
      ...{ orderId, dealId, amount: (paidFen / 100).toFixed(2), happenedAt: now() },
      ...(isRefund ? { refundId: `60${nextId()}`, receiptCode: more.code } : { result: 'SUCCESS' }),
    };
    return atWebhook(push(this.#developer, msgType, message, { opBizCode: storeId }), {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      retries: CHOSEN_RETRIES,
      isReceived: (status, answer) => status === 200 && /"code":0\b/.test(answer),
    });
  }
}
