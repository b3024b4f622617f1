import { readHistory } from '../../lib/attribution/history.ts';
import type { Marker } from '../../lib/attribution/plan.ts';
import { addEntries, NO_SUMS, restate } from '../../lib/attribution/restate.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { placeMarker, type Run, readState } from '../../lib/store/restatements.ts';
import { subjectOf } from '../../lib/store/subjects.ts';
import { bookSubject } from './book.ts';
import type { AttributeDeps } from './deps.ts';
import { type Finding, NOTHING_FOUND } from './findings.ts';
import { type Knowledge, knowledgeOf } from './knowledge.ts';

/**
 * Attributes again what one entry stands for. A fact is dealt with at the first of its entries that
 * stood before this restatement; at its other ones there is nothing to do.
 */
export async function restateEntry(
  entry: Entry,
  run: Run,
  knowledge: Knowledge,
  deps: AttributeDeps,
): Promise<Finding> {
  const marker: Marker = run;
  if (!isOriginal(entry) || entry.restatementId === run.restatementId) return NOTHING_FOUND;
  const subject = subjectOf(entry);
  const state = await readState(deps.table, subject);
  const line = readHistory(state.events).booked.find(
    ({ event }) => event.eventId === entry.eventId,
  );
  if (line === undefined) return NOTHING_FOUND;
  const known = await knowledge(entry.platform, entry.merchantId);
  const restated = restate(line, known, state.markers, marker);
  if (restated.originals[0]?.entryId !== entry.entryId) return NOTHING_FOUND;
  const found = { ...NOTHING_FOUND, facts: 1 };
  if (!restated.isChanged) return found;
  const changed = { ...found, changed: 1, providers: comparison(restated.before, restated.after) };
  if (run.dryRun) return changed;
  const { restatementId, asOf, from, to, reason } = run;
  await placeMarker(deps.table, subject, { restatementId, asOf, from, to, reason });
  const now = await readState(deps.table, subject);
  return { ...changed, touched: await bookSubject(subject, now, knowledgeOf(deps), deps) };
}

/** An entry that a fact opened, and not one that takes back, undoes, or stands again. */
export function isOriginal({ mirrors, undoes, entryId }: Entry): boolean {
  return mirrors === null && undoes === null && !/~v\d+$/.test(entryId);
}

function comparison(before: readonly Entry[], after: readonly Entry[]): Run['providers'] {
  const providers = new Set([...before, ...after].map((entry) => entry.providerId));
  return Object.fromEntries(
    [...providers].map((providerId) => {
      const own = (entries: readonly Entry[]) =>
        addEntries(
          NO_SUMS,
          entries.filter((entry) => entry.providerId === providerId),
        );
      return [providerId, { before: own(before), after: own(after) }];
    }),
  );
}
