import { type Context, Hono } from 'hono';
import { sameText } from '../../../crypto/hash.ts';
import { customerData } from './orders.ts';
import { signDianpingCall, signPush } from './sign.ts';
import { type SandboxVoucher, Till, type TillAnswer } from './till.ts';

export interface SandboxOptions {
  readonly developerId: string;
  readonly signKey: string;
  readonly dianpingAppKey: string;
  readonly dianpingSecret: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Stores by their token of 58. Absent: any token is of any store. */
  readonly storesByToken?: ReadonlyMap<string, string>;
  /** The customer's token of 59. Absent: any is taken. */
  readonly customerToken?: string;
}

type Params = Readonly<Record<string, string>>;
type Biz = Readonly<Record<string, string | number | undefined>>;

/** A platform that checks the signature of every call and redeems the vouchers it was given. */
export class MeituanSandbox {
  readonly till: Till;
  readonly calls: { readonly path: string; readonly params: Params }[] = [];
  readonly app = new Hono();
  /** Codes that the next calls are answered with instead, the first first; nothing is done then. */
  readonly fails: string[] = [];
  /** The store's token of 58; any is taken until the first renewal. */
  readonly live = { accessToken: '', refreshToken: 'refresh-0' };
  #renewals = 0;
  #traces = 0;
  readonly #options: SandboxOptions;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.till = new Till(options.now);
    this.app.post('/ddzh/tuangou/receipt/:verb', (c) => this.#retail(c));
    this.app.post('/ddzhkh/dingdan/*', (c) => this.#customer(c));
    this.app.post('/oauth/refresh', (c) => this.#refresh(c));
    this.app.post('/tuangou/coupon/:verb', (c) => this.#dining(c));
    this.app.all('/router/tuangou/receipt/:verb', (c) => this.#dianping(c));
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) =>
    this.app.request(input instanceof URL ? input.href : input, init);

  async #retail(c: Context): Promise<Response> {
    const biz = await this.#bizOf(c);
    if (biz === null) return c.json({ code: 'OP_SIGN_ERROR', msg: 'sign', data: null });
    const verb = c.req.param('verb') ?? '';
    const refused = this.fails.shift() ?? (isMisfit(verb, biz) ? 'OP_PARAM_ERROR' : undefined);
    if (refused !== undefined) return c.json({ code: refused, msg: 'a word of theirs' });
    if (verb === 'querylistbydate') return c.json(this.#success(this.#list(biz)));
    const { failure, vouchers } = this.#ring(verb, biz);
    if (failure !== undefined) return c.json({ code: failure, msg: 'a word of theirs' });
    return c.json(this.#success(retailData(verb, vouchers)));
  }

  /** A store's rows of a day and a kind. */
  #list({ date, bizType, offset, limit, token }: Biz): object {
    const storeId = this.#options.storesByToken?.get(String(token)) ?? null;
    const [fromMs, untilMs] = dayBounds(String(date));
    const used = this.till
      .used()
      .filter(({ use }) => use !== null && use.atMs >= fromMs && use.atMs < untilMs)
      .filter((voucher) => voucher.bizType === bizType)
      .filter(({ use }) => storeId === null || use?.storeId === storeId);
    const from = Number(offset);
    const records = used.slice(from, from + Number(limit)).map(listedRow);
    return { totalCount: used.length, records };
  }

  /** A customer's orders (59). */
  async #customer(c: Context): Promise<Response> {
    const biz = await this.#bizOf(c);
    if (biz === null) return c.json({ code: 'OP_SIGN_ERROR', msg: 'sign', data: null });
    const { customerToken } = this.#options;
    const isOurs = customerToken === undefined || biz.token === customerToken;
    const refused = this.fails.shift() ?? (isOurs ? undefined : 'OP_AUTH_ERROR');
    const verb = c.req.path.replace('/ddzhkh/dingdan/', '');
    const data = refused === undefined ? customerData(verb, biz, this.till.all()) : undefined;
    if (data === undefined) return c.json({ code: refused ?? 'OP_PARAM_ERROR', msg: 'no' });
    return c.json(this.#success(data));
  }

  /** A refresh token is good once. Its answer's success is `code` 0. */
  async #refresh(c: Context): Promise<Response> {
    const params = await paramsOf(c);
    this.calls.push({ path: c.req.path, params });
    const { sign, ...rest } = params;
    const isSigned = sameText(sign ?? '', signPush(this.#options.signKey, rest));
    const isOurs = isSigned && rest.scope === 'all';
    const isRight = isOurs && rest.grantType === 'refresh_token';
    const failure = this.fails.shift();
    if (failure !== undefined) return c.json({ code: failure, msg: 'a word of theirs' });
    const isLive = sameText(rest.refreshToken ?? '', this.live.refreshToken);
    if (!isRight || !isLive) return c.json({ code: 1002 });
    this.#renewals += 1;
    this.live.accessToken = `V2-${this.#renewals}`;
    this.live.refreshToken = `refresh-${this.#renewals}`;
    const data = { ...this.live, expireIn: 2_592_000, opBizCode: 'op_test_0001', scope: 'all' };
    return c.json({ code: 0, data, traceId: '-1' });
  }

  #success(data: object): object {
    this.#traces += 1;
    return { code: 'OP_SUCCESS', msg: '', traceId: `trace-${this.#traces}`, data };
  }

  /** The older envelope: `data` or `error`, and no code. */
  async #dining(c: Context): Promise<Response> {
    const biz = await this.#bizOf(c);
    if (biz === null) return c.json({ error: { message: 'sign' } });
    const { failure, vouchers } = this.#ring(c.req.param('verb') ?? '', biz);
    if (failure !== undefined) return c.json({ error: { message: 'a word of theirs' } });
    const [first] = vouchers;
    const couponCodes = vouchers.map((voucher) => voucher.code);
    const data = { couponCodes, result: 0, dealId: first?.dealId, dealValue: 168.0 };
    return c.json({ data });
  }

  async #dianping(c: Context): Promise<Response> {
    const params = await paramsOf(c);
    this.calls.push({ path: c.req.path, params });
    const { sign, ...rest } = params;
    const { dianpingSecret, dianpingAppKey } = this.#options;
    const isSigned = sameText(sign ?? '', signDianpingCall(dianpingSecret, rest));
    if (!isSigned || params.app_key !== dianpingAppKey) {
      return c.json({ code: 401, msg: 'sign' });
    }
    const { failure, vouchers } = this.#ring(c.req.param('verb') ?? '', {
      receiptCode: rest.receipt_code,
      count: rest.count,
      requestId: rest.requestid,
      dealId: rest.app_deal_id,
    });
    if (failure !== undefined) return c.json({ code: 403, msg: 'a word of theirs' });
    const list = vouchers.map(dianpingRecord);
    const isList = c.req.param('verb') === 'querylistbydate';
    return c.json({ code: 200, data: isList ? { total_count: 1, records: list } : list });
  }

