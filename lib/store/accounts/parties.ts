import * as z from 'zod';
import { idSchema, platformSchema } from '../../events/id.ts';
import { partySchema } from '../../ledger/party.ts';
import { keys, merchantPartition, PREFIX } from '../keys.ts';
import type { Item, Table } from '../table.ts';

/** What operators register: apps, providers, merchants, stores. */

export {
  changeApp,
  putApp,
  readApp,
  readKeptSecrets,
  readRegistered,
  readRegisteredAt,
} from './apps.ts';

/** Since when something is archived: out of the lists, and nothing new is made of it. What was, stays. */
const archivable = { archivedAt: z.iso.datetime({ offset: true }).optional() };

/** What was taken back stands as null. */
function plain({ archivedAt, ...item }: Item): object {
  return typeof archivedAt === 'string' ? { ...item, archivedAt } : item;
}

export const providerSchema = z.object({
  providerId: idSchema,
  name: z.string(),
  /** agency 代运营, saas 技术服务商, dev 小程序开发商, supply 供应链. */
  kind: z.enum(['agency', 'saas', 'dev', 'supply']),
  ...partySchema.shape,
  ...archivable,
});
export type Provider = z.infer<typeof providerSchema>;

export async function putProvider(table: Table, provider: Provider): Promise<void> {
  await table.put(
    keys.billedProvider(provider.providerId),
    { providerId: provider.providerId },
    null,
  );
  await table.put(keys.provider(provider.providerId), provider, null);
}

/** Everybody who was ever registered. */
export async function readProviderIds(table: Table): Promise<string[]> {
  const ids: string[] = [];
  for await (const item of table.query(keys.billedProvider('').pk))
    ids.push(String(item.providerId));
  return ids;
}

export async function readProvider(
  table: Table,
  providerId: string,
  consistent = true,
): Promise<Provider | undefined> {
  const item = await table.get(keys.provider(providerId), consistent);
  return item === undefined ? undefined : providerSchema.parse(plain(item));
}

export const merchantSchema = z.object({
  platform: platformSchema,
  merchantId: idSchema,
  name: z.string(),
  ...archivable,
});
export type Merchant = z.infer<typeof merchantSchema>;

export async function putMerchant(table: Table, merchant: Merchant): Promise<void> {
  const { platform, merchantId } = merchant;
  // The list first: what is registered is listed.
  await table.put(keys.listedMerchant(platform, merchantId), { merchantId }, null);
  await table.put(keys.merchant(platform, merchantId), merchant, null);
}

/** The ids of every merchant registered at a platform. */
export async function merchantsOfPlatform(table: Table, platform: string): Promise<string[]> {
  const ids: string[] = [];
  const { pk } = keys.listedMerchant(platform, '');
  for await (const item of table.query(pk, { consistent: false }))
    ids.push(String(item.merchantId));
  return ids;
}

export async function readMerchant(
  table: Table,
  platform: string,
  merchantId: string,
): Promise<Merchant | undefined> {
  const item = await table.get(keys.merchant(platform, merchantId));
  return item === undefined ? undefined : merchantSchema.parse(plain(item));
}

export const storeSchema = z.object({
  platform: platformSchema,
  storeId: idSchema,
  merchantId: idSchema,
  /** Null: seen in a redemption, named by nobody yet. */
  name: z.string().nullable(),
  city: z.string().nullable(),
  /** An operator's words are never overwritten by what a platform says. */
  namedBy: z.enum(['operator', 'platform']),
  ...archivable,
});
export type Store = z.infer<typeof storeSchema>;

/** Writes a store as the operator says. */
export async function putStore(table: Table, store: Store): Promise<void> {
  const before = await readStore(table, store.platform, store.storeId);
  const { platform, storeId, merchantId } = store;
  await table.put(keys.storeOfMerchant(platform, merchantId, storeId), store, null);
  await table.put(keys.store(platform, storeId), store, null);
  if (before !== undefined && before.merchantId !== merchantId) {
    // Its entries of then stay the old merchant's: a restatement looks for them there.
    await table.put(keys.seenStore(platform, before.merchantId, storeId), { storeId }, null);
    await table.delete(keys.storeOfMerchant(platform, before.merchantId, storeId));
  }
}

/** Writes a store that a platform reported, unless it is already known. */
export async function discoverStore(table: Table, store: Store): Promise<void> {
  const { platform, storeId, merchantId } = store;
  const known = await readStore(table, platform, storeId);
  if (known !== undefined && known.merchantId !== merchantId) return;
  // The list first: a store that is found is then always listed, whatever died in between.
  await table.put(keys.storeOfMerchant(platform, merchantId, storeId), known ?? store);
  if (known === undefined) await table.put(keys.store(platform, storeId), store);
}

export async function readStore(
  table: Table,
  platform: string,
  storeId: string,
): Promise<Store | undefined> {
  const item = await table.get(keys.store(platform, storeId), false);
  return item === undefined ? undefined : storeSchema.parse(plain(item));
}

export async function storesOfMerchant(
  table: Table,
  platform: string,
  merchantId: string,
): Promise<Store[]> {
  const stores: Store[] = [];
  const pk = merchantPartition(platform, merchantId);
  for await (const item of table.query(pk, { startsWith: PREFIX.store, consistent: false })) {
    stores.push(storeSchema.parse(plain(item)));
  }
  return stores;
}

/** What may be changed of something that is registered: what is named, and nothing else of it. */
export type Changed = Readonly<Record<string, unknown>> & {
  /** Null: it is not archived any more. */
  readonly archivedAt?: string | null;
};

const THERE = { expression: 'attribute_exists(pk)' };

export async function changeProvider(
  table: Table,
  providerId: string,
  changed: Changed,
): Promise<void> {
  await table.set(keys.provider(providerId), changed, THERE);
}

export async function changeMerchant(
  table: Table,
  { platform, merchantId }: Pick<Merchant, 'platform' | 'merchantId'>,
  changed: Changed,
): Promise<void> {
  await table.set(keys.merchant(platform, merchantId), changed, THERE);
}

/** In its merchant's list first: repeated, both say the same. */
export async function changeStore(
  table: Table,
  { platform, storeId, merchantId }: Pick<Store, 'platform' | 'storeId' | 'merchantId'>,
  changed: Changed,
): Promise<void> {
  await table.set(keys.storeOfMerchant(platform, merchantId, storeId), changed, THERE);
  await table.set(keys.store(platform, storeId), changed, THERE);
}
