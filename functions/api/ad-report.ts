import { mapLimit } from '../../lib/async/map-limit.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { UNKNOWN_STORE } from '../../lib/ledger/entry.ts';
import { proportion, WHOLE_BP } from '../../lib/money/fen.ts';
import { readSummaries } from '../../lib/rollups/day-summary.ts';
import { readDimensionDays } from '../../lib/rollups/dimensions.ts';
import { readStoreDay } from '../../lib/rollups/rollups.ts';
import { readStoreShard } from '../../lib/rollups/store-shards.ts';
import { type AdAccount, readAdAccounts } from '../../lib/store/growth/ad-accounts.ts';
import { type AdLine, readAdLines } from '../../lib/store/growth/ad-spend.ts';
import type { Table } from '../../lib/store/table.ts';
import { addDays, daysBetween } from '../../lib/time/shanghai.ts';
import type { Window } from './input.ts';

export const AD_VIEWS = ['day', 'store', 'merchant', 'account'] as const;
export type AdView = (typeof AD_VIEWS)[number];

export interface AdSums {
  readonly spendFen: number;
  /** Null: no file told. */
  readonly adOrders: number | null;
  readonly rebateFen: number;
  readonly cashFen: number;
  readonly redeemedFen: number;
  /** Redeemed GMV to what was spent without credits, in 1/10000; null where that is nothing. */
  readonly roiBp: number | null;
}

export interface AdReport {
  readonly rows: readonly ({ readonly key: string } & AdSums)[];
  readonly total: AdSums;
  readonly unmappedFen: number;
  readonly unmapped: readonly { readonly key: string; readonly spendFen: number }[];
}

type MappedLine = AdLine & { readonly account: AdAccount };

/** At worst each is half a read unit. */
const MAX_STORE_DAYS = 6_200;
const READS_AT_ONCE = 16;

/** What advertising cost beside the redeemed GMV of the merchants that it was for. Reads only: nothing of it is booked. */
export async function readAdReport(
  table: Table,
  providerId: string,
  window: Window,
  by: AdView,
): Promise<AdReport> {
  const [accounts, lines] = await Promise.all([
    readAdAccounts(table, providerId),
    readAdLines(table, providerId, window),
  ]);
  const named = new Map(accounts.map((one) => [accountKey(one), one]));
  const mapped = lines.flatMap((line): MappedLine[] => {
    const account = named.get(accountKey(line));
    return account === undefined ? [] : [{ ...line, account }];
  });
  const unmapped = [...Map.groupBy(lines, accountKey)]
    .filter(([key]) => !named.has(key))
    .map(([key, own]) => ({ key, spendFen: sumOf(own, 'spendFen') }));
  const redeemed = await redeemedOf(table, providerId, window, mapped);
  const groups = Map.groupBy(mapped, (line) => keyOf(line, by));
  const keys = by === 'day' ? new Set([...groups.keys(), ...redeemed.byDay.keys()]) : groups.keys();
  const beside = by === 'store' ? await redeemedOfStores(table, providerId, window, groups) : null;
  const rows = [...keys].map((key) => {
    const own = groups.get(key) ?? [];
    const fen = beside?.get(key) ?? redeemedBeside(redeemed, by, key, own);
    return { key, ...sums(own, fen) };
  });
  return {
    rows: rows.toSorted(by === 'day' ? byKey : largestFirst),
    total: sums(mapped, redeemed.total),
    unmappedFen: unmapped.reduce((sum, { spendFen }) => sum + spendFen, 0),
    unmapped: unmapped.toSorted((a, b) => b.spendFen - a.spendFen),
  };
}

const accountKey = ({ network, accountId }: Pick<AdLine, 'network' | 'accountId'>) =>
  `${network}/${accountId}`;

const merchantKey = ({ platform, merchantId }: AdAccount) => `${platform}/${merchantId}`;

function keyOf(line: MappedLine, by: AdView): string {
  switch (by) {
    case 'day':
      return line.day;
    case 'merchant':
      return merchantKey(line.account);
    case 'account':
      return accountKey(line);
    case 'store': {
      const { platform, stores } = line.account;
      const only = stores.length === 1 ? stores[0] : undefined;
      return `${platform}/${line.storeId ?? only ?? UNKNOWN_STORE}`;
    }
    default:
      return by satisfies never;
  }
}

interface Redeemed {
  readonly byDay: ReadonlyMap<string, number>;
  readonly byMerchant: ReadonlyMap<string, number>;
  readonly total: number;
}

