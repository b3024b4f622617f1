import { Problem } from '../../lib/errors/problem.ts';
import type { Row as DimensionRow } from '../../lib/ledger/dimensions.ts';
import type { Rollup } from '../../lib/ledger/rollup.ts';
import { addOverall, type Overall } from '../../lib/rollups/overall.ts';
import { overPlatforms } from '../../lib/rollups/provider-day.ts';
import { dayRows, platformRows, type Row } from './reports.ts';

/** Stands for all providers where the operator says whose numbers: `?providerId=*`. */
export const ALL_PROVIDERS = '*';

/** What there are totals of over all providers. Others have as many values as the providers have, so nobody adds them up. */
const BY = ['day', 'platform', 'loop', 'channel'] as const;
export type OverallDimension = (typeof BY)[number];

/** @throws Problem `request-invalid` for what is rolled up of one provider alone */
export function overallBy(by: string): OverallDimension {
  const found = BY.find((one) => one === by);
  if (found !== undefined) return found;
  throw new Problem(
    'request-invalid',
    `by=${by} is there for one provider at a time. Over all of them take by=${BY.join(', by=')}.`,
  );
}

type OverallDay = Overall & { readonly day: string };

/** What of `loop` and `channel` nobody reported is `unknown`. Rows go by the day, or the largest first. */
export function overallRows(by: OverallDimension, days: readonly OverallDay[]): Row[] {
  const asDays = days.map(({ day, platforms }) => ({ day, rollups: platforms }));
  switch (by) {
    case 'day':
      return dayRows(asDays);
    case 'platform':
      return platformRows(asDays);
    case 'loop':
      return keyed(addOverall(days).loops);
    case 'channel':
      return keyed(addOverall(days).channels);
    default:
      return by satisfies never;
  }
}

/** Of all days and platforms. */
export function overallTotal(days: readonly OverallDay[]): Rollup {
  return overPlatforms(addOverall(days).platforms);
}

function keyed(rows: readonly DimensionRow[]): Row[] {
  const named = rows.map(({ value, rollup }) => ({ key: value ?? 'unknown', rollup }));
  return named.toSorted((a, b) => b.rollup.redeemedFen - a.rollup.redeemedFen);
}
