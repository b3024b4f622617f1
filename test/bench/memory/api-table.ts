import { MAX_BODY_BYTES } from '../../../functions/ingest/app.ts';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import { sha256Hex } from '../../../lib/crypto/hash.ts';
import { NO_SUMS } from '../../../lib/ledger/statement.ts';
import { putMerchant } from '../../../lib/store/accounts/parties.ts';
import { archiveDelivery, putSetAside } from '../../../lib/store/deliveries/archive.ts';
import { bookEntry } from '../../../lib/store/ledger/entries.ts';
import { createStatement, putLine } from '../../../lib/store/ledger/statements.ts';
import type { Table } from '../../../lib/store/table.ts';
import { entry } from '../../lib/make.ts';
import { APP_KEY } from '../../support/douyin.ts';
import type { HexiaoUnderTest } from '../../support/hexiao.ts';
import { fillDay, storeIdOf } from '../support/full-days.ts';
import { records } from './load.ts';

/** What a large provider has all month. */
export const STORES = 300;
/** More than the largest page of GMV lists. */
const MOST_STORES = 1_001;
const DAYS = Array.from(
  { length: 31 },
  (_, index) => `2025-10-${String(index + 1).padStart(2, '0')}`,
);
export const LAST = '2025-10-31';
/** As many as a file of a statement carries. */
const LINES = 5_000;
const DELIVERIES = 200;
const USUAL_BYTES = 4 * 1024;

export const PROVIDER = 'large';
export const LARGEST = 'largest';
export const MERCHANT = '7300000000000000001';
export const merchantOf = (n: number) => `73${String(n).padStart(17, '0')}`;

/** What nobody could read, told apart by its kind. */
export const USUAL = 'usual';
export const LARGE = 'large';

/** Two providers' month of totals, a statement, and a set-aside list of what nobody could read. */
export async function fillTable(hexiao: HexiaoUnderTest, part: number): Promise<void> {
  const { table } = hexiao;
  const merchants = Array.from({ length: 1_000 }, (_, index) => merchantOf(index));
  await mapLimit(merchants, 16, (merchantId) =>
    putMerchant(table, { platform: 'douyin', merchantId, name: '山月火锅' }),
  );
  await hexiao.call('PUT', `/v1/merchants/douyin/${MERCHANT}/code-pool`, { source: 'imported' });
  for (const day of DAYS) {
    await fillDay(table, PROVIDER, day, Math.ceil(part * STORES));
    await fillDay(table, LARGEST, day, Math.ceil(part * MOST_STORES));
  }
  const lines = Array.from({ length: Math.ceil(part * LINES) }, (_, index) => index);
  await mapLimit(lines.slice(0, 2_000), 16, (id) => bookEntry(table, entryOf(id)));
  await createStatement(table, STATEMENT);
  await mapLimit(lines, 16, (id) => putLine(table, STATEMENT, entryOf(id)));
  const seeds = Array.from({ length: DELIVERIES }, (_, seed) => seed);
  await mapLimit(seeds, 4, (seed) => park(table, LARGE, MAX_BODY_BYTES, seed));
  await mapLimit(seeds, 4, (seed) => park(table, USUAL, USUAL_BYTES, DELIVERIES + seed));
}

const STATEMENT = {
  ...{ providerId: PROVIDER, month: '2025-10', status: 'closed' as const },
  ...{ asOf: '2025-11-09T00:00:00.000+08:00', closedAt: '2025-11-09T00:00:00.000+08:00' },
  ...{ reversalWindowsMs: {}, holdingDays: 7, step: 1, leaseUntilMs: 0, busyUntilMs: 0 },
  ...{ phase: 'settling' as const, cursor: null, sums: NO_SUMS, fileEnds: [], tiered: {} },
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

async function park(table: Table, kind: string, bytes: number, seed: number): Promise<void> {
  const body = new Uint8Array(Buffer.from(records(bytes, seed)));
  const delivery = {
    ...{ deliveryId: sha256Hex(`parked ${seed}`), integration: 'douyin-life', appKey: APP_KEY },
    ...{ receivedAt: '2025-10-09T16:53:20.000+08:00', body },
  };
  const outcome = { outcome: 'parked', kind, why: 'nobody knows this kind' } as const;
  await archiveDelivery(table, delivery, outcome, Date.now());
  await putSetAside(table, 'parked', delivery, outcome, Date.now());
}
