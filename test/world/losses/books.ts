import type { Hub } from '../../../lib/cli/simulation.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import type { Shop } from './shop.ts';

interface Statement {
  readonly month: string;
  readonly totals: { readonly entryCount: number };
  readonly balance: object;
}

interface Sum {
  readonly fen: number;
  readonly commissionFen: number;
  readonly count: number;
}

/** What stands at the end, by whatever road it came. */
export interface Books {
  /** What an entry and its corrections come to together, by fact. */
  readonly facts: ReadonlyMap<string, Sum>;
  /** What providers are shown of the whole time, and what their statements come to. */
  readonly shown: string;
}

/** @param days of the whole time */
export async function booksOf(
  shop: Shop,
  entries: readonly Entry[],
  operator: Hub,
  days: { readonly from: string; readonly to: string },
): Promise<Books> {
  const facts = new Map<string, Sum>();
  for (const entry of entries) {
    const name = `${entry.providerId} ${shop.nameOf(entry)}`;
    const { fen, commissionFen, count } = facts.get(name) ?? { fen: 0, commissionFen: 0, count: 0 };
    facts.set(name, {
      fen: fen + entry.amountFen,
      commissionFen: commissionFen + entry.commissionFen,
      count: count + entry.count,
    });
  }
  const standing = [...facts].filter(([, sum]) => Object.values(sum).some((one) => one !== 0));
  const providers = [...new Set(entries.map(({ providerId }) => providerId))].sort();
  const shown = await Promise.all(
    providers.map(async (providerId) => {
      const path = `/v1/gmv?providerId=${providerId}&by=store&from=${days.from}&to=${days.to}`;
      const { total, rows } = (await operator.call('GET', path)) as { total: object; rows: object };
      const list = await operator.call('GET', `/v1/statements?providerId=${providerId}`);
      const { statements } = list as { statements: Statement[] };
      return { total, rows, statements: statements.map(sumsOf) };
    }),
  );
  return { facts: new Map(standing), shown: JSON.stringify(shown) };
}

/**
 * Who was billed how much; not when it was written, nor in how many lines: a fact that was seen as a state first, and reported
 * by its message later, has a correction's two lines more, which come to nothing.
 */
function sumsOf({ month, totals, balance }: Statement) {
  const { entryCount: _lines, ...money } = totals;
  return { month, totals: money, balance };
}

/** How one run's books differ from another's. */
export interface BooksDifference {
  /** Facts of the first that the second lacks, the other way round, and what all of them are off by, in fen. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly offFen: number;
  /** Whether readers are shown the same. */
  readonly isShownAlike: boolean;
}

export function differenceOf(whole: Books, lossy: Books): BooksDifference {
  const missing = [...whole.facts.keys()].filter((name) => !lossy.facts.has(name));
  const extra = [...lossy.facts.keys()].filter((name) => !whole.facts.has(name));
  const nothing: Sum = { fen: 0, commissionFen: 0, count: 0 };
  let offFen = 0;
  for (const name of new Set([...whole.facts.keys(), ...lossy.facts.keys()])) {
    const [a, b] = [whole.facts.get(name) ?? nothing, lossy.facts.get(name) ?? nothing];
    offFen += Math.abs(a.fen - b.fen) + Math.abs(a.commissionFen - b.commissionFen);
    if (a.count !== b.count) extra.push(`${name}: ${b.count} times, not ${a.count}`);
  }
  return { missing, extra, offFen, isShownAlike: whole.shown === lossy.shown };
}
