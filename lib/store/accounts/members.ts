import * as z from 'zod';
import { roleSchema } from '../../access/permissions.ts';
import { idSchema } from '../../events/id.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * A provider's people, or the operator's: all of them in one item, so that of two who remove each other one
 * is refused. A change is one put, conditional on the version that it was made from.
 */

export const memberSchema = z.object({
  memberId: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role: roleSchema,
  stores: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
  /** Of whom the sign-in service says that it is them: a keyed hash (`identities.ts`). Absent until they used it. */
  subject: z.string().optional(),
  /** Of the photo that their identity codes go with: lower-case hex. */
  photoSha256: z.string().optional(),
  /** Sessions and devices of before are over. Epoch ms. */
  sentHomeAtMs: z.number().optional(),
});
export type Member = z.infer<typeof memberSchema>;

const membersSchema = z.object({
  version: z.int(),
  members: z.array(memberSchema),
  /** Tokens that let somebody in who may let others in, and that were decided to end: each of two sees the other. */
  ending: z.array(z.string()).default([]),
});
export type Members = z.infer<typeof membersSchema>;

const NONE: Members = { version: 0, members: [], ending: [] };

export async function readMembers(table: Table, providerId: string | null): Promise<Members> {
  const item = await table.get(keys.members(providerId));
  return item === undefined ? NONE : membersSchema.parse(item);
}

/** @returns false when somebody changed them since: read again, decide again */
export async function putMembers(
  table: Table,
  providerId: string | null,
  { version, members, ending }: Members,
): Promise<boolean> {
  const next = { members, ending, version: version + 1 };
  if (version === 0) return table.put(keys.members(providerId), next);
  return table.put(keys.members(providerId), next, {
    expression: '#version = :version',
    names: { '#version': 'version' },
    values: { ':version': version },
  });
}

const placeSchema = z.object({ providerId: idSchema.nullable() });

/** Says whose member it is. Written first: a member that is there is found by its id. */
export async function placeMember(
  table: Table,
  memberId: string,
  providerId: string | null,
): Promise<void> {
  await table.put(keys.member(memberId), { providerId });
}

/** @returns undefined for an id that nobody has */
export async function placeOfMember(
  table: Table,
  memberId: string,
): Promise<{ readonly providerId: string | null } | undefined> {
  const item = await table.get(keys.member(memberId));
  return item === undefined ? undefined : placeSchema.parse(item);
}
