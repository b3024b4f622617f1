/** A use can be taken back for ten minutes. Source: receipt/reverseconsume. */
const WINDOW_MS = 600_000;

export interface SandboxVoucher {
  readonly code: string;
  readonly orderId: string;
  readonly dealId: string;
  readonly priceYuan: number;
  readonly platformYuan: string;
  /** 0 普通团购, 201 次卡, 203 拼团. */
  readonly bizType: number;
  readonly paidAtMs: number;
  /** Where the buyer found it; absent: nowhere in particular. */
  readonly soldAt?: string;
  use: {
    readonly flowId: string;
    readonly requestId: string;
    readonly atMs: number;
    /** Null where the store's token does not say which store it is. */
    readonly storeId: string | null;
  } | null;
  /** Given back, before or after it was used. */
  refund: 'before' | 'after' | null;
}

/** What is sold; a sale is of now, and of an ordinary deal. */
export type Sale = Omit<SandboxVoucher, 'use' | 'refund' | 'bizType' | 'paidAtMs'> &
  Partial<Pick<SandboxVoucher, 'bizType' | 'paidAtMs'>>;

export interface TillAnswer {
  readonly vouchers: readonly SandboxVoucher[];
  readonly failure?: string;
}

/** The vouchers of the sandbox and their uses. Vouchers of one order go by the first one's code too. */
export class Till {
  readonly #now: () => number;
  readonly #vouchers: SandboxVoucher[] = [];
  /** What each request was answered: a repetition is answered the same, whatever happened since. */
  readonly #answers = new Map<string, readonly SandboxVoucher[]>();
  readonly #everUsed = new Set<string>();
  #flows = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  sell(sale: Sale): void {
    const sold = { bizType: 0, paidAtMs: this.#now(), ...sale };
    this.#vouchers.push({ ...sold, use: null, refund: null });
  }

  /** A cashier redeems in 开店宝: the platform's own till, which notifies nobody. */
  useInConsole(code: string, storeId: string | null): void {
    const [voucher] = this.find(code);
    if (voucher === undefined || voucher.use !== null) throw new Error('no such voucher to use');
    const flowId = `f${++this.#flows}`;
    voucher.use = { flowId, requestId: `console-${flowId}`, atMs: this.#now(), storeId };
    this.#everUsed.add(code);
  }

  /** The buyer gets the money back. */
  refund(code: string): void {
    const [voucher] = this.find(code);
    if (voucher === undefined) throw new Error('no such voucher to refund');
    voucher.refund = voucher.use === null ? 'before' : 'after';
  }

  /** The platform does not know an order any more: no list and no query shows it. */
  forget(orderId: string): void {
    const left = this.#vouchers.filter((voucher) => voucher.orderId !== orderId);
    this.#vouchers.splice(0, this.#vouchers.length, ...left);
  }

  all(): readonly SandboxVoucher[] {
    return this.#vouchers;
  }

  find(code: string): SandboxVoucher[] {
    return this.#vouchers.filter((voucher) => voucher.code === code);
  }

  /** Also those that were taken back. */
  everUsed(): SandboxVoucher[] {
    return this.#vouchers.filter((voucher) => this.#everUsed.has(voucher.code));
  }

  used(): SandboxVoucher[] {
    return this.#vouchers.filter((voucher) => voucher.use !== null);
  }

  /** Uses up to `count` vouchers of the code's order; the same request again is the same use. */
  use(code: string, count: number, requestId: string, storeId: string | null = null): TillAnswer {
    const again = this.#answers.get(requestId);
    if (again !== undefined) return { vouchers: again };
    const orderId = this.find(code)[0]?.orderId;
    const free = this.#vouchers
      .filter((one) => one.orderId === orderId && one.use === null && one.refund === null)
      // Of several the one that is shown comes first.
      .sort((a, b) => Number(b.code === code) - Number(a.code === code));
    if (free.length < count) return { vouchers: [], failure: 'OP_USED' };
    const vouchers = free.slice(0, count);
    for (const voucher of vouchers) {
      voucher.use = { flowId: `f${++this.#flows}`, requestId, atMs: this.#now(), storeId };
      this.#everUsed.add(voucher.code);
    }
    this.#answers.set(
      requestId,
      vouchers.map((voucher) => ({ ...voucher })),
    );
    return { vouchers };
  }

  takeBack(code: string, dealId: string | null): TillAnswer {
    const voucher = this.find(code).find((one) => dealId === null || one.dealId === dealId);
    if (voucher === undefined || voucher.use === null)
      return { vouchers: [], failure: 'OP_UNUSED' };
    if (this.#now() - voucher.use.atMs > WINDOW_MS) return { vouchers: [], failure: 'OP_TOO_LATE' };
    voucher.use = null;
    return { vouchers: [voucher] };
  }
}
