import { escapeId as e, type Key } from './spelling.ts';

/** What was compared with the platforms: business days, differences, reconciliations, imports. */
export const checkKeys = {
  /** What came of comparing a business day with the platform's records. @param of whose day, see below */
  checkedDay: (day: string, of: CheckedPlace): Key => ({
    pk: `CHECKED#${day}`,
    sk: checkedPrefix(of) + placeOf(of),
  }),

  difference: (day: string, of: MerchantRef, differenceId: string): Key => ({
    pk: `DIFFERENCE#${day}`,
    sk: checkedPrefix(of) + differenceId,
  }),

  /** A reconciliation, and the same in the list of those under way. */
  reconciliation: (id: string): Key => ({ pk: 'RECONCILIATION', sk: id }),

  reconciling: (id: string): Key => ({ pk: 'RECONCILING', sk: id }),

  /** What an import came to. */
  imported: (providerId: string, importId: string): Key => ({
    pk: importPartition(providerId),
    sk: importId,
  }),

  /** A page of its differences and refused lines. */
  importPage: (importId: string, page: number): Key => ({
    pk: `IMPORT-ROWS#${importId}`,
    sk: String(page).padStart(3, '0'),
  }),
};

export interface MerchantRef {
  readonly platform: string;
  readonly merchantId: string;
}

/** Whose day is compared, by which app; null: the merchant's, with all its stores. */
export interface CheckedPlace extends MerchantRef {
  readonly integration: string;
  readonly appKey: string;
  readonly storeId: string | null;
}

/** How a merchant's sort keys begin among a day's. */
export const checkedPrefix = ({ platform, merchantId }: MerchantRef) =>
  `${platform}#${e(merchantId)}#`;

const placeOf = ({ integration, appKey, storeId }: CheckedPlace) =>
  `${e(integration)}#${e(appKey)}#${storeId === null ? '' : e(storeId)}`;

export const importPartition = (providerId: string) => `IMPORT#${e(providerId)}`;
