import { both, wordIn as word } from '../../../../lib/i18n/both.ts';
import type { Cell } from '../../../../lib/ledger/csv.ts';
import type { Catalogue } from '../../catalogue.ts';
import { comparisonOf, type Period } from '../period.ts';
import type { DimensionKind, DimensionRow } from './model.ts';
import { merchantOf } from './names.ts';
import { paidIs } from './paid.ts';

/** What rows are called, and what products are said to be. */
export interface FileNames {
  readonly names: ReadonlyMap<string, string>;
  readonly catalogue: Catalogue;
}

/** The rows of a page as cells, under headings in both languages: a file goes from hand to hand. */
export function fileRows(
  kind: DimensionKind,
  rows: readonly DimensionRow[],
  known: FileNames,
  period: Period,
  all: readonly DimensionRow[],
): Cell[][] {
  const whole = comparisonOf(period);
  const span = whole === null ? null : { now: whole.now, before: whole.before };
  const heads: Cell[] = [
    ...headsOf(kind, known),
    ...(
      ['redeemedGmv', 'paidGmv', 'redeemedCount', 'reversed', 'refunded', 'commission'] as const
    ).map(both),
    ...(span === null
      ? []
      : [
          `${both('dimension.compared')} ${span.now.from} – ${span.now.to}`,
          `${both('dimension.before')} ${span.before.from} – ${span.before.to}`,
        ]),
  ];
  return [
    heads,
    ...rows.map((row) => [...valueCells(kind, row, known), ...amountCells(kind, row, all)]),
  ];
}

function headsOf({ dimension, one }: DimensionKind, { catalogue }: FileNames): string[] {
  switch (dimension) {
    case 'merchant':
      return [both('platform'), `${both(one)} ${both('dimension.id')}`, both(one)];
    case 'creator':
      return [`${both(one)} ${both('dimension.id')}`, both('dimension.kind')];
    case 'product':
      return [
        `${both(one)} ${both('dimension.id')}`,
        ...(catalogue.size === 0
          ? []
          : [both(one), both('dimension.category'), both('dimension.supply')]),
      ];
    case 'supply':
      return [`${both(one)} ${both('dimension.id')}`];
    case 'channel':
    case 'city':
    case 'category':
      return [both(one)];
    default:
      return dimension satisfies never;
  }
}

/** What nobody reported is an empty cell. */
function valueCells(
  { dimension }: DimensionKind,
  { value, cpsKind }: DimensionRow,
  { names, catalogue }: FileNames,
): Cell[] {
  switch (dimension) {
    case 'merchant': {
      const { platform, id } = merchantOf(value ?? '/');
      return [word(platform), { id }, names.get(value ?? '') ?? null];
    }
    case 'creator':
      return [idCell(value), cpsKind == null ? null : word(`cps.${cpsKind}`)];
    case 'product': {
      if (catalogue.size === 0) return [idCell(value)];
      const said = value === null ? undefined : catalogue.get(value);
      const name = names.get(value ?? '') ?? null;
      return [idCell(value), name, said?.category ?? null, said?.supply ?? null];
    }
    case 'channel':
      return [value === null ? null : word(value)];
    case 'supply':
      return [idCell(value)];
    case 'city':
    case 'category':
      return [value];
    default:
      return dimension satisfies never;
  }
}

/** An amount that is not known, or that no row of this kind has, is an empty cell. */
function amountCells(kind: DimensionKind, row: DimensionRow, all: readonly DimensionRow[]): Cell[] {
  const { rollup, compared } = row;
  const paid = paidIs(kind, row, all) === 'known' ? { fen: rollup.paidFen } : null;
  return [
    ...[{ fen: rollup.redeemedFen }, paid, rollup.redeemedCount],
    ...[rollup.reversedCount, { fen: rollup.refundedFen }, { fen: rollup.commissionFen }],
    ...(compared === null ? [] : [{ fen: compared.nowFen }, { fen: compared.beforeFen }]),
  ];
}

function idCell(id: string | null): Cell {
  return id === null ? null : { id };
}
