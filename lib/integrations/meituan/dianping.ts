import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import { toInstant } from '../../time/shanghai.ts';
import { exchange, refusal } from '../kit/http.ts';
import { PlatformError } from '../kit/platform-error.ts';
import type { Account } from './call.ts';
import { type Consumed, readConsumed, reversedEvent } from './consumed.ts';
import { type ClientContext, settingsFor } from './context.ts';
import type { ReceiptClient, ReceiptReversal, ReceiptUse } from './receipts.ts';
import type { MeituanSettings } from './settings.ts';
import { signDianping } from './sign.ts';

const DEFAULT_API = 'https://openapi.dianping.com';

/** A store by one of its two ids, with the session that its merchant gave us. */
export interface DianpingStore {
  readonly session: string;
  /** `open_shop_uuid` is the platform's and preferred; `app_shop_id` is the merchant's own. */
  readonly shop: { readonly openShopUuid: string } | { readonly appShopId: string };
}

/**
 * What we ask 点评北极星, for stores that were not moved to 技术服务合作中心. Every method throws only
 * PlatformError.
 */
export class DianpingClient implements ReceiptClient<DianpingStore> {
  private readonly context: ClientContext;
  private readonly settings: MeituanSettings;

  constructor(context: ClientContext) {
    this.context = context;
    this.settings = settingsFor(context);
  }

  /** Looks a code up before it is used. @throws PlatformError where it cannot be */
  prepare(store: DianpingStore, receiptCode: string): Promise<JsonValue> {
    return this.call('prepare', 'GET', store, { receipt_code: receiptCode });
  }

  /** A used voucher. */
  getConsumed(store: DianpingStore, receiptCode: string): Promise<JsonValue> {
    return this.call('getconsumed', 'GET', store, { receipt_code: receiptCode });
  }

  async consume(store: DianpingStore, use: ReceiptUse): Promise<Consumed> {
    const { requestId, receiptCode, count, account } = use;
    const params = {
      requestid: requestId,
      receipt_code: receiptCode,
      count: String(count),
      ...accountFields(account),
    };
    const answer = await this.call('consume', 'POST', store, params);
    const act = { requestId, code: receiptCode, atMs: use.atMs ?? this.context.now() };
    return readConsumed(answer, recordsIn(answer), { ...this.about(store), act });
  }

  async reverseConsume(store: DianpingStore, reversal: ReceiptReversal): Promise<Consumed> {
    const { receiptCode, dealId, account, redemption } = reversal;
    const params = {
      app_deal_id: dealId,
      receipt_code: receiptCode,
      ...accountFields(account),
    };
    const answer = await this.call('reverseconsume', 'POST', store, params);
    const { app, now } = this.context;
    const event = reversedEvent(receiptCode, redemption, reversal.atMs ?? now(), app);
    return { answer, events: [event], unread: 0 };
  }

  /** A day's used vouchers. Those that name a time and a worth become events. */
  async queryListByDate(
    store: DianpingStore,
    page: { date: string; offset: number; limit: number },
  ): Promise<Consumed> {
    const { date, offset, limit } = page;
    const params = { date, offset: String(offset), limit: String(limit) };
    const answer = await this.call('querylistbydate', 'GET', store, params);
    return readConsumed(answer, recordsIn(answer) ?? [], this.about(store));
  }

  private about({ shop }: DianpingStore) {
    const storeId = 'openShopUuid' in shop ? shop.openShopUuid : shop.appShopId;
    return { app: this.context.app, settings: this.settings, storeId };
  }

  /** One signed call: reads by GET, writes by a form. @throws PlatformError */
  private async call(
    verb: string,
    method: 'GET' | 'POST',
    { session, shop }: DianpingStore,
    params: Readonly<Record<string, string>>,
  ): Promise<JsonValue> {
    const { app, now } = this.context;
    const secret = app.secrets.dianpingSecret?.[0];
    if (secret === undefined) throw refusal(`receipt/${verb} needs the secret dianpingSecret`);
    const fields: [string, string][] = Object.entries({
      app_key: this.settings.dianpingAppKey ?? app.appKey,
      timestamp: toInstant(now()).slice(0, 19).replace('T', ' '),
      format: 'json',
      v: '1',
      sign_method: 'MD5',
      session,
      ...('openShopUuid' in shop
        ? { open_shop_uuid: shop.openShopUuid }
        : { app_shop_id: shop.appShopId }),
      ...params,
    });
    const signed = new URLSearchParams([...fields, ['sign', signDianping(secret, fields)]]);
    const base = (this.settings.dianpingApiBaseUrl ?? DEFAULT_API).replace(/\/+$/, '');
    const url = `${base}/router/tuangou/receipt/${verb}`;
    const request =
      method === 'GET'
        ? { url: `${url}?${signed}`, init: {} }
        : { url, init: { method, body: signed } };
    return checked(`receipt/${verb}`, await exchange(`receipt/${verb}`, request, this.context));
  }
}

/** A number or a short word: anything longer is no code, and would be in error texts. */
const envelopeSchema = z.looseObject({
  code: z.union([z.int().transform(String), z.string().regex(/^\w{1,40}$/)]),
});

/** Code 200 is a success. Source: the code that is public. */
function checked(what: string, json: JsonValue): JsonValue {
  const code = envelopeSchema.safeParse(json).data?.code;
  if (code === '200') return json;
  if (code !== undefined) throw refusal(`${what} answered ${code}`, code);
  throw new PlatformError(`${what} answered in an unknown shape`, { retryable: true });
}

const dataSchema = z.union([
  z.array(z.unknown()),
  z.looseObject({ records: z.array(z.unknown()) }).transform(({ records }) => records),
  z.looseObject({ receipt_code: z.unknown() }).transform((record): unknown[] => [record]),
]);

/** The answer's records: `data` is seen to be a list, to hold one, or to be a single record. */
function recordsIn(answer: JsonValue): unknown[] | null {
  return z.looseObject({ data: dataSchema }).safeParse(answer).data?.data ?? null;
}

function accountFields({ id, name }: Account) {
  return { app_shop_account: id, app_shop_accountname: name };
}
