import { fingerprint } from '../crypto/hash.ts';
import { causeOf } from '../ledger/changes.ts';
import type { Entry } from '../ledger/entry.ts';
import { correctedRef, entryRef, reversedRef } from '../store/ledger/entry-ref.ts';
import type { NoticeType } from './types.ts';

/** What is told of an entry. */
export interface Fact {
  readonly type: NoticeType;
  /** The `webhook-id` of every message of it: made of the fact, so whoever is told twice sees it. */
  readonly factId: string;
}

/** An entry opens, or takes another back; of a voucher it may say that it was redeemed, or that it was not. */
export function factsOf(entry: Entry): Fact[] {
  const isOpening = entry.reverses === null && entry.corrects === null;
  const types: NoticeType[] = [isOpening ? 'entry.booked' : 'entry.reversed'];
  // Of several shares of one redemption, the one that counts it.
  if (isOpening && entry.kind === 'redemption' && entry.count === 1) types.push('voucher.redeemed');
  if (entry.kind === 'reversal' && entry.count === -1) types.push('voucher.reversed');
  return types.map((type) => ({ type, factId: factIdOf(type, entry) }));
}

/** A voucher's act is one fact, however often it is booked anew; an entry is one itself. */
function factIdOf(type: NoticeType, entry: Entry): string {
  const { providerId, platform, eventId } = entry;
  const of = type.startsWith('voucher.') ? [providerId, platform, eventId] : [entryRef(entry)];
  return `evt_${fingerprint('notice', type, ...of).slice(0, 40)}`;
}

/**
 * An entry as it is shown: it, and those it takes back or corrects, by the one id that entries have
 * outside. How many contracts were considered is no provider's to know; the explanation lists its own.
 */
export function shownEntry(entry: Entry) {
  const { candidates: _all, ...explanation } = entry.explanation;
  const ids = { reverses: reversedRef(entry), corrects: correctedRef(entry) };
  return { ...entry, entryId: entryRef(entry), ...ids, explanation };
}

/** The body of a message: the same bytes at each try. @param bookedAt when the entry was written */
export function bodyOf(type: NoticeType, entry: Entry, bookedAt: string): string {
  const data = { ...shownEntry(entry), bookedAt, cause: causeOf(entry) };
  return JSON.stringify({ type, timestamp: bookedAt, data });
}
