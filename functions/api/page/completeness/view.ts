import { html } from 'hono/html';
import * as z from 'zod';
import { wordIn } from '../../../../lib/i18n/both.ts';
import { amount, day } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import type { Cell } from '../../../../lib/ledger/csv.ts';
import { reasonIn } from '../../../../lib/reconciliation/reasons.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import { placeKey, type StoreName } from '../names.ts';
import { card } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { type List, type ListColumn, listView } from '../parts/list.ts';
import { status } from '../parts/status.ts';
import { word } from '../views.ts';
import { STATES } from './states.ts';

const side = z.object({ count: z.int(), fen: z.int().nullable() });
type Side = z.infer<typeof side>;
const place = {
  platform: z.string(),
  merchantId: z.string(),
  storeId: z.string().nullable(),
  businessDay: z.string(),
};

export const rowList = z.object({
  rows: z.array(
    z.object({
      ...place,
      status: z.string(),
      ours: side,
      theirs: side.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
type Row = z.infer<typeof rowList>['rows'][number];

const value = z.union([z.string(), z.number()]).nullable();
export const differenceList = z.object({
  differences: z.array(
    z.object({
      ...place,
      ...{
        differenceId: z.string(),
        voucherId: z.string().nullable(),
        orderId: z.string().nullable(),
      },
      ...{ kind: z.string(), ours: value, theirs: value, reason: z.string(), state: z.string() },
      acceptedReason: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
type Difference = z.infer<typeof differenceList>['differences'][number];

export interface CompletenessLists {
  readonly days: List<Row>;
  readonly differences: List<Difference>;
}

interface About {
  readonly path: string;
  readonly stores: ReadonlyMap<string, StoreName>;
  /** Of merchants. */
  readonly names: ReadonlyMap<string, string>;
  readonly canAccept: boolean;
  /** The period and the platform, which a form goes back to. */
  readonly kept: Readonly<Record<string, string>>;
  readonly typed: Typed;
}

export function completenessView(speech: Speech, { days, differences }: CompletenessLists): Html {
  const { say } = speech;
  return html`${card(say('completeness.differences'), say('completeness.differences.note'), listView(speech, differences, say('completeness.differences.none')))}
${card(say('completeness.days'), summary(say, days.rows), listView(speech, days, say('completeness.none')))}`;
}

/** How many days of stores are in which state. */
function summary(say: Say, rows: readonly Row[]): string {
  const by = Map.groupBy(rows, (row) => row.status);
  return Object.keys(STATES)
    .flatMap((state) => {
      const n = by.get(state)?.length ?? 0;
      return n === 0 ? [] : [`${word(say, `checked.${state}`)} ${n}`];
    })
    .join(' · ');
}

export function dayColumns(speech: Speech, { stores, names }: About): ListColumn<Row>[] {
  const { say, language } = speech;
  const sideCell = (one: Side | null) =>
    one === null
      ? '—'
      : html`${String(one.count)}${one.fen === null ? '' : html`<small>${amount(one.fen)}</small>`}`;
  return [
    {
      ...{ word: 'store', by: 'store', role: 'name' },
      value: (row) => whereOf(say, row, stores, names),
      cell: (row) =>
        html`<span class="wrap">${whereOf(say, row, stores, names)}</span><small>${word(say, row.platform)} · ${day(row.businessDay, language)}</small>`,
    },
    ...placeColumns<Row>(),
    {
      ...{ word: 'status', by: 'status', role: 'second' },
      value: (row) => wordIn(`checked.${row.status}`),
      cell: (row) => stateCell(say, row.status),
    },
    {
      ...{ word: 'completeness.ours', by: 'ours', role: 'pair', isNumber: true },
      ...{ value: ({ ours }) => ours.count, cell: ({ ours }) => sideCell(ours) },
    },
    {
      ...{ word: 'completeness.theirs', by: 'theirs', role: 'pair', isNumber: true },
      value: ({ theirs }) => theirs?.count ?? null,
      cell: ({ theirs }) => sideCell(theirs),
    },
    {
      ...{ word: 'operator.why', by: 'why', role: 'wide-pair', value: ({ reason }) => reason },
      cell: ({ reason }) => reasonIn(language, reason ?? ''),
    },
  ];
}

/** What a page says below the name, and a file and a search in columns of their own. */
function placeColumns<
  R extends Pick<Row, 'platform' | 'businessDay' | 'storeId'>,
>(): ListColumn<R>[] {
  const off = { role: 'desk', isHidden: true, cell: () => '' } as const;
  return [
    { word: 'businessDay', value: ({ businessDay }) => businessDay, ...off },
    { word: 'platform', value: ({ platform }) => wordIn(platform), ...off },
    {
      word: 'store.id',
      value: ({ storeId }) => (storeId === null ? null : { id: storeId }),
      ...off,
    },
  ];
}

function stateCell(say: Say, state: string): Html {
  const [tone, shape] = STATES[state] ?? ['none', 'none'];
  return status(tone, shape, word(say, `checked.${state}`));
}

function whereOf(
  say: Say,
  { platform, merchantId, storeId }: Pick<Row, 'platform' | 'merchantId' | 'storeId'>,
  stores: About['stores'],
  names: About['names'],
): string {
  const merchant = names.get(`${platform}/${merchantId}`) ?? merchantId;
  if (storeId === null) return `${merchant} · ${say('completeness.whole')}`;
  return stores.get(placeKey({ platform, storeId }))?.name ?? storeId;
}

export function differenceColumns(speech: Speech, about: About): ListColumn<Difference>[] {
  const { say, language } = speech;
  const { stores, names, canAccept, path, kept, typed } = about;
  const shown = (kind: string, one: string | number | null) => {
    if (one === null) return '—';
    return typeof one === 'number' && kind === 'amount' ? amount(one) : String(one);
  };
  const accept = (one: Difference) => {
    if (one.state !== 'open') return one.acceptedReason ?? '—';
    if (!canAccept) return say('wait.operator');
    const hidden = { differenceId: one.differenceId, ...kept };
    const form = actForm(say, {
      ...{ action: path, act: 'accept', hidden, submit: 'completeness.accept', typed },
      fields: [{ name: 'reason', label: 'operator.reason', isRequired: true }],
    });
    return folded(say, 'operator.handle', [form], typed.differenceId === one.differenceId);
  };
  const cellOf = (kind: string, one: string | number | null): Cell => {
    if (typeof one === 'string') return { id: one };
    return kind === 'amount' && one !== null ? { fen: one } : one;
  };
  return [
    {
      ...{ word: 'store', by: 'store', role: 'name' },
      value: (one) => whereOf(say, one, stores, names),
      cell: (one) =>
        html`<span class="wrap">${whereOf(say, one, stores, names)}</span><small>${word(say, one.platform)} · ${day(one.businessDay, language)}</small>`,
    },
    ...placeColumns<Difference>(),
    {
      ...{ word: 'kind', by: 'kind', role: 'second' },
      value: ({ kind, state }) =>
        `${wordIn(`difference.${kind}`)} · ${wordIn(`difference.is.${state}`)}`,
      cell: ({ kind, state }) =>
        html`${word(say, `difference.${kind}`)}<small>${word(say, `difference.is.${state}`)}</small>`,
    },
    {
      ...{ word: 'voucher', by: 'voucher', role: 'pair' },
      value: ({ voucherId, orderId }) => {
        const id = voucherId ?? orderId;
        return id === null ? null : { id };
      },
      cell: ({ platform, voucherId, orderId }) => {
        const id = voucherId ?? orderId;
        return id === null
          ? '—'
          : html`<a class="id" href="/vouchers/${platform}/${encodeURIComponent(id)}">••••${id.slice(-4)}</a>`;
      },
    },
    {
      ...{ word: 'completeness.ours', role: 'pair', isNumber: true },
      value: ({ kind, ours }) => cellOf(kind, ours),
      cell: ({ kind, ours }) => shown(kind, ours),
    },
    {
      ...{ word: 'completeness.theirs', role: 'pair', isNumber: true },
      value: ({ kind, theirs }) => cellOf(kind, theirs),
      cell: ({ kind, theirs }) => shown(kind, theirs),
    },
    {
      ...{ word: 'operator.why', by: 'why', role: 'wide-pair', value: ({ reason }) => reason },
      cell: ({ reason }) => reasonIn(language, reason),
    },
    { word: 'operator.handle', role: 'wide-pair', cell: accept },
  ];
}
