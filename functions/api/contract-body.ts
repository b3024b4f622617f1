import * as z from 'zod';
import { channelSchema } from '../../lib/events/channel.ts';
import { givenId, platformSchema } from '../../lib/events/event.ts';
import { instantInput } from './input.ts';

const MAX_LISTED = 2_000;

const ids = z.array(givenId()).max(MAX_LISTED).default([]);
const rate = z.int().min(0).max(10_000);

const RATE_RULE =
  'In 1/10000. Needed unless `commission` is `product`. Beside `tiers` it is what each redemption is booked at ' +
  'until the month is closed, and what is earned below the first tier.';

const TIERS_RULE =
  'Beside `rateBp`, with `commission` `account`: each starts above the one before it, and has its own rateBp.';

/** What an operator says about a contract. */
export const contractBody = z
  .strictObject({
    providerId: givenId(),
    platform: platformSchema,
    merchantId: givenId(),
    mode: z.enum(['agency', 'special']),
    scope: z
      .strictObject({
        stores: ids,
        channels: z.array(channelSchema).default([]),
        products: ids,
        creators: ids,
      })
      .default({ stores: [], channels: [], products: [], creators: [] }),
    shareBp: z.int().min(1).max(10_000).default(10_000),
    commission: z.enum(['account', 'product']).default('account'),
    rateBp: rate.optional().describe(RATE_RULE),
    productRates: z.record(givenId(), rate).default({}),
    tiers: z
      .array(z.strictObject({ fromFen: z.int().min(0), rateBp: rate }))
      .min(1)
      .max(20)
      .nullish()
      .transform((value) => value ?? null)
      .describe(TIERS_RULE),
    startsAt: instantInput,
    endsAt: instantInput.nullish().transform((value) => value ?? null),
  })
  .refine(({ startsAt, endsAt }) => endsAt === null || endsAt > startsAt, {
    path: ['endsAt'],
    message: 'must be after startsAt',
  })
  .refine(({ commission, rateBp }) => commission === 'product' || rateBp !== undefined, {
    path: ['rateBp'],
    message: 'say the rate in 1/10000, or "commission": "product" with productRates',
  })
  .refine(({ commission, productRates }) => commission === 'product' || isEmpty(productRates), {
    path: ['productRates'],
    message: 'only with "commission": "product"',
  })
  .refine(({ tiers }) => tiers === null || ascend(tiers.map((tier) => tier.fromFen)), {
    path: ['tiers'],
    message: 'each starts above the one before it',
  });

export type Proposal = z.infer<typeof contractBody>;

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

function ascend(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
}
