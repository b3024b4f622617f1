import { createHash, createHmac } from 'node:crypto';
import { type Context, Hono } from 'hono';

export interface SandboxOrder {
  readonly status: number;
  readonly amountFen: number;
  readonly atMs: number;
}

export interface SandboxOptions {
  readonly appKey: string;
  readonly signSecret: string;
  readonly accessToken: string;
}

/** Made up, as the platform's own are not documented: tests name them in the settings. */
export const SANDBOX_METHODS = {
  order: { method: 'sandbox.order', path: '/sandbox/order' },
  refund: { method: 'sandbox.refund', path: '/sandbox/refund' },
  consume: { method: 'sandbox.consume', path: '/sandbox/consume' },
  reverse: { method: 'sandbox.reverse', path: '/sandbox/reverse' },
} as const;

/** A platform that checks the signature of every call and knows some orders, refunds and tickets. */
export class ShopSandbox {
  readonly orders = new Map<string, SandboxOrder>();
  readonly refunds = new Map<string, SandboxOrder & { readonly refundId: string }>();
  /** The serial of each use that stands, by ticket. */
  readonly uses = new Map<string, string>();
  /** Tickets that were ever used, by the serial of the last use. */
  readonly everUsed = new Map<string, string>();
  /** Results that the next calls are answered with instead, the first first; nothing is done then. */
  readonly fails: number[] = [];
  readonly calls: { readonly method: string; readonly param: string }[] = [];
  readonly app = new Hono();
  readonly #options: SandboxOptions;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#serve(SANDBOX_METHODS.order.path, ({ oid }) => this.orders.get(String(oid)) ?? null);
    this.#serve(SANDBOX_METHODS.refund.path, ({ oid }) => this.refunds.get(String(oid)) ?? null);
    this.#serve(SANDBOX_METHODS.consume.path, (param) => this.#consume(param));
    this.#serve(SANDBOX_METHODS.reverse.path, (param) => this.#reverse(param));
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) =>
    this.app.request(input instanceof URL ? input.href : input, init);

  #serve(path: string, answer: (param: Fields) => unknown): void {
    const handle = async (c: Context) => {
      const body = c.req.method === 'GET' ? '' : await c.req.text();
      const params = new URLSearchParams(body === '' ? new URL(c.req.url).search : body);
      if (!this.#isSigned(params)) return c.json({ result: 24, error_msg: 'sign' });
      const param = params.get('param') ?? '';
      this.calls.push({ method: params.get('method') ?? '', param });
      const failure = this.fails.shift();
      if (failure !== undefined) return c.json({ result: failure, error_msg: 'as it was set to' });
      const data = answer(JSON.parse(param) as Fields);
      return data === null
        ? c.json({ result: 21, error_msg: 'none' })
        : c.json({ result: 1, data });
    };
    this.app.get(path, handle);
    this.app.post(path, handle);
  }

  #isSigned(params: URLSearchParams): boolean {
    const { appKey, signSecret, accessToken } = this.#options;
    const given = params.get('sign');
    params.delete('sign');
    params.sort();
    const pairs = [...params].map(([name, value]) => `${name}=${value}`);
    const text = `${pairs.join('&')}&signSecret=${signSecret}`;
    const wanted =
      params.get('signMethod') === 'MD5'
        ? createHash('md5').update(text).digest('hex')
        : createHmac('sha256', signSecret).update(text).digest('base64');
    return (
      given === wanted &&
      params.get('appkey') === appKey &&
      params.get('access_token') === accessToken
    );
  }

  #consume({ etickets, seriallNum }: Fields): unknown {
    const ids = ticketIds(etickets);
    if (ids.some((id) => (this.uses.get(id) ?? seriallNum) !== seriallNum)) return null;
    for (const id of ids) {
      this.uses.set(id, String(seriallNum));
      this.everUsed.set(id, String(seriallNum));
    }
    return { status: 'CONSUMED' };
  }

  #reverse({ etickets, serialNum }: Fields): unknown {
    const ids = ticketIds(etickets);
    if (ids.some((id) => this.uses.get(id) !== serialNum)) return null;
    for (const id of ids) this.uses.delete(id);
    return {};
  }
}

type Fields = Readonly<Record<string, unknown>>;

function ticketIds(etickets: unknown): string[] {
  return Array.isArray(etickets) ? etickets.map((ticket: Fields) => String(ticket.id)) : [];
}
