import * as z from 'zod';
import { Problem } from '../../lib/errors/problem.ts';
import { givenId, type Platform, platformSchema } from '../../lib/events/event.ts';
import { type Merchant, readMerchant } from '../../lib/store/accounts/parties.ts';
import type { ApiDeps } from './deps.ts';

/** Of a path under `/v1/merchants/{platform}/{merchantId}`. */
export const merchantParams = z.object({ platform: platformSchema, merchantId: givenId() });

/** @throws Problem `merchant-unknown` */
export async function requireMerchant(
  { platform, merchantId }: { readonly platform: Platform; readonly merchantId: string },
  { table }: ApiDeps,
): Promise<Merchant> {
  const merchant = await readMerchant(table, platform, merchantId);
  if (merchant !== undefined) return merchant;
  throw new Problem('merchant-unknown', 'Register it first with PUT /v1/merchants/….');
}
