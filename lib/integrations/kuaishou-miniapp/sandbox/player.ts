import { NO_AMOUNTS } from '../../../events/event.ts';
import {
  atTill,
  atWebhook,
  type Outgoing,
  type PlayedMerchant,
  type Player,
  type PlayerOptions,
  pick,
  pickOne,
  type Retries,
  type Truth,
} from '../../sandbox-kit/player.ts';
import {
  type Posted,
  paymentNotice,
  refundNotice,
  type Sender,
  settleNotice,
  webhookNotice,
} from './messages.ts';
import { type Sandbox, startSandbox } from './server.ts';

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
 * a till asks Hexiao to. What the platform tells is the settlement that follows.
 */
export class KuaishouMiniappPlayer implements Player {
  readonly integration = 'kuaishou-miniapp';
  readonly platform = 'kuaishou';
  readonly appKey = APP_ID;
  readonly secrets: Readonly<Record<string, string>>;
  readonly merchants: readonly [PlayedMerchant];
  readonly api: Player['api'];
  readonly #options: PlayerOptions;
  readonly #sandbox: Sandbox;
  readonly #orders: Sold[] = [];

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.merchants = [options.merchants[0]];
    const appSecret = `secret-of-${options.nextId()}`;
    this.secrets = { appSecret, accessToken: 'token' };
    this.#sandbox = startSandbox({ appId: APP_ID, appSecret, accessToken: 'token' });
    this.api = this.#sandbox.app;
  }

  readonly settings = (apiBaseUrl: string) => ({
    apiBaseUrl,
    merchantId: this.merchants[0].merchantId,
    storeFrom: { field: 'attach', template: 'shop={store}' },
  });

  sell(): Outgoing[] {
    const { random, nextId } = this.#options;
    const { priceFen: paidFen } = pickOne(random, this.merchants[0].products);
    const { storeId } = pickOne(random, this.merchants[0].stores);
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
    const { random, nextId } = this.#options;
    const used = this.#orders.find(
      (one) => !one.isSettled && !one.isTakenBack && this.#isUsed(one),
    );
    if (used !== undefined && random() < 0.5) return this.#settle(used);
    const order = pick(random, this.#orders.filter(isOpen));
    if (order === undefined) return [];
    order.isShown = true;
    const requestId = `r${nextId()}`;
    const { paidFen, refundedFen } = order;
    const left = paidFen - refundedFen;
    const amounts = { ...NO_AMOUNTS, paidFen: left, originalFen: left };
    const { storeId } = pickOne(random, this.merchants[0].stores);
    const asked = { requestId, storeId, amounts, order: reported(order) };
    return [atTill('/redemptions', this, asked)];
  }

  #settle(order: Sold): Outgoing[] {
    order.isSettled = true;
    const { orderNo: ksOrderNo, paidFen, refundedFen, attach } = order;
    const settleNo = `13${this.#options.nextId()}`;
    const settled = { ksOrderNo, ksSettleNo: settleNo, outSettleNo: `out${settleNo}`, attach };
    return this.#sent((sender) =>
      settleNotice({ ...settled, amountFen: paidFen - refundedFen }, sender),
    );
  }

  /** Ours to report; what is told besides orders is of no money. */
  reverse(): Outgoing[] {
    const { random, nextId } = this.#options;
    const used = this.#orders.filter(
      (one) => !one.isSettled && !one.isTakenBack && this.#isUsed(one),
    );
    const order = pick(random, used);
    if (order === undefined || random() < 0.3) {
      return this.#sent((sender) => webhookNotice('POI_AUDITED', { poi_id: '1' }, sender));
    }
    order.isTakenBack = true;
    const { orderNo: orderId } = order;
    const act = { voucherId: orderId, orderId, redemptionId: onlyUse(order) };

    return [
      atTill('/reversals', this, { requestId: `b${nextId()}`, ...act, order: reported(order) }),
    ];
  }

  /** What was reported last, in what the platform was told. */
  #isUsed({ orderNo }: Sold): boolean {
    return this.#lastReport(orderNo)?.order_status === USED;
  }

  #lastReport(orderNo: string) {
    return this.#sandbox.reports.findLast((report) => report.out_order_no === `out${orderNo}`);
  }

  refund(): Outgoing[] {
    const { random, nextId } = this.#options;
    const order = pick(random, this.#orders.filter(isOpen));
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
    const { now, nextId } = this.#options;
    const messageId = `message-${nextId()}`;
    const appSecret = this.secrets.appSecret ?? '';
    const { body, kwaisign } = notice({ appId: APP_ID, appSecret, atMs: now(), messageId });
    return [
      atWebhook(body, {
        headers: { 'content-type': 'application/json', kwaisign },
        retries: RETRIES,
        isReceived: (status, answer) =>
          status === 200 && answer === JSON.stringify({ result: 1, message_id: messageId }),
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
