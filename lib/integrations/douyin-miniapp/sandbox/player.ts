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
import { CouponPlay } from './coupons.ts';
import { paymentBody, refundBody, settleBody } from './messages.ts';
import { misbehavioursOf } from './misbehaviours.ts';
import { RETRIES } from './retries.ts';
import { type AppOptions, sandboxApp } from './server.ts';
import { makeKeyPair, signTrade } from './sign.ts';
import { isOpen, refundableOf, type Sold, truthOfOrder, truthOfPiece } from './sold.ts';
import { type Act, type Piece, World } from './world.ts';

const APP_ID = 'ttplay00000000000001';

/**
 * A mini-program and its buyers. Its own pieces are redeemed by our call, whose answer is ours alone:
 * a till asks Hexiao to, and the platform's only message about it is the settlement. Half of what is redeemed are
 * native coupons, by its write-off tool.
 */
export class DouyinMiniappPlayer extends OneMerchant {
  readonly integration = 'douyin-miniapp';
  readonly platform = 'douyin';
  readonly appKey = APP_ID;
  secrets: Player['secrets'];
  readonly api: Player['api'];
  override readonly misbehaviours = misbehavioursOf({
    signed: (body) => this.#signed(body),
    rotate: () => this.#rotate(),
  });
  #pairs = 0;
  #pair = pairOfPlayers(0);
  readonly #credentials: { -readonly [name in keyof AppOptions]: AppOptions[name] };
  readonly #world: World;
  readonly #orders: Sold[] = [];
  readonly #coupons: CouponPlay;

