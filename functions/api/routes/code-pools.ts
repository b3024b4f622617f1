import type { Hono } from 'hono';
import * as z from 'zod';
import {
  countFreeCodes,
  importCodes,
  putCodePool,
  readCodePool,
} from '../../../lib/callbacks/code-pools.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { spoiledBySpreadsheet } from '../../../lib/events/spoiled-id.ts';
import type { ApiDeps } from '../deps.ts';
import { readBody } from '../input.ts';
import { requireRegisteredMerchant } from '../merchant.ts';
import { requireOperator } from '../principal.ts';

const poolBody = z.discriminatedUnion('source', [
  z.strictObject({
    source: z.literal('generated'),
    length: z.int().min(8).max(20).default(12),
  }),
  z.strictObject({ source: z.literal('imported') }),
]);

const codesBody = z.strictObject({
  codes: z
    .array(
      z
        .string()
        .regex(/^[!-~]{1,64}$/, 'a code is 1 to 64 printable ASCII characters')
        .refine(
          (code) => spoiledBySpreadsheet(code) === null,
          'a spreadsheet made a number of this code: format its column as text',
        ),
    )
    .min(1)
    .max(500)
    .refine((codes) => new Set(codes).size === codes.length, 'each code only once'),
});

/** The pools that a merchant's third-party codes (三方码) come from. Codes go in and never come out. */
export function codePoolsRoutes(api: Hono, deps: ApiDeps): void {
  api.put('/v1/merchants/:platform/:merchantId/code-pool', async (c) => {
    await requireOperator(c, deps);
    const merchant = await requireRegisteredMerchant(c, deps);
    const pool = await readBody(c, poolBody);
    await putCodePool(deps.table, merchant, pool);
    return c.json(pool);
  });

  api.get('/v1/merchants/:platform/:merchantId/code-pool', async (c) => {
    await requireOperator(c, deps);
    const merchant = await requireRegisteredMerchant(c, deps);
    const pool = await readCodePool(deps.table, merchant);
    if (pool === undefined) throw new Problem('not-found', 'This merchant has no code pool.');
    return c.json({ ...pool, free: await countFreeCodes(deps.table, merchant) });
  });

  api.post('/v1/merchants/:platform/:merchantId/code-pool/codes', async (c) => {
    await requireOperator(c, deps);
    const merchant = await requireRegisteredMerchant(c, deps);
    const { codes } = await readBody(c, codesBody);
    const pool = await readCodePool(deps.table, merchant);
    if (pool?.source !== 'imported') {
      const detail = 'Set it first with PUT …/code-pool and {"source":"imported"}.';
      throw new Problem('code-pool-missing', detail);
    }
    const { added, known } = await importCodes(deps.table, merchant, codes);
    deps.log('info', 'codes-imported', { platform: merchant.platform, added, known });
    return c.json({ added, known });
  });
}
