import { html } from 'hono/html';
import { amount, lastFour, ledgerTime, timeOf } from '../../../../lib/i18n/format.ts';
import { isWord, type Say } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { type Column, type TableOptions, table } from '../parts/table.ts';
import type { Period } from '../period.ts';
import { word } from '../views.ts';
import type { LedgerRow } from './rows.ts';

/** Lines of a ledger, newest first; what takes one back is a line of its own. */
export function rowTable(speech: Speech, rows: readonly LedgerRow[], period: Period): Html {
  const { say } = speech;
  const options: TableOptions<LedgerRow> = {
    caption: say('redemptions'),
    more: 'tm2',
    rows,
    rowKey: ({ sk }) => sk,
    columns: columnsOf(speech, period),
  };
  return table(options);
}

function columnsOf({ say }: Speech, period: Period): Column<LedgerRow>[] {
  const isToday = period.days === 1 && period.part !== null;
  return [
    {
      ...{ head: say('occurredAt'), role: 'name' as const },
      cell: ({ entry }) => (isToday ? timeOf(entry.occurredAt) : ledgerTime(entry.occurredAt)),
    },
    { head: say('kind'), role: 'second', cell: (row) => kindCell(say, row) },
    {
      ...{ head: say('soldProduct'), role: 'pair' as const, isLow: true },
      cell: ({ entry }) =>
        entry.productId === null
          ? say('unknown')
          : html`<span class="id">${entry.productId}</span>`,
    },
    { head: say('channel'), role: 'pair', cell: ({ entry }) => word(say, entry.channel) },
    { head: say('voucher'), role: 'pair', cell: ({ entry }) => voucherCell(entry) },
    {
      ...{ head: say('amount'), role: 'main' as const, isNumber: true },
      cell: ({ entry }) => signedCell(entry.amountFen),
    },
    {
      ...{
        head: say('commission'),
        label: say('figure.commission'),
        role: 'pair' as const,
        isNumber: true,
      },
      cell: ({ entry }) => signedCell(entry.commissionFen),
    },
    { head: say('status'), role: 'pair', cell: (row) => statusCell(say, row) },
  ];
}

function kindCell(say: Say, { entry }: LedgerRow): Html | string {
  const name = `kind.${entry.kind}`;
  const kind = isWord(name) ? say(name) : entry.kind;
  if (entry.corrects !== null) return html`${kind}<small>${say('row.corrects')}</small>`;
  if (entry.reversesAt === null) return kind;
  return html`${kind}<small>${say('row.takes-back', { time: ledgerTime(entry.reversesAt) })}</small>`;
}

function voucherCell({ platform, voucherId, orderId }: LedgerRow['entry']): Html {
  const id = voucherId ?? orderId;
  return html`<a class="id" href="/vouchers/${platform}/${encodeURIComponent(id)}">${lastFour(id)}</a>`;
}

function signedCell(fen: number): Html | string {
  return fen < 0 ? html`<span class="neg">${amount(fen)}</span>` : amount(fen);
}

function statusCell(say: Say, { status: is }: LedgerRow): Html {
  switch (is) {
    case 'provisional':
      return status('prov', 'half', say('provisional'));
    case 'final':
    case null:
      return status('ok', 'ok', say('final'));
    case 'reversed':
      return status('off', 'off', say('status.reversed'));
    case 'refunded':
      return status('back', 'back', say('status.refunded'));
    default:
      return is satisfies never;
  }
}
