import { fingerprint } from '../../crypto/hash.ts';
import { providerPartition } from './people.ts';
import { escapeId as e, type Key, PREFIX } from './spelling.ts';

/** Merchants and what is theirs: stores, products, contracts, codes, refund requests. */
export const merchantKeys = {
  merchant: (platform: string, merchantId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: '-',
  }),

  /** A merchant in its platform's list. */
  listedMerchant: (platform: string, merchantId: string): Key => ({
    pk: `MERCHANTS#${platform}`,
    sk: e(merchantId),
  }),

  /** The store itself, found by its id alone. */
  store: (platform: string, storeId: string): Key => ({
    pk: `STORE#${platform}#${e(storeId)}`,
    sk: '-',
  }),

  /** The same store in its merchant's list. */
  storeOfMerchant: (platform: string, merchantId: string, storeId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: `${PREFIX.store}${e(storeId)}`,
  }),

  /** A store that redeemed for the merchant and is not, or no longer, in its list. */
  seenStore: (platform: string, merchantId: string, storeId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: `${PREFIX.seen}${e(storeId)}`,
  }),

  /** Says that the provider has or had a contract with the merchant. */
  merchantOfProvider: (providerId: string, platform: string, merchantId: string): Key => ({
    pk: providerPartition(providerId),
    sk: `${PREFIX.contract}${platform}#${e(merchantId)}`,
  }),

  /** What a platform sells under an id. */
  product: (platform: string, productId: string): Key => ({
    pk: productsPartition(platform),
    sk: e(productId),
  }),

  contract: (platform: string, merchantId: string, version: number): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: `${PREFIX.contract}${String(version).padStart(6, '0')}`,
  }),

  /** A cooperation that the operator does not want as a contract. */
  refusedProposal: (platform: string, merchantId: string, cooperationId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: `${PREFIX.refused}${e(cooperationId)}`,
  }),

  policy: (version: number): Key => ({ pk: 'POLICY', sk: String(version).padStart(6, '0') }),

  codePool: (platform: string, merchantId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: 'CODE-POOL',
  }),

  /** Stands once the code is an order's. */
  code: (platform: string, merchantId: string, code: string): Key => ({
    pk: `CODE#${platform}#${e(merchantId)}#${e(code)}`,
    sk: '-',
  }),

  /** An imported code that seems free, at its place on the pool's ring of hashes. */
  freeCode: (platform: string, merchantId: string, place: string): Key => ({
    pk: freeCodePartition(platform, merchantId, place.slice(0, 1)),
    sk: place,
  }),

  refundPolicy: (platform: string, merchantId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: 'REFUND-POLICY',
  }),

  refundRequest: (platform: string, refundId: string): Key => ({
    pk: `REFUND#${platform}#${e(refundId)}`,
    sk: '-',
  }),

  /** In the list of refund requests that need somebody. */
  openRefund: (platform: string, refundId: string): Key => ({
    pk: openRefundPartition(fingerprint(platform, refundId).slice(0, 1)),
    sk: `${platform}#${e(refundId)}`,
  }),
};

export const merchantPartition = (platform: string, merchantId: string) =>
  `MERCHANT#${platform}#${e(merchantId)}`;

export const freeCodePartition = (platform: string, merchantId: string, shard: string) =>
  `FREE#${platform}#${e(merchantId)}#${shard}`;

export const openRefundPartition = (shard: string) => `REFUND-OPEN#${shard}`;

/** A platform's products. */
export function productsPartition(platform: string): string {
  return `PRODUCTS#${platform}`;
}
