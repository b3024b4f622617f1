import { NO_AMOUNTS } from '../../../events/event.ts';
import { OneMerchant } from '../../sandbox-kit/one-merchant.ts';
import {
  atWebhook,
  CHOSEN_RETRIES,
  type Outgoing,
  type Player,
  type PlayerOptions,
  type Truth,
  truthOfVoucher,
} from '../../sandbox-kit/player.ts';
import {
  heartbeatMessage,
  orderAddedMessage,
  orderMessage,
  refundMessage,
  type Shop,
} from './messages.ts';
import { misbehavioursOf } from './misbehaviours.ts';
import { SANDBOX_METHODS, type SandboxOptions, ShopSandbox } from './server.ts';

interface Sold {
  /** A JSON number on the wire, so below 2^53 here. */
  readonly orderId: number;
  /** Of its one ticket. */
  readonly ticketId: string;
  readonly paidFen: number;
  /** Shown at a till, whatever that came to. */
  isShown: boolean;
  isEnded: boolean;
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
 * A shop of e-tickets and its buyers. Tickets are used by our own call, whose answer is ours alone: a
 * till asks Hexiao to. What the platform reports of it is the order's end.
 */
export class KuaishouShopPlayer extends OneMerchant {
  readonly integration = 'kuaishou-shop';
  readonly platform = 'kuaishou';
  readonly appKey = APP_KEY;
  secrets: Player['secrets'];
  readonly api: Player['api'];
  override readonly misbehaviours = misbehavioursOf({
    messageSecret: () => this.#messageSecret,
    nextId: () => this.options.nextId(),
    rotate: () => this.#rotate(),
    endToken: () => this.#endToken(),
  });
  readonly #sandbox: ShopSandbox;
  readonly #credentials: { -readonly [name in keyof SandboxOptions]: SandboxOptions[name] };
  #messageSecret: string;
  readonly #orders: Sold[] = [];

  constructor(options: PlayerOptions) {
    super(options);
    const [signSecret, accessToken] = [`sign-${options.nextId()}`, `token-${options.nextId()}`];
    this.#messageSecret = messageSecretOf(options.nextId());
    this.secrets = { messageSecret: this.#messageSecret, signSecret, accessToken };
    this.#credentials = { appKey: APP_KEY, signSecret, accessToken };
    this.#sandbox = new ShopSandbox(this.#credentials);
    this.api = this.#sandbox.app;
  }

  #rotate(): void {
    const [before, signedBefore] = [this.#messageSecret, this.#credentials.signSecret];
    this.#messageSecret = messageSecretOf(this.options.nextId());
    this.#credentials.signSecret = `sign-${this.options.nextId()}`;
    const messageSecret = [this.#messageSecret, before];
    const signSecret = [this.#credentials.signSecret, signedBefore];
    this.secrets = { ...this.secrets, messageSecret, signSecret };
  }

  #endToken(): string {
    const { accessToken } = this.#credentials;
    this.#credentials.accessToken = `token-${this.options.nextId()}`;
    this.secrets = { ...this.secrets, accessToken: this.#credentials.accessToken };
    return accessToken;
  }

  protected override ownSettings() {
    return {
      callsPerSecond: 1_000,
      consumeEndpoint: { ...SANDBOX_METHODS.consume, http: 'POST' },
      reverseEndpoint: { ...SANDBOX_METHODS.reverse, http: 'POST' },
      orderQuery: { ...SANDBOX_METHODS.order, answer: ANSWER },
      refundQuery: {
        ...SANDBOX_METHODS.refund,
        answer: { ...ANSWER, refundIdField: 'data.refundId' },
      },
    };
  }

  sell(): Outgoing[] {
    const { now, nextId } = this.options;
    const { priceFen: paidFen } = this.anyProduct();
    const orderId = Number(`1${nextId()}`);
    const ticketId = `2${nextId()}`;
    const sold = { orderId, ticketId, paidFen };
    this.#orders.push({ ...sold, isShown: false, isEnded: false, isRefunded: false });
    const order = { status: PAID, amountFen: paidFen, atMs: now() };
    this.#sandbox.orders.set(String(orderId), order);
    const shop = this.#shop;
    return [orderAddedMessage(shop, orderId), orderMessage(shop, 'paySuccess', orderId)].map(sent);
  }

  redeem(): Outgoing[] {
    const { random, nextId } = this.options;
    const used = this.#orders.find((one) => this.#sandbox.uses.has(one.ticketId) && !one.isEnded);
    if (used !== undefined && random() < 0.5) return this.#end(used);
    const order = this.pick(this.#orders.filter((one) => !one.isShown && !one.isRefunded));
    if (order === undefined) return [];
    order.isShown = true;
    const { ticketId: voucherId, paidFen } = order;
    const { storeId, name: storeName } = this.anyStore();
    const amounts = { ...NO_AMOUNTS, paidFen, originalFen: paidFen };
    const vouchers = [{ voucherId, code: `code-${nextId()}`, amounts }];
    const command = { order: { orderId: String(order.orderId) }, vouchers, storeId, storeName };
    return this.redeemAtTill(command);
  }

  #end(order: Sold): Outgoing[] {
    order.isEnded = true;
    const shop = this.#shop;
    return [
      orderMessage(shop, 'deliverySuccess', order.orderId),
      orderMessage(shop, 'orderSuccess', order.orderId),
    ].map(sent);
  }

  /** Ours to ask for; or the platform looks whether we are there. */
  reverse(): Outgoing[] {
    const { random } = this.options;
    const used = this.pick([...this.#sandbox.uses]);
    if (used === undefined || random() < 0.3) return [sent(heartbeatMessage(this.#shop))];
    const [voucherId, serial] = used;
    const order = this.#orders.find((one) => one.ticketId === voucherId);
    const act = {
      voucherId,
      redemptionId: `${serial}~${voucherId}`,
      orderId: String(order?.orderId),
    };
    return this.reverseAtTill(act);
  }

  refund(): Outgoing[] {
    const { now, nextId } = this.options;
    const open = this.#orders.filter((one) => !one.isShown && !one.isRefunded);
    const order = this.pick(open);
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
    const orders = this.#orders.map(
      ({ orderId, paidFen, isRefunded }): Truth => ({
        id: String(orderId),
        state: isRefunded ? 'refunded' : 'paid',
        paidFen: isRefunded ? 0 : paidFen,
        redeemedFen: 0,
        standing: [],
      }),
    );
    const tickets = this.#orders.flatMap(({ ticketId: id, paidFen }): Truth[] => {
      if (!this.#sandbox.everUsed.has(id)) return [];
      const serial = this.#sandbox.uses.get(id);
      if (serial === undefined) return [truthOfVoucher({ id, standing: [], redeemedFen: 0 })];
      return [truthOfVoucher({ id, standing: [`${serial}~${id}`], redeemedFen: paidFen })];
    });
    return [...orders, ...tickets];
  }

  get #shop(): Shop {
    const messageSecret = this.#messageSecret;
    return { appKey: APP_KEY, messageSecret, sellerId: 2_160_000_001, now: this.options.now };
  }
}

const messageSecretOf = (id: string) => Buffer.from(`0${id}`).toString('base64');

function sent(body: string): Outgoing {
  return atWebhook(body, {
    retries: CHOSEN_RETRIES,
    isReceived: (status, answer) => status === 200 && answer === '{"result":1}',
  });
}
