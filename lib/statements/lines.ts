import * as z from 'zod';
import { mapLimit } from '../async/map-limit.ts';
import type { Entry } from '../ledger/entry.ts';
import { isFinal, lastDayOf, lineOf, type StatementLine } from '../ledger/statement.ts';
import { evidenceOf } from '../proof/evidence.ts';
import { correctedRef, reversedRef } from '../store/ledger/entry-ref.ts';
import { readEventOf } from '../store/ledger/events.ts';
import {
  billedEntries,
  putLine,
  readBilled,
  type Statement,
  stampEntry,
  statementIdOf,
} from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';
import {
  type Bucket,
  openBuckets,
  type PassedStoreDay,
  setBucketBilled,
  setStoreDayBilled,
  storeDaysToBill,
} from './billed.ts';
import type { Closer } from './closer.ts';
import { billedCharges } from './platform-charges.ts';

/** A batch ends at the next entry after so long, and before its function does after 30 s. */
const BATCH_MS = 8_000;

/** Entries that are taken side by side: each is three calls, one after the other. */
const AT_ONCE = 16;

/** Entries of a store-day that are read for one unit: to note that they are taken would cost as much as five looks. */
const FEW = 4;

/** Store-days that a batch passes at most: those with nothing to state are read and no more. */
const STORE_DAYS_A_BATCH = 1_000;

/** How far the first phase of a closing came. */
const positionSchema = z.object({
  day: z.string(),
  bucket: z.int(),
  /** The last store-day of the bucket that is done. */
  after: z.string().nullable(),
  /** How many entries of the bucket, so far, are in statements. */
  billed: z.int(),
  /** The store-day that is half done: its last entry that was looked at, and how many were billed. */
  within: z.object({ sk: z.string(), entry: z.string(), billed: z.int() }).nullable(),
});
type Position = z.infer<typeof positionSchema>;

/** What a batch takes: of which buckets, from where on. */
interface Stint {
  /** Where the last batch ended; null: at the beginning. */
  readonly cursor: string | null;
  readonly isOwn: (bucket: Bucket) => boolean;
  /** Entries to look at, about. */
  readonly most: number;
}

/** What became of it: `cursor` is null when nothing is left to take. */
interface Stopped {
  readonly cursor: string | null;
  readonly work: number;
}

/**
 * Makes lines of the entries that are in no statement yet, until about `most` were looked at, or it took
 * long. It goes on at the entry after the last one, and reads nothing of what is behind it.
 */
export async function takeEntries(
  { table, now }: Closer,
  statement: Statement,
  { cursor, isOwn, most }: Stint,
): Promise<Stopped> {
  const { providerId, month } = statement;
  const from: Position | null = cursor === null ? null : positionSchema.parse(JSON.parse(cursor));
  const untilMs = now() + BATCH_MS;
  let work = 0;
  let passed = 0;
  const isEnough = () => work >= most || passed >= STORE_DAYS_A_BATCH || now() >= untilMs;
  const stopAt = (position: Position): Stopped => ({
    cursor: JSON.stringify(position),
    // What was passed is work too: who asks for a batch must come to an end.
    work: work + Math.ceil(passed / 20),
  });
  for await (const bucket of openBuckets(table, providerId, lastDayOf(month), from)) {
    if (!isOwn(bucket)) continue;
    const isSame = bucket.day === from?.day && bucket.bucket === from.bucket;
    let position: Position = isSame ? from : { ...bucket, after: null, billed: 0, within: null };
    for await (const one of storeDaysToBill(table, providerId, bucket, position.after)) {
      const taken = await takeStoreDay(table, statement, bucket, one, position.within, most - work);
      work += taken.looked;
      passed += 1;
      if (taken.reached !== null) {
        return stopAt({ ...position, within: { sk: one.sk, ...taken.reached } });
      }
      const billed = position.billed + taken.billed;
      position = { ...position, after: one.sk, billed, within: null };
      if (isEnough()) return stopAt(position);
    }
    await setBucketBilled(table, providerId, bucket, position.billed);
  }
  return { cursor: null, work };
}

interface Taken {
  /** Entries looked at now. */
  readonly looked: number;
  /** Entries of the whole store-day that are in statements. */
  readonly billed: number;
  /** Where to go on within it; null when it is done. */
  readonly reached: { readonly entry: string; readonly billed: number } | null;
}

async function takeStoreDay(
  table: Table,
  statement: Statement,
  { day }: Bucket,
  { sk, store, billed: before }: PassedStoreDay,
  within: Position['within'],
  most: number,
): Promise<Taken> {
  if (before === store.rollup.entryCount) return { looked: 0, billed: before, reached: null };
  const isResumed = within?.sk === sk;
  const span = { providerId: statement.providerId, ...store };
  const after = isResumed ? within.entry : null;
  const found = await Array.fromAsync(billedEntries(table, span, day, after, most));
  const final = found.filter(
    ({ entry, statementId }) => statementId !== null || isFinal(entry, statement, statement.asOf),
  );
  // Each is of its own item: in which order they are taken is nothing that anybody could tell afterwards.
  await mapLimit(final, AT_ONCE, ({ entry, statementId }) =>
    takeEntry(table, statement, entry, statementId),
  );
  const looked = found.length;
  const billed = (isResumed ? within.billed : 0) + final.length;
  const last = found.at(-1);
  // The last of them may be the day's last: then the next batch finds nothing more, and ends it.
  if (looked === most && last !== undefined) {
    return { looked, billed, reached: { entry: last.sk, billed } };
  }
  if (store.rollup.entryCount > FEW) {
    await setStoreDayBilled(table, statement.providerId, day, store, billed);
  }
  return { looked, billed, reached: null };
}

/** Stamps an entry that is in no statement, and copies it when it is in this one. */
export async function takeEntry(
  table: Table,
  statement: Statement,
  entry: Entry,
  statementId: string | null,
): Promise<void> {
  const own = statementIdOf(statement);
  const isOwn =
    statementId === own ||
    (statementId === null &&
      ((await stampEntry(table, entry, own)) || (await readBilled(table, entry)) === own));
  if (!isOwn) return;
  if (entry.kind === 'tier') return putLine(table, statement, entry);
  const takesBack = reversedRef(entry) ?? correctedRef(entry);
  const [event, charges] = await Promise.all([
    readEventOf(table, entry),
    toldOf(table, lineOf(entry)),
  ]);
  await putLine(table, statement, entry, { evidence: evidenceOf(event, takesBack), charges });
}

/** Whether there is anything to be told of a line: a use, and none that takes another back. */
export function isTold({ kind, isReversing, voucherId }: StatementLine): boolean {
  return kind === 'redemption' && !isReversing && voucherId !== null;
}

/** What bills and orders told of a line until now; null where nobody told anything. */
async function toldOf(table: Table, line: StatementLine): Promise<StatementLine['charges']> {
  const { platform, voucherId, orderId, redemptionId } = line;
  if (!isTold(line) || voucherId === null) return null;
  const use = { platform, voucherId, orderId, redemptionId };
  const { fee, creator, provider } = await billedCharges(table, use);
  if (fee === null && creator === null && provider === null) return null;
  return {
    feeFen: fee?.fen ?? null,
    creatorFen: creator?.fen ?? null,
    providerFen: provider?.fen ?? null,
  };
}
