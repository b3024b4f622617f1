import {
  type PlayedMerchant,
  type PlayerOptions,
  pick,
  pickOne,
  type Truth,
  truthOfVoucher,
} from '../../sandbox-kit/player.ts';
import { couponVerifyBody, couponVerifyCancelBody } from './messages.ts';

/** One use of a coupon. */
interface Use {
  readonly certificateId: string;
  readonly orderId: string;
  readonly verifyId: string;
  isReversed: boolean;
}

/** What the app's write-off tool does to native coupons, each of which the platform reports. */
export class CouponPlay {
  readonly #appId: string;
  readonly #stores: PlayedMerchant['stores'];
  readonly #options: PlayerOptions;
  readonly #uses: Use[] = [];

  constructor(appId: string, { stores }: PlayedMerchant, options: PlayerOptions) {
    this.#appId = appId;
    this.#stores = stores;
    this.#options = options;
  }

  /** @returns the message's body */
  redeem(): string {
    const { random, now, nextId } = this.#options;
    const again = pick(random, this.#takenBack());
    const use: Use = {
      certificateId: random() < 0.5 && again ? again.certificateId : `7411${nextId()}`,
      ...{ orderId: again?.orderId ?? `1061${nextId()}`, verifyId: `7511${nextId()}` },
      isReversed: false,
    };
    this.#uses.push(use);
    const { storeId: poiId } = pickOne(random, this.#stores);
    return couponVerifyBody({ appId: this.#appId, ...use, poiId, atMs: now() });
  }

  /** A coupon that was taken back may be used again. */
  #takenBack(): Use[] {
    return this.#uses.filter(
      ({ certificateId }) =>
        !this.#uses.some((one) => one.certificateId === certificateId && !one.isReversed),
    );
  }

  /** @returns the message's body; undefined where no use stands */
  takeBack(): string | undefined {
    const standing = this.#uses.filter((use) => !use.isReversed);
    const use = pick(this.#options.random, standing);
    if (use === undefined) return undefined;
    use.isReversed = true;
    return couponVerifyCancelBody({ appId: this.#appId, ...use });
  }

  truth(): Truth[] {
    const byCoupon = Map.groupBy(this.#uses, (use) => use.certificateId);
    return [...byCoupon].map(([id, uses]) => {
      const standing = uses.filter((use) => !use.isReversed).map((use) => use.verifyId);
      // The notice reports no amount: the closed loop's own record does, and there is none here.
      return truthOfVoucher({ id, standing, redeemedFen: 0 });
    });
  }
}
