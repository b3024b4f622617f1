import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** Requests that carry an `Idempotency-Key`: an item each, with what was answered. */

const repetitionSchema = z.object({
  /** A hash of what was requested. */
  request: z.string(),
  /** Whoever is at it, and until when nobody else is. */
  by: z.string(),
  heldUntilMs: z.number(),
  /** Sealed; null until there is one. */
  answer: z.custom<Uint8Array>((value) => value instanceof Uint8Array).nullable(),
  endsAtMs: z.number(),
});
type Repetition = z.infer<typeof repetitionSchema>;

export type Claim =
  /** Nobody else is at it, and nobody has answered: do it, then `finish` or `release`. */
  | { readonly is: 'ours'; readonly by: string }
  | { readonly is: 'answered'; readonly answer: Uint8Array }
  | { readonly is: 'held'; readonly untilMs: number }
  /** The same key stands for another request. */
  | { readonly is: 'other' };

/** @param name a hash of the key and of whose it is */
export async function claimRequest(
  table: Table,
  name: string,
  { request, nowMs, holdMs, keepMs }: ClaimTerms,
): Promise<Claim> {
  const by = randomUUID();
  const endsAtMs = nowMs + keepMs;
  const own = { request, by, heldUntilMs: nowMs + holdMs, answer: null, endsAtMs };
  const item = { ...own, expiresAt: Math.ceil(endsAtMs / 1000) };
  if (await table.put(keys.repetition(name), item)) return { is: 'ours', by };
  const standing = await read(table, name);
  // It was released in between: the next try begins it.
  if (standing === undefined) return { is: 'held', untilMs: nowMs };
  // The table deletes what has ended some time later.
  const isOver = standing.endsAtMs <= nowMs;
  if (!isOver && standing.request !== request) return { is: 'other' };
  if (!isOver && standing.answer !== null) return { is: 'answered', answer: standing.answer };
  if (!isOver && standing.heldUntilMs > nowMs) return { is: 'held', untilMs: standing.heldUntilMs };
  // Whoever was at it has died, or it is another day's.
  const isOurs = await table.put(keys.repetition(name), item, heldBy(standing.by));
  return isOurs ? { is: 'ours', by } : { is: 'held', untilMs: nowMs };
}

export interface ClaimTerms {
  readonly request: string;
  readonly nowMs: number;
  /** Longer than a worker may take. */
  readonly holdMs: number;
  readonly keepMs: number;
}

/** Keeps the answer. Whoever was overtaken changes nothing. */
export async function finishRequest(
  table: Table,
  name: string,
  by: string,
  answer: Uint8Array,
): Promise<boolean> {
  return table.set(keys.repetition(name), { answer }, heldBy(by));
}

/** It may be done again: nothing came of it. */
export async function releaseRequest(table: Table, name: string, by: string): Promise<void> {
  await table.delete(keys.repetition(name), heldBy(by));
}

async function read(table: Table, name: string): Promise<Repetition | undefined> {
  const item = await table.get(keys.repetition(name));
  return item === undefined ? undefined : repetitionSchema.parse(item);
}

function heldBy(by: string) {
  return { expression: '#by = :by', names: { '#by': 'by' }, values: { ':by': by } };
}
