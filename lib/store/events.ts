import { type Event, eventSchema, sameFact } from '../events/event.ts';
import { keys, type Subject, subjectPartition, subjectsOf } from './keys.ts';
import type { Condition, Table } from './table.ts';

const ABSENT_OR_INCOMPLETE: Condition = {
  expression: 'attribute_not_exists(pk) OR #complete = :no',
  names: { '#complete': 'complete' },
  values: { ':no': false },
};

/**
 * Writes an event into every history it belongs to. Writing the same fact again changes nothing; a
 * complete event replaces an incomplete one of the same id.
 * @returns `conflict` when a different fact stands under the same id: it stays, and is worth an alarm
 */
export async function recordEvent(table: Table, event: Event): Promise<'recorded' | 'conflict'> {
  let outcome: 'recorded' | 'conflict' = 'recorded';
  for (const subject of subjectsOf(event)) {
    const key = keys.event(subject, event.eventId);
    const written = event.complete
      ? await table.put(key, event, ABSENT_OR_INCOMPLETE)
      : await table.put(key, event);
    if (written) continue;
    const standing = await table.get(key);
    if (standing === undefined) continue;
    const other = eventSchema.parse(standing);
    const outranked = other.complete && !event.complete;
    if (!outranked && !sameFact(other, event)) outcome = 'conflict';
  }
  return outcome;
}

/** Every event of one voucher or order. */
export async function readEvents(table: Table, subject: Subject): Promise<Event[]> {
  const events: Event[] = [];
  for await (const item of table.query(subjectPartition(subject), { startsWith: 'EVENT#' })) {
    events.push(eventSchema.parse(item));
  }
  return events;
}
