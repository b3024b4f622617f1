import {
  type Outgoing,
  type PlayedMerchant,
  type Player,
  type PlayerOptions,
  pick,
  pickOne,
  type Retries,
  type Truth,
} from '../../sandbox.ts';
import {
  type Posted,
  paymentNotice,
  refundNotice,
  type Sender,
  settleNotice,
  webhookNotice,
} from './messages.ts';
import { startSandbox } from './server.ts';

/** Documented for webhooks: 3 repetitions, 5 s apart. For payments none are, so these serve them too. */
const RETRIES: Retries = { delaysMs: [5_000, 5_000, 5_000], documented: true };

interface Sold {
  readonly orderNo: string;
  readonly attach: string;
  readonly paidFen: number;
  refundedFen: number;
  /** Used and reported by us; the money is released after that, and not refunded any more. */
  isSettled: boolean;
}

const APP_ID = 'ks700000000000000playb';

/**
 * A mini-program and its buyers. A redemption is ours to report and the platform has no notice of it:
 * what it tells is the settlement that follows.
 */
export class KuaishouMiniappPlayer implements Player {
  readonly integration = 'kuaishou-miniapp';
  readonly platform = 'kuaishou';
  readonly appKey = APP_ID;
  readonly secrets: Readonly<Record<string, string>>;
  readonly merchants: readonly [PlayedMerchant];
  readonly api: Player['api'];
  readonly #options: PlayerOptions;
  readonly #orders: Sold[] = [];

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.merchants = [options.merchants[0]];
    const appSecret = `secret-of-${options.nextId()}`;
    this.secrets = { appSecret };
    this.api = startSandbox({ appId: APP_ID, appSecret, accessToken: 'token' }).app;
  }

  readonly settings = (apiBaseUrl: string) => ({
    apiBaseUrl,
    merchantId: this.merchants[0].merchantId,
    storeFrom: { field: 'attach', pattern: 'shop=([^&]+)' },
  });

  sell(): Outgoing[] {
    const { random, nextId } = this.#options;
    const { priceFen: paidFen } = pickOne(random, this.merchants[0].products);
    const { storeId } = pickOne(random, this.merchants[0].stores);
    const orderNo = `12${nextId()}`;
    const order = { orderNo, attach: `shop=${storeId}&n=1`, paidFen, refundedFen: 0 };
    this.#orders.push({ ...order, isSettled: false });
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
    const unused = this.#orders.filter((one) => !one.isSettled && one.refundedFen < one.paidFen);
    const order = pick(random, unused);
    if (order === undefined) return [];
    order.isSettled = true;
    const { orderNo: ksOrderNo, paidFen, refundedFen, attach } = order;
    const settleNo = `13${nextId()}`;
    const settled = { ksOrderNo, ksSettleNo: settleNo, outSettleNo: `out${settleNo}`, attach };
    return this.#sent((sender) =>
      settleNotice({ ...settled, amountFen: paidFen - refundedFen }, sender),
    );
  }

  /** Ours to report: no notice. What is told besides orders is of no money. */
  reverse(): Outgoing[] {
    return this.#sent((sender) => webhookNotice('POI_AUDITED', { poi_id: '1' }, sender));
  }

  refund(): Outgoing[] {
    const { random, nextId } = this.#options;
    const open = this.#orders.filter((one) => !one.isSettled && one.refundedFen < one.paidFen);
    const order = pick(random, open);
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
    return this.#orders.map(({ orderNo: id, paidFen, refundedFen }) => {
      const left = paidFen - refundedFen;
      const state = left === 0 ? 'refunded' : 'paid';
      return { id, state, paidFen: left, redeemedFen: 0, standing: [] };
    });
  }

  #sent(notice: (sender: Sender) => Posted): Outgoing[] {
    const { now, nextId } = this.#options;
    const messageId = `message-${nextId()}`;
    const appSecret = this.secrets.appSecret ?? '';
    const { body, kwaisign } = notice({ appId: APP_ID, appSecret, atMs: now(), messageId });
    return [
      {
        ...{ road: 'webhooks', path: '', query: '', body, retries: RETRIES },
        headers: { 'content-type': 'application/json', kwaisign },
        isReceived: (status, answer) =>
          status === 200 && answer === JSON.stringify({ result: 1, message_id: messageId }),
      },
    ];
  }
}