  #ring(verb: string, biz: Biz): TillAnswer {
    const code = String(biz.receiptCode ?? biz.couponCode ?? '');
    switch (verb) {
      case 'consume':
        return this.till.use(
          ...([code, Number(biz.count), String(biz.requestId ?? biz.eOrderId)] as const),
          this.#options.storesByToken?.get(String(biz.token)) ?? null,
        );
      case 'reverseconsume':
        return this.till.takeBack(code, String(biz.dealId));
      case 'cancel':
        return this.till.takeBack(code, null);
      case 'querylistbydate':
        return { vouchers: this.till.used() };
      case 'getconsumed':
        return listed(this.till.find(code), (one) => one.use !== null);
      default:
        return listed(this.till.find(code), (one) => one.use === null);
    }
  }

  async #bizOf(c: Context): Promise<Biz | null> {
    const params = await paramsOf(c);
    this.calls.push({ path: c.req.path, params });
    const { sign, ...rest } = params;
    const { signKey, developerId } = this.#options;
    if (sign !== signPush(signKey, rest) || params.developerId !== developerId) return null;
    const { accessToken } = this.live;
    if (accessToken !== '' && params.appAuthToken !== accessToken) return null;
    return { ...JSON.parse(params.biz ?? '{}'), token: params.appAuthToken } as Biz;
  }
}

