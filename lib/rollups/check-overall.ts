import { UNATTRIBUTED } from '../attribution/contract.ts';
import { type Key, keys, overallShardOf } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';
import { unchanged } from './check-store-day.ts';
import { type Overall, packOverall, sumOfShard } from './overall.ts';

/** A provider's part of the totals over all providers, and its shard's sum, against what they are made of. */

interface PartPlace {
  readonly providerId: string;
  readonly day: string;
}

/** The two as they stood: read before the day is, so that what is written in between is newer and stays. */
export interface StandingOverall {
  readonly part: Item | undefined;
  readonly sum: Item | undefined;
}

export async function standingOverall(
  table: Table,
  { providerId, day }: PartPlace,
): Promise<StandingOverall> {
  const part = await table.get(keys.overallPart(day, providerId));
  const sum = await table.get(keys.overall(day, overallShardOf(providerId)));
  return { part, sum };
}

/**
 * Whether the part or the sum is not what it must be.
 * @param expected the provider's part, from its store-days
 */
export async function isOverallWrong(
  table: Table,
  { providerId, day }: PartPlace,
  { part, sum }: StandingOverall,
  expected: Overall,
): Promise<boolean> {
  if (providerId === UNATTRIBUTED) return false;
  if (!isSame(part, expected)) return true;
  return !isSame(sum, await sumOfShard(table, day, overallShardOf(providerId)));
}

/** Puts both right, each while it still stands as it was found. */
export async function mendOverall(
  table: Table,
  { providerId, day }: PartPlace,
  { part, sum }: StandingOverall,
  expected: Overall,
): Promise<void> {
  if (providerId === UNATTRIBUTED) return;
  const shard = overallShardOf(providerId);
  await instead(table, keys.overallPart(day, providerId), part, expected);
  await instead(table, keys.overall(day, shard), sum, await sumOfShard(table, day, shard));
}

async function instead(table: Table, key: Key, standing: Item | undefined, right: Overall) {
  if (isSame(standing, right)) return;
  await table.set(key, { t: packOverall(right) }, unchanged('t', standing?.t));
}

function isSame(standing: Item | undefined, expected: Overall): boolean {
  const t = standing?.t;
  return t instanceof Uint8Array && Buffer.compare(t, packOverall(expected)) === 0;
}
