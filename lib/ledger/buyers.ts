import { ByteReader, ByteWriter } from './bytes.ts';
import type { Entry } from './entry.ts';

/**
 * Who redeemed, from the buyers' keyed hashes: for each buyer and order how many redemptions stand.
 * Exact while there are few; past a bound only the buyers whose hash is small are kept, at each level
 * half of those of the level before. The hash is keyed and even, so who is kept depends on nothing
 * else: a rate among them is an unbiased guess of the rate among all, and a window over several days
 * keeps the same buyers on each.
 */
export interface Buyers {
  /** One in 2^level buyers is kept; 0: all. */
  readonly level: number;
  /** By `<buyer>.<order>`: redemptions less reversals, never 0. */
  readonly standing: ReadonlyMap<string, number>;
}

/** A store's hour keeps at most this many, a provider's day as many as fit 16 KiB. */
const HOUR_BUYERS = 256;
const DAY_BUYERS = 1_500;

const BUYER_BYTES = 6;
const ORDER_BYTES = 3;

export function buyersOf(entries: Iterable<Entry>, most = HOUR_BUYERS): Buyers {
  const standing = new Map<string, number>();
  for (const { buyer, count, platform, orderId } of entries) {
    if (buyer === null || count === 0) continue;
    add(standing, `${buyerHex(buyer)}.${orderHex(`${platform}/${orderId}`)}`, count);
  }
  return bound(0, standing, most);
}

export function addBuyers(all: Iterable<Buyers>, most = DAY_BUYERS): Buyers {
  const standing = new Map<string, number>();
  let level = 0;
  for (const buyers of all) {
    level = Math.max(level, buyers.level);
    for (const [pair, count] of buyers.standing) add(standing, pair, count);
  }
  return bound(level, standing, most);
}

export interface RepeatRate {
  readonly buyers: number;
  readonly repeatBuyers: number;
  /** Of all buyers those with at least two orders, 0 to 1; null without buyers. */
  readonly rate: number | null;
  /** False: everybody was counted. Otherwise one in so many, and the numbers are scaled up. */
  readonly sampled: false | { readonly of: number };
}

/** A buyer counts with a redemption that stands, and is a repeat buyer with those of two orders. */
export function repeatRate({ level, standing }: Buyers): RepeatRate {
  const orders = new Map<string, number>();
  for (const [pair, count] of standing) {
    const buyer = pair.slice(0, BUYER_BYTES * 2);
    if (count > 0) orders.set(buyer, (orders.get(buyer) ?? 0) + 1);
  }
  const repeating = [...orders.values()].filter((count) => count > 1).length;
  const of = 2 ** level;
  return {
    buyers: orders.size * of,
    repeatBuyers: repeating * of,
    rate: orders.size === 0 ? null : repeating / orders.size,
    sampled: level === 0 ? false : { of },
  };
}

export function packBuyers({ level, standing }: Buyers): Uint8Array {
  const writer = new ByteWriter().byte(level).int(standing.size);
  for (const [pair, count] of standing) {
    const [buyer = '', order = ''] = pair.split('.');
    writer.raw(fromHex(buyer)).raw(fromHex(order)).int(count);
  }
  return writer.finish();
}

/** @throws RangeError when these are not bytes that `packBuyers` made */
export function unpackBuyers(bytes: Uint8Array): Buyers {
  const reader = new ByteReader(bytes);
  const level = reader.byte();
  const standing = new Map<string, number>();
  for (let left = reader.int(); left > 0; left -= 1) {
    const buyer = toHex(reader.raw(BUYER_BYTES));
    standing.set(`${buyer}.${toHex(reader.raw(ORDER_BYTES))}`, reader.int());
  }
  return { level, standing };
}

function add(standing: Map<string, number>, pair: string, count: number): void {
  const sum = (standing.get(pair) ?? 0) + count;
  if (sum === 0) standing.delete(pair);
  else standing.set(pair, sum);
}

/** Goes up levels until no more than `most` are left. */
function bound(from: number, standing: ReadonlyMap<string, number>, most: number): Buyers {
  let level = from;
  let kept = [...standing].filter(([pair]) => isKept(pair, level));
  // 2^32 buyers to a kept one is past anyone's number of buyers, and ends the loop for equal hashes.
  while (kept.length > most && level < 32) {
    level += 1;
    kept = kept.filter(([pair]) => isKept(pair, level));
  }
  return { level, standing: new Map(kept) };
}

/** Whether the hash, as a fraction, is below 1/2^level. */
function isKept(pair: string, level: number): boolean {
  return Number.parseInt(pair.slice(0, 8), 16) < 2 ** (32 - level);
}

function buyerHex(buyer: string): string {
  return hash64(buyer)
    .toString(16)
    .padStart(16, '0')
    .slice(0, BUYER_BYTES * 2);
}

function orderHex(order: string): string {
  return hash64(order)
    .toString(16)
    .padStart(16, '0')
    .slice(0, ORDER_BYTES * 2);
}

/** FNV-1a, mixed so that the first bits are as even as the rest. What comes in is hashed with a key. */
function hash64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  hash = BigInt.asUintN(64, (hash ^ (hash >> 33n)) * 0xff51afd7ed558ccdn);
  return hash ^ (hash >> 33n);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
