import * as z from 'zod';
import type { Entry } from '../ledger/entry.ts';
import { type Holding, isFinal, lastDayOf } from '../ledger/statement.ts';
import type { StatementId } from '../store/keys.ts';
import { billedEntries } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';
import { openBuckets, storeDaysToBill } from './billed.ts';

/** Where a page of a draft ends. */
export const draftPlaceSchema = z.object({
  day: z.string(),
  bucket: z.int(),
  /** The last store-day of the bucket that is done. */
  after: z.string().nullable(),
  /** The last entry of the store-day after it. */
  entry: z.string().nullable(),
});
type DraftPlace = z.infer<typeof draftPlaceSchema>;

/** A look at a store's day with nothing for the draft costs as much as one with a line. */
const MOST_LOOKED_AT = 3_000;

/**
 * What would become lines if the month were closed now: entries that are final and in no statement, by day, and by store
 * within a day. A closing takes them the same way.
 * @returns `next`: null when nothing is left; a page may have fewer than `limit` and go on
 */
export async function draftEntries(
  table: Table,
  { providerId, month }: StatementId,
  { holding, asOf }: { readonly holding: Holding; readonly asOf: string },
  { from, limit }: { readonly from: DraftPlace | null; readonly limit: number },
): Promise<{ readonly entries: Entry[]; readonly next: DraftPlace | null }> {
  const entries: Entry[] = [];
  let looked = 0;
  for await (const bucket of openBuckets(table, providerId, lastDayOf(month), from)) {
    const isSame = bucket.day === from?.day && bucket.bucket === from.bucket;
    let place: DraftPlace = isSame ? from : { ...bucket, after: null, entry: null };
    for await (const { sk, store, billed } of storeDaysToBill(
      table,
      providerId,
      bucket,
      place.after,
    )) {
      looked += 1;
      const span = { providerId, ...store };
      const isDone = billed === store.rollup.entryCount;
      const own = isDone ? [] : billedEntries(table, span, bucket.day, place.entry, MOST_LOOKED_AT);
      for await (const { entry, statementId, sk: at } of own) {
        looked += 1;
        place = { ...place, entry: at };
        if (statementId === null && isFinal(entry, holding, asOf)) entries.push(entry);
        if (entries.length >= limit || looked >= MOST_LOOKED_AT) return { entries, next: place };
      }
      place = { ...place, after: sk, entry: null };
      if (looked >= MOST_LOOKED_AT) return { entries, next: place };
    }
  }
  return { entries, next: null };
}
