import { html } from 'hono/html';
import { amount, count, day, rate } from '../../../../lib/i18n/format.ts';
import type { Say, Word } from '../../../../lib/i18n/words.ts';
import type { partyOf, Tax } from '../../../../lib/ledger/party.ts';
import type { StatementItem, Subtotal } from '../../../../lib/ledger/statement-parts.ts';
import type { Digest } from '../../../../lib/store/ledger/statement-digests.ts';
import type { Contents } from '../../statement-contents.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { type Column, table } from '../parts/table.ts';
import { word } from '../views.ts';
import { contractName, merchantCell, type StatementNames, storeCell } from './names.ts';

export interface Parties {
  readonly payer: ReturnType<typeof partyOf>;
  readonly payee: ReturnType<typeof partyOf>;
}

/** Who owes and who is owed; what nobody set is said to be missing. */
export function partiesCard({ say }: Speech, { payer, payee }: Parties): Html {
  const one = (title: Word, party: Parties['payer'], where: Word) => {
    const pair = (label: Word, value: string | null) =>
      html`<dt>${say(label)}</dt><dd>${value ?? html`<span class="dim">${say('party.missing')}</span>`}</dd>`;
    const isEmpty = Object.values(party).every((value) => value === null);
    return html`<div><h3>${say(title)}</h3><dl class="kvs">${pair('party.legalName', party.legalName)}${pair('party.taxNumber', party.taxNumber)}${pair('party.bankName', party.bankName)}${pair('party.bankAccount', party.bankAccount)}${pair('party.contact', party.contact)}</dl>${isEmpty ? html`<p class="note">${say(where)}</p>` : ''}</div>`;
  };
  return html`<section class="card"><header><h2>${say('party.title')}</h2></header><div class="in parties">${one('party.payer', payer, 'party.payer.how')}${one('party.payee', payee, 'party.payee.how')}</div></section>`;
}

export function taxLine({ say }: Speech, tax: Tax | null): Html {
  if (tax === null) return html`<span>${say('tax.missing')}</span>`;
  return html`<span>${say('tax.rate')} ${rate(tax.taxRateBp)}</span><span>${say('tax.net')} ${amount(tax.netFen)} · ${say('tax.tax')} ${amount(tax.taxFen)}</span>`;
}

/** By contract, by merchant, by store; the largest, where there are many. */
export function subtotalCards(
  speech: Speech,
  { digest, subtotals }: Contents,
  names: StatementNames,
): Html {
  const { say } = speech;
  const card = (title: Word, rows: readonly Subtotal[], total: number, name: Column<Subtotal>[]) =>
    rows.length === 0
      ? ''
      : html`<section class="card"><header><h2>${say(title)}</h2><p class="note">${rows.length < total ? say('subtotals.some', { shown: count(rows.length), all: count(total) }) : ''}</p></header>${table<Subtotal>(
          { caption: say(title), rows, columns: [...name, ...sumColumns(say)] },
        )}</section>`;
  const merchant: Column<Subtotal> = {
    ...{ head: say('merchant'), role: 'pair' },
    cell: (row) => merchantCell(say, names, row),
  };
  const contract: Column<Subtotal>[] = [
    {
      ...{ head: say('contract'), role: 'name' },
      cell: ({ contractId }) => {
        if (contractId === null) return '—';
        const { text, isId } = contractName(say, names, contractId);
        const id = html`<span class="id">${contractId}</span>`;
        return isId ? id : html`${text}<small>${id}</small>`;
      },
    },
    {
      ...{ head: say('subtotals.terms'), role: 'pair', isNumber: true },
      cell: ({ shareBp, rateBp }) =>
        shareBp === null || rateBp === null ? '—' : `${rate(shareBp)} × ${rate(rateBp)}`,
    },
  ];
  const store: Column<Subtotal>[] = [
    {
      ...{ head: say('store'), role: 'name' },
      cell: ({ platform, storeId }) => storeCell(say, names, { platform, storeId: storeId ?? '' }),
    },
    merchant,
  ];
  const { counts } = digest;
  return html`${card('subtotals.contracts', subtotals.contracts, counts.contracts, contract)}
${card('subtotals.merchants', subtotals.merchants, counts.merchants, [{ ...merchant, role: 'name' }])}
${card('subtotals.stores', subtotals.stores, counts.stores, store)}`;
}

function sumColumns(say: Say): Column<Subtotal>[] {
  const number = (head: Word, of: (row: Subtotal) => string): Column<Subtotal> => ({
    ...{ head: say(head), role: 'pair', isNumber: true },
    cell: of,
  });
  return [
    number('redeemedCount', ({ totals }) => count(totals.redeemedCount)),
    number('paidGmv', ({ totals }) => amount(totals.paidFen)),
    number('redeemedGmv', ({ totals }) => amount(totals.redeemedFen)),
    {
      ...number('commission', ({ totals }) => amount(totals.commissionFen)),
      ...{ label: say('figure.commission'), role: 'main', hasLabel: true },
    },
  ];
}

