import { isWord, sayIn, type Word } from '../../lib/i18n/words.ts';
import type { Cell } from '../../lib/ledger/csv.ts';
import { isAdjustment, isPaid, type StatementLine } from '../../lib/ledger/statement.ts';
import type { StatementId } from '../../lib/store/keys.ts';
import { entryRef } from '../../lib/store/ledger/entry-ref.ts';

/** Both languages in each heading: a file goes from hand to hand. */
const HEADINGS: readonly Word[] = [
  ...(['businessDay', 'occurredAt', 'statementPart', 'kind', 'platform', 'merchant'] as const),
  ...(['store', 'order', 'voucher', 'redemption', 'channel', 'soldProduct', 'count'] as const),
  ...(['paidGmv', 'redeemedGmv', 'commission', 'contract', 'restatement', 'entry'] as const),
];

/** Lines → rows of cells under their headings. Payments and redemptions have a column each, that sum. */
export function statementRows(lines: readonly StatementLine[], statement: StatementId): Cell[][] {
  return [HEADINGS.map(both), ...lines.map((line) => rowOf(line, statement))];
}

function rowOf(line: StatementLine, { providerId, month }: StatementId): Cell[] {
  return [
    line.businessDay,
    line.occurredAt,
    both(isAdjustment(line, month) ? 'adjustments' : 'ofTheMonth'),
    word(`kind.${line.kind}`, line.kind),
    word(line.platform, line.platform),
    idCell(line.merchantId),
    idCell(line.storeId),
    idCell(line.orderId),
    idCell(line.voucherId),
    idCell(line.redemptionId),
    word(line.channel, line.channel),
    idCell(line.productId),
    line.count,
    isPaid(line) ? { fen: line.amountFen } : null,
    isPaid(line) || line.kind === 'tier' ? null : { fen: line.amountFen },
    { fen: line.commissionFen },
    idCell(line.contractId),
    idCell(line.restatementId),
    idCell(entryRef({ ...line, providerId })),
  ];
}

function idCell(id: string | null): Cell {
  return id === null ? null : { id };
}

/** What is no word of ours is shown as it came. */
function word(key: string, raw: string): string {
  return isWord(key) ? both(key) : raw;
}

function both(key: Word): string {
  const [zh, en] = [sayIn('zh')(key), sayIn('en')(key)];
  return zh === en ? zh : `${zh} ${en}`;
}
