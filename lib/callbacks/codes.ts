import * as z from 'zod';
import { mapLimit } from '../async/map-limit.ts';
import { type Platform, platformSchema } from '../events/event.ts';
import type { CodeOrder, Issue } from '../integrations/kit/records.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import {
  type CodePool,
  type PoolName,
  readCodePool,
  someFreeCodes,
  takeCode,
} from './code-pools.ts';

/** More codes than this for one order is no order. */
export const MAX_CODES = 500;

/**
 * Which codes an order takes, written before any of them is taken. Calls for the same order work on
 * the same list, and go on where one of them died.
 */
const claimSchema = z.object({
  platform: platformSchema,
  merchantId: z.string(),
  orderId: z.string(),
  productId: z.string().nullable(),
  codes: z.array(z.string()),
  /** How many of the codes, from the first, were given: they are the order's and change no more. */
  issued: z.int(),
  /** Guards every change. */
  version: z.int(),
});
type Claim = z.infer<typeof claimSchema>;

/** Rounds of finding out that a candidate is another's, before the caller must ask again. */
const MAX_ROUNDS = 60;
const TAKEN_AT_ONCE = 16;

/**
 * Gives an order codes of its merchant's pool, the same ones again for the same order; one that asks
 * for more than before gets more. Too few in the pool: nothing is given, but what was taken on the
 * way stays the order's, and its next try goes on with it.
 * @throws when the order was given codes of another merchant's, or when the pool is fought over
 */
export async function issueCodes(
  table: Table,
  platform: Platform,
  order: CodeOrder,
  issuedAt: string,
): Promise<Issue> {
  const { count } = order;
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_CODES) {
    throw new Error(`an order takes 1 to ${MAX_CODES} codes`);
  }
  const name = { platform, merchantId: order.merchantId };
  let claim = await readClaim(table, platform, order.orderId);
  let pool: CodePool | undefined;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (claim !== undefined && claim.merchantId !== order.merchantId) {
      throw new Error('this order was given codes of another merchant');
    }
    if (claim !== undefined && claim.issued >= count) {
      return { outcome: 'issued', codes: claim.codes.slice(0, count) };
    }
    pool ??= await readCodePool(table, name);
    if (pool === undefined) return { outcome: 'no-pool' };
    const others = await takeAll(table, name, claim, issuedAt);
    const next = await nextClaim(table, pool, order, platform, claim, others);
    if (next === undefined) return { outcome: 'empty' };
    // Refused when another call for this order was faster: then it goes on from there.
    const isMine = await putClaim(table, next, claim);
    claim = isMine ? next : await readClaim(table, platform, order.orderId);
  }
  throw new Error('too many orders want the last codes of this pool: ask again');
}

/** The codes an order was given, in the order they were given. */
export async function codesOf(
  table: Table,
  platform: Platform,
  orderId: string,
): Promise<readonly string[]> {
  const claim = await readClaim(table, platform, orderId);
  return claim === undefined ? [] : claim.codes.slice(0, claim.issued);
}

/** Takes every candidate of a claim. @returns those that are another order's */
async function takeAll(
  table: Table,
  name: PoolName,
  claim: Claim | undefined,
  issuedAt: string,
): Promise<string[]> {
  if (claim === undefined) return [];
  const candidates = claim.codes.slice(claim.issued);
  const taken = await mapLimit(candidates, TAKEN_AT_ONCE, (code) =>
    takeCode(table, name, code, claim.orderId, issuedAt),
  );
  return candidates.filter((_, index) => taken[index] !== true);
}

/**
 * The claim after its candidates were tried: given when all are the order's and enough, otherwise with
 * others in the place of those that are not. A code that leaves a claim is another order's for ever,
 * so a call that still works on the older claim cannot take it.
 * @returns undefined when the pool has too few
 */
async function nextClaim(
  table: Table,
  pool: CodePool,
  { merchantId, orderId, productId, count }: CodeOrder,
  platform: Platform,
  claim: Claim | undefined,
  others: readonly string[],
): Promise<Claim | undefined> {
  const { codes = [], issued = 0, version = 0 } = claim ?? {};
  const kept = codes.filter((code) => !others.includes(code));
  const base = { platform, merchantId, orderId, productId, version: version + 1 };
  if (kept.length >= count) return { ...base, codes: kept, issued: kept.length };
  const wanted = { count: count - kept.length, from: `${orderId}#${version}`, not: codes };
  const more = await someFreeCodes(table, { platform, merchantId }, pool, wanted);
  if (more.length < wanted.count) return undefined;
  return { ...base, codes: [...kept, ...more], issued };
}

async function readClaim(
  table: Table,
  platform: Platform,
  orderId: string,
): Promise<Claim | undefined> {
  const item = await table.get(keys.codeClaim(platform, orderId));
  return item === undefined ? undefined : claimSchema.parse(item);
}

async function putClaim(table: Table, claim: Claim, before: Claim | undefined): Promise<boolean> {
  const key = keys.codeClaim(claim.platform, claim.orderId);
  if (before === undefined) return table.put(key, claim);
  return table.put(key, claim, {
    expression: '#version = :before',
    names: { '#version': 'version' },
    values: { ':before': before.version },
  });
}
