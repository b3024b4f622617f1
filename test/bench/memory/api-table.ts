import { mapLimit } from '../../../lib/async/map-limit.ts';
import { NO_SUMS } from '../../../lib/ledger/statement.ts';
import { putMerchant } from '../../../lib/store/accounts/parties.ts';
import { createStatement, putLine } from '../../../lib/store/ledger/statements.ts';
import { entry } from '../../lib/make.ts';
import type { HexiaoUnderTest } from '../../support/hexiao.ts';
import { fillDay, storeIdOf } from '../support/full-days.ts';

/** What a large provider has all month. */
export const STORES = 300;
const DAYS = Array.from(
  { length: 31 },
  (_, index) => `2025-10-${String(index + 1).padStart(2, '0')}`,
);
const LAST = '2025-10-31';
/** As many as a file of a statement carries. */
const LINES = 5_000;

export const PROVIDER = 'large';
export const MERCHANT = '7300000000000000001';
/** None ends as an id that a spreadsheet spoilt, which an import refuses. */
export const merchantOf = (n: number) => `73${String(n + 1).padStart(17, '0')}`;

/** A provider's month of totals, and its statement. */
export async function fillTable(hexiao: HexiaoUnderTest): Promise<void> {
  const { table } = hexiao;
  const merchants = Array.from({ length: 1_000 }, (_, index) => merchantOf(index));
  await mapLimit(merchants, 16, (merchantId) =>
    putMerchant(table, { platform: 'douyin', merchantId, name: '山月火锅' }),
  );
  await hexiao.call('PUT', `/v1/merchants/douyin/${MERCHANT}/code-pool`, { source: 'imported' });
  for (const day of DAYS) await fillDay(table, PROVIDER, day, STORES);
  const lines = Array.from({ length: LINES }, (_, index) => index);
  await createStatement(table, STATEMENT);
  await mapLimit(lines, 16, (id) => putLine(table, STATEMENT, entryOf(id)));
}

const STATEMENT = {
  ...{ providerId: PROVIDER, month: '2025-10', status: 'closed' as const },
  ...{ asOf: '2025-11-09T00:00:00.000+08:00', closedAt: '2025-11-09T00:00:00.000+08:00' },
  ...{ reversalWindowsMs: {}, holdingDays: 7, step: 1, leaseUntilMs: 0, busyUntilMs: 0 },
  ...{ lanes: null, openEntries: null },
  ...{ phase: 'settling' as const, cursor: null, sums: NO_SUMS, fileEnds: [], tree: [] },
  tiered: {},
  ...{ openingFen: 0, payableFen: 0, carriedFen: 0 },
};

function entryOf(n: number) {
  const time = [Math.floor(n / 3_600) % 24, Math.floor(n / 60) % 60, n % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return entry({
    ...{ entryId: `redeemed:r${n}~contract-1`, eventId: `redeemed:r${n}`, redemptionId: `r${n}` },
    ...{ providerId: PROVIDER, storeId: storeIdOf(n % 20), merchantId: MERCHANT },
    occurredAt: `${LAST}T${time.join(':')}.000+08:00`,
  });
}
