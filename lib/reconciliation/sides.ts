import type { CheckedDay, Sides } from '../store/reconciliation/checked-days.ts';
import { instantToMs } from '../time/shanghai.ts';
import type { Compared } from './check-window.ts';
import { worthFen } from './compare.ts';
import type { OurRedemption } from './ours.ts';

/** Redemptions and what they are worth; null: what one of them is worth is not reported. */
export interface Side {
  readonly count: number;
  readonly fen: number | null;
}

/** Stands for a redemption without a store among names of stores. */
const NO_STORE = '';

export function addSide(before: Side | undefined, more: Side): Side {
  if (before === undefined) return more;
  const isKnown = before.fen !== null && more.fen !== null;
  return {
    count: before.count + more.count,
    fen: isKnown ? (before.fen ?? 0) + (more.fen ?? 0) : null,
  };
}

/** The store of a record: what the platform reports with it, or what we know of the same act. */
export function storeOf({ record, known }: Pick<Compared, 'record' | 'known'>): string | null {
  if (record.kind === 'redemption' && record.storeId !== null) return record.storeId;
  const own = known.find((event) => event.eventId === record.eventId);
  return own !== undefined && 'storeId' in own ? (own.storeId ?? null) : null;
}

/** What the platform records of a window, by store: its redemptions that were not reversed. */
export function theirsOf(compared: readonly Compared[]): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const one of compared) {
    if (one.record.kind !== 'redemption' || one.record.isReversed === true) continue;
    const store = storeOf(one) ?? NO_STORE;
    sides.set(store, addSide(sides.get(store), { count: 1, fen: worthFen(one.record.amounts) }));
  }
  return sides;
}

/** The same of ours. */
export function oursOf(redemptions: readonly OurRedemption[]): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const { event, isReversed } of redemptions) {
    if (isReversed) continue;
    const store = event.storeId ?? NO_STORE;
    sides.set(store, addSide(sides.get(store), { count: 1, fen: worthFen(event.amounts) }));
  }
  return sides;
}

const NOTHING: Side = { count: 0, fen: 0 };

/** Both sides beside each other: together, and by store where there are several. */
export function sidesOf(
  ours: ReadonlyMap<string, Side>,
  theirs: ReadonlyMap<string, Side> | null,
): Pick<CheckedDay, 'ours' | 'theirs' | 'stores'> {
  const names = [...new Set([...ours.keys(), ...(theirs?.keys() ?? [])])].sort();
  const stores = names.map((name) => ({
    storeId: name === NO_STORE ? null : name,
    ...oneOf(ours.get(name), theirs === null ? null : theirs.get(name)),
  }));
  const sum = (sides: Iterable<Side>) => [...sides].reduce(addSide, NOTHING);
  return { ...oneOf(sum(ours.values()), theirs === null ? null : sum(theirs.values())), stores };
}

function oneOf(ours: Side = NOTHING, theirs: Side | null | undefined): Sides {
  return {
    ours: { count: ours.count, fen: ours.fen ?? 0 },
    theirs: theirs === null ? null : (theirs ?? NOTHING),
  };
}

/** Whether both sides come to the same; what the platform does not report is passed over. */
export function isEven({ ours, theirs }: Sides): boolean {
  if (theirs === null) return true;
  return ours.count === theirs.count && (theirs.fen === null || theirs.fen === ours.fen);
}

/** How many of ours only asking brought, and how late the latest of them. */
export function lossOf(
  redemptions: readonly OurRedemption[],
): Pick<CheckedDay, 'byWebhook' | 'byAsking' | 'latestSeconds'> {
  const asked = redemptions.filter(({ event }) => event.source === 'list');
  const late = asked.map(({ event: { occurredAt, recordedAt } }) =>
    Math.max(0, Math.round((instantToMs(recordedAt) - instantToMs(occurredAt)) / 1000)),
  );
  return {
    byWebhook: redemptions.length - asked.length,
    byAsking: asked.length,
    latestSeconds: late.length === 0 ? null : Math.max(...late),
  };
}
