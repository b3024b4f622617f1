import type { Hub } from '../../../lib/cli/simulation.ts';
import { type Entry, entrySchema } from '../../../lib/ledger/entry.ts';
import type { MemoryTable } from '../store/table.ts';

/** What a reader of GMV is shown of a row. */
type Sums = Readonly<Record<(typeof SUMS)[number], number>>;

const SUMS = [
  'paidFen',
  'redeemedFen',
  'reversedFen',
  'refundedFen',
  'redeemedCount',
  'commissionFen',
] as const;

/** What takes entries apart as `GET /v1/gmv?by=` does. */
const KEYS: Readonly<Record<string, (entry: Entry, cities: Cities) => string>> = {
  day: ({ businessDay }) => businessDay,
  store: ({ platform, storeId }) => `${platform}/${storeId}`,
  platform: ({ platform }) => platform,
  loop: ({ loop }) => loop,
  channel: ({ channel }) => channel,
  product: ({ productId }) => productId ?? 'unknown',
  creator: ({ creatorId, cpsKind }) => `${creatorId ?? 'unknown'} ${cpsKind ?? 'unknown'}`,
  merchant: ({ platform, merchantId }) => `${platform}/${merchantId}`,
  city: ({ platform, storeId }, cities) => cities.get(`${platform}/${storeId}`) ?? 'unknown',
};

/** What there is of all providers together. */
const OVER_ALL = ['day', 'platform', 'loop', 'channel'];

type Cities = ReadonlyMap<string, string>;

interface Days {
  readonly from: string;
  readonly to: string;
}

/** The whole ledger, read around all rollups. */
export function ledgerOf(table: MemoryTable): Entry[] {
  return table.all('LEDGER#').map((item) => entrySchema.parse(item));
}

/**
 * Adds every entry up anew, by every dimension, and compares with what readers are shown.
 * @returns what differs
 */
export async function wrongTotals(
  operator: Hub,
  entries: readonly Entry[],
  cities: Cities,
  { from, to }: Days,
): Promise<string[]> {
  const wrong: string[] = [];
  const claimed = entries.filter(({ providerId }) => providerId !== 'unattributed');
  const providers = Map.groupBy(entries, (entry) => entry.providerId);
  for (const [providerId, own] of [...providers, ['*', claimed] as const]) {
    for (const [by, keyOf] of Object.entries(KEYS)) {
      if (providerId === '*' && !OVER_ALL.includes(by)) continue;
      const path = `/v1/gmv?providerId=${providerId}&by=${by}&from=${from}&to=${to}`;
      const { rows, total } = (await operator.call('GET', path)) as Gmv;
      const shown = new Map(rows.map((row) => [keyOfRow(by, row), sumsOf(row)]));
      const added = addUp(own, (entry) => keyOf(entry, cities));
      wrong.push(...differences(`${providerId} by ${by}`, shown, added));
      const all = addUp(own, () => 'total');
      wrong.push(...differences(providerId, new Map([['total', sumsOf(total)]]), all));
    }
  }
  return wrong;
}

interface Gmv {
  readonly rows: readonly Row[];
  readonly total: Sums;
}

type Row = Sums & { readonly key: string; readonly cpsKind?: string };

function keyOfRow(by: string, { key, cpsKind }: Row): string {
  return by === 'creator' ? `${key} ${cpsKind}` : key;
}

function sumsOf(row: Sums): Sums {
  return Object.fromEntries(SUMS.map((sum) => [sum, row[sum]])) as Record<keyof Sums, number>;
}

function addUp(entries: readonly Entry[], keyOf: (entry: Entry) => string): Map<string, Sums> {
  const added = new Map<string, Record<keyof Sums, number>>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const sums = added.get(key) ?? { ...NOTHING };
    added.set(key, sums);
    const { kind, amountFen, commissionFen, count } = entry;
    sums.commissionFen += commissionFen;
    if (kind === 'tier') continue;
    if (kind === 'payment' || kind === 'unused_refund') {
      sums.paidFen += amountFen;
      continue;
    }
    sums.redeemedFen += amountFen;
    sums.redeemedCount += count;
    if (kind === 'reversal') sums.reversedFen -= amountFen;
    if (kind === 'refund') sums.refundedFen -= amountFen;
  }
  return added;
}

const NOTHING: Sums = {
  ...{ paidFen: 0, redeemedFen: 0, reversedFen: 0 },
  ...{ refundedFen: 0, redeemedCount: 0, commissionFen: 0 },
};

function differences(
  what: string,
  shown: ReadonlyMap<string, Sums>,
  added: ReadonlyMap<string, Sums>,
): string[] {
  const keys = new Set([...shown.keys(), ...added.keys()]);
  return [...keys].flatMap((key) =>
    SUMS.flatMap((sum) => {
      const [is, ought] = [shown.get(key)?.[sum] ?? 0, added.get(key)?.[sum] ?? 0];
      return is === ought
        ? []
        : [`${what}, ${key}: ${sum} is ${is}, and the entries come to ${ought}`];
    }),
  );
}
