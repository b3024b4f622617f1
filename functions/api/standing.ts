import { addRollups, emptyRollup, type Rollup } from '../../lib/ledger/rollup.ts';
import { proportion, WHOLE_BP } from '../../lib/money/fen.ts';
import { readDimension } from '../../lib/rollups/dimensions.ts';
import { overPlatforms } from '../../lib/rollups/provider-day.ts';
import { readProviderDays } from '../../lib/rollups/rollups.ts';
import {
  type Certificate,
  type Programme,
  readCertificates,
} from '../../lib/store/growth/programmes.ts';
import { restatedSince } from '../../lib/store/ledger/restatements.ts';
import type { Table } from '../../lib/store/table.ts';
import { addDays, businessDayAt, daysBetween } from '../../lib/time/shanghai.ts';
import { groupedBy, readCatalogue } from './catalogue.ts';
import type { Window } from './input.ts';

export type CertificateState = 'valid' | 'ending' | 'ended' | 'to-come' | 'missing';

export interface StandingCertificate {
  readonly track: string;
  readonly certificate: string | null;
  readonly number: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly state: CertificateState;
}

/** A restatement that moved what counts here. */
export interface Restated {
  readonly on: string;
  readonly from: string;
  readonly to: string;
  readonly gainFen: number;
}

export interface Score {
  readonly points: number;
  readonly entryPoints: number;
  readonly exitPoints: number;
  readonly state: 'in' | 'between' | 'out';
  readonly terms: readonly (Term & { readonly value: number; readonly got: number })[];
}
type Term = NonNullable<Programme['score']>['terms'][number];

export interface Standing {
  readonly programmeId: string;
  readonly name: string;
  readonly version: number;
  /** Up to today; its last day is `periodEnd`. */
  readonly window: Window;
  readonly periodEnd: string;
  readonly measure: Programme['measure'];
  readonly tier: string | null;
  readonly benefits: readonly string[];
  readonly measureFen: number;
  readonly next: Next | null;
  readonly tracks: readonly {
    readonly name: string;
    readonly category: string;
    readonly measureFen: number;
  }[];
  readonly certificates: readonly StandingCertificate[];
  readonly score: Score | null;
  readonly restated: readonly Restated[];
}

interface Next {
  readonly tier: string;
  readonly missingFen: number;
  readonly expectedAt: string | null;
}

/** Where a provider stands in a programme at this moment: all of it from totals that there are, and from nobody's word. */
export async function standingOf(
  table: Table,
  programme: Programme,
  providerId: string,
  nowMs: number,
): Promise<Standing> {
  const today = businessDayAt(nowMs);
  const period = periodOf(programme.period, today);
  const window = { from: period.from, to: today };
  const [days, held, restatements] = await Promise.all([
    readProviderDays(table, providerId, window),
    readCertificates(table, { providerId, programmeId: programme.programmeId }),
    restatedSince(table, period.from),
  ]);
  const total = addRollups([emptyRollup(), ...days.map(({ rollups }) => overPlatforms(rollups))]);
  const measureFen = measured(programme, total);
  const reached = programme.tiers.findLast(({ fromFen }) => measureFen >= fromFen);
  return {
    ...{ programmeId: programme.programmeId, name: programme.name, version: programme.version },
    ...{ window, periodEnd: period.to, measure: programme.measure, measureFen },
    ...{ tier: reached?.name ?? null, benefits: reached?.benefits ?? [] },
    next: nextOf(programme, measureFen, { ...period, today }),
    tracks: await tracksOf(table, programme, { providerId, window }, nowMs),
    certificates: certificatesOf(programme, held, today),
    score: scoreOf(programme, total),
    restated: restatements.flatMap((job) => {
      const own = job.providers[providerId];
      if (own === undefined || job.from > window.to || job.to < window.from) return [];
      const field = fieldOf(programme);
      const gainFen = own.after[field] - own.before[field];
      const on = (job.endedAt ?? job.asOf).slice(0, 10);
      return gainFen === 0 ? [] : [{ on, from: job.from, to: job.to, gainFen }];
    }),
  };
}

