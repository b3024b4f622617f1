import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { ENDPOINTS, FAULT_MODES, type Faults } from './faults.ts';
import { Refusal } from './refusal.ts';
import type { IssuedTokens } from './tokens.ts';
import type { World } from './world.ts';

/** What became of the webhooks that an operation made. */
export type Delivery = Readonly<Record<string, number>>;

export interface ControlContext {
  readonly world: World;
  readonly faults: Faults;
  readonly tokens: IssuedTokens;
  readonly deliver?: () => Promise<Delivery>;
}

const fen = z.int().nonnegative();
const id = z.string().min(1);
const count = z.int().positive();

const saleSchema = z.strictObject({
  productId: id,
  count: count.optional(),
  payFen: fen.optional(),
  platformDiscountFen: fen.optional(),
  merchantTicketFen: fen.optional(),
  paymentDiscountFen: fen.optional(),
  channel: z.string().optional(),
  role: z.string().optional(),
  creatorUid: z.string().optional(),
  creatorDouyinUid: z.string().optional(),
  creatorNickname: z.string().optional(),
  intentionPoiId: z.string().optional(),
  buyerOpenId: z.string().optional(),
});

const faultSchema = z.union([
  z.strictObject({
    endpoint: z.enum(ENDPOINTS),
    mode: z.enum(FAULT_MODES),
    code: count.optional(),
    delayMs: z.int().nonnegative().optional(),
    times: count.optional(),
  }),
  z.strictObject({
    omitPoi: z.boolean().optional(),
    omitCancelled: z.boolean().optional(),
    lag: z
      .strictObject({
        ms: z.int().nonnegative().optional(),
        queries: z.int().nonnegative().optional(),
      })
      .optional(),
  }),
]);

/** The platform has no such endpoints: they stand for buyers, cashiers and bad days. */
export function addControls(app: Hono, context: ControlContext): void {
  const { world, faults, tokens } = context;

  const control = <T>(path: string, schema: z.ZodType<T>, act: (input: T) => object) =>
    app.post(path, (c) => answer(c, schema, act, context.deliver));

  app.get('/sandbox', (c) => c.json(help(world)));
  control('/sandbox/sell', saleSchema, (sale) => {
    const order = world.sell(withoutUndefined(sale));
    const certificateIds = order.certificates.map((one) => one.certificateId);
    return { orderId: order.orderId, certificateIds };
  });
  control('/sandbox/redeem', z.strictObject({ certificateId: id, poiId: id }), (input) => ({
    verifyId: world.redeem(input.certificateId, input.poiId),
  }));
  control('/sandbox/cancel', z.strictObject({ verifyId: id }), ({ verifyId }) => {
    world.cancel(verifyId);
    return { verifyId };
  });
  control('/sandbox/request-refund', z.strictObject({ certificateId: id }), (input) => ({
    requestedFen: world.requestRefund(input.certificateId),
  }));
  control('/sandbox/refund', z.strictObject({ certificateId: id }), (input) => ({
    refundFen: world.refund(input.certificateId),
  }));
  control('/sandbox/fault', faultSchema, (fault) => {
    if ('endpoint' in fault) faults.set(fault.endpoint, withoutUndefined(fault));
    else Object.assign(faults.options, withoutUndefined(fault));
    return { options: faults.options };
  });
  control('/sandbox/token', z.strictObject({ action: z.enum(['expire', 'revoke']) }), (input) => {
    if (input.action === 'expire') tokens.expireAll();
    else tokens.revokeAll();
    return input;
  });
}

async function answer<T>(
  c: Context,
  schema: z.ZodType<T>,
  act: (input: T) => object,
  deliver: (() => Promise<Delivery>) | undefined,
): Promise<Response> {
  const body: unknown = await c.req.json().catch(() => null);
  const input = schema.safeParse(body);
  if (!input.success) return c.json({ error: z.prettifyError(input.error) }, 400);
  try {
    const result = act(input.data);
    return c.json(deliver ? { ...result, webhooks: await deliver() } : result);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return c.json({ error: error.message, subErrorCode: error.subErrorCode }, 409);
  }
}

function help(world: World): object {
  return {
    what: 'A fake of the Douyin life-services platform (closed loop). Nothing here is real.',
    does: {
      'POST /sandbox/sell': { productId: '…', count: 1, channel: '直播' },
      'POST /sandbox/redeem': { certificateId: '…', poiId: '…' },
      'POST /sandbox/cancel': { verifyId: '…' },
      'POST /sandbox/request-refund': { certificateId: '…' },
      'POST /sandbox/refund': { certificateId: '…' },
      'POST /sandbox/fault': { endpoint: ENDPOINTS.join(' | '), mode: FAULT_MODES.join(' | ') },
      'POST /sandbox/token': { action: 'expire | revoke' },
    },
    clientKey: world.clientKey,
    merchants: [...world.merchants.values()],
    stores: [...world.stores.values()],
    products: [...world.products.values()],
  };
}

/** zod gives `key?: T | undefined`; the world's inputs say absent by not being there. */
type Defined<T> = T extends unknown ? { [K in keyof T]: Exclude<T[K], undefined> } : never;

function withoutUndefined<T extends object>(input: T): Defined<T> {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
