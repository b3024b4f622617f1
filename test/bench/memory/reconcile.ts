import { createHash } from 'node:crypto';
import { startEmulators, TABLE_NAME } from '../../../infra/local/emulators.ts';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import { startSandbox } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { beginReconciliation } from '../../../lib/reconciliation/begin.ts';
import { putApp, putMerchant } from '../../../lib/store/accounts/parties.ts';
import { putHint } from '../../../lib/store/deliveries/waiting-hints.ts';
import { readReconciliation } from '../../../lib/store/reconciliation/reconciliations.ts';
import { Table } from '../../../lib/store/table.ts';
import { addDays, businessDayAt } from '../../../lib/time/shanghai.ts';
import { scheduleEvent } from '../../infra/runtime/events.ts';
import { TEST_BODY_KEYS } from '../../support/body-keys.ts';
import { APP_KEY, CLIENT_SECRET } from '../../support/douyin.ts';
import { environmentOf } from '../support/environment.ts';
import { type Load, records, type Work } from './load.ts';

/**
 * Ticks over a list of hints whose messages were all lost: each is read, and sent again. And backfills of days that no
 * webhook brought, as many at once as a run works on, each day as much as is held of one at once.
 */
export async function prepare(): Promise<Load> {
  const emulators = await startEmulators();
  const table = new Table(emulators.database, TABLE_NAME, TEST_BODY_KEYS);
  const seeds = Array.from({ length: HINTS }, (_, index) => index);
  await mapLimit(seeds, 16, (seed) => putHint(table, hint(seed), 0));
  const { sandbox, backfills } = await prepareBackfills(table);
  return {
    environment: environmentOf(emulators),
    async stop() {
      await sandbox.stop();
      await emulators.stop();
    },
    works: [
      backfills,
      {
        name: `tick over ${HINTS} lost hints`,
        times: 3,
        event: scheduleEvent,
        check(result) {
          const { hints } = result as { hints: number };
          if (hints !== HINTS) throw new Error(`${hints} of ${HINTS} hints were sent`);
        },
      },
    ],
  };
}

/** Reconciliations that a run works on at once. */
const BACKFILLS = 8;
/** What of a day is held at once. */
const RECORDS = 1_000;
/** Each order costs a query: a table of this machine is slow enough. */
const PER_ORDER = 5;
const STORES = 20;

async function prepareBackfills(table: Table) {
  let nowMs = Date.now();
  const sandbox = await startSandbox({
    ...{ clientKey: APP_KEY, clientSecret: CLIENT_SECRET, limits: {} },
    now: () => nowMs,
  });
  const { world } = sandbox;
  const { accountId } = world.addMerchant({ name: '山月火锅' });
  const { productId } = world.addProduct({ accountId, name: '双人套餐', priceFen: 9_900 });
  const places = Array.from({ length: STORES }, (_, index) =>
    world.addStore({ accountId, name: `${index} 号店`, city: '上海' }),
  );
  const today = businessDayAt(nowMs);
  const days = Array.from({ length: BACKFILLS }, (_, index) => addDays(today, index - BACKFILLS));
  for (const day of days) {
    const noonMs = Date.parse(`${day}T12:00:00+08:00`);
    for (let n = 0; n < RECORDS / PER_ORDER; n += 1) {
      nowMs = noonMs + n * 60_000;
      const { certificates } = world.sell({ productId, count: PER_ORDER, buyerOpenId: `_b${n}` });
      const { poiId } = places[n % STORES] as { poiId: string };
      for (const { certificateId } of certificates) world.redeem(certificateId, poiId);
    }
  }
  world.takeOutbox();
  nowMs = Date.now();
  await putMerchant(table, { platform: 'douyin', merchantId: accountId, name: '山月火锅' });
  await putApp(table, {
    ...{ integration: 'douyin-life', appKey: APP_KEY, secrets: { clientSecret: [CLIENT_SECRET] } },
    settings: { enrichment: 'pull', apiBaseUrl: sandbox.url, rateFactor: 1_000 },
  });
  let begun: string[] = [];
  const backfills: Work = {
    name: `${BACKFILLS} backfills of a day with ${RECORDS} redemptions`,
    ...({ times: 1, isTimed: true } as const),
    async event() {
      const wanted = { integration: 'douyin-life', appKey: APP_KEY, pass: 'day' } as const;
      begun = await mapLimit(days, BACKFILLS, (day) =>
        beginReconciliation(
          table,
          { ...wanted, from: day, to: day, wantedBy: 'operator' },
          Date.now(),
        ),
      );
      return scheduleEvent();
    },
    async check() {
      const jobs = await mapLimit(begun, BACKFILLS, (id) => readReconciliation(table, id));
      const found = jobs.map((job) => job?.found ?? 0);
      if (found.some((one) => one < RECORDS)) throw new Error(`found ${found.join(', ')}`);
    },
  };
  return { sandbox, backfills };
}

const HINTS = 2_000;
const HINT_BYTES = 2_000;

function hint(seed: number) {
  const body = new Uint8Array(Buffer.from(records(HINT_BYTES, seed)));
  return {
    ...{ deliveryId: createHash('sha256').update(body).digest('hex'), body },
    ...{ integration: 'douyin-life', appKey: APP_KEY, receivedAt: '2025-10-09T16:53:20.000+08:00' },
    ...{ attempt: 1, failures: 1, answers: 0, dueAtMs: 1_760_000_000_000, why: 'no answer yet' },
  };
}
