import { randomBytes } from 'node:crypto';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * The key that the API signs cursors with and finds repeated requests by: made by whoever needs it first, and never
 * changed, so that neither depends on a token of the deployment. A process reads it once.
 */
export async function apiKey(table: Table): Promise<string> {
  const known = remembered.get(table) ?? standingKey(table);
  remembered.set(table, known);
  try {
    return await known;
  } catch (error) {
    remembered.delete(table);
    throw error;
  }
}

const remembered = new WeakMap<Table, Promise<string>>();

async function standingKey(table: Table): Promise<string> {
  const standing = await readKey(table);
  if (standing !== undefined) return standing;
  await table.put(keys.apiKey, { key: randomBytes(32).toString('base64url') });
  const made = await readKey(table);
  if (made === undefined) throw new Error('the API’s key was written and is not there');
  return made;
}

async function readKey(table: Table): Promise<string | undefined> {
  const key = (await table.get(keys.apiKey))?.key;
  return typeof key === 'string' ? key : undefined;
}
