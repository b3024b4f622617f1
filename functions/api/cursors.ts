import type { Context } from 'hono';
import { keyedHash, sameText } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { apiKey } from '../../lib/store/accounts/api-key.ts';
import type { Table } from '../../lib/store/table.ts';

/**
 * A cursor is opaque outside: whatever we need to go on, in base64url, and our signature of it. The signature is also
 * of whose list it is, at which address, and with which query: another's cursor goes on nowhere.
 */

/** What a list is, beside where it goes on. */
export interface ListName {
  /** A provider's id, or the operator. */
  readonly tenant: string;
  /** Method and address. */
  readonly call: string;
  readonly query: Readonly<Record<string, unknown>>;
}

/** How much of a list is shown, and in which language: the same list. */
const OF_NO_LIST = new Set(['cursor', 'limit', 'lang', 'dryRun']);

const SIGNED = /^([\w-]+)\.([\w-]{16})$/;

export class Cursors {
  readonly #key: string;
  readonly #of: ListName;
  readonly #name: string;

  static async of(table: Table, name: ListName): Promise<Cursors> {
    return new Cursors(await apiKey(table), name);
  }

  private constructor(key: string, name: ListName) {
    const { tenant, call, query } = name;
    const own = Object.entries(query)
      .filter(([name, value]) => !OF_NO_LIST.has(name) && value !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    this.#key = key;
    this.#of = name;
    this.#name = JSON.stringify([tenant, call, own]);
  }

  /** Of the same address with another query. */
  as(query: ListName['query']): Cursors {
    return new Cursors(this.#key, { ...this.#of, query });
  }

  write(position: unknown): string {
    const payload = Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
    return `${payload}.${this.#signature(payload)}`;
  }

  /**
   * What is inside, for `cursorInput`. What has not even the form of ours is left to it to refuse.
   * @throws Problem `cursor-foreign`
   */
  open(cursor: string): string {
    const [, payload, signature] = SIGNED.exec(cursor) ?? [];
    // A payload alone would be one that nobody signed.
    if (payload === undefined || signature === undefined) return cursor === '' ? '' : '?';
    if (sameText(signature, this.#signature(payload))) return payload;
    const detail =
      'The cursor is of another list: send the `next` of this one’s answer, with the query of then.';
    throw new Problem('cursor-foreign', detail);
  }

  #signature(payload: string): string {
    return keyedHash(this.#key, 'cursor', this.#name, payload);
  }
}

const OF_LIST = 'cursors';

/** Opens the cursor of a request, and lets its handler write the next one. */
export async function withCursor(
  c: Context,
  table: Table,
  name: ListName,
): Promise<Record<string, unknown>> {
  const cursors = await Cursors.of(table, name);
  c.set(OF_LIST, cursors);
  const { cursor } = name.query;
  return typeof cursor === 'string' ? { ...name.query, cursor: cursors.open(cursor) } : name.query;
}

/** Where the list of this request goes on. */
export function writeCursor(c: Context, position: unknown): string {
  const cursors = c.get(OF_LIST) as Cursors | undefined;
  if (cursors === undefined)
    throw new Error('this list has no cursor: its query does not name one');
  return cursors.write(position);
}
