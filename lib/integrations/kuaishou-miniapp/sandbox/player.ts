import { NO_AMOUNTS } from '../../../events/event.ts';
import { OneMerchant } from '../../sandbox-kit/one-merchant.ts';
import {
  atWebhook,
  type Outgoing,
  type Player,
  type PlayerOptions,
  type Retries,
  type Truth,
} from '../../sandbox-kit/player.ts';
import {
  isReceivedAs,
  type Posted,
  paymentNotice,
  refundNotice,
  type Sender,
  settleNotice,
  webhookNotice,
} from './messages.ts';
import { misbehavioursOf } from './misbehaviours.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './server.ts';

/** Documented for webhooks: 3 repetitions, 5 s apart. For payments none are, so these serve them too. */
const RETRIES: Retries = { delaysMs: [5_000, 5_000, 5_000], documented: true };

interface Sold {
  readonly orderNo: string;
  readonly attach: string;
  readonly paidFen: number;
  refundedFen: number;
  /** Whether it was shown at a till. It is so once at most. */
  isShown: boolean;
  isTakenBack: boolean;
  /** Used and reported by us; the money is released after that, and not refunded any more. */
  isSettled: boolean;
}

const APP_ID = 'ks700000000000000playb';

/**
 * A mini-program and its buyers. A redemption is ours to report and the platform has no notice of it:
 * a till asks Hexiao to. What the platform reports is the settlement that follows.
 */
export class KuaishouMiniappPlayer extends OneMerchant {
  readonly integration = 'kuaishou-miniapp';
  readonly platform = 'kuaishou';
  readonly appKey = APP_ID;
  secrets: Player['secrets'];
  readonly api: Player['api'];
  override readonly misbehaviours = misbehavioursOf({
    appSecret: () => this.#credentials.appSecret,
    nextId: () => this.options.nextId(),
    rotate: () => this.#rotate(),
    endToken: () => this.#endToken(),
  });
  readonly #sandbox: Sandbox;
  readonly #credentials: { -readonly [name in keyof SandboxOptions]: SandboxOptions[name] };
  readonly #orders: Sold[] = [];

  constructor(options: PlayerOptions) {
    super(options);
    const appSecret = `secret-of-${options.nextId()}`;
    this.secrets = { appSecret, accessToken: 'token' };
    this.#credentials = { appId: APP_ID, appSecret, accessToken: 'token' };
    this.#sandbox = startSandbox(this.#credentials);
    this.api = this.#sandbox.app;
  }

  #rotate(): void {
    const { appSecret } = this.#credentials;
    this.#credentials.appSecret = `secret-of-${this.options.nextId()}`;
    this.secrets = { ...this.secrets, appSecret: [this.#credentials.appSecret, appSecret] };
  }

  #endToken(): string {
    const { accessToken } = this.#credentials;
    this.#credentials.accessToken = `token-${this.options.nextId()}`;
    this.secrets = { ...this.secrets, accessToken: this.#credentials.accessToken };
    return accessToken;
  }

  protected override ownSettings() {
    return {
      storeFrom: { field: 'attach', template: 'shop={store}' },
    };
  }

  sell(): Outgoing[] {
    const { random, nextId } = this.options;
    const { priceFen: paidFen } = this.anyProduct();
    const { storeId } = this.anyStore();
    const orderNo = `12${nextId()}`;
    const order = { orderNo, attach: `shop=${storeId}&n=1`, paidFen, refundedFen: 0 };
    this.#orders.push({ ...order, isShown: false, isTakenBack: false, isSettled: false });
    const payment = { ksOrderNo: orderNo, outOrderNo: `out${orderNo}`, amountFen: paidFen };
    const live = { item_type: 'LIVE', item_id: `live${orderNo}`, author_id: '77001' } as const;
    const isDriven = random() < 0.4;
    return this.#sent((sender) =>
      paymentNotice(
        { ...payment, attach: order.attach, ...(isDriven ? { extraInfo: live } : {}) },
        sender,
      ),
    );
  }

  redeem(): Outgoing[] {
    const { random } = this.options;
    const used = this.#orders.find(
      (one) => !one.isSettled && !one.isTakenBack && this.#isUsed(one),
    );
    if (used !== undefined && random() < 0.5) return this.#settle(used);
    const order = this.pick(this.#orders.filter(isOpen));
    if (order === undefined) return [];
    order.isShown = true;
    const { paidFen, refundedFen } = order;
    const left = paidFen - refundedFen;
    const amounts = { ...NO_AMOUNTS, paidFen: left, originalFen: left };
    const { storeId } = this.anyStore();
    const command = { storeId, amounts, order: reported(order) };
    return this.redeemAtTill(command);
  }

