import { OneMerchant } from '../../sandbox-kit/one-merchant.ts';
import {
  atWebhook,
  CHOSEN_RETRIES,
  type Outgoing,
  type Player,
  type PlayerOptions,
  pickOne,
  type Truth,
  truthOfVoucher,
} from '../../sandbox-kit/player.ts';
import { type Developer, push, storeMapped } from './messages.ts';
import { misbehavioursOf } from './misbehaviours.ts';
import { MeituanSandbox } from './server.ts';

interface Sold {
  readonly orderId: string;
  readonly paidFen: number;
  readonly storeId: string;
  readonly ofDelivery: boolean;
  /** Of group-buying; a delivery has none. */
  readonly codes: readonly string[];
  readonly refundedCodes: Set<string>;
  /** Shown at a till, whatever that came to. */
  readonly shownCodes: Set<string>;
  state: 'paid' | 'redeemed' | 'refunded';
}

const DEVELOPER_ID = '100777';

/** No page shows what is within a `message`: these names are the sandbox's own. */
const AMOUNT = { field: 'amount', unit: 'yuan' } as const;
const DONE = { field: 'result', in: ['SUCCESS'] };
const MESSAGES = {
  '4610002': { amount: AMOUNT, at: 'happenedAt' },
  '4610018': { amount: AMOUNT, at: 'happenedAt' },
  '4610008': { amount: AMOUNT, at: 'happenedAt', refundId: 'refundId', when: DONE },
  '5910081': { amount: AMOUNT, at: 'happenedAt', when: DONE },
  '5810173': { amount: AMOUNT, at: 'happenedAt', refundId: 'refundId', use: 'before' },
};

/**
 * Two trades: deliveries (46), whose end the platform reports and which is their use, and group-buying
 * (59 and 58), whose vouchers our own call uses: no message reports that, so a till asks Hexiao to.
 */
export class MeituanPlayer extends OneMerchant {
  readonly integration = 'meituan';
  readonly platform = 'meituan';
  readonly appKey = DEVELOPER_ID;
  secrets: Player['secrets'];
  readonly api: Player['api'];
  override readonly misbehaviours = misbehavioursOf({
    signKey: () => this.#developer.signKey,
    nextId: () => this.options.nextId(),
    rotate: () => this.#rotate(),
  });
  readonly #developer: Developer;
  readonly #sandbox: MeituanSandbox;
  readonly #orders: Sold[] = [];

  constructor(options: PlayerOptions) {
    super(options);
    const { nextId, now } = options;
    const [signKey, dianpingSecret] = [`key-${nextId()}`, `dianping-${nextId()}`];
    this.secrets = { signKey, dianpingSecret, appAuthToken: `store-token-${nextId()}` };
    this.#developer = { developerId: DEVELOPER_ID, signKey, now, nextId };
    const dianping = { dianpingAppKey: 'dianping', dianpingSecret };
    this.#sandbox = new MeituanSandbox(Object.assign(this.#developer, dianping));
    this.api = this.#sandbox.app;
  }

