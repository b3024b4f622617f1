import { both, wordIn } from '../../../../lib/i18n/both.ts';
import type { Cell } from '../../../../lib/ledger/csv.ts';
import { placeKey, type StoreName } from '../names.ts';
import { comparisonOf, type Period } from '../period.ts';
import type { StoreRow } from './rows.ts';

/** The list as cells, under headings in both languages: a file goes from hand to hand. */
export function fileRows(
  rows: readonly StoreRow[],
  names: ReadonlyMap<string, StoreName>,
  period: Period,
): Cell[][] {
  const { window } = period;
  const isKnown = rows.some(({ compared }) => compared !== null);
  const whole = isKnown ? comparisonOf(period) : null;
  const span = ({ from, to }: typeof window) => `${from} – ${to}`;
  return [
    [
      ...[
        both('platform'),
        `${both('store')} ${both('dimension.id')}`,
        both('store'),
        both('dimension.city'),
      ],
      ...[`${both('redeemedGmv')} ${span(window)}`, both('redeemedCount'), both('refunded')],
      both('commission'),
      ...(whole === null
        ? []
        : [whole.now, whole.before].map((own) => `${both('dimension.compared')} ${span(own)}`)),
    ],
    ...rows.map((row): Cell[] => {
      const known = names.get(placeKey(row));
      return [
        ...[wordIn(row.platform), { id: row.storeId }, known?.name ?? null, known?.city ?? null],
        ...[{ fen: row.redeemedFen }, row.redeemedCount, { fen: row.refundedFen }],
        { fen: row.commissionFen },
        ...(whole === null
          ? []
          : [{ fen: row.compared?.nowFen ?? 0 }, { fen: row.compared?.beforeFen ?? 0 }]),
      ];
    }),
  ];
}
