import * as z from 'zod';
import { permissionSchema, roleSchema } from '../../access/permissions.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { idSchema } from '../../events/id.ts';
import { keys, PREFIX, tenantPartition } from '../keys.ts';
import type { Table } from '../table.ts';

/** Bearer tokens: an item each, found by a part of the token's hash, and listed under whose they are. */

export const tokenSchema = z.object({
  /** The first 24 hex digits of the token's hash. */
  tokenId: z.string(),
  /** All of the hash; the token itself is never stored. */
  hash: z.string(),
  /** Null: the operator's. */
  providerId: idSchema.nullable(),
  name: z.string(),
  /** A member's token has the member's role and stores. */
  memberId: z.string().nullable(),
  role: roleSchema.nullable(),
  scopes: z.array(permissionSchema).nullable(),
  /** Such as `douyin/6601`. */
  stores: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
  /** Null: it has no end. Not called `expiresAt`, which has the table delete an item. */
  endsAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});
export type TokenRecord = z.infer<typeof tokenSchema>;

export function tokenIdOf(hash: string): string {
  return hash.slice(0, 24);
}

/** Listed first: a token that works is always in the list, whatever died in between. */
export async function putToken(
  table: Table,
  token: string,
  record: NewToken,
): Promise<TokenRecord> {
  const hash = sha256Hex(token);
  const tokenId = tokenIdOf(hash);
  const whole = { ...record, hash, tokenId, lastUsedAt: null, revokedAt: null };
  await table.put(keys.tokenOf(record.providerId, tokenId), { tokenId });
  await table.put(keys.token(tokenId), whole);
  return whole;
}

export type NewToken = Omit<TokenRecord, 'tokenId' | 'hash' | 'lastUsedAt' | 'revokedAt'>;

/** @param mayLag half the price: what changed within the last moment may not be seen, but what is new is */
export async function readToken(
  table: Table,
  tokenId: string,
  mayLag = false,
): Promise<TokenRecord | undefined> {
  const key = keys.token(tokenId);
  const item = (mayLag ? await table.get(key, false) : undefined) ?? (await table.get(key));
  return item === undefined ? undefined : tokenSchema.parse(item);
}

/** One page of a provider's tokens, or of the operator's, after a token's id. */
export async function listTokens(
  table: Table,
  providerId: string | null,
  after: string | undefined,
  limit: number,
): Promise<TokenRecord[]> {
  const records: TokenRecord[] = [];
  const [from, to] = [`${PREFIX.token}${after ?? ''}`, `${PREFIX.token}~`];
  // One more: the first is where the page before ended.
  const options = { between: [from, to] as const, limit: limit + 1 };
  for await (const item of table.query(tenantPartition(providerId), options)) {
    const tokenId = String(item.tokenId);
    if (tokenId === after || records.length === limit) continue;
    const record = await readToken(table, tokenId);
    if (record !== undefined) records.push(record);
  }
  return records;
}

/** Of two at once the first counts. @returns false when it is revoked already, or is not there */
export async function revokeToken(table: Table, tokenId: string, at: string): Promise<boolean> {
  return table.set(
    keys.token(tokenId),
    { revokedAt: at },
    {
      expression: 'attribute_exists(#hash) AND #revoked = :never',
      names: { '#hash': 'hash', '#revoked': 'revokedAt' },
      values: { ':never': null },
    },
  );
}

/** Coarse, so that it is one write an hour at most. @param before an instant: what was noted later stays */
export async function noteTokenUse(
  table: Table,
  tokenId: string,
  at: string,
  before: string,
): Promise<boolean> {
  return table.set(
    keys.token(tokenId),
    { lastUsedAt: at },
    {
      expression: 'attribute_exists(#hash) AND (#used = :never OR #used < :before)',
      names: { '#hash': 'hash', '#used': 'lastUsedAt' },
      values: { ':never': null, ':before': before },
    },
  );
}
