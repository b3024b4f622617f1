import { type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import type { JsonValue } from '../../json/parse.ts';
import { toInstant } from '../../time/shanghai.ts';
import { unknownYet } from '../kit/till-outcome.ts';
import { wireId } from '../kit/wire.ts';
import { type Account, callMeituan, idIn, listIn } from './call.ts';
import { type Consumed, madeUpId, Places, type Reversible, reversedEvent } from './consumed.ts';
import { type AuthorizedStore, type ClientContext, settingsFor } from './context.ts';
import type { MeituanSettings } from './settings.ts';

/** 团购 (到店餐饮). */
const BUSINESS_ID = '1';

/** What we ask about coupons of business 1, for one app. Every method throws only PlatformError. */
export class MeituanCouponClient {
  private readonly context: ClientContext;
  private readonly settings: MeituanSettings;

  constructor(context: ClientContext) {
    this.context = context;
    this.settings = settingsFor(context);
  }

  /**
   * Uses codes. The answer names neither order nor price (`dealValue` is the market's), so the events
   * are incomplete, and our own order number, which is the call's idempotency, stands for the order.
   */
  async consume(
    store: AuthorizedStore,
    use: {
      couponCode: string;
      count: number;
      employee: Account;
      ownOrderId: string;
      /** When it was requested, epoch ms; now when absent. */
      atMs?: number;
    },
  ): Promise<Consumed> {
    const { couponCode, count, employee, ownOrderId } = use;
    const biz = { couponCode, count, ...employeeFields(employee), eOrderId: ownOrderId };
    const answer = await this.call(store, 'consume', biz);
    const listed = listIn(answer, 'couponCodes');
    if (listed?.length === 0) {
      throw unknownYet('the platform answers a success that lists no code: look the code up there');
    }
    // A use whose answer nobody can read has happened all the same: of the code that was requested.
    const codes = (listed ?? [couponCode]).map((code) => wireId.safeParse(code).data ?? couponCode);
    const places = new Places();
    const events = codes.map((code) => {
      const redemptionId = places.of(code, madeUpId(code, ownOrderId));
      return this.redeemed(code, redemptionId, use, store, idIn(answer, 'dealId'));
    });
    return { answer, events, unread: 0 };
  }

  /** Looks a code up before it is used. @throws PlatformError where it cannot be */
  prepare(store: AuthorizedStore, couponCode: string): Promise<JsonValue> {
    return this.call(store, 'prepare', { couponCode });
  }

  /** Takes the use of a code back. `type` is `1` in the code that is public. */
  async cancel(
    store: AuthorizedStore,
    cancel: {
      couponCode: string;
      employee: Account;
      redemption: Reversible;
      type?: string;
      /** When it was first requested, epoch ms; now when absent. */
      atMs?: number;
    },
  ): Promise<Consumed> {
    const { couponCode, employee, redemption, type = '1' } = cancel;
    const biz = { couponCode, type, ...employeeFields(employee) };
    const answer = await this.call(store, 'cancel', biz);
    const { app, now } = this.context;
    const event = reversedEvent(couponCode, redemption, cancel.atMs ?? now(), app);
    return { answer, events: [event], unread: 0 };
  }

  private redeemed(
    code: string,
    redemptionId: string,
    { ownOrderId, atMs = this.context.now() }: { ownOrderId: string; atMs?: number },
    { storeId }: AuthorizedStore,
    productId: string | null,
  ): EventDraft {
    return {
      kind: 'voucher.redeemed',
      eventId: `redeemed:${redemptionId}`,
      merchantId: this.settings.merchantId ?? this.context.app.appKey,
      orderId: ownOrderId,
      voucherId: code,
      ...{ occurredAt: toInstant(atMs), isTimeEstimated: true },
      complete: false,
      redemptionId,
      storeId,
      amounts: NO_AMOUNTS,
      unpriced: true,
      sale: { ...UNKNOWN_SALE, productId },
    };
  }

  private call(store: AuthorizedStore, verb: string, biz: object): Promise<JsonValue> {
    const call = { businessId: BUSINESS_ID, path: `/tuangou/coupon/${verb}`, biz };
    return callMeituan(call, store, this.settings, this.context);
  }
}

function employeeFields({ id, name }: Account) {
  return { eId: id, eName: name };
}
