import * as z from 'zod';
import { idSchema } from '../../events/id.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** What an identity code is of. It is found by its id alone: there is no list, and nobody notes who looked. */

const schema = z.object({
  providerId: idSchema,
  memberId: z.string(),
  endsAtSeconds: z.int(),
  revokedAt: z.string().nullable(),
});
export type KeptCode = z.infer<typeof schema>;

export async function putIdentityCode(table: Table, codeId: string, code: KeptCode): Promise<void> {
  await table.put(keys.identityCode(codeId), { ...code, expiresAt: code.endsAtSeconds });
}

export async function readIdentityCode(
  table: Table,
  codeId: string,
): Promise<KeptCode | undefined> {
  const item = await table.get(keys.identityCode(codeId));
  return item === undefined ? undefined : schema.parse(item);
}

/** Of two who revoke it the first stays the one who did. */
export async function revokeIdentityCode(
  table: Table,
  codeId: string,
  code: KeptCode,
): Promise<void> {
  await table.put(
    keys.identityCode(codeId),
    { ...code, expiresAt: code.endsAtSeconds },
    {
      expression: 'attribute_exists(pk) AND revokedAt = :never',
      values: { ':never': null },
    },
  );
}
