import { randomBytes } from 'node:crypto';
import { toInstant } from '../../time/shanghai.ts';
import { keys, triesPartition } from '../keys.ts';
import type { Table } from '../table.ts';

/** Wrong tries to sign in: an item each, so that none is lost and nobody who is right writes one. */

/** @param who a keyed hash of an address or an account */
export async function noteTry(
  table: Table,
  who: string,
  atMs: number,
  forMs: number,
): Promise<void> {
  const name = `${toInstant(atMs)}#${randomBytes(6).toString('hex')}`;
  await table.put(keys.wrongTry(who, name), {
    atMs,
    expiresAt: Math.ceil((atMs + forMs) / 1000),
  });
}

/** The latest tries since an instant, the newest first. */
export async function latestTries(
  table: Table,
  who: string,
  sinceMs: number,
  most: number,
): Promise<number[]> {
  const times: number[] = [];
  const between = [toInstant(sinceMs), '~'] as const;
  const options = { between, backwards: true, limit: most };
  for await (const item of table.query(triesPartition(who), options)) times.push(Number(item.atMs));
  return times;
}
