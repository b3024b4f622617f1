import { html } from 'hono/html';
import { amount, lastFour, ledgerTime, rate } from '../../../../lib/i18n/format.ts';
import type { Word } from '../../../../lib/i18n/words.ts';
import { isPaid, type StatementLine } from '../../../../lib/ledger/statement.ts';
import type { StatementLife } from '../../../../lib/ledger/statement-life.ts';
import { correctedMonthOf, partOf } from '../../../../lib/ledger/statement-parts.ts';
import { isTierStore } from '../../../../lib/ledger/tiers.ts';
import { entryRef } from '../../../../lib/store/ledger/entry-ref.ts';
import type { PageNames } from '../../../../lib/store/ledger/statement-pages.ts';
import type { Statement } from '../../../../lib/store/ledger/statements.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { status } from '../parts/status.ts';
import { type Column, table } from '../parts/table.ts';
import { word } from '../views.ts';
import type { Side } from './life.ts';
import { contractName, type StatementNames, storeCell } from './names.ts';

export interface Lines {
  readonly lines: readonly (StatementLine & { readonly adjustment: boolean })[];
  /** The cursor of the next page. */
  readonly next: string | null;
  /** What they name, where it was taken down with them. */
  readonly names?: PageNames;
}

/**
 * Lines with all that makes their commission: basis × share is the GMV, × rate the commission. A line that takes
 * another back has that one's share and rate, and no basis of its own.
 */
export function lineTable(
  speech: Speech,
  caption: Word,
  lines: Lines['lines'],
  shown: LinesView,
): Html | string {
  if (lines.length === 0) return '';
  const columns = [...columnsOf(speech, shown.names), noteColumn(speech, shown)];
  return html`<section class="card lines"><header><h2>${speech.say(caption)}</h2></header>${table<StatementLine>(
    { caption: speech.say(caption), rows: lines, columns },
  )}</section>`;
}

export interface LinesView {
  readonly names: StatementNames;
  readonly statement: Statement;
  readonly life: StatementLife;
  readonly side: Side;
}

/** Why a line is here, what was said against it, and the form to dispute it. */
function noteColumn({ say }: Speech, { statement, life, side }: LinesView): Column<StatementLine> {
  const byLine = new Map(life.disputes.map((one) => [one.entryId, one]));
  const mayDispute =
    side.is === 'provider' &&
    side.mayAnswer &&
    life.state !== 'confirmed' &&
    statement.status === 'closed';
  return {
    ...{ head: say('file.note'), role: 'wide-pair' },
    cell: (line) => {
      const entryId = entryRef({ ...line, providerId: statement.providerId });
      const dispute = byLine.get(entryId);
      const part = partOf(line, statement.month);
      const why = part === 'month' ? '' : `${say(`part.${part}`)} ${correctedMonthOf(line)}`;
      if (dispute !== undefined) {
        const state =
          dispute.answer === null
            ? status('warn', 'warn', say('dispute.open'))
            : status('ok', 'ok', say('dispute.answered'));
        return html`${why} <span id="d-${dispute.disputeId}">${state}</span>`;
      }
      if (!mayDispute) return why;
      const { action, typed } = side;
      const form = actForm(say, {
        ...{ action, act: 'dispute', hidden: { entryId }, typed, submit: 'dispute.send' },
        fields: [{ name: 'reason', label: 'dispute.reason', isRequired: true }],
      });
      return html`${why} ${folded(say, 'dispute.begin', [form], typed.entryId === entryId)}`;
    },
  };
}

function columnsOf({ say }: Speech, names: StatementNames): Column<StatementLine>[] {
  const percent = (bp: number | null, line: StatementLine) =>
    bp === null || line.kind === 'tier' ? '—' : rate(bp);
  return [
    {
      ...{ head: say('occurredAt'), role: 'name' },
      cell: ({ occurredAt }) => html`<span class="nw">${ledgerTime(occurredAt)}</span>`,
    },
    {
      ...{ head: say('kind'), role: 'second' },
      cell: ({ kind }) => word(say, `kind.${kind}`).replace(/^kind\./, ''),
    },
    {
      ...{ head: say('store'), role: 'pair' },
      cell: (line) => {
        if (isPaid(line) || isTierStore(line.storeId)) return '—';
        return storeCell(say, names, line);
      },
    },
    { head: say('voucher'), role: 'pair', cell: voucherCell },
    {
      ...{ head: say('line.basis'), role: 'pair', isNumber: true },
      cell: ({ basisFen, isReversing, kind }) =>
        basisFen === null || isReversing || kind === 'tier' ? '—' : amount(basisFen),
    },
    {
      ...{ head: say('line.share'), role: 'pair', isNumber: true },
      cell: (line) => percent(line.shareBp, line),
    },
    {
      ...{ head: say('amount'), role: 'pair', isNumber: true },
      cell: ({ amountFen, kind }) => (kind === 'tier' ? '—' : signed(amountFen)),
    },
    {
      ...{ head: say('contract.rate'), role: 'pair', isNumber: true },
      // A payment earns nothing: commission stands on what is redeemed.
      cell: (line) => (isPaid(line) ? '—' : percent(line.rateBp, line)),
    },
    {
      ...{ head: say('commission'), label: say('figure.commission') },
      ...{ role: 'main', isNumber: true, hasLabel: true },
      cell: (line) => (isPaid(line) ? '—' : signed(line.commissionFen)),
    },
    {
      ...{ head: say('contract'), role: 'wide-pair' },
      cell: ({ contractId }) => {
        if (contractId === null) return '—';
        const href = `/contracts?${new URLSearchParams({ contract: contractId })}`;
        const { text, isId } = contractName(say, names, contractId);
        return html`<a${isId ? html` class="id"` : ''} href="${href}">${text}</a>`;
      },
    },
  ];
}

function voucherCell({ platform, voucherId, orderId, kind }: StatementLine): Html | string {
  if (kind === 'tier') return '—';
  const id = voucherId ?? orderId;
  return html`<a class="id" href="/vouchers/${platform}/${encodeURIComponent(id)}">${lastFour(id)}</a>`;
}

function signed(fen: number): Html | string {
  return fen < 0 ? html`<span class="neg">${amount(fen)}</span>` : amount(fen);
}