/** The period that a day is in, with its last day. */
export function periodOf(period: Programme['period'], day: string): Window {
  const [year, month] = [day.slice(0, 4), Number(day.slice(5, 7))];
  const [first, months] = {
    month: [month, 1] as const,
    quarter: [month - ((month - 1) % 3), 3] as const,
    year: [1, 12] as const,
  }[period];
  const next = first + months;
  const end =
    next > 12 ? `${Number(year) + 1}-01-01` : `${year}-${String(next).padStart(2, '0')}-01`;
  return { from: `${year}-${String(first).padStart(2, '0')}-01`, to: addDays(end, -1) };
}

const fieldOf = ({ measure }: Programme) => (measure === 'paid' ? 'paidFen' : 'redeemedFen');

const measured = (programme: Programme, rollup: Rollup) => rollup[fieldOf(programme)];

/** When the next tier is reached at the pace of the period so far; null where that is not within it. */
function nextOf(
  { tiers }: Programme,
  measureFen: number,
  { from, to, today }: Window & { readonly today: string },
): Next | null {
  const next = tiers.find(({ fromFen }) => measureFen < fromFen);
  if (next === undefined) return null;
  const missingFen = next.fromFen - measureFen;
  const base = { tier: next.name, missingFen };
  if (measureFen <= 0) return { ...base, expectedAt: null };
  const come = BigInt(daysBetween(from, today));
  const pace = BigInt(measureFen);
  const days = (BigInt(missingFen) * come + pace - 1n) / pace;
  const isWithin = days <= BigInt(daysBetween(today, to) - 1);
  return { ...base, expectedAt: isWithin ? addDays(today, Number(days)) : null };
}

async function tracksOf(
  table: Table,
  programme: Programme,
  { providerId, window }: { readonly providerId: string; readonly window: Window },
  nowMs: number,
): Promise<Standing['tracks']> {
  if (programme.tracks.length === 0) return [];
  const products = await readDimension(table, providerId, 'product', window);
  const rows = groupedBy('category', products, await readCatalogue(table, nowMs));
  const byCategory = new Map(rows.map(({ value, rollup }) => [value, rollup]));
  return programme.tracks.map(({ name, category }) => ({
    ...{ name, category },
    measureFen: measured(programme, byCategory.get(category) ?? emptyRollup()),
  }));
}

/** A certificate that ends within so many days is told of. */
const ENDING_DAYS = 30;

function certificatesOf(
  { tracks }: Programme,
  held: readonly Certificate[],
  today: string,
): StandingCertificate[] {
  return tracks.flatMap(({ name, certificate }): StandingCertificate[] => {
    const own = held.filter(({ track }) => track === name);
    const none = { track: name, certificate, number: null, from: null, to: null };
    if (own.length === 0) return certificate === null ? [] : [{ ...none, state: 'missing' }];
    return own.map((one) => ({ ...one, certificate, state: stateOf(one, today) }));
  });
}

function stateOf({ from, to }: Certificate, today: string): CertificateState {
  if (from > today) return 'to-come';
  if (to === null) return 'valid';
  if (to < today) return 'ended';
  return daysBetween(today, to) <= ENDING_DAYS ? 'ending' : 'valid';
}

function scoreOf({ score }: Programme, total: Rollup): Score | null {
  if (score === null) return null;
  const terms = score.terms.map((term) => {
    const value = figureOf(term.measure, total);
    return { ...term, value, got: pointsOf(term, value) };
  });
  const points = terms.reduce((sum, { got }) => sum + got, 0);
  const { entryPoints, exitPoints } = score;
  const state = points >= entryPoints ? 'in' : points < exitPoints ? 'out' : 'between';
  return { points, entryPoints, exitPoints, state, terms };
}

function figureOf(measure: Term['measure'], total: Rollup): number {
  if (measure !== 'refundedBp' && measure !== 'reversedBp') return total[measure];
  const { redeemedFen, reversedFen, refundedFen } = total;
  const whole = redeemedFen + reversedFen + refundedFen;
  const part = measure === 'refundedBp' ? refundedFen : reversedFen;
  return whole <= 0 ? 0 : proportion(WHOLE_BP, part, whole);
}

/** Even between the ends, and never beyond them. */
export function pointsOf({ from, to, points }: Omit<Term, 'measure'>, value: number): number {
  const [span, done] = to > from ? [to - from, value - from] : [from - to, from - value];
  return proportion(points, Math.min(span, Math.max(0, done)), span);
}
