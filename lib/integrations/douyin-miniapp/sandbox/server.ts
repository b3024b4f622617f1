import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { Act, World } from './world.ts';

export interface AppOptions {
  readonly world: World;
  readonly appId: string;
  /** Read at each call: it may be replaced. */
  readonly clientSecret: string;
}

/** Any code that is not 0 will do: these endpoints' own are not documented. */
const REFUSED = 20_000;
const TOKEN_INVALID = 2_190_002;

const V2 = '/api/apps/trade/v2';

/** The endpoints that the client calls, answered from the world. Call it with `app.request(…)`. */
export function sandboxApp(options: AppOptions): {
  app: Hono;
  /** From now on no token given out so far is taken. */
  revokeTokens: () => void;
  /** The next calls behind the token are answered with this number, and do nothing. */
  answerWith: (fault: { code: number; times: number }) => void;
} {
  const { world, appId } = options;
  const app = new Hono();
  let issued = 0;
  let valid = '';
  let fault = { code: 0, times: 0 };

  app.post('/oauth/client_token/', async (c) => {
    const credentials = z.object({ client_key: z.string(), client_secret: z.string() });
    const { client_key, client_secret } = credentials.parse(await c.req.json());
    if (client_key !== appId || client_secret !== options.clientSecret) {
      return c.json({
        data: { error_code: 10013, description: 'client_key 或者 client_secret 报错' },
      });
    }
    issued += 1;
    valid = `clt.sandbox${issued}`;
    return c.json({ data: { access_token: valid, expires_in: 7_200, error_code: 0 } });
  });

  /** An endpoint behind the token, its fields checked. */
  function endpoint<T>(path: string, fields: z.ZodType<T>, answer: (body: T) => object | null) {
    app.post(`${V2}${path}`, async (c: Context) => {
      if (valid === '' || c.req.header('access-token') !== valid) {
        return c.json({ err_no: TOKEN_INVALID, err_msg: 'access_token 无效' });
      }
      if (fault.times > 0) {
        fault = { ...fault, times: fault.times - 1 };
        return c.json({ err_no: fault.code, err_msg: '系统繁忙,此时请开发者稍候再试' });
      }
      const body = fields.safeParse(await c.req.json());
      const data = body.success ? answer(body.data) : null;
      if (data === null) return c.json({ err_no: REFUSED, err_msg: '参数错误' });
      return c.json({ err_no: 0, err_msg: '', log_id: 'sandbox', data });
    });
  }

  const resultOf = (itemOrderId: string, act: Act | undefined) =>
    act === undefined
      ? { item_order_id: itemOrderId, result_code: 1, result_msg: '已核销', verify_id: '' }
      : {
          item_order_id: itemOrderId,
          result_code: 0,
          result_msg: '',
          verify_id: act.verifyId,
          verify_time: act.atMs,
        };

  endpoint(
    '/fulfillment/delivery_prepare',
    z.object({ encrypted_data: z.string().optional(), code: z.string().optional() }),
    ({ encrypted_data, code }) => {
      const piece = world.behind(code ?? encrypted_data ?? '');
      if (piece === undefined) return null;
      return {
        verify_token: `prepared-${piece.certificateId}-${world.acts().length}`,
        order_id: piece.orderId,
        out_order_no: piece.outOrderNo,
        certificates: [
          {
            encrypted_code: `encrypted-${piece.code}`,
            certificate_id: piece.certificateId,
            item_order_id: piece.itemOrderId,
          },
        ],
      };
    },
  );

  const poiInfo = z.string().refine((text) => Buffer.byteLength(text) <= 1_024);

  endpoint(
    '/fulfillment/delivery_verify',
    z.object({
      verify_token: z.string().min(1),
      order_id: z.string(),
      certificates: z.array(z.object({ encrypted_code: z.string(), certificate_id: z.string() })),
      poi_info: poiInfo,
    }),
    ({ verify_token, order_id, certificates, poi_info }) => {
      const pieces = world.piecesOf({ orderId: order_id });
      const named = certificates.flatMap(
        (one) => pieces.find((piece) => piece.certificateId === one.certificate_id) ?? [],
      );
      if (named.length !== certificates.length) return null;
      const ids = named.map((piece) => piece.itemOrderId);
      const acts = world.use(verify_token, ids, poi_info);
      return { verify_results: ids.map((id, index) => resultOf(id, acts[index])) };
    },
  );

  endpoint(
    '/fulfillment/push_delivery',
    z.object({
      out_order_no: z.string(),
      item_order_list: z
        .array(z.object({ item_order_id: z.string() }))
        .max(100)
        .optional(),
      use_all: z.boolean().optional(),
      token: z.string().min(1),
      poi_info: poiInfo,
    }),
    ({ out_order_no, item_order_list, token, poi_info }) => {
      const pieces = world.piecesOf({ outOrderNo: out_order_no });
      const ids =
        item_order_list?.map((item) => item.item_order_id) ??
        pieces.map((piece) => piece.itemOrderId);
      if (ids.length === 0) return null;
      const acts = world.use(token, ids, poi_info);
      return { verify_results: ids.map((id, index) => resultOf(id, acts[index])) };
    },
  );

  endpoint(
    '/fulfillment/verify_cancel',
    z.object({ order_id: z.string(), certificate_id: z.string(), verify_id: z.string() }),
    ({ verify_id }) => (world.cancel(verify_id) ? {} : null),
  );

  const orderRef = z.object({
    order_id: z.string().optional(),
    out_order_no: z.string().optional(),
  });
  const piecesOf = ({ order_id, out_order_no }: z.infer<typeof orderRef>) =>
    world.piecesOf({
      ...(order_id === undefined ? {} : { orderId: order_id }),
      ...(out_order_no === undefined ? {} : { outOrderNo: out_order_no }),
    });

  endpoint('/order/query_order', orderRef, (ref) => {
    const first = piecesOf(ref)[0];
    return first ? { order_id: first.orderId, out_order_no: first.outOrderNo } : null;
  });

  endpoint('/order/query_item_order_info', orderRef, (ref) => ({
    item_order_info_list: piecesOf(ref).map(({ itemOrderId }) => ({ item_order_id: itemOrderId })),
  }));

  endpoint('/order/query_cps', orderRef, (ref) => ({
    cps_info: {
      cps_item_list: piecesOf(ref).flatMap(({ itemOrderId, priceFen, creator }) =>
        creator === undefined
          ? []
          : [
              {
                item_order_id: itemOrderId,
                sell_amount: priceFen,
                commission_amount: priceFen / 10,
                commission_rate: 1_000,
                item_id: creator.contentId,
                commission_user_douyinid: creator.douyinId,
                commission_user_nickname: '达人',
              },
            ],
      ),
    },
  }));

  return {
    app,
    revokeTokens: () => {
      valid = '';
    },
    answerWith: (next) => {
      fault = next;
    },
  };
}
