import * as z from 'zod';
import { keyedHash } from '../../crypto/hash.ts';
import { idSchema } from '../../events/id.ts';
import { keys, mailPartition } from '../keys.ts';
import type { Table } from '../table.ts';
import { apiKey } from './api-key.ts';

/**
 * How somebody whom an issuer signed in is found among the members of all providers. Neither a mail address nor a
 * subject stands here, only keyed hashes. Both are hints: the member itself says whether they are true.
 */

const placeSchema = z.object({ providerId: idSchema.nullable(), memberId: z.string() });
export type MemberPlace = z.infer<typeof placeSchema>;

/** Written before the member has the address: a member that has one is found by it. */
export async function placeMail(table: Table, email: string, place: MemberPlace): Promise<void> {
  const hash = await hashOf(table, 'mail', email);
  await table.put(keys.memberOfMail(hash, place.memberId), place);
}

/** More people than share an address. */
const MOST = 20;

/** Who had the address once, the most of them those that have it. */
export async function placesOfMail(table: Table, email: string): Promise<MemberPlace[]> {
  const places: MemberPlace[] = [];
  const pk = mailPartition(await hashOf(table, 'mail', email));
  for await (const item of table.query(pk, { limit: MOST })) places.push(placeSchema.parse(item));
  return places;
}

/** What a member keeps of the subject that it is bound to. */
export function subjectHash(table: Table, issuer: string, subject: string): Promise<string> {
  return hashOf(table, 'subject', issuer, subject);
}

/** Written before the member is bound. A subject is one member's, the last that it was bound to. */
export async function placeSubject(table: Table, hash: string, place: MemberPlace): Promise<void> {
  await table.put(keys.memberOfSubject(hash), place, null);
}

export async function placeOfSubject(table: Table, hash: string): Promise<MemberPlace | undefined> {
  const item = await table.get(keys.memberOfSubject(hash));
  return item === undefined ? undefined : placeSchema.parse(item);
}

async function hashOf(table: Table, ...parts: string[]): Promise<string> {
  return keyedHash(await apiKey(table), 'identity', ...parts);
}
