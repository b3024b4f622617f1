import { escapeId as e, type Key, PREFIX } from './spelling.ts';

/** What makes a provider's GMV grow beside its contracts, and what it brings: advertising, programmes. */
export const growthKeys = {
  /** Which provider an account at an advertising network is for; and what it is for, in that provider's list. */
  adOwner: (network: string, accountId: string): Key => ({
    pk: `AD-OWNER#${e(network)}#${e(accountId)}`,
    sk: '-',
  }),

  adAccount: (providerId: string, network: string, accountId: string): Key => ({
    pk: adAccountsPartition(providerId),
    sk: `${e(network)}#${e(accountId)}`,
  }),

  /** What an account spent in a month, YYYY-MM. */
  adSpend: (providerId: string, month: string, network: string, accountId: string): Key => ({
    pk: adSpendPartition(providerId, month),
    sk: `${e(network)}#${e(accountId)}`,
  }),

  /** A version of a programme, and what says that a name is one's already. */
  programme: (programmeId: string, version: number): Key => ({
    pk: 'PROGRAMMES',
    sk: `${PREFIX.programme}${e(programmeId)}#${String(version).padStart(6, '0')}`,
  }),

  programmeName: (name: string): Key => ({ pk: 'PROGRAMMES', sk: `NAME#${name}` }),

  /** What a provider is certified for in a programme. */
  certificates: (providerId: string, programmeId: string): Key => ({
    pk: `CERTIFICATES#${e(providerId)}`,
    sk: e(programmeId),
  }),
};

export const adAccountsPartition = (providerId: string) => `AD-ACCOUNTS#${e(providerId)}`;

export const adSpendPartition = (providerId: string, month: string) =>
  `AD-SPEND#${e(providerId)}#${month}`;
