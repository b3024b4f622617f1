import { randomInt } from 'node:crypto';
import * as z from 'zod';
import { mapLimit } from '../async/map-limit.ts';
import { fingerprint } from '../crypto/hash.ts';
import type { Platform } from '../events/event.ts';
import { freeCodePartition, keys, SHARDS } from '../store/keys.ts';
import type { Table } from '../store/table.ts';

/**
 * The pools that third-party codes (三方码) come from, one a merchant and platform. That a code is
 * given is said by its own CODE item alone; FREE items only say where to look for imported ones.
 */

export const codePoolSchema = z.discriminatedUnion('source', [
  /** Digits made up here. Short ones can be guessed: 12 is the default. */
  z.object({ source: z.literal('generated'), length: z.int().min(8).max(20) }),
  /** What the merchant's own till knows, imported by the operator. */
  z.object({ source: z.literal('imported') }),
]);
export type CodePool = z.infer<typeof codePoolSchema>;

export interface PoolName {
  readonly platform: Platform;
  readonly merchantId: string;
}

/** Codes of the old source stay what they are: free ones free, given ones given. */
export async function putCodePool(table: Table, name: PoolName, pool: CodePool): Promise<void> {
  await table.put(keys.codePool(name.platform, name.merchantId), pool, null);
}

export async function readCodePool(table: Table, name: PoolName): Promise<CodePool | undefined> {
  const item = await table.get(keys.codePool(name.platform, name.merchantId));
  return item === undefined ? undefined : codePoolSchema.parse(item);
}

const AT_ONCE = 16;

/**
 * Adds codes to a pool. What is free or was ever given there stays as it is and is counted as known.
 * @param codes without duplicates
 */
export async function importCodes(
  table: Table,
  name: PoolName,
  codes: readonly string[],
): Promise<{ added: number; known: number }> {
  const outcomes = await mapLimit(codes, AT_ONCE, (code) => importCode(table, name, code));
  const added = outcomes.filter((isNew) => isNew).length;
  return { added, known: codes.length - added };
}

async function importCode(table: Table, name: PoolName, code: string): Promise<boolean> {
  if ((await ownerOfCode(table, name, code)) !== undefined) return false;
  if (!(await table.put(freeKey(name, code), { code }))) return false;
  // Given since we looked: the list must not offer it again.
  if ((await ownerOfCode(table, name, code)) !== undefined) await dropFree(table, name, code);
  return true;
}

/** How many imported codes are listed as free. Reads the whole list. */
export async function countFreeCodes(
  table: Table,
  { platform, merchantId }: PoolName,
): Promise<number> {
  const counts = await mapLimit(SHARDS, AT_ONCE, (shard) =>
    table.count(freeCodePartition(platform, merchantId, shard)),
  );
  return counts.reduce((total, count) => total + count, 0);
}

/** The order that a code was given to. */
async function ownerOfCode(
  table: Table,
  { platform, merchantId }: PoolName,
  code: string,
): Promise<string | undefined> {
  const item = await table.get(keys.code(platform, merchantId, code));
  return item === undefined ? undefined : String(item.orderId);
}

/**
 * Takes one code for an order, where it is nobody's or already this order's.
 * @returns false when it is another order's, for ever
 */
export async function takeCode(
  table: Table,
  name: PoolName,
  code: string,
  orderId: string,
  issuedAt: string,
): Promise<boolean> {
  const key = keys.code(name.platform, name.merchantId, code);
  const isTaken = await table.put(key, { orderId, issuedAt });
  const owner = isTaken ? orderId : await ownerOfCode(table, name, code);
  if (owner === undefined) throw new Error('a code was refused and is not there');
  // Only now that the code stands as given; also what a worker that died here has left.
  await dropFree(table, name, code);
  return owner === orderId;
}

async function dropFree(table: Table, name: PoolName, code: string): Promise<void> {
  await table.delete(freeKey(name, code));
}

/** The list is a ring of hashes in 16 parts, so that takers can start at places of their own. */
function freeKey({ platform, merchantId }: PoolName, code: string) {
  return keys.freeCode(platform, merchantId, fingerprint(code));
}

/**
 * Codes that may be free: for an imported pool from the list, looked through once around the ring;
 * for a generated one made up.
 * @param from any text: where on the ring to start
 * @param not codes that are of no use
 * @returns fewer than wanted when the list has no more
 */
export async function someFreeCodes(
  table: Table,
  name: PoolName,
  pool: CodePool,
  { count, from, not }: { count: number; from: string; not: readonly string[] },
): Promise<string[]> {
  const codes = new Set<string>();
  if (pool.source === 'generated') {
    while (codes.size < count) codes.add(randomDigits(pool.length));
    return [...codes];
  }
  const start = fingerprint(from);
  for (const [part, between] of aroundTheRing(start)) {
    const pk = freeCodePartition(name.platform, name.merchantId, part);
    // At most this many are met that are of no use, so one page is enough to find what there is.
    const limit = count - codes.size + not.length;
    for await (const { code } of table.query(pk, { between, limit })) {
      if (typeof code === 'string' && !not.includes(code) && codes.size < count) codes.add(code);
    }
    if (codes.size === count) break;
  }
  return [...codes];
}

/** The parts of the ring with what to read of each, from a place once around to it. */
function aroundTheRing(start: string): [part: string, between: readonly [string, string]][] {
  const first = start.slice(0, 1);
  const at = SHARDS.indexOf(first);
  const others = [...SHARDS.slice(at + 1), ...SHARDS.slice(0, at)];
  return [
    [first, [start, `${first}~`]],
    ...others.map((part): [string, readonly [string, string]] => [part, [part, `${part}~`]]),
    [first, [first, start]],
  ];
}

/** No leading zero, which a till that reads a number would lose. */
function randomDigits(length: number): string {
  const rest = Array.from({ length: length - 1 }, () => randomInt(10));
  return `${randomInt(1, 10)}${rest.join('')}`;
}
