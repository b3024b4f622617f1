import * as z from 'zod';
import { idSchema, platformSchema } from '../../events/id.ts';
import { adAccountsPartition, keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** An account at an advertising network, and what its spend is for. */
const adAccountSchema = z.object({
  network: z.string(),
  accountId: idSchema,
  providerId: idSchema,
  platform: platformSchema,
  merchantId: idSchema,
  /** Empty: all of the merchant's. One: what a file says of no store is that store's. */
  stores: z.array(idSchema),
});
export type AdAccount = z.infer<typeof adAccountSchema>;

/**
 * What the account is for, and then whose it is: who dies in between has said nothing yet that counts. The list of a
 * provider who had it before keeps what it was for then, and so does what that provider imported.
 */
export async function putAdAccount(table: Table, account: AdAccount): Promise<void> {
  const { providerId, network, accountId } = account;
  await table.put(keys.adAccount(providerId, network, accountId), account, null);
  await table.put(keys.adOwner(network, accountId), { providerId }, null);
}

/** The provider an account is for; undefined where nobody said. */
export async function readAdOwner(
  table: Table,
  network: string,
  accountId: string,
): Promise<string | undefined> {
  const item = await table.get(keys.adOwner(network, accountId));
  return item === undefined ? undefined : idSchema.parse(item.providerId);
}

/** The accounts of a provider, by network and id. */
export async function readAdAccounts(table: Table, providerId: string): Promise<AdAccount[]> {
  const found: AdAccount[] = [];
  for await (const item of table.query(adAccountsPartition(providerId), { consistent: false })) {
    found.push(adAccountSchema.parse(item));
  }
  return found;
}
