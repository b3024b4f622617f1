import { randomBytes } from 'node:crypto';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

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

async function readKey(table: Table): Promise<string | undefined> {
  const key = (await table.get(keys.buyerKey))?.key;
  return typeof key === 'string' ? key : undefined;
}
