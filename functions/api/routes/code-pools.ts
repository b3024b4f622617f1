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
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { merchantParams, requireMerchant } from '../merchant.ts';
import { answer, forOperator } from '../route.ts';

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

const PATH = '/v1/merchants/{platform}/{merchantId}/code-pool';
const params = merchantParams;

export const codePoolPut = forOperator(`PUT ${PATH}`, {
  needs: 'registry:write',
  params,
  body: poolBody,
});

export const codePoolGet = forOperator(`GET ${PATH}`, { needs: 'registry:read', params });

export const codesPost = forOperator(`POST ${PATH}/codes`, {
  needs: 'registry:write',
  params,
  body: codesBody,
});

/** The pools that a merchant's third-party codes (三方码) come from. Codes go in and never come out. */
export function codePoolsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, codePoolPut, async ({ params: merchant, body: pool }, c) => {
    await requireMerchant(merchant, deps);
    const before = (await readCodePool(deps.table, merchant)) ?? null;
    await putCodePool(deps.table, merchant, pool);
    noteChange(c, { before, after: pool });
    return c.json(pool);
  });

  answer(api, deps, codePoolGet, async ({ params: merchant }, c) => {
    await requireMerchant(merchant, deps);
    const pool = await readCodePool(deps.table, merchant);
    if (pool === undefined) throw new Problem('not-found', 'This merchant has no code pool.');
    return c.json({ ...pool, free: await countFreeCodes(deps.table, merchant) });
  });

  answer(api, deps, codesPost, async ({ params: merchant, body: { codes } }, c) => {
    await requireMerchant(merchant, deps);
    const pool = await readCodePool(deps.table, merchant);
    if (pool?.source !== 'imported') {
      const detail = 'Set it first with PUT …/code-pool and {"source":"imported"}.';
      throw new Problem('code-pool-missing', detail);
    }
    const { added, known } = await importCodes(deps.table, merchant, codes);
    noteChange(c, { after: { added, known }, isChange: added > 0 });
    deps.log('info', 'codes-imported', { platform: merchant.platform, added, known });
    return c.json({ added, known });
  });
}
