import * as z from 'zod';
import type { Entry } from '../../ledger/entry.ts';
import { type Key, keys } from '../keys.ts';

/** What of an entry says where it stands. */
export type EntryPlace = Pick<
  Entry,
  'providerId' | 'platform' | 'storeId' | 'occurredAt' | 'entryId'
>;

/**
 * The id of an entry outside: in lists, statements, files, differences and log lines. It says where the
 * entry stands, so that it is found without an index, and is opaque to whoever has it. The `entryId`
 * inside is unique only at its place, and is never shown.
 */
export function entryRef(place: EntryPlace): string {
  const { pk, sk } = keys.entry(place);
  return Buffer.from(JSON.stringify([pk, sk]), 'utf8').toString('base64url');
}

/** The id outside of the entry that this one takes back; null for an original. */
export function reversedRef(entry: Entry): string | null {
  const { reverses, reversesAt } = entry;
  if (reverses === null || reversesAt === null) return null;
  return entryRef({ ...entry, entryId: reverses, occurredAt: reversesAt });
}

/** The id outside of the entry that this one corrects, which stands at the same instant. */
export function correctedRef(entry: Entry): string | null {
  return entry.corrects === null ? null : entryRef({ ...entry, entryId: entry.corrects });
}

const refSchema = z.tuple([z.string().startsWith('LEDGER#'), z.string()]);

/** @returns undefined for what `entryRef` did not write */
export function placeOfRef(ref: string): Key | undefined {
  // The decoder passes over what is none of its letters, so an entry would have many names.
  if (!/^[\w-]+$/.test(ref)) return undefined;
  try {
    const [pk, sk] = refSchema.parse(JSON.parse(Buffer.from(ref, 'base64url').toString('utf8')));
    // DynamoDB's limits for keys, in bytes; it refuses what is longer.
    const fits = Buffer.byteLength(pk) <= 2048 && Buffer.byteLength(sk) <= 1024 && sk !== '';
    return fits ? { pk, sk } : undefined;
  } catch {
    return undefined;
  }
}
