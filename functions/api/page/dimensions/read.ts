import { addRows, type Row } from '../../../../lib/ledger/dimensions.ts';
import { addRollups, type Rollup } from '../../../../lib/ledger/rollup.ts';
import { readDimensionDays } from '../../../../lib/rollups/dimensions.ts';
import { overPlatforms } from '../../../../lib/rollups/provider-day.ts';
import { readProviderDays } from '../../../../lib/rollups/rollups.ts';
import type { Table } from '../../../../lib/store/table.ts';
import { type Catalogue, groupedBy } from '../../catalogue.ts';
import { type Compared, comparisonOf, daysOf, type Period } from '../period.ts';
import { type DimensionKind, type DimensionRow, rolledUpAs } from './model.ts';

export interface DimensionRows {
  readonly rows: readonly DimensionRow[];
  /** What the rows add up to. */
  readonly sum: Rollup;
  readonly compared: Compared | null;
  /** What the provider's days add up to: the rows follow it within minutes. */
  readonly total: Rollup;
  /** What the rows of a grouping were made of. */
  readonly ungrouped: readonly Row[];
}

type Days = Awaited<ReturnType<typeof readDimensionDays>>;

/** A provider's rows by a dimension over a period, beside the one before. */
export async function readRows(
  table: Table,
  providerId: string,
  kind: DimensionKind,
  period: Period,
  catalogue: Catalogue,
): Promise<DimensionRows> {
  const whole = comparisonOf(period);
  const { rolledUp, grouping } = rolledUpAs(kind);
  const read = (window: Period['window']) => readDimensionDays(table, providerId, rolledUp, window);
  const grouped = (found: Days): Days =>
    grouping === null
      ? found
      : found.map((one) => ({ ...one, rows: groupedBy(grouping, one.rows, catalogue) }));
  const [now, before, totals] = await Promise.all([
    read(period.window),
    whole === null ? [] : read(whole.before),
    readProviderDays(table, providerId, period.window),
  ]);
  const days = daysOf(period.window);
  const [ownNow, ownBefore] = [byKey(grouped(now)), byKey(grouped(before))];
  const keys = new Set([...ownNow.keys(), ...ownBefore.keys()]);
  const rows = [...keys].flatMap((key): DimensionRow[] => {
    const own = ownNow.get(key) ?? [];
    const earlier = ownBefore.get(key) ?? [];
    const first = own[0] ?? earlier[0];
    if (first === undefined) return [];
    const byDay = Map.groupBy(own, ({ day }) => day);
    const ownDays = days.map((day) => sumOf(byDay.get(day) ?? []));
    const earlierByDay = Map.groupBy(earlier, ({ day }) => day);
    const beforeFen = redeemed(earlier);
    const wholeNow = own.filter(({ day }) => whole !== null && day <= whole.now.to);
    return [
      {
        ...{ key, value: first.value, rollup: sumOf(own), days: ownDays },
        before:
          whole === null
            ? []
            : daysOf(whole.before).map((day) => redeemed(earlierByDay.get(day) ?? [])),
        ...(first.cpsKind === undefined ? {} : { cpsKind: first.cpsKind }),
        compared: whole === null ? null : { nowFen: redeemed(wholeNow), beforeFen },
      },
    ];
  });
  return {
    rows,
    sum: addRollups(rows.map(({ rollup }) => rollup)),
    compared: whole === null ? null : addCompared(rows),
    total: addRollups(totals.map(({ rollups }) => overPlatforms(rollups))),
    ungrouped: grouping === null ? [] : addRows(now.flatMap((one) => one.rows)),
  };
}

type DayRow = Days[number]['rows'][number] & { readonly day: string };

function byKey(days: Days): Map<string, DayRow[]> {
  const all = days.flatMap(({ day, rows }) => rows.map((row) => ({ ...row, day })));
  return Map.groupBy(all, keyOf);
}

/** A row's name in addresses: its value, and of a creator how it earns. Nobody's is empty. */
function keyOf({ value, cpsKind }: Pick<DayRow, 'value' | 'cpsKind'>): string {
  return cpsKind === undefined ? (value ?? '') : `${cpsKind ?? ''}/${value ?? ''}`;
}

type Rows = readonly { readonly rollup: Rollup }[];

function sumOf(rows: Rows): Rollup {
  return addRollups(rows.map(({ rollup }) => rollup));
}

function redeemed(rows: Rows): number {
  return sumOf(rows).redeemedFen;
}

function addCompared(rows: readonly DimensionRow[]): Compared {
  let [nowFen, beforeFen] = [0, 0];
  for (const { compared } of rows) {
    nowFen += compared?.nowFen ?? 0;
    beforeFen += compared?.beforeFen ?? 0;
  }
  return { nowFen, beforeFen };
}
