import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import * as z from 'zod';

const fieldsSchema = z.record(z.string(), z.unknown());

export interface SandboxOptions {
  readonly appId: string;
  readonly appSecret: string;
  readonly accessToken: string;
}

/** What the platform knows, by our own numbers, and what we reported to it. */
export interface SandboxWorld {
  readonly payments: Map<string, Readonly<Record<string, unknown>>>;
  readonly refunds: Map<string, Readonly<Record<string, unknown>>>;
  /** Bodies of order reports, in their order. */
  readonly reports: Readonly<Record<string, unknown>>[];
  /** Results that the next calls are answered with instead, the first first; nothing is done then. */
  readonly fails: number[];
}

export interface Sandbox extends SandboxWorld {
  readonly app: Hono;
}

/** The code of a refusal is made up: no list of codes is documented. */
const REFUSED = { result: 100_000_001, error_msg: 'refused by the sandbox' } as const;

/**
 * A fake of the platform's server for the calls that we make. It checks the token, and the signature
 * where there is one, as documented, and answers in either body form.
 */
export function startSandbox(options: SandboxOptions): Sandbox {
  const world: SandboxWorld = { payments: new Map(), refunds: new Map(), reports: [], fails: [] };
  const app = new Hono();

  app.use(async (c, next) => {
    const result = world.fails.shift();
    if (result === undefined) return next();
    return c.json({ result, error_msg: 'as it was set to' });
  });

  app.post('/openapi/mp/developer/epay/query_order', async (c) => {
    const fields = await accepted(c, options, { signed: true });
    const payment = fields && world.payments.get(String(fields.out_order_no));
    return c.json(payment === undefined ? REFUSED : { result: 1, payment_info: payment });
  });

  app.post('/openapi/mp/developer/epay/query_refund', async (c) => {
    const fields = await accepted(c, options, { signed: true });
    const refund = fields && world.refunds.get(String(fields.out_refund_no));
    return c.json(refund === undefined ? REFUSED : { result: 1, refund_info: refund });
  });

  app.post('/openapi/mp/developer/order/v1/report', async (c) => {
    const fields = await accepted(c, options, { signed: false });
    if (fields === undefined) return c.json(REFUSED);
    world.reports.push(fields);
    return c.json({ result: 1 });
  });

  return { ...world, app };
}

async function accepted(
  c: Context,
  { appId, appSecret, accessToken }: SandboxOptions,
  { signed }: { readonly signed: boolean },
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const query = c.req.query();
  const isJson = c.req.header('content-type')?.startsWith('application/json') ?? false;
  const body = fieldsSchema.parse(isJson ? await c.req.json() : await c.req.parseBody());
  if (query.app_id !== appId || query.access_token !== accessToken) return undefined;
  // A sign that is not required must be right all the same.
  if (!signed && body.sign === undefined) return body;
  return body.sign === signOf({ ...query, ...body }, appSecret) ? body : undefined;
}

/** Written apart from the client's, so that one does not prove the other's mistake right. */
function signOf(fields: Readonly<Record<string, unknown>>, secret: string): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && name !== 'access_token');
  const source = names
    .toSorted()
    .map((name) => `${name}=${String(fields[name])}`)
    .join('&');
  return createHash('md5').update(`${source}${secret}`).digest('hex');
}
