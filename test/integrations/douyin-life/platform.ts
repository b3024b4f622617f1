import { expect } from 'vitest';
import type { Event } from '../../../lib/events/event.ts';
import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import type {
  Hint,
  Resolution,
  ResolveContext,
} from '../../../lib/integrations/kit/integration.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';

/** A platform that answers what a test tells it to, and the vouchers it is asked about. */

const T0 = 1_760_000_000;
export const MERCHANT = '7300000000000000001';
export const ORDER = '1060000000000000001';
export const VOUCHER = '7400000000000000001';
export const STORE = '6600000000000000001';

export const at = (minutes: number): number => T0 + minutes * 60;
export const instant = (minutes: number): string => toInstant(at(minutes) * 1000);

export const hint = (action: Hint['action'], minutes: number, voucherId = VOUCHER): Hint => ({
  action,
  merchantId: MERCHANT,
  orderId: ORDER,
  voucherId,
  occurredAt: instant(minutes),
});

export interface Call {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
}

/** What an endpoint does: an answer's `data`, a whole response, or nothing at all. */
export type Answer = object | Response;
export type Endpoint = (call: Call, init: RequestInit) => Answer | Promise<Answer>;

export const TOKEN = '/oauth/client_token/';
export const CERTIFICATES = '/goodlife/v1/fulfilment/certificate/query/';
export const RECORDS = '/goodlife/v1/fulfilment/certificate/verify_record/query/';
export const ORDERS = '/goodlife/v1/trade/order/query/';
export const POIS = '/goodlife/v1/shop/poi/query/';

export const used = (fields: object = {}) => ({
  certificate_id: VOUCHER,
  status: 2,
  sku: { sku_id: '1805000000000001' },
  amount: { pay_amount: 9_900, platform_discount_amount: 1_000, original_amount: 10_900 },
  verify: { verify_id: 'v1', verify_time: at(0), poi_id: STORE },
  ...fields,
});

export const order = (fields: object = {}) => ({
  order_id: ORDER,
  pay_amount: 9_900,
  original_amount: 10_900,
  pay_time: at(-60),
  order_sale_info: { sale_channel: '直播', transfer_uid: '99' },
  certificate: [{ certificate_id: VOUCHER, item_status: 401 }],
  ...fields,
});

export const refused = (code: number): Answer => ({
  error_code: code,
  description: 'a word of theirs',
});

let apps = 0;

/** A platform that answers what it is told to, and an app of its own: tokens and limits are kept by app. */
export function platform(
  endpoints: Partial<Record<string, Endpoint>> = {},
  over: Partial<ResolveContext> = {},
) {
  apps += 1;
  const calls: Call[] = [];
  let tokens = 0;
  const defaults: Record<string, Endpoint> = {
    [TOKEN]: () => {
      tokens += 1;
      return { access_token: `clt.${tokens}`, expires_in: 7_200 };
    },
    [CERTIFICATES]: () => ({ certificates: [used()] }),
    [ORDERS]: () => ({ orders: [order()] }),
    [RECORDS]: () => new Response('no such page', { status: 404 }),
    [POIS]: () => ({ pois: [] }),
  };
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const call = {
      path: url.pathname,
      query: url.searchParams,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? init.body : '',
    };
    calls.push(call);
    const endpoint = endpoints[url.pathname] ?? defaults[url.pathname];
    if (endpoint === undefined) throw new Error(`nobody answers ${url.pathname}`);
    const answer = await endpoint(call, init);
    if (answer instanceof Response) return answer;
    return Response.json({ data: { error_code: 0, ...answer }, extra: { error_code: 0 } });
  };
  const startedAt = Date.now();
  // Limits are by the clock, so the clock must go.
  const now = () => at(600) * 1000 + Date.now() - startedAt;
  const context: ResolveContext = {
    app: {
      integration: 'douyin-life',
      appKey: `aw-resolve-${apps}`,
      secrets: { clientSecret: ['newest', 'older'] },
      settings: { apiBaseUrl: 'http://platform.test/', enrichment: 'pull' },
    },
    fetch,
    now,
    answers: 0,
    deadlineMs: (over.now ?? now)() + 60_000,
    history: async () => [],
    payment: async () => undefined,
    isKnownStore: async () => true,
    storesOf: async () => [],
    vouchersOf: async () => [],
    ...over,
  };
  const countOf = (path: string) => calls.filter((call) => call.path === path).length;
  const resolve = (...hints: Hint[]) => douyinLife.resolve(hints, context);
  /** The resolution of a single hint. */
  const one = async (single: Hint): Promise<Resolution> => {
    const [resolution] = await resolve(single);
    if (resolution === undefined) throw new Error('a hint was not resolved');
    return resolution;
  };
  return { calls, countOf, resolve, one, context };
}

export const kindsOf = (resolution: Resolution) => resolution.events.map((event) => event.kind);

export function eventOf<K extends Event['kind']>(resolution: Resolution, kind: K) {
  const found = resolution.events.filter((event) => event.kind === kind);
  expect(found).toHaveLength(1);
  return found[0];
}
