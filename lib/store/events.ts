import { contradicts } from '../events/contradicts.ts';
import { type Event, eventSchema } from '../events/event.ts';
import { type Key, keys, PREFIX, type Subject, subjectPartition, subjectsOf } from './keys.ts';
import type { Condition, Table } from './table.ts';

const STILL_INCOMPLETE: Condition = {
  expression: '#complete = :no',
  names: { '#complete': 'complete' },
  values: { ':no': false },
};

/**
 * Writes an event into every history it belongs to. Writing the same fact again changes nothing. A
 * complete event replaces an incomplete one of the same id, but keeps its time: entries may have been
 * booked at that time already, and their keys are made of it.
 * @returns `conflict` when a different fact stands under the same id: it stays, and is worth an alarm
 */
export async function recordEvent(table: Table, event: Event): Promise<'recorded' | 'conflict'> {
  let outcome: 'recorded' | 'conflict' = 'recorded';
  for (const subject of subjectsOf(event)) {
    const key = keys.event(subject, event.eventId);
    // Looking first costs a fifth of a refused write, and most repetitions stop here.
    const standing = await readEvent(table, key);
    if (standing === undefined && (await table.put(key, event))) continue;
    const other = standing ?? (await readEvent(table, key));
    if (other === undefined) throw new Error('an event was refused and is not there');
    if (!other.complete && event.complete) {
      await table.put(key, { ...event, occurredAt: other.occurredAt }, STILL_INCOMPLETE);
    } else if (other.complete === event.complete && contradicts(other, event)) {
      outcome = 'conflict';
    }
  }
  return outcome;
}

async function readEvent(table: Table, key: Key): Promise<Event | undefined> {
  const item = await table.get(key);
  return item === undefined ? undefined : eventSchema.parse(item);
}

/** Every event of one voucher or order. */
export async function readEvents(table: Table, subject: Subject): Promise<Event[]> {
  const events: Event[] = [];
  for await (const item of table.query(subjectPartition(subject), { startsWith: PREFIX.event })) {
    events.push(eventSchema.parse(item));
  }
  return events;
}
