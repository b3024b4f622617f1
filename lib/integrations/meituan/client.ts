import type { JsonValue } from '../../json/parse.ts';
import { refusal } from '../kit/http.ts';
import { type Account, callMeituan, listIn, readAnswer } from './call.ts';
import { type Consumed, readConsumed, reversedEvent } from './consumed.ts';
import { type AuthorizedStore, type ClientContext, settingsFor } from './context.ts';
import { type ListedPage, readList } from './listed.ts';
import type { ReceiptClient, ReceiptReversal, ReceiptUse } from './receipts.ts';
import type { MeituanSettings } from './settings.ts';

/** 服务零售 (到店综合), by store. */
const BUSINESS_ID = '58';

/** Rows of one page, at most. Source: ReceiptQueryListByDate. */
const MAX_ROWS = 300;

/**
 * What we ask 技术服务合作中心 about vouchers of business 58, for one app. Every method throws only
 * PlatformError; a use whose answer was lost is safe to ask for again under the same request id.
 */
export class MeituanClient implements ReceiptClient<AuthorizedStore> {
  private readonly context: ClientContext;
  private readonly settings: MeituanSettings;

  constructor(context: ClientContext) {
    this.context = context;
    this.settings = settingsFor(context);
  }

  /** Looks a code up before it is used. */
  prepare(store: AuthorizedStore, receiptCode: string): Promise<JsonValue> {
    return this.call(store, 'prepare', { receiptCode });
  }

  /** Uses `count` (at most 100) of a code's vouchers. */
  async consume(store: AuthorizedStore, use: ReceiptUse): Promise<Consumed> {
    const { requestId, receiptCode, count, account } = use;
    if (!Number.isInteger(count) || count < 1 || count > 100) {
      throw refusal('receipt/consume takes 1 to 100 vouchers');
    }
    const biz = { requestId, receiptCode, count, ...accountFields(account) };
    const answer = await this.call(store, 'consume', biz);
    const act = { requestId, code: receiptCode, atMs: use.atMs ?? this.context.now() };
    return readConsumed(answer, listIn(answer, 'result'), { ...this.about(store), act });
  }

  /** Takes a use of the last ten minutes back. No request id: the code and its state are one. */
  async reverseConsume(store: AuthorizedStore, reversal: ReceiptReversal): Promise<Consumed> {
    const { receiptCode, dealId, account, redemption } = reversal;
    const biz = { receiptCode, dealId, ...accountFields(account) };
    const answer = await this.call(store, 'reverseconsume', biz);
    const { app, now } = this.context;
    const event = reversedEvent(receiptCode, redemption, reversal.atMs ?? now(), app);
    return { answer, events: [event], unread: 0 };
  }

  /** A used voucher: one flat object, without its order. */
  getConsumed(store: AuthorizedStore, receiptCode: string): Promise<JsonValue> {
    return this.call(store, 'getconsumed', { receiptCode });
  }

  /**
   * A store's used vouchers of a day and a kind, at most 300 at once: one question for each `BIZ_TYPES`. A row
   * reports neither order nor payment.
   */
  async queryListByDate(
    store: AuthorizedStore,
    page: { date: string; bizType: number; offset: number; limit: number },
  ): Promise<ListedPage> {
    const { date, bizType, offset, limit } = page;
    if (limit < 1 || limit > MAX_ROWS) throw refusal('receipt/querylistbydate takes 1 to 300 rows');
    const biz = { date, bizType, offset, limit };
    const answer = await this.call(store, 'querylistbydate', biz, true);
    return readAnswer('receipt/querylistbydate', () => readList(answer, date));
  }

  private about({ storeId }: AuthorizedStore) {
    return { app: this.context.app, settings: this.settings, storeId };
  }

  private call(
    store: AuthorizedStore,
    verb: string,
    biz: object,
    isQuestion = false,
  ): Promise<JsonValue> {
    const path = `/ddzh/tuangou/receipt/${verb}`;
    const call = { businessId: BUSINESS_ID, path, biz, isQuestion };
    return callMeituan(call, store, this.settings, this.context);
  }
}

function accountFields({ id, name }: Account) {
  return { appShopAccount: id, appShopAccountName: name };
}
