import { isWord, sayIn, type Word } from '../../lib/i18n/words.ts';
import type { Cell } from '../../lib/ledger/csv.ts';
import { isAdjustment, type Line } from '../../lib/ledger/statement.ts';
import { entryRef } from '../../lib/store/entry-ref.ts';
import type { StatementId } from '../../lib/store/keys.ts';

/** Both languages in each heading: a file goes from hand to hand. */
const HEADINGS: readonly Word[] = [
  ...(['businessDay', 'occurredAt', 'statementPart', 'kind', 'platform', 'merchant'] as const),
  ...(['store', 'order', 'voucher', 'redemption', 'channel', 'soldProduct', 'count'] as const),
  ...(['amount', 'commission', 'contract', 'restatement', 'entry'] as const),
];

/** Lines → rows of cells, with a heading on the first page. */
export function csvRows(
  lines: readonly Line[],
  statement: StatementId,
  withHeading: boolean,
): Cell[][] {
  const rows = lines.map((line) => rowOf(line, statement));
  return withHeading ? [HEADINGS.map(both), ...rows] : rows;
}

function rowOf(line: Line, { providerId, month }: StatementId): Cell[] {
  return [
    line.businessDay,
    line.occurredAt,
    both(isAdjustment(line, month) ? 'adjustments' : 'ofTheMonth'),
    word(`kind.${line.kind}`, line.kind),
    word(line.platform, line.platform),
    line.merchantId,
    line.storeId,
    line.orderId,
    line.voucherId,
    line.redemptionId,
    word(line.channel, line.channel),
    line.productId,
    line.count,
    { fen: line.amountFen },
    { fen: line.commissionFen },
    line.contractId,
    line.restatementId,
    entryRef({ ...line, providerId }),
  ];
}

/** What is no word of ours is shown as it came. */
function word(key: string, raw: string): string {
  return isWord(key) ? both(key) : raw;
}

function both(key: Word): string {
  const [zh, en] = [sayIn('zh')(key), sayIn('en')(key)];
  return zh === en ? zh : `${zh} ${en}`;
}
