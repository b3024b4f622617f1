import { putAdAccount } from '../../../lib/store/growth/ad-accounts.ts';
import { type AdLine, keepAdMonth } from '../../../lib/store/growth/ad-spend.ts';
import type { Table } from '../../../lib/store/table.ts';
import { addDays, businessDayAt } from '../../../lib/time/shanghai.ts';
import { DEMO_CITY } from './city.ts';

const NETWORK = 'oceanengine';
const PROVIDER = 'demo-xinghe';
const DAYS = 14;

/** Of the merchants of the city's first provider, and one account that nobody mapped. */
const ACCOUNTS = [
  { accountId: '1790000000000101', merchant: 0, perDayFen: 6_850, isMapped: true },
  { accountId: '1790000000000202', merchant: 1, perDayFen: 3_999, isMapped: true },
  { accountId: '1790000000000909', merchant: 0, perDayFen: 500, isMapped: false },
] as const;

/** Two weeks of what advertising cost; another start writes the same again, and today’s days. */
export async function seedAds(table: Table, nowMs: number): Promise<void> {
  const today = businessDayAt(nowMs);
  for (const { accountId, merchant, perDayFen, isMapped } of ACCOUNTS) {
    const merchantId = DEMO_CITY[merchant]?.merchantId ?? '';
    if (isMapped) {
      const own = { network: NETWORK, accountId, providerId: PROVIDER };
      await putAdAccount(table, { ...own, platform: 'douyin', merchantId, stores: [] });
    }
    const lines = Array.from({ length: DAYS }, (_, ago): AdLine => {
      const day = addDays(today, -ago);
      const spendFen = perDayFen + (Number(day.slice(8)) % 7) * 137;
      const rest = { adOrders: 3 + (Number(day.slice(8)) % 5), rebateFen: null, cashFen: null };
      return { network: NETWORK, accountId, day, storeId: null, spendFen, ...rest };
    });
    for (const [month, own] of Map.groupBy(lines, ({ day }) => day.slice(0, 7))) {
      await keepAdMonth(table, { providerId: PROVIDER, month, network: NETWORK, accountId }, own);
    }
  }
}