type Tier = Digest['tiers'][number];

/** The steps of each tier that was settled. */
export function tierCards({ say }: Speech, { digest }: Contents, names: StatementNames): Html {
  const card = (tier: Tier) =>
    html`<section class="card"><header><h2>${say('part.tier')} ${contractName(say, names, tier.contractId).text}</h2><p class="note">${say('tier.note', { month: tier.month, version: String(tier.version), booked: amount(tier.bookedFen), due: amount(tier.dueFen) })}</p></header>${table<
      Tier['steps'][number]
    >({
      ...{ caption: say('part.tier'), rows: tier.steps },
      columns: [
        { head: say('tier.from'), role: 'name', cell: ({ fromFen }) => amount(fromFen) },
        {
          ...{ head: say('contract.rate'), role: 'pair', isNumber: true },
          cell: ({ rateBp }) => rate(rateBp),
        },
        {
          ...{ head: say('tier.of'), role: 'pair', isNumber: true },
          cell: ({ ofFen }) => amount(ofFen),
        },
        {
          ...{ head: say('commission'), role: 'main', isNumber: true },
          cell: ({ resultFen }) => amount(resultFen),
        },
      ],
    })}</section>`;
  return html`${digest.tiers.map(card)}`;
}

/** What the platform's bills and orders told; where nobody told it is unknown, and not 0. */
export function chargesCard({ say }: Speech, { digest: { told } }: Contents): Html {
  const rows = [
    { name: 'charge.fee', told: told.feeFen },
    { name: 'charge.creator', told: told.creatorFen },
    { name: 'charge.provider', told: told.providerFen },
  ] as const;
  return html`<section class="card"><header><h2>${say('charge.title')}</h2><p class="note">${say('charge.note')}</p></header>${table<
    (typeof rows)[number]
  >({
    ...{ caption: say('charge.title'), rows },
    columns: [
      { head: say('charge.item'), role: 'name', cell: ({ name }) => say(name) },
      {
        ...{ head: say('charge.known'), role: 'pair' },
        cell: ({ told: { known, unknown } }) =>
          say('charge.lines', { known: count(known), unknown: count(unknown) }),
      },
      {
        ...{ head: say('operator.amount'), role: 'main', isNumber: true },
        cell: ({ told: { fen, known } }) =>
          known === 0 ? status('none', 'none', say('unknown')) : amount(fen),
      },
    ],
  })}</section>`;
}

interface Listed {
  readonly what: Html;
  readonly why: string;
  readonly of: string;
  readonly free: string;
  readonly entryCount: number;
  readonly fen: number;
}

/** What is held, with the day it comes free; what corrects an earlier month, with the cause. */
export function itemsCard(
  { say, language }: Speech,
  { digest }: Contents,
  names: StatementNames,
): Html | string {
  const causeOf = ({ part, cause }: StatementItem) => {
    if (part === 'restated') return `${say('restatement')} ${cause ?? ''}`;
    if (part === 'clawback') return word(say, `kind.${cause ?? ''}`);
    if (part !== 'tier') return say('item.late');
    return cause === null ? '' : contractName(say, names, cause).text;
  };
  const rows: Listed[] = [
    ...digest.held.map((held) => ({
      ...{ what: status('prov', 'half', say('part.held')), why: say('item.held') },
      ...{ of: day(held.businessDay, language), free: day(held.freeOn, language) },
      ...{ entryCount: held.entryCount, fen: held.commissionFen },
    })),
    ...digest.items.map((item) => ({
      what: status('back', 'back', say(`part.${item.part}`)),
      ...{ why: causeOf(item), of: item.month, free: '—' },
      ...{ entryCount: item.entryCount, fen: item.commissionFen },
    })),
  ];
  if (rows.length === 0) return '';
  return html`<section class="card"><header><h2>${say('item.title')}</h2><p class="note">${say('item.note')}</p></header>${table<Listed>(
    {
      ...{ caption: say('item.title'), rows },
      columns: [
        { head: say('charge.item'), role: 'name', cell: ({ what }) => what },
        { head: say('item.why'), role: 'pair', cell: ({ why }) => why },
        { head: say('statementPart'), role: 'pair', cell: ({ of }) => of },
        { head: say('file.freeOn'), role: 'pair', cell: ({ free }) => free },
        {
          ...{ head: say('item.count'), role: 'pair', isNumber: true },
          cell: ({ entryCount }) => count(entryCount),
        },
        {
          ...{ head: say('commission'), role: 'main', isNumber: true },
          cell: ({ fen }) => amount(fen),
        },
      ],
    },
  )}</section>`;
}
