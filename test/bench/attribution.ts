import type { AttributeDeps } from '../../functions/attribute/deps.ts';
import { workOnJob } from '../../functions/attribute/restatement/job.ts';
import { startEmulators, TABLE_NAME } from '../../infra/local/emulators.ts';
import { attribute } from '../../lib/attribution/attribute.ts';
import type { ContractVersion } from '../../lib/attribution/contract.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { bookEvents } from '../../lib/booking/booking.ts';
import type { EventOf } from '../../lib/events/event.ts';
import { silent } from '../../lib/log/log.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { appendContract, readContracts } from '../../lib/store/accounts/contracts.ts';
import { putStore } from '../../lib/store/accounts/parties.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import { createJob, type Job, readJob } from '../../lib/store/ledger/restatements.ts';
import { Table } from '../../lib/store/table.ts';
import { amountsOf, contract, knowing, minute, redeemed } from '../lib/make.ts';

/**
 * Attribution in memory against `JSON.parse` of the same events, and what a restatement writes.
 * @param options `events` in memory (1,000,000); `restated` on the emulator (2,000)
 */
export async function run(options: Readonly<Record<string, string>>): Promise<object> {
  const inMemory = compareWithParsing(Number(options.events ?? 1_000_000));
  const restatement = await writesOfARestatement(Number(options.restated ?? 2_000));
  return { ...inMemory, restatement };
}

const STORES = 200;

/** Shares, scopes, an ended contract, a special one: what a busy merchant's log looks like. */
const LOG: readonly ContractVersion[] = [
  contract(1, { endsAt: minute(-5_000) }),
  contract(2, { shareBp: 6_000, startsAt: minute(-5_000) }),
  contract(3, { shareBp: 3_333, startsAt: minute(-5_000), providerId: 'provider-2' }),
  contract(4, {
    ...{ mode: 'special', scope: { ...contract(1).scope, channels: ['search'] } },
    ...{ commission: 'product', productRates: { '1805': 300 } },
  }),
];

function eventOf(index: number): EventOf<'voucher.redeemed'> {
  const event = redeemed(`${7_500_000_000_000_000_000n + BigInt(index)}`, {
    voucherId: `${7_400_000_000_000_000_000n + BigInt(index)}`,
    orderId: `${1_060_000_000_000_000_000n + BigInt(index)}`,
    storeId: `${6_600_000_000_000_000_000n + BigInt(index % STORES)}`,
    occurredAt: minute(index % 1_000),
    amounts: amountsOf(1_000 + (index % 50_000), index % 700),
  });
  const channel = index % 5 === 0 ? 'search' : 'live';
  return { ...event, sale: { ...event.sale, channel, productId: String(1_800 + (index % 10)) } };
}

const BATCH = 50_000;

/** In batches, so that what is compared is the work and not the memory; each batch both ways. */
function compareWithParsing(count: number): object {
  const mine = LOG.map((one) => ({ ...one, recordedAt: minute(-10_000) }));
  let [parseMs, attributeMs, entries, fen] = [0, 0, 0, 0];
  for (let start = 0; start < count; start += BATCH) {
    const size = Math.min(BATCH, count - start);
    const texts = Array.from({ length: size }, (_, index) =>
      JSON.stringify(eventOf(start + index)),
    );
    const parsing = performance.now();
    const events = texts.map((text) => JSON.parse(text) as EventOf<'voucher.redeemed'>);
    const attributing = performance.now();
    for (const event of events) {
      for (const entry of attribute(event, mine, DEFAULT_POLICY)) {
        entries += 1;
        fen += entry.amountFen;
      }
    }
    attributeMs += performance.now() - attributing;
    parseMs += attributing - parsing;
  }
  const ratio = Number((attributeMs / parseMs).toFixed(2));
  const times = { parseMs: Math.round(parseMs), attributeMs: Math.round(attributeMs) };
  return { events: count, entries, fen, ...times, ratio, target: '<= 3' };
}

/** Counted by the emulator's own ConsumedCapacity, as DynamoDB counts it. */
async function writesOfARestatement(count: number): Promise<object> {
  const emulators = await startEmulators();
  let units = 0;
  emulators.database.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      const result = await next(args);
      const consumed = (result.output as { ConsumedCapacity?: { CapacityUnits?: number } })
        .ConsumedCapacity;
      const isWrite = 'Item' in args.input || 'UpdateExpression' in args.input;
      if (isWrite) units += consumed?.CapacityUnits ?? 0;
      return result;
    },
    { step: 'initialize' },
  );
  try {
    const table = new Table(emulators.database, TABLE_NAME);
    await book(table, count);
    const booking = units;
    units = 0;
    const entries = await restate(table, emulators);
    const each = (value: number) => Number((value / count).toFixed(3));
    return {
      events: count,
      bookingUnitsPerEvent: each(booking),
      ...entries,
      unitsPerEvent: each(units),
    };
  } finally {
    await emulators.stop();
  }
}

async function book(table: Table, count: number): Promise<void> {
  const [first] = [contract(1)];
  await appendContract(table, first as ContractVersion);
  const { platform, merchantId } = contract(1);
  const known = knowing(await readContracts(table, platform, merchantId));
  for (let index = 0; index < count; index += 1) {
    const event = eventOf(index);
    await recordEvent(table, event);
    await bookEvents(table, [event], known, []);
    if (index < STORES) {
      const store = { platform, storeId: event.storeId ?? '', merchantId, name: null, city: null };
      await putStore(table, { ...store, namedBy: 'platform' });
    }
  }
}

/** A contract that was recorded late says that all of it was another provider's. */
async function restate(table: Table, emulators: Awaited<ReturnType<typeof startEmulators>>) {
  const { platform, merchantId } = contract(1);
  await appendContract(table, contract(2, { contractId: 'contract-1', recordedAt: minute(700) }));
  const attribution = new Queue<AttributionMessage>(
    emulators.sqs,
    emulators.queues.attribution.url,
  );
  const deps: AttributeDeps = {
    ...{
      table,
      attribution,
      policy: DEFAULT_POLICY,
      rollupDelaySeconds: 0,
      dimensionsDelaySeconds: 0,
      log: silent,
    },
    now: Date.now,
  };
  const started: Job = {
    ...{ restatementId: 'bench', does: 'restate', platform, merchantId, dryRun: false },
    ...{ from: '2025-10-01', to: '2025-10-31', reason: 'bench', asOf: minute(800) },
    ...{ status: 'planned', step: 0, failures: 0, cursor: null, phase: 'entries', adding: null },
    progress: { placesDone: 0, placesTotal: 0, entriesRead: 0, facts: 0, changed: 0, totals: 0 },
    ...{ providers: {}, differenceCount: 0, mendedCount: 0, differences: [] },
    ...{ proposed: null, endedAt: null },
  };
  await createJob(table, started);
  let run = started;
  while (run.status === 'planned' || run.status === 'running') {
    const message = {
      type: 'restate',
      v: MESSAGE_VERSION,
      restatementId: 'bench',
      step: run.step,
    } as const;
    const fail = (error: unknown) => {
      throw error;
    };
    await workOnJob({ message, fail }, deps);
    run = (await readJob(table, 'bench')) ?? run;
  }
  return { restated: run.progress.changed, status: run.status, pieces: run.step };
}
