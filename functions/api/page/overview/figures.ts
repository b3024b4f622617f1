import { day } from '../../../../lib/i18n/format.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import type { Speech } from '../page.ts';
import type { Figure } from '../parts/figure.ts';
import { periodQuery } from '../period.ts';
import type { OverviewView } from './model.ts';
import type { WindowTotals } from './read.ts';

type Measure = 'redeemedFen' | 'paidFen' | 'redeemedCount' | 'refundedFen' | 'commissionFen';

/** Three times the usual is worth a look; a single refund on a quiet day is not. */
const UNUSUAL_TIMES = 3;
const UNUSUAL_FEN = 10_000;
const UNUSUAL_DAYS = 7;

/** The five figures, each with its reason. */
export function overviewFigures({ say, language }: Speech, view: OverviewView): Figure[] {
  const { totals, period } = view;
  const query = periodQuery(period);
  const rows = (more: Record<string, string> = {}) =>
    `/stores?${new URLSearchParams({ ...query, ...more })}`;
  const total = totals.now.total;
  const unusual = unusualDay(totals.now);
  const one = (measure: Measure, unit: Figure['unit']) => ({
    unit,
    now: total[measure],
    before: totals.before.total[measure],
    course: { now: courseOf(totals.now, measure), before: courseOf(totals.before, measure) },
  });
  return [
    {
      name: say('figure.redeemed'),
      ...one('redeemedFen', 'yuan'),
      href: rows(),
      why: say('figure.redeemed.why', { n: total.redeemedCount }),
    },
    {
      name: say('figure.paid'),
      ...one('paidFen', 'yuan'),
      href: `/?${new URLSearchParams({ ...query, measure: 'paid' })}#trend`,
      why: say('figure.paid.why'),
    },
    {
      name: say('figure.count'),
      ...one('redeemedCount', 'times'),
      href: rows({ sort: 'count' }),
      why: say('figure.count.why', { n: total.reversedCount }),
    },
    {
      name: say('figure.refunded'),
      ...one('refundedFen', 'yuan'),
      href: rows({ sort: 'refunded' }),
      why:
        unusual === null
          ? say('figure.refunded.why')
          : say('figure.refunded.day', {
              day: day(unusual.day, language),
              times: String(unusual.times),
            }),
      isWarning: unusual !== null,
    },
    {
      name: say('figure.commission'),
      ...one('commissionFen', 'yuan'),
      href: rows({ sort: 'commission' }),
      why: say('figure.commission.why'),
    },
  ];
}

/** By day; by hour where the window is one day. */
function courseOf({ days, hours }: WindowTotals, measure: Measure): number[] {
  const steps: readonly { rollup: Rollup }[] = days.length === 1 ? hours : days;
  return steps.map(({ rollup }) => rollup[measure]);
}

/** The latest day with at least three times the refunds of the other days on average. */
function unusualDay({ days }: WindowTotals): { day: string; times: number } | null {
  if (days.length < UNUSUAL_DAYS) return null;
  const all = days.reduce((sum, { rollup }) => sum + rollup.refundedFen, 0);
  for (const { day: one, rollup } of days.toReversed()) {
    const usual = (all - rollup.refundedFen) / (days.length - 1);
    const times = usual === 0 ? 0 : Math.floor(rollup.refundedFen / usual);
    if (times >= UNUSUAL_TIMES && rollup.refundedFen >= UNUSUAL_FEN) return { day: one, times };
  }
  return null;
}
