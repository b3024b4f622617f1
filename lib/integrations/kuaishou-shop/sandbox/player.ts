import {
  CHOSEN_RETRIES,
  type Outgoing,
  type PlayedMerchant,
  type Player,
  type PlayerOptions,
  pick,
  pickOne,
  type Truth,
} from '../../sandbox.ts';
import {
  heartbeatMessage,
  orderAddedMessage,
  orderMessage,
  refundMessage,
  type Shop,
} from './messages.ts';
import { SANDBOX_METHODS, ShopSandbox } from './server.ts';

interface Sold {
  /** A JSON number on the wire, so below 2^53 here. */
  readonly orderId: number;
  readonly paidFen: number;
  isUsed: boolean;
  isRefunded: boolean;
}

const APP_KEY = 'ks699000000000000playc';
const PAID = 30;

/** Where the made-up answers say what: the platform's own methods are not documented. */
const ANSWER = {
  ...{ statusField: 'data.status', doneStatuses: [String(PAID)] },
  ...{ amountField: 'data.amountFen', amountUnit: 'fen', atField: 'data.atMs' },
};

/**
 * A shop of e-tickets and its buyers. Tickets are used by our own call, whose answer is ours alone, so
 * what is told of that is the order's end, and no redemption.
 */
export class KuaishouShopPlayer implements Player {
  readonly integration = 'kuaishou-shop';
  readonly platform = 'kuaishou';
  readonly appKey = APP_KEY;
  readonly secrets: Readonly<Record<string, string>>;
  readonly merchants: readonly [PlayedMerchant];
  readonly api: Player['api'];
  readonly #options: PlayerOptions;
  readonly #sandbox: ShopSandbox;
  readonly #orders: Sold[] = [];

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.merchants = [options.merchants[0]];
    const [signSecret, accessToken] = [`sign-${options.nextId()}`, `token-${options.nextId()}`];
    const messageSecret = Buffer.from(`0${options.nextId()}`).toString('base64');
    this.secrets = { messageSecret, signSecret, accessToken };
    this.#sandbox = new ShopSandbox({ appKey: APP_KEY, signSecret, accessToken });
    this.api = this.#sandbox.app;
  }

  readonly settings = (apiBaseUrl: string) => ({
    apiBaseUrl,
    merchantId: this.merchants[0].merchantId,
    callsPerSecond: 1_000,
    orderQuery: { ...SANDBOX_METHODS.order, answer: ANSWER },
    refundQuery: {
      ...SANDBOX_METHODS.refund,
      answer: { ...ANSWER, refundIdField: 'data.refundId' },
    },
  });

  sell(): Outgoing[] {
    const { random, now, nextId } = this.#options;
    const { priceFen: paidFen } = pickOne(random, this.merchants[0].products);
    const orderId = Number(`1${nextId()}`);
    this.#orders.push({ orderId, paidFen, isUsed: false, isRefunded: false });
    const order = { status: PAID, amountFen: paidFen, atMs: now() };
    this.#sandbox.orders.set(String(orderId), order);
    const shop = this.#shop;
    return [orderAddedMessage(shop, orderId), orderMessage(shop, 'paySuccess', orderId)].map(sent);
  }

  redeem(): Outgoing[] {
    const open = this.#orders.filter((one) => !one.isUsed && !one.isRefunded);
    const order = pick(this.#options.random, open);
    if (order === undefined) return [];
    order.isUsed = true;
    const shop = this.#shop;
    return [
      orderMessage(shop, 'deliverySuccess', order.orderId),
      orderMessage(shop, 'orderSuccess', order.orderId),
    ].map(sent);
  }

  /** Ours to do: no message. The platform looks whether we are there. */
  reverse(): Outgoing[] {
    return [sent(heartbeatMessage(this.#shop))];
  }

  refund(): Outgoing[] {
    const { random, now, nextId } = this.#options;
    const open = this.#orders.filter((one) => !one.isUsed && !one.isRefunded);
    const order = pick(random, open);
    if (order === undefined) return [];
    order.isRefunded = true;
    const { orderId, paidFen: amountFen } = order;
    const refund = { status: PAID, amountFen, atMs: now(), refundId: nextId() };
    this.#sandbox.refunds.set(String(orderId), refund);
    const shop = this.#shop;
    return [
      refundMessage(shop, 'addRefund', orderId),
      refundMessage(shop, 'updateRefund', orderId),
      orderMessage(shop, 'orderFail', orderId),
    ].map(sent);
  }

  truth(): Truth[] {
    return this.#orders.map(({ orderId, paidFen, isRefunded }) => ({
      id: String(orderId),
      state: isRefunded ? 'refunded' : 'paid',
      paidFen: isRefunded ? 0 : paidFen,
      redeemedFen: 0,
      standing: [],
    }));
  }

  get #shop(): Shop {
    const { messageSecret = '' } = this.secrets;
    return { appKey: APP_KEY, messageSecret, sellerId: 2_160_000_001, now: this.#options.now };
  }
}

function sent(body: string): Outgoing {
  return {
    ...{ road: 'webhooks', path: '', query: '', headers: {}, body, retries: CHOSEN_RETRIES },
    isReceived: (status, answer) => status === 200 && answer === '{"result":1}',
  };
}
