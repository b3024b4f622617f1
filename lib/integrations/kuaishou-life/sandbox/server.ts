import { Hono } from 'hono';
import * as z from 'zod';

export interface SandboxOptions {
  readonly appId: string;
  readonly appSecret: string;
  /** What a merchant's authorisation brought. */
  readonly code: string;
}

export interface Sandbox {
  readonly app: Hono;
  /** By certificate or code: how often it was redeemed. */
  readonly redeemed: Map<string, number>;
  /** Whether answers say what became of each voucher, which is not documented. */
  tellsResults: boolean;
  /** Codes that the next calls are answered with instead, the first first; nothing is done then. */
  readonly fails: number[];
}

const verifySchema = z.looseObject({
  verify_token: z.string().min(1),
  poi_id: z.string().min(1),
  order_id: z.string().min(1),
  codes: z.array(z.string()).min(1).optional(),
  encrypted_codes: z.array(z.string()).min(1).optional(),
  certificate_ids: z.array(z.string()).optional(),
});

/** The code of a refusal is made up: no list of codes is documented. */
const REFUSED = {
  result: 1,
  data: { error_code: 90_001, description: 'refused by the sandbox' },
  extra: { sub_description: '' },
} as const;

/** A fake of the platform's server for the calls that we make; a token made by it is taken by it. */
export function startSandbox({ appId, appSecret, code }: SandboxOptions): Sandbox {
  let count = 0;
  const live = { access: '', refresh: '' };
  const acts = new Map<string, unknown>();
  const sandbox: Sandbox = { app: new Hono(), redeemed: new Map(), tellsResults: false, fails: [] };

  sandbox.app.use(async (c, next) => {
    const code = sandbox.fails.shift();
    if (code === undefined) return next();
    const isToken = c.req.path.startsWith('/oauth2/');
    return c.json(isToken ? { result: code } : { result: 1, data: { error_code: code } });
  });

  const issue = () => {
    count += 1;
    live.access = `access-${count}`;
    live.refresh = `refresh-${count}`;
    return {
      result: 1,
      access_token: live.access,
      refresh_token: live.refresh,
      expires_in: 172_800,
      refresh_token_expires_in: 15_552_000,
      open_id: 'merchant-1',
      scopes: ['goodlife'],
    };
  };

  for (const [path, name, right] of [
    ['/oauth2/access_token', 'code', () => code],
    ['/oauth2/refresh_token', 'refresh_token', () => live.refresh],
  ] as const) {
    sandbox.app.get(path, (c) => {
      const query = c.req.query();
      const isOurs = query.app_id === appId && query.app_secret === appSecret;
      const isRight = query.grant_type === name && query[name] === right();
      return c.json(isOurs && isRight ? issue() : { result: 100_200_100 });
    });
  }

  sandbox.app.post('/goodlife/v1/fulfilment/certificate/verify', async (c) => {
    const parsed = verifySchema.safeParse(await c.req.json());
    const isKnown = c.req.header('access-token') === live.access && live.access !== '';
    if (!parsed.success || !isKnown) return c.json(REFUSED);
    const { verify_token, codes, encrypted_codes, certificate_ids } = parsed.data;
    // Exactly one of the two.
    if ((codes === undefined) === (encrypted_codes === undefined)) return c.json(REFUSED);
    const before = acts.get(verify_token);
    if (before !== undefined) return c.json(before);
    const vouchers = certificate_ids ?? codes ?? encrypted_codes ?? [];
    for (const voucher of vouchers) {
      sandbox.redeemed.set(voucher, (sandbox.redeemed.get(voucher) ?? 0) + 1);
    }
    const results = vouchers.map((voucher, index) => ({
      result: 0,
      msg: 'success',
      verify_id: `${verify_token}-${index + 1}`,
      certificate_id: voucher,
    }));
    const data = {
      error_code: 0,
      description: 'success',
      ...(sandbox.tellsResults ? { verify_results: results } : {}),
    };
    const answer = { result: 1, data, extra: { sub_description: '' } };
    acts.set(verify_token, answer);
    return c.json(answer);
  });

  return sandbox;
}
