import type { Item } from '../../../lib/store/table.ts';
import type { MemoryTable } from '../store/table.ts';

/**
 * Looks at every write of an entry or an event when it is done: an entry never changes and never goes, but for the
 * statement that it is billed by and the buyer whom an erasure takes out; an event that is complete never changes.
 */
export class LedgerWatch {
  readonly wrong: string[] = [];
  private readonly table: MemoryTable;
  private readonly seen = new Map<string, string>();

  constructor(table: MemoryTable) {
    this.table = table;
  }

  /** @param what as the table names the call: `put <pk> <sk>` */
  written(what: string): void {
    const match = WATCHED.exec(what);
    if (match === null) return;
    const [, pk = '', sk = ''] = match;
    const item = this.table.items.get(pk)?.get(sk);
    const key = `${pk} ${sk}`;
    const before = this.seen.get(key);
    if (item === undefined) {
      if (before !== undefined) this.wrong.push(`it is gone: ${key}`);
      return;
    }
    if (pk.startsWith('LEDGER#') || item.complete === true) {
      const now = JSON.stringify(lasting(item));
      if (before !== undefined && before !== now) this.wrong.push(`it changed: ${key}`);
      this.seen.set(key, now);
    }
  }
}

/** What is kept for ever; ids have no space. */
const WATCHED = / (LEDGER#\S+|(?:ORDER|VOUCHER)#\S+(?= EVENT#)) (\S+)$/;

/**
 * A closing says which statement it is in, and an erasure takes whose it was. A worker of the next version leaves its
 * mark on what it writes.
 */
function lasting(item: Item): object {
  const { statementId: _s, buyer: _b, erasedBy: _e, erasedAt: _a, ...written } = item;
  const { v: _v, addedByTheNext: _n, ...entry } = written;
  if (typeof entry.sale !== 'object' || entry.sale === null) return entry;
  return { ...entry, sale: { ...entry.sale, buyer: null } };
}