/** Of the merchants for which anything was spent in the window, and of no others. */
async function redeemedOf(
  table: Table,
  providerId: string,
  window: Window,
  mapped: readonly MappedLine[],
): Promise<Redeemed> {
  const wanted = new Set(mapped.map(({ account }) => merchantKey(account)));
  const byDay = new Map<string, number>();
  const byMerchant = new Map<string, number>();
  let total = 0;
  const days =
    wanted.size === 0 ? [] : await readDimensionDays(table, providerId, 'merchant', window);
  for (const { day, rows } of days) {
    for (const { value, rollup } of rows) {
      if (value === null || !wanted.has(value)) continue;
      byDay.set(day, (byDay.get(day) ?? 0) + rollup.redeemedFen);
      byMerchant.set(value, (byMerchant.get(value) ?? 0) + rollup.redeemedFen);
      total += rollup.redeemedFen;
    }
  }
  return { byDay, byMerchant, total };
}

/** An account stands beside all of its merchant's: two accounts of one merchant each do. */
function redeemedBeside(
  { byDay, byMerchant }: Redeemed,
  by: AdView,
  key: string,
  own: readonly MappedLine[],
): number {
  if (by === 'day') return byDay.get(key) ?? 0;
  const [first] = own;
  return first === undefined || by === 'store'
    ? 0
    : (byMerchant.get(merchantKey(first.account)) ?? 0);
}

/**
 * From the summaries of the days where they list all stores, from what is kept of each store of a day that is over, and
 * else from the store's day itself.
 * @throws Problem `request-invalid` where those are too many
 */
async function redeemedOfStores(
  table: Table,
  providerId: string,
  window: Window,
  groups: ReadonlyMap<string, readonly MappedLine[]>,
): Promise<ReadonlyMap<string, number>> {
  const stores = [...groups].flatMap(([key, [first]]) => {
    const platform = first?.account.platform;
    const storeId = key.slice((platform?.length ?? 0) + 1);
    return platform === undefined || storeId === UNKNOWN_STORE ? [] : [{ key, platform, storeId }];
  });
  const summaries = await readSummaries(table, providerId, window);
  const all = Array.from({ length: daysBetween(window.from, window.to) }, (_, index) =>
    addDays(window.from, index),
  );
  const large = all.filter((day) => {
    const summary = summaries.get(day);
    return summary !== undefined && summary.storeCount > summary.stores.length;
  });
  if (stores.length * large.length > MAX_STORE_DAYS) {
    const detail = `That is ${stores.length} stores on ${large.length} days, more than are read at once: ask for fewer days. (门店与天数过多，请缩短时段)`;
    throw new Problem('request-invalid', detail, { fields: ['number-of-days'] });
  }
  const found = await mapLimit(stores, READS_AT_ONCE, async ({ key, platform, storeId }) => {
    const place = { providerId, platform, storeId };
    const kept = large.length === 0 ? NOTHING_KEPT : await readStoreShard(table, place, [window]);
    let fen = 0;
    for (const day of all) {
      const listed = summaries
        .get(day)
        ?.stores.find((one) => one.platform === platform && one.storeId === storeId);
      if (listed !== undefined) fen += listed.redeemedFen;
      else if (kept.has(day)) fen += kept.get(day)?.redeemedFen ?? 0;
      else if (large.includes(day)) {
        const own = await readStoreDay(table, providerId, day, platform, storeId);
        fen += own?.rollup.redeemedFen ?? 0;
      }
    }
    return [key, fen] as const;
  });
  return new Map(found);
}

const NOTHING_KEPT: Awaited<ReturnType<typeof readStoreShard>> = new Map();

type Figure = 'spendFen' | 'rebateFen' | 'cashFen';

const sumOf = (lines: readonly AdLine[], figure: Figure) =>
  lines.reduce((sum, line) => sum + (line[figure] ?? 0), 0);

function sums(lines: readonly AdLine[], redeemedFen: number): AdSums {
  const told = lines.flatMap(({ adOrders }) => adOrders ?? []);
  const [spendFen, rebateFen, cashFen] = [
    ...[sumOf(lines, 'spendFen'), sumOf(lines, 'rebateFen'), sumOf(lines, 'cashFen')],
  ] as const;
  const costFen = spendFen - rebateFen - cashFen;
  return {
    ...{ spendFen, adOrders: told.length === 0 ? null : told.reduce((sum, one) => sum + one, 0) },
    ...{ rebateFen, cashFen, redeemedFen },
    roiBp: costFen <= 0 ? null : proportion(WHOLE_BP, redeemedFen, costFen),
  };
}

const byKey = (a: { readonly key: string }, b: { readonly key: string }) =>
  a.key < b.key ? -1 : 1;

const largestFirst = (
  a: { readonly key: string; readonly spendFen: number },
  b: { readonly key: string; readonly spendFen: number },
) => b.spendFen - a.spendFen || byKey(a, b);
