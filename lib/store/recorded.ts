import { eventSchema } from '../events/event.ts';
import { PREFIX, streamPartition } from './keys.ts';
import { type ScanPosition, scanPage } from './scan.ts';
import { type BookedStream, isBooked, streamsOf } from './streams.ts';
import type { Table } from './table.ts';

/** A history that entries are booked from, and when one of its facts was written. */
export interface Recorded {
  readonly stream: BookedStream;
  /** An instant in our one form. */
  readonly recordedAt: string;
}

/** Every fact in the table. It reads the whole of it: only where no key leads to what was lost. */
export async function* recordedFacts(table: Table): AsyncGenerator<Recorded> {
  const filter = { expression: 'begins_with(sk, :event)', values: { ':event': PREFIX.event } };
  let position: ScanPosition | null = null;
  do {
    const page = await scanPage(table, position, filter);
    for (const item of page.items) {
      const { data: event } = eventSchema.safeParse(item);
      // One that nobody can read cannot be booked either, and shall not hold up the others.
      if (event === undefined) continue;
      // A fact of two histories stands in each: only the one that this item is of.
      for (const stream of streamsOf(event).filter(isBooked)) {
        if (streamPartition(stream) !== item.pk) continue;
        yield { stream, recordedAt: event.recordedAt };
      }
    }
    position = page.next;
  } while (position !== null);
}
