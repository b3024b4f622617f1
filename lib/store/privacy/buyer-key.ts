import { randomBytes } from 'node:crypto';
import { keyedHash } from '../../crypto/hash.ts';
import type { EventDraft } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * The key that buyer ids are hashed with: made by whoever needs it first, and never changed, because
 * the same buyer must hash to the same text next year.
 */
export async function buyerKey(table: Table): Promise<string> {
  const standing = await readKey(table);
  if (standing !== undefined) return standing;
  await table.put(keys.buyerKey, { key: randomBytes(32).toString('base64url') });
  const made = await readKey(table);
  if (made === undefined) throw new Error('the buyers’ key was written and is not there');
  return made;
}

/** Reads the key once and remembers it, for a worker that hashes many. */
export function buyerKeyReader(table: Table): () => Promise<string> {
  let known: Promise<string> | undefined;
  return async () => {
    known ??= buyerKey(table);
    try {
      return await known;
    } catch (error) {
      known = undefined;
      throw error;
    }
  };
}

/** Buyer ids end here: what goes on is a keyed hash, where the event has a sale to carry it. */
export async function withoutBuyer(
  { buyerId, ...draft }: EventDraft,
  integration: string,
  key: () => Promise<string>,
): Promise<EventDraft> {
  const anonymous = draft as EventDraft;
  if (typeof buyerId !== 'string' || buyerId === '') return anonymous;
  if (anonymous.kind !== 'order.paid' && anonymous.kind !== 'voucher.redeemed') return anonymous;
  const buyer = keyedHash(await key(), integration, buyerId);
  return { ...anonymous, sale: { ...UNKNOWN_SALE, ...anonymous.sale, buyer } };
}

async function readKey(table: Table): Promise<string | undefined> {
  const key = (await table.get(keys.buyerKey))?.key;
  return typeof key === 'string' ? key : undefined;
}
