import { MEASURES, type Rollup, rollUpEntries } from '../../../lib/ledger/rollup.ts';
import { readHour } from '../../../lib/rollups/store-day.ts';
import type { Item } from '../../../lib/store/table.ts';
import type { MemoryTable } from '../store/table.ts';

type EntryItem = Item & {
  readonly kind: string;
  readonly providerId: string;
  readonly platform: string;
  readonly eventId: string;
  readonly count: number;
  readonly amountFen: number;
  readonly explanation: { readonly basisFen: number };
};

/**
 * Looks at the books at every write of them: no fact is attributed twice, not even for a moment, and a store-hour's
 * total that claims to have seen all entries that there are is their sum.
 */
export class BooksWatch {
  readonly wrong: string[] = [];
  private readonly table: MemoryTable;
  private readonly seen = new Set<string>();
  /** By fact, and of one provider alone. */
  private readonly counts = new Map<string, number>();
  private readonly shared = new Map<string, { sumFen: number; basisFen: number }>();

  constructor(table: MemoryTable) {
    this.table = table;
  }

  /** @param what as the table names the call: `put <pk> <sk>`, `set <fields> <pk> <sk>` */
  written(what: string): void {
    const words = what.split(' ');
    const [pk = '', sk = ''] = words.slice(-2);
    const item = this.table.items.get(pk)?.get(sk);
    if (item === undefined) return;
    if (pk.startsWith('LEDGER#')) this.entered(item as EntryItem);
    else if (pk.startsWith('ROLLUP#')) this.rolledUp(item, words);
  }

  private entered(entry: EntryItem): void {
    const { pk, sk, kind, providerId, platform, eventId, count, amountFen, explanation } = entry;
    if (this.seen.has(`${pk} ${sk}`)) return;
    this.seen.add(`${pk} ${sk}`);
    if (kind !== 'redemption' && kind !== 'payment') return;
    const fact = `${platform} ${eventId}`;
    const own = `${providerId} ${fact}`;
    const counted = (this.counts.get(own) ?? 0) + count;
    this.counts.set(own, counted);
    if (counted > 1) this.wrong.push(`it is attributed twice: ${own} as ${sk}`);
    const { sumFen, basisFen } = this.shared.get(fact) ?? { sumFen: 0, basisFen: 0 };
    const shared = {
      ...{ sumFen: sumFen + amountFen, basisFen: Math.max(basisFen, explanation.basisFen) },
    };
    this.shared.set(fact, shared);
    if (shared.sumFen > shared.basisFen) {
      this.wrong.push(`more is attributed than it is worth: ${fact} as ${sk}`);
    }
  }

  private rolledUp(item: Item, words: readonly string[]): void {
    const hours = words.flatMap((word) => HOUR.exec(word)?.[1] ?? []);
    for (const hour of hours) {
      const rollup = readHour(item[`h${hour}`])?.rollup;
      if (rollup === undefined) continue;
      const [, providerId, day] = item.pk.split('#');
      const [, store = ''] = item.sk.split('STORE#');
      const entries = (this.table.items.get(`LEDGER#${providerId}#${store}`)?.all() ?? []).filter(
        ({ sk }) => sk.startsWith(`${day}#${hour}`),
      );
      const difference = differenceOf(rollup, entries as never);
      if (difference !== undefined) this.wrong.push(`a total differs: ${item.pk} ${difference}`);
    }
  }
}

/** Of what has seen fewer entries than there are nothing is known yet; nobody has seen more. */
function differenceOf(
  rollup: Rollup,
  entries: Parameters<typeof rollUpEntries>[0] & { readonly length: number },
): string | undefined {
  if (rollup.entryCount < entries.length) return undefined;
  const added = rollUpEntries(entries);
  const measure = MEASURES.find((one) => rollup[one] !== added[one]);
  return measure && `${measure} is ${rollup[measure]}, and its entries come to ${added[measure]}`;
}

/** An hour's attribute, as a call names what it sets. */
const HOUR = /^h(\d\d)$/;
