import type { CallBudget } from '../kit/call-budget.ts';
import { refusal } from '../kit/http.ts';
import { callMeituan, readAnswer } from './call.ts';
import { type AuthorizedStore, type ClientContext, settingsFor } from './context.ts';
import { type OrdersPage, type OrderVouchers, readOrderInfo, readOrders } from './orders.ts';
import type { MeituanSettings } from './settings.ts';
import { type Share, sharesByVoucher } from './shares.ts';

/** 服务零售 (客户), by customer: its token is a grant of its own. */
const BUSINESS_ID = '59';

/** Rows of one page, at most 50 (ddzhkh-dingdan-queryOrder): each costs a question more, and they must all fit in one step. */
export const ORDERS_PER_PAGE = 20;

/** No page says how often: chosen. */
const perSecond = 20;

/**
 * What we ask 技术服务合作中心 about a customer's orders, for one app. Every method throws only PlatformError; an answer
 * that cannot be read names the field.
 */
export class MeituanCustomerClient {
  private readonly context: ClientContext;
  private readonly settings: MeituanSettings;
  private readonly calls: CallBudget;

  constructor(context: ClientContext, calls: CallBudget) {
    this.context = context;
    this.settings = settingsFor(context);
    this.calls = calls;
  }

  /** Orders paid within a time of at most three months, ms, the last one excluded. @param page from 1 */
  orders(window: { fromMs: number; untilMs: number }, page: number): Promise<OrdersPage> {
    const biz = {
      orderType: 1,
      buySuccessTimeFrom: window.fromMs,
      buySuccessTimeTo: window.untilMs - 1,
      ...{ pageNo: page, pageSize: ORDERS_PER_PAGE },
    };
    return this.call('queryorder', biz, readOrders);
  }

  /** @param unifiedOrderId as the list of orders names it */
  order(unifiedOrderId: string): Promise<OrderVouchers> {
    return this.call('query/info', { unifiedOrderId, type: [1, 2] }, readOrderInfo);
  }

  /** The same by the order's own id. */
  orderByOwnId(orderId: string): Promise<OrderVouchers> {
    return this.call('query/info', { orderId, type: [1, 2] }, readOrderInfo);
  }

  /** Who paid what of each voucher of an order. @param orderId its own, not the unified one */
  paymentShares(orderId: string, isCard: boolean): Promise<ReadonlyMap<string, readonly Share[]>> {
    return this.call('receipt/paymentshares', { orderId, type: isCard ? 1 : 0 }, sharesByVoucher);
  }

  private async call<T>(verb: string, biz: object, read: (answer: unknown) => T): Promise<T> {
    await this.calls.turn({ name: verb, perSecond });
    const path = `/ddzhkh/dingdan/${verb}`;
    const call = { businessId: BUSINESS_ID, path, biz, isQuestion: true };
    const answer = await callMeituan(call, this.customer(), this.settings, this.context);
    return readAnswer(path, () => read(answer));
  }

  private customer(): AuthorizedStore {
    const [appAuthToken] = this.context.app.secrets.customerAuthToken ?? [];
    if (appAuthToken === undefined) throw refusal('no secret customerAuthToken, the grant of 59');
    return { appAuthToken, storeId: null };
  }
}
