import * as z from 'zod';
import { businessDayAt, DAY_MS, instantToMs } from '../time/shanghai.ts';
import { addRollups, type Rollup, rollUpEntries } from './rollup.ts';
import { type Holding, isAdjustment, rollupSchema, type StatementLine } from './statement.ts';

/**
 * What of a statement a line belongs to. `late`: of a month before, booked or final only now. `restated`: the same, by a
 * restatement. `clawback` (追回): takes back what an earlier month redeemed.
 */
export const PARTS = ['month', 'tier', 'late', 'restated', 'clawback'] as const;
export type LinePart = (typeof PARTS)[number];

type Placed = Pick<StatementLine, 'kind' | 'businessDay' | 'reversesAt' | 'restatementId'>;

export function partOf(line: Placed, month: string): LinePart {
  if (line.kind === 'tier') return 'tier';
  if (isAdjustment(line, month)) return line.restatementId === null ? 'late' : 'restated';
  return line.reversesAt !== null && correctedMonthOf(line) < month ? 'clawback' : 'month';
}

/** The month that a line changes, YYYY-MM: of what it takes back, or its own. */
export function correctedMonthOf({
  businessDay,
  reversesAt,
}: Pick<StatementLine, 'businessDay' | 'reversesAt'>): string {
  return (reversesAt === null ? businessDay : businessDayAt(instantToMs(reversesAt))).slice(0, 7);
}

/** The first day on which an entry may be in a statement: its window is over, and the holding with it. */
export function freeOn(
  { platform, occurredAt }: Pick<StatementLine, 'platform' | 'occurredAt'>,
  { reversalWindowsMs, holdingDays }: Holding,
): string {
  const heldMs = (reversalWindowsMs[platform] ?? 0) + holdingDays * DAY_MS;
  return businessDayAt(instantToMs(occurredAt) + heldMs);
}

/** A subtotal: of a store, a merchant or a contract; null where the lines have none. */
export const subtotalSchema = z.object({
  platform: z.string(),
  merchantId: z.string(),
  storeId: z.string().nullable(),
  contractId: z.string().nullable(),
  /** Of a contract: of its lines that are alike; null where they differ. In 1/10000. */
  shareBp: z.int().nullable(),
  rateBp: z.int().nullable(),
  totals: rollupSchema,
});
export type Subtotal = z.infer<typeof subtotalSchema>;

export const SUBTOTALS = ['stores', 'merchants', 'contracts'] as const;
export type SubtotalKind = (typeof SUBTOTALS)[number];
export type Subtotals = Readonly<Record<SubtotalKind, readonly Subtotal[]>>;

/** What lines come to by store, by merchant and by contract. */
export function subtotalsOf(lines: readonly StatementLine[]): Subtotals {
  const groups = (keyOf: (line: StatementLine) => string, own: (line: StatementLine) => object) =>
    [...Map.groupBy(lines, keyOf).values()].map((group) => {
      const [first] = group;
      if (first === undefined) throw new Error('a group has a line');
      const { platform, merchantId } = first;
      const nothing = { storeId: null, contractId: null, shareBp: null, rateBp: null };
      return subtotalSchema.parse({
        ...{ platform, merchantId, ...nothing, ...own(first) },
        totals: rollUpEntries(group),
      });
    });
  const merchant = ({ platform, merchantId }: StatementLine) => `${platform}\n${merchantId}`;
  return {
    stores: groups(
      (line) => `${merchant(line)}\n${line.storeId}`,
      ({ storeId }) => ({ storeId }),
    ),
    merchants: groups(merchant, () => ({})),
    contracts: groups(
      (line) => `${merchant(line)}\n${line.contractId}\n${line.shareBp}\n${line.rateBp}`,
      ({ contractId, shareBp, rateBp }) => ({ contractId, shareBp, rateBp }),
    ),
  };
}

