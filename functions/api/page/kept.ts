import type { Table } from '../../../lib/store/table.ts';

const KEPT_MS = 5 * 60_000;
const MOST_KEPT = 5_000;

/**
 * Names change seldom: a process remembers them for five minutes, so that a list costs no read a row. What has no
 * name yet is looked for again each time.
 */
export class Kept<T> {
  readonly #byTable = new WeakMap<Table, Map<string, { value: T; untilMs: number }>>();

  /** Whether it is remembered at this moment. */
  has(table: Table, key: string, nowMs: number): boolean {
    const kept = this.#byTable.get(table)?.get(key);
    return kept !== undefined && nowMs < kept.untilMs;
  }

  async of(
    table: Table,
    key: string,
    nowMs: number,
    read: () => Promise<T | null>,
  ): Promise<T | null> {
    const kept = this.#byTable.get(table) ?? new Map();
    this.#byTable.set(table, kept);
    const before = kept.get(key);
    if (before !== undefined && nowMs < before.untilMs) return before.value;
    const value = await read();
    if (kept.size >= MOST_KEPT) kept.clear();
    if (value !== null) kept.set(key, { value, untilMs: nowMs + KEPT_MS });
    return value;
  }
}
