import { html } from 'hono/html';
import * as z from 'zod';
import { amount, count, fullDay, rate } from '../../../../lib/i18n/format.ts';
import { isWord } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';
import { card, inside } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { status, type Tone } from '../parts/status.ts';
import { table } from '../parts/table.ts';

const text = z.string().nullable();
const certificate = z.object({
  ...{ track: z.string(), certificate: text, number: text, from: text, to: text },
  state: z.enum(['valid', 'ending', 'ended', 'to-come', 'missing']),
});
const term = z.object({
  ...{ measure: z.string(), from: z.int(), to: z.int(), points: z.int() },
  ...{ value: z.int(), got: z.int() },
});

export const standingAnswer = z.object({
  ...{ name: z.string(), tier: text, benefits: z.array(z.string()), measureFen: z.int() },
  window: z.object({ from: z.string(), to: z.string() }),
  ...{ periodEnd: z.string(), measure: z.enum(['redeemed', 'paid']) },
  next: z.object({ tier: z.string(), missingFen: z.int(), expectedAt: text }).nullable(),
  tracks: z.array(z.object({ name: z.string(), category: z.string(), measureFen: z.int() })),
  certificates: z.array(certificate),
  score: z
    .object({
      ...{ points: z.int(), entryPoints: z.int(), exitPoints: z.int() },
      ...{ state: z.enum(['in', 'between', 'out']), terms: z.array(term) },
    })
    .nullable(),
  explanation: z.object({ zh: z.string(), en: z.string() }),
});
type Answer = z.infer<typeof standingAnswer>;

export function standingView(speech: Speech, found: Answer, choice: Html): Html {
  const { say, language } = speech;
  const { next } = found;
  const all = [
    [say('standing.tier'), found.tier ?? '—', found.name],
    [
      say(found.measure === 'paid' ? 'paidGmv' : 'redeemedGmv'),
      amount(found.measureFen),
      say('standing.until', { from: found.window.from, to: found.periodEnd }),
    ],
    [
      say('standing.missing'),
      next === null ? '—' : amount(next.missingFen),
      next === null ? say('standing.top') : say('standing.to', { tier: next.tier }),
    ],
    [
      say('standing.expected'),
      next?.expectedAt == null ? '—' : fullDay(next.expectedAt, language),
      say('standing.pace'),
    ],
  ];
  const figures = html`<section class="figs f4" aria-label="${say('figure.label')}">${all.map(
    ([name, value, why]) =>
      html`<div class="card fig"><span class="k">${name}</span><span class="v">${value}</span><span class="d">${why}</span></div>`,
  )}</section>`;
  const why = html`${choice}${inside(
    html`<p>${found.explanation[language]}</p>${
      found.benefits.length === 0
        ? ''
        : html`<h3>${say('standing.benefits')}</h3><ul>${found.benefits.map((one) => html`<li>${one}</li>`)}</ul>`
    }`,
  )}`;
  return html`${figures}${card(found.name, '', why)}${tracksCard(speech, found)}${certificatesCard(speech, found)}${scoreCard(speech, found)}`;
}

function tracksCard({ say }: Speech, { tracks }: Answer): Html | string {
  if (tracks.length === 0) return '';
  const rows = table<Answer['tracks'][number]>({
    ...{ caption: say('standing.tracks'), rows: tracks },
    columns: [
      { head: say('standing.track'), role: 'name', cell: ({ name }) => name },
      { head: say('standing.category'), role: 'pair', cell: ({ category }) => category },
      {
        ...{ head: say('amount'), role: 'main', isNumber: true },
        cell: ({ measureFen }) => amount(measureFen),
      },
    ],
  });
  return card(say('standing.tracks'), say('standing.tracks.note'), rows);
}

const TONES: Readonly<Record<Answer['certificates'][number]['state'], Tone>> = {
  ...{ valid: 'ok', ending: 'warn', ended: 'bad', 'to-come': 'none', missing: 'bad' },
};

function certificatesCard({ say }: Speech, { certificates }: Answer): Html | string {
  if (certificates.length === 0) return '';
  const rows = table<Answer['certificates'][number]>({
    ...{ caption: say('standing.certificates'), rows: certificates },
    columns: [
      { head: say('standing.track'), role: 'name', cell: ({ track }) => track },
      {
        ...{ head: say('standing.certificate'), role: 'pair' },
        cell: ({ certificate: own, number }) => [own, number].filter(Boolean).join(' ') || '—',
      },
      { head: say('standing.from'), role: 'pair', cell: ({ from }) => from ?? '—' },
      { head: say('standing.end'), role: 'pair', cell: ({ to }) => to ?? '—' },
      {
        ...{ head: say('status'), role: 'pair' },
        cell: ({ state }) => {
          const tone = TONES[state];
          return status(
            tone,
            tone === 'none' ? 'none' : tone === 'ok' ? 'ok' : 'warn',
            say(`standing.is.${state}`),
          );
        },
      },
    ],
  });
  return card(say('standing.certificates'), '', rows);
}

function scoreCard({ say }: Speech, { score }: Answer): Html | string {
  if (score === null) return '';
  const { points, entryPoints, exitPoints } = score;
  const nameOf = (measure: string) => {
    const name = `standing.of.${measure}`;
    return isWord(name) ? say(name) : measure;
  };
  const shown = (measure: string, value: number) =>
    measure.endsWith('Fen') ? amount(value) : measure.endsWith('Bp') ? rate(value) : count(value);
  const rows = table<z.infer<typeof term>>({
    ...{ caption: say('standing.score'), rows: score.terms },
    columns: [
      { head: say('standing.measure'), role: 'name', cell: ({ measure }) => nameOf(measure) },
      {
        ...{ head: say('standing.value'), role: 'pair', isNumber: true },
        cell: ({ measure, value }) => shown(measure, value),
      },
      {
        ...{ head: say('standing.range'), role: 'pair', isNumber: true },
        cell: ({ measure, from, to }) => `${shown(measure, from)} → ${shown(measure, to)}`,
      },
      {
        ...{ head: say('standing.points'), role: 'main', isNumber: true },
        cell: (one) => `${count(one.got)} / ${count(one.points)}`,
      },
    ],
  });
  const note = say(`standing.score.${score.state}`, {
    points,
    entry: entryPoints,
    exit: exitPoints,
  });
  return card(say('standing.score'), note, rows);
}