/** Subtotals of several parts of the lines → those of all, the largest first. */
export function addSubtotals(all: Iterable<readonly Subtotal[]>): Subtotal[] {
  const sums = new Map<string, Subtotal>();
  for (const rows of all) {
    for (const row of rows) {
      const { totals, ...named } = row;
      const key = JSON.stringify(named);
      const before = sums.get(key);
      const sum = before === undefined ? totals : addRollups([before.totals, totals]);
      sums.set(key, { ...named, totals: sum });
    }
  }
  return [...sums]
    .toSorted(([a, one], [b, two]) => {
      const more = two.totals.redeemedFen - one.totals.redeemedFen;
      return more === 0 ? (a < b ? -1 : 1) : more;
    })
    .map(([, row]) => row);
}

/** Lines of one part that correct one month for one cause. */
export const itemSchema = z.object({
  part: z.enum(PARTS),
  /** The month that they correct. */
  month: z.string(),
  /** The restatement, or how it was taken back; null of what only came late. */
  cause: z.string().nullable(),
  entryCount: z.int(),
  commissionFen: z.int(),
});
export type StatementItem = z.infer<typeof itemSchema>;

/** What is listed beside the month itself: adjustments, clawbacks, tiers. */
export function itemsOf(lines: readonly StatementLine[], month: string): StatementItem[] {
  return addItems([
    lines.flatMap((line) => {
      const part = partOf(line, month);
      if (part === 'month') return [];
      const { commissionFen, kind, restatementId, contractId } = line;
      const causes = { restated: restatementId, clawback: kind, tier: contractId, late: null };
      const corrected = correctedMonthOf(line);
      return [{ part, month: corrected, cause: causes[part], entryCount: 1, commissionFen }];
    }),
  ]);
}

export function addItems(all: Iterable<readonly StatementItem[]>): StatementItem[] {
  const sums = new Map<string, StatementItem>();
  for (const item of [...all].flat()) {
    const key = `${item.part}\n${item.month}\n${item.cause}`;
    const before = sums.get(key);
    sums.set(key, {
      ...item,
      entryCount: item.entryCount + (before?.entryCount ?? 0),
      commissionFen: item.commissionFen + (before?.commissionFen ?? 0),
    });
  }
  return [...sums.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** Entries that a statement leaves for a later one, of one day and platform. */
export const heldSchema = z.object({
  businessDay: z.string(),
  platform: z.string(),
  /** The first day on which they are final. */
  freeOn: z.string(),
  entryCount: z.int(),
  redeemedFen: z.int(),
  commissionFen: z.int(),
});
export type Held = z.infer<typeof heldSchema>;

export function heldOf(lines: readonly StatementLine[], holding: Holding): Held[] {
  const groups = Map.groupBy(lines, (line) =>
    JSON.stringify([line.businessDay, line.platform, freeOn(line, holding)]),
  );
  return [...groups].map(([key, group]) => {
    const [businessDay = '', platform = '', free = ''] = JSON.parse(key) as string[];
    const { entryCount, redeemedFen, commissionFen }: Rollup = rollUpEntries(group);
    return { businessDay, platform, freeOn: free, entryCount, redeemedFen, commissionFen };
  });
}

/** Those of one day and platform once, in their order. */
export function addHeld(all: Iterable<readonly Held[]>): Held[] {
  const sums = new Map<string, Held>();
  for (const one of [...all].flat()) {
    const { businessDay, platform, freeOn: free } = one;
    const key = JSON.stringify([businessDay, platform, free]);
    const before = sums.get(key) ?? { entryCount: 0, redeemedFen: 0, commissionFen: 0 };
    sums.set(key, {
      ...one,
      entryCount: one.entryCount + before.entryCount,
      redeemedFen: one.redeemedFen + before.redeemedFen,
      commissionFen: one.commissionFen + before.commissionFen,
    });
  }
  return [...sums.values()];
}

/** What the platform's bills or orders told of lines: a sum of those that say it, and how many do not. */
export const toldSchema = z.object({ fen: z.int(), known: z.int(), unknown: z.int() });
export type Told = z.infer<typeof toldSchema>;

export function addTold(all: readonly Told[]): Told {
  return all.reduce(
    (sum, one) => ({
      fen: sum.fen + one.fen,
      known: sum.known + one.known,
      unknown: sum.unknown + one.unknown,
    }),
    { fen: 0, known: 0, unknown: 0 },
  );
}
