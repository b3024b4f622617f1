import { FUNCTIONS } from '../../../infra/topology.ts';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../../lib/queue/messages.ts';
import { bookEntry } from '../../../lib/store/ledger/entries.ts';
import { recordEvent } from '../../../lib/store/ledger/events.ts';
import { sqsEvent } from '../../infra/runtime/events.ts';
import { entry, redeemed } from '../../lib/make.ts';
import { registerContract, registerProvider } from '../../support/douyin.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { environmentOf } from '../support/environment.ts';
import { fillDay, storeIdOf } from '../support/full-days.ts';
import { type Load, takesAll } from './load.ts';

const MERCHANTS = 20;
/** What a large provider has. */
const MONTH_STORES = 100;
/** Entries of an hour that is rolled up. */
const ENTRIES_AN_HOUR = 10;
/** As many as a piece of a rebuild looks at. */
const ENTRIES_A_PIECE = 200;

const BIG_DAY = '2025-10-31';
const DAYS = Array.from(
  { length: 31 },
  (_, index) => `2025-08-${String(index + 1).padStart(2, '0')}`,
);

const merchantOf = (index: number) => `73${String(index % MERCHANTS).padStart(17, '0')}`;

/** Full batches of every message that a day or a restatement brings, and the rollups of large providers. */
export async function prepare(): Promise<Load> {
  const hexiao = await HexiaoUnderTest.start();
  const { table } = hexiao;
  for (let index = 0; index < MERCHANTS; index += 1) {
    await registerProvider(hexiao, `provider-${index}`);
    await registerContract(hexiao, {
      providerId: `provider-${index}`,
      merchantId: merchantOf(index),
    });
  }
  const batchSize =
    FUNCTIONS.find(({ folder }) => folder === 'attribute')?.consumes?.batchSize ?? 0;
  for (const day of DAYS) await fillDay(table, 'large', day, MONTH_STORES);
  await bookForRebuild(hexiao);
  let n = 0;
  return {
    environment: environmentOf(hexiao.emulators),
    stop: () => hexiao.stop(),
    works: [
      {
        name: `${batchSize} vouchers changed`,
        times: 4,
        check: takesAll,
        async event() {
          const ids = Array.from({ length: batchSize }, () => n++);
          await mapLimit(ids, 16, (id) => recordEvent(table, redemption(id)));
          return message(ids.map((id) => ({ ...CHANGED, id: voucherOf(id) })));
        },
      },
      {
        name: `${batchSize} rollups of as many stores`,
        times: 3,
        check: takesAll,
        async event() {
          const entries = Array.from({ length: batchSize * ENTRIES_AN_HOUR }, () => {
            return entryOf(n++, `provider-${n % MERCHANTS}`);
          });
          await mapLimit(entries, 16, (one) => bookEntry(table, one));
          return message(entries.slice(0, batchSize).map(rollupOf));
        },
      },
      {
        name: `dimensions of ${DAYS.length} days of ${MONTH_STORES} stores`,
        times: 2,
        check: takesAll,
        event: () => message(DAYS.map((day) => ({ ...DIMENSIONS, providerId: 'large', day }))),
      },
      {
        name: `piece of a rebuild, ${ENTRIES_A_PIECE} entries`,
        times: 3,
        check: takesAll,
        async event() {
          const asked = { platform: 'douyin', merchantId: merchantOf(0), from: '2025-10-01' };
          const body = { ...asked, to: '2025-10-30' };
          const { rebuildId } = await hexiao.call<{ rebuildId: string }>(
            'POST',
            '/v1/rebuilds',
            body,
          );
          return message([
            { type: 'restate', v: MESSAGE_VERSION, restatementId: rebuildId, step: 0 },
          ]);
        },
      },
    ],
  };
}

const message = (all: readonly AttributionMessage[]) =>
  sqsEvent(all.map((one) => JSON.stringify(one)));

const DIMENSIONS = { type: 'dimensions', v: MESSAGE_VERSION } as const;
const CHANGED = { type: 'changed', v: MESSAGE_VERSION, of: 'voucher', platform: 'douyin' } as const;

const voucherOf = (n: number) => `74${String(n).padStart(17, '0')}`;

/** Each of another voucher; a hundred stores of twenty merchants in turns. */
function redemption(n: number, merchant = n) {
  return redeemed(`r${n}`, {
    ...{ voucherId: voucherOf(n), orderId: `10${String(n).padStart(17, '0')}` },
    ...{ merchantId: merchantOf(merchant), storeId: storeIdOf(n % 100) },
    recordedAt: '2099-01-01T00:00:00.000+08:00',
  });
}

function entryOf(n: number, providerId: string): Entry {
  return entry({
    ...{ entryId: `redeemed:r${n}~c`, eventId: `redeemed:r${n}`, redemptionId: `r${n}` },
    ...{ providerId, storeId: storeIdOf(n % 100), voucherId: voucherOf(n), buyer: `buyer-${n}` },
    occurredAt: `${BIG_DAY}T21:${String(n % 60).padStart(2, '0')}:00.000+08:00`,
  });
}

function rollupOf({ providerId, platform, storeId, merchantId }: Entry): AttributionMessage {
  const stores = [{ platform, storeId, merchantId, hours: ['21'] }];
  return { type: 'rollup', v: MESSAGE_VERSION, providerId, day: BIG_DAY, stores };
}

/** One merchant's redemptions, booked by the worker's own code. */
async function bookForRebuild(hexiao: HexiaoUnderTest): Promise<void> {
  const ids = Array.from({ length: ENTRIES_A_PIECE }, (_, index) => 1_000_000_000 + index);
  await mapLimit(ids, 16, (id) => recordEvent(hexiao.table, redemption(id, 0)));
  await hexiao.attributeDeps.attribution.sendAll(
    ids.map((id) => ({ ...CHANGED, id: voucherOf(id) })),
  );
  await hexiao.settle();
}
