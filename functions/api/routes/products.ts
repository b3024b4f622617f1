import type { Hono } from 'hono';
import * as z from 'zod';
import { givenId, PLATFORMS, type Platform, platformSchema } from '../../../lib/events/event.ts';
import {
  type Product,
  productName,
  productsOf,
  putProduct,
  readProduct,
} from '../../../lib/store/accounts/products.ts';
import { noteChange } from '../audit.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorInput, limitInput } from '../input.ts';
import { answer, forOperator } from '../route.ts';

const text = z.string().trim().min(1).max(200);

export const productPut = forOperator('PUT /v1/products/{platform}/{productId}', {
  needs: 'registry:write',
  params: z.object({ platform: platformSchema, productId: givenId() }),
  body: z.strictObject({
    name: text.optional(),
    category: text.optional(),
    supplyId: givenId().optional(),
  }),
});

export const productsGet = forOperator('GET /v1/products', {
  needs: 'registry:read',
  query: z.object({
    platform: platformSchema.optional(),
    category: text.optional(),
    supplyId: givenId().optional(),
    limit: limitInput(100, 500),
    cursor: cursorInput(z.tuple([platformSchema, z.string()])),
  }),
});

/** How many a page looks through at most: a filter that nothing fits goes on with a cursor. */
const MOST_LOOKED_AT = 2_000;

/** The catalogue: what platforms sell, learned from events, with the operator's names, categories and links. */
export function productsRoutes(api: Hono, deps: ApiDeps): void {
  /** What is said of a product, whole: what is left out is said of it no more. */
  answer(api, deps, productPut, async ({ params: { platform, productId }, body }, c) => {
    const before = await readProduct(deps.table, platform, productId);
    const { name = null, category = null, supplyId = null } = body;
    await putProduct(deps.table, { platform, productId, name, category, supplyId });
    const after = await readProduct(deps.table, platform, productId);
    noteChange(c, {
      subject: `product/${platform}/${productId}`,
      before: before ?? null,
      after: after ?? null,
    });
    return c.json(after === undefined ? null : shown(after));
  });

  answer(api, deps, productsGet, async ({ query }, c) => {
    const { category, supplyId, limit, cursor } = query;
    const platforms = query.platform === undefined ? PLATFORMS : [query.platform];
    const isWanted = (one: Product) =>
      (category === undefined || one.category === category) &&
      (supplyId === undefined || one.supplyId === supplyId);
    const products: Product[] = [];
    let looked = 0;
    let last: [Platform, string] | null = null;
    for await (const one of listed(deps, platforms, cursor)) {
      if (products.length === limit || looked === MOST_LOOKED_AT) {
        const next = last === null ? null : writeCursor(c, last);
        return c.json({ products: products.map(shown), next });
      }
      looked += 1;
      last = [one.platform, one.productId];
      if (isWanted(one)) products.push(one);
    }
    return c.json({ products: products.map(shown), next: null });
  });
}

async function* listed(
  { table }: ApiDeps,
  platforms: readonly Platform[],
  cursor: readonly [Platform, string] | undefined,
): AsyncGenerator<Product> {
  const from = cursor === undefined ? 0 : platforms.indexOf(cursor[0]);
  for (const platform of platforms.slice(Math.max(0, from))) {
    yield* productsOf(table, platform, cursor?.[0] === platform ? cursor[1] : undefined);
  }
}

/** With the name that counts; what the platform calls it stands beside it. */
function shown(product: Product) {
  return { ...product, name: productName(product) };
}
