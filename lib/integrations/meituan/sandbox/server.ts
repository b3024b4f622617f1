import { type Context, Hono } from 'hono';
import { signDianpingCall, signPush } from './sign.ts';
import { type SandboxVoucher, Till, type TillAnswer } from './till.ts';

export interface SandboxOptions {
  readonly developerId: string;
  readonly signKey: string;
  readonly dianpingAppKey: string;
  readonly dianpingSecret: string;
  /** Epoch ms. */
  readonly now: () => number;
}

type Params = Readonly<Record<string, string>>;
type Biz = Readonly<Record<string, string | number | undefined>>;

/** A platform that checks the signature of every call and redeems the vouchers it was given. */
export class MeituanSandbox {
  readonly till: Till;
  readonly calls: { readonly path: string; readonly params: Params }[] = [];
  readonly app = new Hono();
  readonly #options: SandboxOptions;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.till = new Till(options.now);
    this.app.post('/ddzh/tuangou/receipt/:verb', (c) => this.#retail(c));
    this.app.post('/tuangou/coupon/:verb', (c) => this.#dining(c));
    this.app.all('/router/tuangou/receipt/:verb', (c) => this.#dianping(c));
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) =>
    this.app.request(input instanceof URL ? input.href : input, init);

  async #retail(c: Context): Promise<Response> {
    const biz = await this.#bizOf(c);
    if (biz === null) return c.json({ code: 'OP_SIGN_ERROR', msg: 'sign', data: null });
    const { failure, vouchers } = this.#ring(c.req.param('verb') ?? '', biz);
    if (failure !== undefined) return c.json({ code: failure, msg: 'a word of theirs' });
    const list = vouchers.map(retailRecord);
    const data = c.req.param('verb') === 'querylistbydate' ? { records: list } : { result: list };
    return c.json({ code: 'OP_SUCCESS', msg: '', traceId: '-1', data });
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
    if (sign !== signDianpingCall(dianpingSecret, rest) || params.app_key !== dianpingAppKey) {
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
        return this.till.use(code, Number(biz.count), String(biz.requestId ?? biz.eOrderId));
      case 'reverseconsume':
        return this.till.takeBack(code, String(biz.dealId));
      case 'cancel':
        return this.till.takeBack(code, null);
      case 'querylistbydate':
        return { vouchers: this.till.used() };
      default:
        return { vouchers: this.till.find(code) };
    }
  }

  async #bizOf(c: Context): Promise<Biz | null> {
    const params = await paramsOf(c);
    this.calls.push({ path: c.req.path, params });
    const { sign, ...rest } = params;
    const { signKey, developerId } = this.#options;
    if (sign !== signPush(signKey, rest) || params.developerId !== developerId) return null;
    return JSON.parse(params.biz ?? '{}') as Biz;
  }
}

async function paramsOf(c: Context): Promise<Params> {
  const form = c.req.method === 'GET' ? new URL(c.req.url).search : await c.req.text();
  return Object.fromEntries(new URLSearchParams(form));
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
