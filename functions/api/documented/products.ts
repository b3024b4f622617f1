import * as z from 'zod';
import { productSchema } from '../../../lib/store/accounts/products.ts';
import { productPut, productsGet } from '../routes/products.ts';
import type { Documented } from './documented.ts';
import { next } from './shapes.ts';

const product = z
  .strictObject({
    ...productSchema.shape,
    merchantId: z.string().nullable().describe('Whose sale of it came first; null before any.'),
    platformName: z
      .string()
      .nullable()
      .describe('As the platform calls it; null where it never told.'),
    name: z.string().nullable().describe('The operator’s name of it, or else the platform’s.'),
    category: z.string().nullable(),
    supplyId: z.string().nullable().describe('One dish or service, whatever products it is.'),
    seenAt: z.string().nullable().describe('When its first sale was recorded.'),
  })
  .meta({ id: 'Product' });

const said = { name: '双人套餐', category: '火锅', supplyId: 'hotpot-for-two' } as const;

export const products: readonly Documented[] = [
  {
    contract: productPut,
    tag: 'registering',
    summary: 'Name a product, put it into a category, link it to what it is at other platforms',
    description:
      'All that is said of the product: what is left out is said of it no more. Products with one `supplyId` are one dish ' +
      'or service. `GET /v1/gmv?by=supply` and `by=category` group by it within five minutes, also what was sold before; ' +
      'no entry and no total changes. A product may be named before its first sale.',
    answers: { 200: { json: product } },
    example: said,
  },
  {
    contract: productsGet,
    tag: 'registering',
    summary: 'The catalogue: every product of which a sale came, and those that were named',
    description:
      'By platform and id. A page may have fewer rows than `limit` where few fit; `next` goes on while there are more.',
    answers: { 200: { json: z.strictObject({ products: z.array(product), next }) } },
  },
];