  #settle(order: Sold): Outgoing[] {
    order.isSettled = true;
    const { orderNo: ksOrderNo, paidFen, refundedFen, attach } = order;
    const settleNo = `13${this.options.nextId()}`;
    const settled = { ksOrderNo, ksSettleNo: settleNo, outSettleNo: `out${settleNo}`, attach };
    return this.#sent((sender) =>
      settleNotice({ ...settled, amountFen: paidFen - refundedFen }, sender),
    );
  }

  /** Reported by us; our other reports concern no money. */
  reverse(): Outgoing[] {
    const { random } = this.options;
    const used = this.#orders.filter(
      (one) => !one.isSettled && !one.isTakenBack && this.#isUsed(one),
    );
    const order = this.pick(used);
    if (order === undefined || random() < 0.3) {
      return this.#sent((sender) => webhookNotice('POI_AUDITED', { poi_id: '1' }, sender));
    }
    order.isTakenBack = true;
    const { orderNo: orderId } = order;
    const act = { voucherId: orderId, orderId, redemptionId: onlyUse(order) };

    return this.reverseAtTill({ ...act, order: reported(order) });
  }

  /** The last of our reports to the platform. */
  #isUsed({ orderNo }: Sold): boolean {
    return this.#lastReport(orderNo)?.order_status === USED;
  }

  #lastReport(orderNo: string) {
    return this.#sandbox.reports.findLast((report) => report.out_order_no === `out${orderNo}`);
  }

  refund(): Outgoing[] {
    const { random, nextId } = this.options;
    const order = this.pick(this.#orders.filter(isOpen));
    if (order === undefined) return [];
    const left = order.paidFen - order.refundedFen;
    const amountFen = random() < 0.4 ? Math.ceil(left / 3) : left;
    order.refundedFen += amountFen;
    const refundNo = `14${nextId()}`;
    const { orderNo: ksOrderNo, attach } = order;
    const refund = { ksOrderNo, ksRefundNo: refundNo, outRefundNo: `out${refundNo}`, amountFen };
    const status = random() < 0.1 ? 'FAILED' : 'SUCCESS';
    if (status === 'FAILED') order.refundedFen -= amountFen;
    return this.#sent((sender) => refundNotice({ ...refund, attach, status }, sender));
  }

  truth(): Truth[] {
    return this.#orders.map((order) => {
      const { orderNo: id, paidFen, refundedFen } = order;
      const left = paidFen - refundedFen;
      const paid = { id, paidFen: left };
      if (this.#isUsed(order)) {
        return { ...paid, state: 'redeemed', redeemedFen: left, standing: [onlyUse(order)] };
      }
      const isReversed = this.#lastReport(id) !== undefined;
      const state = left === 0 ? 'refunded' : isReversed ? 'reversed' : 'paid';
      return { ...paid, state, redeemedFen: 0, standing: [] };
    });
  }

  #sent(notice: (sender: Sender) => Posted): Outgoing[] {
    const { now, nextId } = this.options;
    const messageId = `message-${nextId()}`;
    const { appSecret } = this.#credentials;
    const { body, kwaisign } = notice({ appId: APP_ID, appSecret, atMs: now(), messageId });
    return [
      atWebhook(body, {
        headers: { 'content-type': 'application/json', kwaisign },
        retries: RETRIES,
        isReceived: isReceivedAs(messageId),
      }),
    ];
  }
}

/** `order_status` 11. */
const USED = 11;

/** Not shown at a till, where it may be used at any moment, and not given back whole. */
function isOpen({ isShown, refundedFen, paidFen }: Sold): boolean {
  return !isShown && refundedFen < paidFen;
}

/** The platform has no id of the act: a use is named by its order and its place among the uses. */
function onlyUse({ orderNo }: Sold): string {
  return `${orderNo}@1`;
}

/** What a report says of an order. */
function reported({ orderNo }: Sold) {
  const createdAt = '2026-01-01T10:00:00+08:00';
  return { orderId: orderNo, ownOrderId: `out${orderNo}`, buyerId: `open-${orderNo}`, createdAt };
}
