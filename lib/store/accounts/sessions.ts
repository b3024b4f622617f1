import * as z from 'zod';
import { sha256Hex } from '../../crypto/hash.ts';
import { idSchema } from '../../events/id.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** Who is signed in to the pages: an item each, found by a hash of what the cookie has. */

const memberSessionSchema = z.object({
  /** In force as long as somebody is this member, and is not sent home. */
  member: z.object({ providerId: idSchema.nullable(), memberId: z.string() }),
  beganAtMs: z.number(),
  endsAtMs: z.number(),
});

const tokenSessionSchema = z.object({
  /** In force as long as this token is. */
  tokenId: z.string(),
  endsAtMs: z.number(),
});

const sessionSchema = z.union([tokenSessionSchema, memberSessionSchema]);
export type Session = z.infer<typeof sessionSchema>;

/** @param secret what the cookie has; only its hash is stored */
export async function putSession(table: Table, secret: string, session: Session): Promise<void> {
  const expiresAt = Math.ceil(session.endsAtMs / 1000);
  await table.put(keys.session(sha256Hex(secret)), { ...session, expiresAt });
}

/** @param mayLag half the price: what changed within the last moment may not be seen, but what is new is */
export async function readSession(
  table: Table,
  secret: string,
  mayLag = false,
): Promise<Session | undefined> {
  const key = keys.session(sha256Hex(secret));
  const item = (mayLag ? await table.get(key, false) : undefined) ?? (await table.get(key));
  return item === undefined ? undefined : sessionSchema.parse(item);
}

export async function endSession(table: Table, secret: string): Promise<void> {
  await table.delete(keys.session(sha256Hex(secret)));
}
