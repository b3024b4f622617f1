import { html } from 'hono/html';
import { amount, count, day, weekday } from '../../../../lib/i18n/format.ts';
import type { Word } from '../../../../lib/i18n/words.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { periodTools, wholeDaysLine } from '../parts/periods.ts';
import { type Column, table } from '../parts/table.ts';
import { trendChart } from '../parts/trend.ts';
import { daysOf, type Period, periodQuery } from '../period.ts';
import { type Members, membersCard } from './members.ts';
import type { DimensionKind, DimensionRow } from './model.ts';
import { earnsBy, nameOfRow } from './names.ts';
import { paidCell, paidIs } from './paid.ts';

export interface ValueView {
  readonly kind: DimensionKind;
  readonly period: Period;
  readonly names: ReadonlyMap<string, string>;
  /** What the address has of the row. */
  readonly key: string;
  readonly all: readonly DimensionRow[];
  /** Null where neither period has it. */
  readonly row: DimensionRow | null;
  /** What a row of a grouping is made of. */
  readonly members: Members | null;
}

interface DayRow {
  readonly day: string | null;
  readonly rollup: Rollup;
}

/** One value of a dimension: which days made its numbers. */
export function valueView(speech: Speech, view: ValueView): Html {
  const { say } = speech;
  const { kind, period, names, row, key, members } = view;
  const back = `${kind.path}?${new URLSearchParams(periodQuery(period))}`;
  const head = (name: string, more: Html | string) =>
    html`<p class="crumb"><a href="${back}">${say(kind.title)}</a></p>
<div class="head"><div><h1>${name}</h1>${more}<p class="note">${wholeDaysLine(speech.say, speech.language, period)}</p></div>
<div class="tools">${periodTools(say, kind.path, period, { row: key })}</div></div>`;
  if (row === null) {
    return html`${head(say(kind.one), '')}<section class="card"><p class="in note">${say('dimension.days.none')}</p></section>`;
  }
  const { name, more } = nameOfRow(say, kind, row, names);
  const aside = [
    ...(more === null ? [] : [more]),
    ...(row.cpsKind === undefined ? [] : [`${say('dimension.kind')}: ${earnsBy(say, row)}`]),
  ];
  return html`${head(name, aside.length === 0 ? '' : html`<p class="note">${aside.join(' · ')}</p>`)}
${period.days < 2 ? '' : html`<section class="card">${trend(speech, view, row)}</section>`}
${members === null ? '' : membersCard(speech, { kind, period, members })}
<section class="card" id="rows"><header><h2>${say('dimension.days')}</h2></header>${days(speech, view, row)}
<footer><a href="/stores?${new URLSearchParams(periodQuery(period))}">${say('dimension.stores')} →</a></footer></section>`;
}

function trend(
  { say, language }: Speech,
  { period }: ValueView,
  { days: own, before, rollup, compared }: DimensionRow,
): Html {
  const today = period.part?.now.slice(0, 10) ?? null;
  const all = daysOf(period.window);
  const points = all.map((one, at) => ({
    label: one === today ? say('day.today') : day(one, language),
    name: `${day(one, language)} ${weekday(one, language)}`,
    now: today !== null && one > today ? null : (own[at]?.redeemedFen ?? 0),
    before: before[at] ?? null,
  }));
  const title = say('trend.redeemed');
  const top = points.reduce((best, point) => ((point.now ?? 0) > (best.now ?? 0) ? point : best));
  const description = say('trend.described', {
    ...{
      now: amount(rollup.redeemedFen),
      before: compared === null ? '—' : amount(compared.beforeFen),
    },
    ...{ peak: top.name, top: amount(top.now ?? 0) },
  });
  const part = today === null ? null : all.indexOf(today);
  const chart = { title, description, points, part, beforeWord: say('period.before'), language };
  return html`<header><h2>${title}</h2></header><div class="in">${trendChart(chart)}</div>`;
}

function days(speech: Speech, { kind, period, all: rows }: ValueView, row: DimensionRow): Html {
  const { say, language } = speech;
  const paid = paidIs(kind, row, rows);
  const all = daysOf(period.window).map((one, at) => ({ day: one, rollup: row.days[at] }));
  const used = all.flatMap(({ day: one, rollup }): DayRow[] =>
    rollup === undefined || rollup.entryCount === 0 ? [] : [{ day: one, rollup }],
  );
  if (used.length === 0) return html`<p class="in note">${say('dimension.days.none')}</p>`;
  const number = (
    head: Word,
    label: Word | null,
    of: (rollup: Rollup) => Html | string,
  ): Column<DayRow> => ({
    ...{ head: say(head), role: head === 'redeemedGmv' ? 'main' : 'pair', isNumber: true },
    ...(label === null ? {} : { label: say(label) }),
    cell: ({ rollup }) => of(rollup),
  });
  return table<DayRow>({
    caption: say('dimension.days'),
    rows: used.toReversed(),
    sum: { day: null, rollup: row.rollup },
    columns: [
      {
        head: say('businessDay'),
        role: 'name',
        cell: ({ day: one }) =>
          one === null
            ? say('total')
            : html`<a href="/stores?${new URLSearchParams({ from: one, to: one })}">${day(one, language)} ${weekday(one, language)}</a>`,
      },
      number('redeemedGmv', null, ({ redeemedFen }) => amount(redeemedFen)),
      number('redeemedCount', null, ({ redeemedCount }) => count(redeemedCount)),
      number('paidGmv', 'figure.paid', ({ paidFen }) => paidCell(speech, paid, paidFen)),
      number('reversed', null, ({ reversedCount }) => count(reversedCount)),
      number('refunded', 'figure.refunded', ({ refundedFen }) => amount(refundedFen)),
      number('commission', 'figure.commission', ({ commissionFen }) => amount(commissionFen)),
    ],
  });
}
