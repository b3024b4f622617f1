import { mapLimit } from '../../lib/async/map-limit.ts';
import type { ContractVersion } from '../../lib/attribution/contract.ts';
import type { Policy } from '../../lib/attribution/policy.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { bookEvents } from '../../lib/store/booking.ts';
import { readContracts } from '../../lib/store/contracts.ts';
import { readEvents } from '../../lib/store/events.ts';
import { foldBucketDay, foldProviderDay } from '../../lib/store/folds.ts';
import { bucketOf, hourOf, type Subject } from '../../lib/store/keys.ts';
import type { Table } from '../../lib/store/table.ts';
import { refoldStoreHour, type StoreHour } from './refold.ts';

export interface AttributeDeps {
  readonly table: Table;
  readonly attribution: Queue<AttributionMessage>;
  readonly policy: Policy;
  readonly log: Log;
  /** How long the upper levels wait, so that many changes are folded at once. */
  readonly foldDelaySeconds: number;
}

type Changed = Extract<AttributionMessage, { type: 'changed' }>;
type FoldUp = Extract<AttributionMessage, { type: 'fold' }>;

const SUBJECTS_AT_ONCE = 16;
const FOLDS_AT_ONCE = 8;

/**
 * One batch from the attribution queue. What changed is booked, then the store-hours it touched are
 * folded once for the whole batch, then the levels above are asked for by delayed messages; such
 * messages of earlier batches are folded here, each bucket and day once.
 */
export async function attributeBatch(
  received: readonly Received<AttributionMessage>[],
  deps: AttributeDeps,
): Promise<void> {
  await bookChanged(select(received, 'changed'), deps);
  await foldUp(select(received, 'fold'), deps);
}

async function bookChanged(
  received: readonly Received<Changed>[],
  deps: AttributeDeps,
): Promise<void> {
  const contracts = contractsReader(deps.table);
  const bySubject = Map.groupBy(received, ({ message: { of, platform, id } }) =>
    JSON.stringify({ of, platform, id } satisfies Subject),
  );
  const owners = new Map<string, { hour: StoreHour; received: Received<Changed>[] }>();
  await mapLimit([...bySubject], SUBJECTS_AT_ONCE, async ([subject, own]) => {
    try {
      // Touched also when every entry stood already: an earlier worker may have died before folding.
      const touched = await bookOne(JSON.parse(subject) as Subject, contracts, deps);
      for (const hour of touched) {
        const key = JSON.stringify(hour);
        const owner = owners.get(key) ?? { hour, received: [] };
        owner.received.push(...own);
        owners.set(key, owner);
      }
    } catch (error) {
      for (const one of own) one.fail(error);
    }
  });
  await foldTouched([...owners.values()], deps);
}

async function bookOne(
  subject: Subject,
  contracts: (platform: string, merchantId: string) => Promise<ContractVersion[]>,
  deps: AttributeDeps,
): Promise<StoreHour[]> {
  const events = await readEvents(deps.table, subject);
  const first = events[0];
  if (first === undefined) return [];
  const log = await contracts(first.platform, first.merchantId);
  const { standing, conflicts, waiting } = await bookEvents(deps.table, events, log, deps.policy);
  for (const { entryId } of conflicts) deps.log('error', 'entry-conflict', { entryId });
  if (waiting.length > 0) deps.log('info', 'takings-wait', { count: waiting.length });
  return standing.map(({ providerId, platform, storeId, merchantId, businessDay, occurredAt }) => ({
    ...{ providerId, platform, storeId, merchantId, day: businessDay },
    hour: hourOf(occurredAt),
  }));
}

async function foldTouched(
  touched: readonly { hour: StoreHour; received: Received<Changed>[] }[],
  deps: AttributeDeps,
): Promise<void> {
  const folded = await mapLimit(touched, FOLDS_AT_ONCE, async ({ hour, received }) => {
    try {
      await refoldStoreHour(deps.table, hour);
      return [{ hour, received }];
    } catch (error) {
      for (const one of received) one.fail(error);
      return [];
    }
  });
  const done = folded.flat();
  const above = new Map<string, FoldUp>();
  for (const { hour } of done) {
    const bucket = bucketOf(hour.platform, hour.storeId);
    const { providerId, day } = hour;
    const message: FoldUp = { type: 'fold', v: MESSAGE_VERSION, providerId, day, bucket };
    above.set(JSON.stringify(message), message);
  }
  try {
    await deps.attribution.sendAll([...above.values()], deps.foldDelaySeconds);
  } catch (error) {
    for (const { received } of done) for (const one of received) one.fail(error);
  }
}

async function foldUp(received: readonly Received<FoldUp>[], deps: AttributeDeps): Promise<void> {
  const byBucket = Map.groupBy(received, ({ message: { providerId, day, bucket } }) =>
    JSON.stringify([providerId, day, bucket]),
  );
  const folded = await mapLimit([...byBucket.values()], FOLDS_AT_ONCE, async (own) => {
    const message = own[0]?.message;
    if (message === undefined) return [];
    return attempt(own, () =>
      foldBucketDay(deps.table, message.providerId, message.day, message.bucket),
    );
  });
  const byDay = Map.groupBy(folded.flat(), ({ message: { providerId, day } }) =>
    JSON.stringify([providerId, day]),
  );
  await mapLimit([...byDay.values()], FOLDS_AT_ONCE, async (own) => {
    const message = own[0]?.message;
    if (message === undefined) return;
    await attempt(own, () => foldProviderDay(deps.table, message.providerId, message.day));
  });
}

/** Fails the messages that asked for a piece of work when it fails. @returns those that go on */
async function attempt<M>(
  own: readonly Received<M>[],
  work: () => Promise<void>,
): Promise<readonly Received<M>[]> {
  try {
    await work();
    return own;
  } catch (error) {
    for (const one of own) one.fail(error);
    return [];
  }
}

/** Reads each merchant's contract log once a batch. */
function contractsReader(table: Table) {
  const logs = new Map<string, Promise<ContractVersion[]>>();
  return (platform: string, merchantId: string) => {
    const key = JSON.stringify([platform, merchantId]);
    const log = logs.get(key) ?? readContracts(table, platform, merchantId);
    logs.set(key, log);
    return log;
  };
}

function select<T extends AttributionMessage['type']>(
  received: readonly Received<AttributionMessage>[],
  type: T,
): Received<Extract<AttributionMessage, { type: T }>>[] {
  return received.filter(
    (one): one is Received<Extract<AttributionMessage, { type: T }>> => one.message.type === type,
  );
}
