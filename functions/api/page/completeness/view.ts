import { html } from 'hono/html';
import * as z from 'zod';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import { amount, day } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import { reasonIn } from '../../../../lib/reconciliation/reasons.ts';
import type { Window } from '../../input.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import { placeKey, type StoreName } from '../names.ts';
import { address, card, nothing } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { filterForm } from '../parts/filters.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import { word } from '../views.ts';
import { STATES } from './states.ts';

const side = z.object({ count: z.int(), fen: z.int().nullable() });
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
});
type Difference = z.infer<typeof differenceList>['differences'][number];

export interface CompletenessView {
  readonly path: string;
  readonly window: Window;
  readonly platform: string;
  readonly rows: readonly Row[];
  readonly next: string | null;
  readonly differences: readonly Difference[];
  readonly stores: ReadonlyMap<string, StoreName>;
  /** Of merchants. */
  readonly names: ReadonlyMap<string, string>;
  readonly canAccept: boolean;
  readonly typed: Typed;
}

export function completenessView(speech: Speech, view: CompletenessView): Html {
  const { say } = speech;
  const { path, window, platform, rows, next, differences } = view;
  const kept = { ...window, platform };
  const filters = filterForm(say, {
    ...{ action: path, kept: {} },
    fields: [
      { name: 'from', label: say('from'), value: window.from },
      { name: 'to', label: say('to'), value: window.to },
      {
        ...{ name: 'platform', label: say('platform'), value: platform },
        choices: [['', say('filter.all')], ...PLATFORMS.map((one) => [one, say(one)] as const)],
      },
    ],
  });
  const following =
    next === null
      ? ''
      : html`<footer><span></span><a class="btn" rel="next" href="${address(path, { ...kept, cursor: next })}">${say('next')}</a></footer>`;
  return html`${card(say('completeness.differences'), say('completeness.differences.note'), differences.length === 0 ? nothing(say('completeness.differences.none')) : differencesOf(speech, view))}
${card(say('completeness.days'), summary(say, rows), html`${filters}${rows.length === 0 ? nothing(say('completeness.none')) : daysOf(speech, view)}${following}`)}`;
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

function daysOf(speech: Speech, { rows, stores, names }: CompletenessView): Html {
  const { say, language } = speech;
  const sideCell = (one: z.infer<typeof side> | null) =>
    one === null
      ? '—'
      : html`${String(one.count)}${one.fen === null ? '' : html`<small>${amount(one.fen)}</small>`}`;
  return table<Row>({
    ...{ caption: say('completeness.days'), rows },
    columns: [
      {
        ...{ head: say('store'), role: 'name' },
        cell: (row) =>
          html`<span class="wrap">${whereOf(say, row, stores, names)}</span><small>${word(say, row.platform)} · ${day(row.businessDay, language)}</small>`,
      },
      { head: say('status'), role: 'second', cell: (row) => stateCell(say, row.status) },
      {
        head: say('completeness.ours'),
        role: 'pair',
        isNumber: true,
        cell: ({ ours }) => sideCell(ours),
      },
      {
        head: say('completeness.theirs'),
        role: 'pair',
        isNumber: true,
        cell: ({ theirs }) => sideCell(theirs),
      },
      {
        head: say('operator.why'),
        role: 'wide-pair',
        cell: ({ reason }) => reasonIn(language, reason ?? ''),
      },
    ],
  });
}

function stateCell(say: Say, state: string): Html {
  const [tone, shape] = STATES[state] ?? ['none', 'none'];
  return status(tone, shape, word(say, `checked.${state}`));
}

function whereOf(
  say: Say,
  { platform, merchantId, storeId }: Pick<Row, 'platform' | 'merchantId' | 'storeId'>,
  stores: CompletenessView['stores'],
  names: CompletenessView['names'],
): string {
  const merchant = names.get(`${platform}/${merchantId}`) ?? merchantId;
  if (storeId === null) return `${merchant} · ${say('completeness.whole')}`;
  return stores.get(placeKey({ platform, storeId }))?.name ?? storeId;
}

function differencesOf(speech: Speech, view: CompletenessView): Html {
  const { say, language } = speech;
  const { differences, stores, names, canAccept, path, window, platform, typed } = view;
  const shown = (kind: string, one: string | number | null) => {
    if (one === null) return '—';
    return typeof one === 'number' && kind === 'amount' ? amount(one) : String(one);
  };
  const accept = (one: Difference) => {
    if (one.state !== 'open') return one.acceptedReason ?? '—';
    if (!canAccept) return say('wait.operator');
    const hidden = { differenceId: one.differenceId, ...window, platform };
    const form = actForm(say, {
      ...{ action: path, act: 'accept', hidden, submit: 'completeness.accept', typed },
      fields: [{ name: 'reason', label: 'operator.reason', isRequired: true }],
    });
    return folded(say, 'operator.handle', [form], typed.differenceId === one.differenceId);
  };
  return table<Difference>({
    ...{ caption: say('completeness.differences'), rows: differences },
    columns: [
      {
        ...{ head: say('store'), role: 'name' },
        cell: (one) =>
          html`<span class="wrap">${whereOf(say, one, stores, names)}</span><small>${word(say, one.platform)} · ${day(one.businessDay, language)}</small>`,
      },
      {
        head: say('kind'),
        role: 'second',
        cell: ({ kind, state }) =>
          html`${word(say, `difference.${kind}`)}<small>${word(say, `difference.is.${state}`)}</small>`,
      },
      {
        ...{ head: say('voucher'), role: 'pair' },
        cell: ({ platform: own, voucherId, orderId }) => {
          const id = voucherId ?? orderId;
          return id === null
            ? '—'
            : html`<a class="id" href="/vouchers/${own}/${encodeURIComponent(id)}">••••${id.slice(-4)}</a>`;
        },
      },
      {
        head: say('completeness.ours'),
        role: 'pair',
        isNumber: true,
        cell: ({ kind, ours }) => shown(kind, ours),
      },
      {
        head: say('completeness.theirs'),
        role: 'pair',
        isNumber: true,
        cell: ({ kind, theirs }) => shown(kind, theirs),
      },
      {
        head: say('operator.why'),
        role: 'wide-pair',
        cell: ({ reason }) => reasonIn(language, reason),
      },
      { head: say('operator.handle'), role: 'wide-pair', cell: accept },
    ],
  });
}
