import type { Context } from 'hono';
import { Problem } from '../../lib/errors/problem.ts';
import { idSchema, type Platform, platformSchema } from '../../lib/events/event.ts';
import { readMerchant } from '../../lib/store/accounts/parties.ts';
import type { ApiDeps } from './deps.ts';
import { check } from './input.ts';

/**
 * The merchant that a path under `/v1/merchants/{platform}/{merchantId}` is about.
 * @throws Problem `request-invalid` or `merchant-unknown`
 */
export async function requireRegisteredMerchant(
  c: Context,
  deps: ApiDeps,
): Promise<{ platform: Platform; merchantId: string }> {
  const platform = check(platformSchema, c.req.param('platform'));
  const merchantId = check(idSchema, c.req.param('merchantId'));
  if ((await readMerchant(deps.table, platform, merchantId)) === undefined) {
    throw new Problem('merchant-unknown', 'Register it first with PUT /v1/merchants/….');
  }
  return { platform, merchantId };
}