  #rotate(): void {
    const before = this.#developer.signKey;
    this.#developer.signKey = `key-${this.options.nextId()}`;
    this.secrets = { ...this.secrets, signKey: [this.#developer.signKey, before] };
  }

  protected override ownSettings() {
    return {
      messages: MESSAGES,
    };
  }

  sell(): Outgoing[] {
    const { random, nextId } = this.options;
    const { priceFen } = this.anyProduct();
    const { storeId } = this.anyStore();
    const ofDelivery = random() < 0.5;
    const count = ofDelivery ? 1 : pickOne(random, [1, 1, 2]);
    const codes = ofDelivery ? [] : Array.from({ length: count }, () => `01${nextId()}`);
    const order: Sold = {
      ...{ orderId: `50261${nextId()}`, paidFen: priceFen * count, storeId, ofDelivery, codes },
      ...{ refundedCodes: new Set(), shownCodes: new Set(), state: 'paid' },
    };
    this.#orders.push(order);
    const { orderId } = order;
    const voucher = { orderId, dealId: `70${nextId()}`, priceYuan: yuanOf(priceFen) };
    for (const code of codes) this.#sandbox.till.sell({ ...voucher, code, platformYuan: '0.00' });
    return ofDelivery
      ? [this.#message('4610002', order, order.paidFen)]
      : [this.#message('5910081', order, order.paidFen, { result: 'SUCCESS' })];
  }

  redeem(): Outgoing[] {
    return this.options.random() < 0.5 ? this.#deliver() : this.#showCode();
  }

  /** A till asks for it. Of an order's codes the shown one is used. */
  #showCode(): Outgoing[] {
    const open = this.#orders.flatMap((order) =>
      order.codes.filter((code) => isOpen(order, code)).map((code) => ({ order, code })),
    );
    const shown = this.pick(open);
    if (shown === undefined) return [];
    const { order, code } = shown;
    order.shownCodes.add(code);
    const { storeId } = order;
    const command = { code, storeId };
    return this.redeemAtTill(command);
  }

  #deliver(): Outgoing[] {
    const order = this.pick(this.#orders.filter((one) => one.ofDelivery && one.state === 'paid'));
    if (order === undefined) return [];
    order.state = 'redeemed';
    return [this.#message('4610018', order, order.paidFen)];
  }

  /** Ours to ask for; or a store of ours is bound to one of theirs. */
  reverse(): Outgoing[] {
    const { random } = this.options;
    const used = this.pick(this.#sandbox.till.used());
    if (used?.use && random() < 0.7) {
      const { code: voucherId, orderId, dealId: productId, use } = used;
      const { storeId } = this.#orders.find((order) => order.orderId === orderId) ?? {};
      const act = { voucherId, orderId, productId, storeId, redemptionId: use.flowId };
      return this.reverseAtTill(act);
    }
    const { storeId } = this.anyStore();
    return [sent(storeMapped(this.#developer, storeId))];
  }

  refund(): Outgoing[] {
    const { random, nextId } = this.options;
    const order = this.pick(
      this.#orders.filter((one) => one.state === 'paid' && (one.ofDelivery || hasOpen(one))),
    );
    if (order === undefined) return [];
    const refundId = `60${nextId()}`;
    if (order.ofDelivery) {
      const result = random() < 0.2 ? 'REFUSED' : 'SUCCESS';
      if (result === 'SUCCESS') order.state = 'refunded';
      return [this.#message('4610008', order, order.paidFen, { result, refundId })];
    }
    const receiptCode = order.codes.find((code) => isOpen(order, code)) ?? '';
    order.refundedCodes.add(receiptCode);
    if (order.refundedCodes.size === order.codes.length) order.state = 'refunded';
    const amountFen = order.paidFen / order.codes.length;
    return [this.#message('5810173', order, amountFen, { receiptCode, refundId })];
  }

  truth(): Truth[] {
    const orders = this.#orders.map(
      ({ orderId: id, paidFen, state, codes, refundedCodes }): Truth => {
        const ofEach = paidFen / Math.max(1, codes.length);
        const refundedFen = state === 'refunded' ? paidFen : ofEach * refundedCodes.size;
        const isRedeemed = state === 'redeemed';
        return {
          ...{ id, state, paidFen: paidFen - refundedFen },
          ...{ redeemedFen: isRedeemed ? paidFen : 0, standing: isRedeemed ? [id] : [] },
        };
      },
    );
    const vouchers = this.#sandbox.till.everUsed().map(({ code: id, orderId, use }): Truth => {
      const { paidFen = 0, codes = [] } = this.#orders.find((one) => one.orderId === orderId) ?? {};
      if (use === null) return truthOfVoucher({ id, standing: [], redeemedFen: 0 });
      const redeemedFen = paidFen / codes.length;
      return truthOfVoucher({ id, standing: [use.flowId], redeemedFen });
    });
    return [...orders, ...vouchers];
  }

  #message(
    msgType: string,
    { orderId, storeId }: Sold,
    amountFen: number,
    more: Readonly<Record<string, string>> = {},
  ): Outgoing {
    const amount = yuanOf(amountFen);
    const message = { orderId, amount, happenedAt: this.options.now(), ...more };
    return sent(push(this.#developer, msgType, message, { opBizCode: storeId }));
  }
}

/** Neither refunded nor shown at a till, where it may be used at any moment. */
function isOpen({ refundedCodes, shownCodes }: Sold, code: string): boolean {
  return !refundedCodes.has(code) && !shownCodes.has(code);
}

function hasOpen(order: Sold): boolean {
  return order.codes.some((code) => isOpen(order, code));
}

/** A float with two places, as the platform's own calls answer. */
const yuanOf = (fen: number) =>
  Number(`${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`);

function sent(body: string): Outgoing {
  return atWebhook(body, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    retries: CHOSEN_RETRIES,
    isReceived: (status, answer) =>
      status === 200 && (/"code":0\b/.test(answer) || answer === '{"data":"success"}'),
  });
}
