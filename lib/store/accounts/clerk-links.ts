import * as z from 'zod';
import { sha256Hex } from '../../crypto/hash.ts';
import { idSchema } from '../../events/id.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** A link that lets a clerk in on one phone, once: an item each, found by a hash of what the link has. */

const linkSchema = z.object({
  providerId: idSchema,
  memberId: z.string(),
  madeAtMs: z.number(),
  endsAtMs: z.number(),
});
export type ClerkLink = z.infer<typeof linkSchema>;

/** @param secret what the link has; only its hash is stored */
export async function putClerkLink(table: Table, secret: string, link: ClerkLink): Promise<void> {
  const expiresAt = Math.ceil(link.endsAtMs / 1000);
  await table.put(keys.clerkLink(sha256Hex(secret)), { ...link, usedAtMs: null, expiresAt });
}

/** Uses it up: of two phones at once, one. @returns undefined where it is used, over, or none */
export async function takeClerkLink(
  table: Table,
  secret: string,
  nowMs: number,
): Promise<ClerkLink | undefined> {
  const item = await table.setAndGet(
    keys.clerkLink(sha256Hex(secret)),
    { usedAtMs: nowMs },
    {
      expression: 'attribute_exists(pk) AND #used = :never AND #ends > :now',
      names: { '#used': 'usedAtMs', '#ends': 'endsAtMs' },
      values: { ':never': null, ':now': nowMs },
    },
  );
  return item === undefined ? undefined : linkSchema.parse(item);
}