  constructor(options: PlayerOptions) {
    super(options);
    const clientSecret = `secret-of-${options.nextId()}`;
    this.secrets = { platformPublicKeys: this.#pair.publicKey, clientSecret };
    this.#world = new World(options.now);
    this.#coupons = new CouponPlay(APP_ID, this.merchants[0], options);
    this.#credentials = { world: this.#world, appId: APP_ID, clientSecret };
    this.api = sandboxApp(this.#credentials).app;
  }

  #rotate(): void {
    const [before, { publicKey }] = [this.#credentials.clientSecret, this.#pair];
    this.#pairs += 1;
    this.#pair = pairOfPlayers(this.#pairs);
    this.#credentials.clientSecret = `secret-of-${this.options.nextId()}`;
    this.secrets = {
      platformPublicKeys: [this.#pair.publicKey, publicKey],
      clientSecret: [this.#credentials.clientSecret, before],
    };
  }

  sell(): Outgoing[] {
    const { random, now, nextId } = this.options;
    const { priceFen } = this.anyProduct();
    const orderId = `106${nextId()}`;
    const discountFen = random() < 0.3 ? 333 : 0;
    const pieces = Array.from({ length: random() < 0.3 ? 3 : 1 }, (_, index) => ({
      ...this.#piece(orderId, priceFen),
      paidFen: priceFen - (index === 0 ? discountFen : 0),
    }));
    for (const piece of pieces) this.#world.sell(piece);
    const totalFen = priceFen * pieces.length;
    this.#orders.push({
      ...{ orderId, pieces, paidFen: totalFen - discountFen, refundedFen: 0, isSettled: false },
      ...{ shown: new Set(), takenBack: new Set(), refunded: new Set() },
    });
    const made = { appId: APP_ID, orderId, outOrderNo: `out-${orderId}` };
    const body = paymentBody({ ...made, totalFen, discountFen, atMs: now() });
    return [this.#sent(body, RETRIES.payment)];
  }

  redeem(): Outgoing[] {
    return this.options.random() < 0.5 ? this.#redeemOwn() : this.#redeemCoupon();
  }

  reverse(): Outgoing[] {
    return this.options.random() < 0.5 ? this.#takeBackOwn() : this.#takeBackCoupon();
  }

  /** Ours to ask for, at the till that redeemed it. */
  #takeBackOwn(): Outgoing[] {
    const standing = this.#orders
      .filter((order) => !order.isSettled)
      .flatMap((order) => this.#standingOf(order).map((act) => ({ order, act })))
      .filter(({ order, act }) => !order.takenBack.has(act.itemOrderId));
    const chosen = this.pick(standing);
    if (chosen === undefined) return [];
    const { order, act } = chosen;
    const { itemOrderId: voucherId, verifyId: redemptionId } = act;
    order.takenBack.add(voucherId);
    const piece = order.pieces.find((one) => one.itemOrderId === voucherId);
    const { orderId } = order;
    const named = { voucherId, redemptionId, orderId, certificateId: piece?.certificateId };
    return this.reverseAtTill(named);
  }

  #takeBackCoupon(): Outgoing[] {
    const body = this.#coupons.takeBack();
    return body === undefined ? [] : [this.#sent(body, RETRIES.couponVerify)];
  }

  refund(): Outgoing[] {
    const { random, now, nextId } = this.options;
    const order = this.pick(this.#orders.filter((one) => refundableOf(one).length > 0));
    if (order === undefined) return [];
    const { orderId, isSettled, refunded } = order;
    const open = refundableOf(order);
    const chosen = random() < 0.5 ? open : open.slice(0, 1);
    for (const piece of chosen) refunded.add(piece.itemOrderId);
    const items = chosen.map(({ itemOrderId, paidFen }) => ({ itemOrderId, refundFen: paidFen }));
    // Settled is used: then it is not the payment that is taken back.
    if (!isSettled) order.refundedFen += items.reduce((sum, item) => sum + item.refundFen, 0);
    const refund = { appId: APP_ID, orderId, refundId: `108${nextId()}`, items, atMs: now() };
    return [this.#sent(refundBody(refund, { isAllSettled: isSettled }), RETRIES.refund)];
  }

  truth(): Truth[] {
    const acts = Map.groupBy(this.#world.acts(), (act) => act.itemOrderId);
    const pieces = this.#orders.flatMap((order) =>
      order.pieces.flatMap((piece) =>
        truthOfPiece(order, piece, acts.get(piece.itemOrderId) ?? []),
      ),
    );
    return [...this.#orders.map(truthOfOrder), ...pieces, ...this.#coupons.truth()];
  }

  /** A till shows a code to Hexiao; once all of an order is used, the platform settles it. */
  #redeemOwn(): Outgoing[] {
    const used = this.#orders.find((order) => this.#isUsedUp(order));
    if (used !== undefined) return [this.#settled(used)];
    const open = this.#orders.flatMap((order) =>
      order.pieces.filter((piece) => isOpen(order, piece)).map((piece) => ({ order, piece })),
    );
    const chosen = this.pick(open);
    if (chosen === undefined) return [];
    const { order, piece } = chosen;
    order.shown.add(piece.itemOrderId);
    const { code, paidFen } = piece;
    const { storeId } = this.anyStore();
    const amounts = { ...NO_AMOUNTS, paidFen, originalFen: paidFen };
    const command = { code, storeId, amounts };
    return this.redeemAtTill(command);
  }

  /** And nothing of it was given or taken back. */
  #isUsedUp(order: Sold): boolean {
    const { isSettled, takenBack, refunded, pieces } = order;
    if (isSettled || takenBack.size > 0 || refunded.size > 0) return false;
    return this.#standingOf(order).length === pieces.length;
  }

  #standingOf({ pieces }: Sold): readonly Act[] {
    const own = new Set(pieces.map((piece) => piece.itemOrderId));
    return this.#world
      .acts()
      .filter((act) => own.has(act.itemOrderId) && act.cancelledAtMs === null);
  }

  #settled(order: Sold): Outgoing {
    const { now, nextId } = this.options;
    order.isSettled = true;
    const { orderId, paidFen: settledFen } = order;
    const fees = { settleId: `109${nextId()}`, feeFen: 0, creatorFen: 0 };
    const settlement = { appId: APP_ID, orderId, settledFen, ...fees, atMs: now() };
    return this.#sent(settleBody(settlement), RETRIES.settle);
  }

  #redeemCoupon(): Outgoing[] {
    return [this.#sent(this.#coupons.redeem(), RETRIES.couponVerify)];
  }

  #piece(orderId: string, priceFen: number): Piece {
    const [itemOrderId, certificateId] = [this.options.nextId(), this.options.nextId()];
    const code = `code-${itemOrderId}`;
    return { itemOrderId, certificateId, orderId, outOrderNo: `out-${orderId}`, code, priceFen };
  }

  #signed(body: string): Outgoing['headers'] {
    const timestamp = String(Math.floor(this.options.now() / 1000));
    const stamp = { timestamp, nonce: `nonce${this.options.nextId()}` };
    return {
      'content-type': 'application/json',
      ...signTrade(this.#pair.privateKey, body, stamp),
    };
  }

  #sent(body: string, retries: Retries): Outgoing {
    return atWebhook(body, {
      headers: this.#signed(body),
      retries,
      isReceived: (status, answer) => status === 200 && /"err_no":0\b/.test(answer),
    });
  }
}

const pairs: ReturnType<typeof makeKeyPair>[] = [];

/** One a rotation for all players of a process: to make one takes longer than a run of a small world. */
function pairOfPlayers(rotations: number): ReturnType<typeof makeKeyPair> {
  pairs[rotations] ??= makeKeyPair();
  return pairs[rotations];
}