/** `prepare` shows what can be used, `getconsumed` what is; a voucher of the other kind is refused. */
function listed(found: SandboxVoucher[], isShown: (one: SandboxVoucher) => boolean): TillAnswer {
  const vouchers = found.filter(isShown);
  return vouchers.length < found.length && vouchers.length === 0
    ? { vouchers, failure: 'OP_NO_SUCH' }
    : { vouchers };
}

async function paramsOf(c: Context): Promise<Params> {
  const form = c.req.method === 'GET' ? new URL(c.req.url).search : await c.req.text();
  return Object.fromEntries(new URLSearchParams(form));
}

/** The list is refused without its kind. */
function isMisfit(verb: string, { bizType }: Biz): boolean {
  return verb === 'querylistbydate' && typeof bizType !== 'number';
}

function retailData(verb: string, vouchers: readonly SandboxVoucher[]): object {
  switch (verb) {
    case 'getconsumed':
      return vouchers[0] === undefined ? {} : consumedObject(vouchers[0]);
    default:
      return { result: vouchers.map(retailRecord) };
  }
}

/** Without an order, and without who paid what. */
function consumedObject({ code, dealId, priceYuan, use }: SandboxVoucher) {
  return {
    ...{ receiptCode: code, dealId: Number(dealId), dealGroupId: 600000001, dealPrice: priceYuan },
    ...{ dealMarketPrice: 168.0, bizType: 0, verifyAccount: 'u1', verifyChannel: 15 },
    ...(use === null ? {} : { verifyTime: Math.floor(use.atMs / 1000) }),
  };
}

function listedRow(voucher: SandboxVoucher) {
  const { use, refund, bizType } = voucher;
  const flow = use === null ? {} : { flowId: use.flowId };
  const refundStatus = refund === 'after' ? 6 : 1;
  return { ...consumedObject(voucher), bizType, ...flow, refundStatus };
}

/** Of Asia/Shanghai. */
function dayBounds(date: string): [number, number] {
  const fromMs = Date.parse(`${date}T00:00:00+08:00`);
  return [fromMs, fromMs + 86_400_000];
}

function retailRecord(voucher: SandboxVoucher) {
  return {
    orderId: voucher.orderId,
    receiptCode: voucher.code,
    dealId: Number(voucher.dealId),
    dealgroupId: 600000001,
    dealTitle: '双人下午茶',
    dealPrice: voucher.priceYuan,
    dealMarketPrice: 168.0,
    mobile: '138****0000',
    bizType: 0,
    // Of the order, and so repeated on each of its vouchers.
    paymentDetail: [{ paymentDetailId: 'p1', amount: '94.00', amountType: 10 }],
    receiptEndDate: '2027-02-20',
    tgTimesCardFlag: false,
    platformAmount: voucher.platformYuan,
    merchantAmount: '0.00',
    ...(voucher.use === null
      ? {}
      : { flowId: voucher.use.flowId, verifyTime: Math.floor(voucher.use.atMs / 1000) }),
  };
}

function dianpingRecord(voucher: SandboxVoucher) {
  return {
    order_id: voucher.orderId,
    receipt_code: voucher.code,
    deal_id: voucher.dealId,
    deal_price: voucher.priceYuan,
    deal_marketprice: 168.0,
    biz_type: 0,
    payment_detail: [],
  };
}
