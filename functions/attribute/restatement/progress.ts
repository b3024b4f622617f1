import type { Entry } from '../../../lib/ledger/entry.ts';
import type { StoreHour } from '../../../lib/rollups/store-day.ts';
import {
  type Difference,
  type Job,
  MOST_STORES_OF_RUN,
} from '../../../lib/store/ledger/restatements.ts';

/** What looking at one entry came to. */
export interface LedgerFinding {
  readonly touched: readonly StoreHour[];
  /** 1 where the entry stands for its fact, so that each fact is counted once. */
  readonly facts: number;
  readonly changed: number;
  /** 1 for a provider's day or a statement that was added up. */
  readonly totals: number;
  readonly providers: Job['providers'];
  readonly differences: readonly Difference[];
  /** What a rebuild books. */
  readonly missing: readonly Entry[];
}

export const NOTHING_FOUND: LedgerFinding = {
  ...{ touched: [], facts: 0, changed: 0, totals: 0, providers: {}, differences: [] },
  missing: [],
};

/** The whole list could outgrow its item; what is beyond is counted. */
const MAX_DIFFERENCES = 100;

/** A run with what a piece of its work found. */
export function addFindings(job: Job, found: readonly LedgerFinding[]): Job {
  const differences = found.flatMap((one) => one.differences);
  const { progress } = job;
  return {
    ...job,
    progress: {
      ...progress,
      entriesRead: progress.entriesRead + found.filter(({ totals }) => totals === 0).length,
      totals: found.reduce((sum, one) => sum + one.totals, progress.totals),
      facts: found.reduce((sum, one) => sum + one.facts, progress.facts),
      changed: found.reduce((sum, one) => sum + one.changed, progress.changed),
    },
    providers: found.reduce((sum, one) => addProviders(sum, one.providers), job.providers),
    differenceCount: job.differenceCount + differences.length,
    mendedCount: job.mendedCount + differences.filter(({ mended }) => mended).length,
    differences: [...job.differences, ...differences].slice(0, MAX_DIFFERENCES),
  };
}

type Sums = Job['providers'][string]['before'];

function addProviders(a: Job['providers'], b: Job['providers']): Job['providers'] {
  const sum = { ...a };
  for (const [providerId, one] of Object.entries(b)) {
    // Not what every object has: a provider may be called `constructor`.
    const own = Object.hasOwn(sum, providerId) ? sum[providerId] : undefined;
    const stores = [...new Set([...(own?.stores ?? []), ...one.stores])];
    sum[providerId] = {
      before: own === undefined ? one.before : add(own.before, one.before),
      after: own === undefined ? one.after : add(own.after, one.after),
      stores: stores.slice(0, MOST_STORES_OF_RUN),
      hasMoreStores: own?.hasMoreStores === true || stores.length > MOST_STORES_OF_RUN,
    };
  }
  return sum;
}

function add(a: Sums, b: Sums): Sums {
  return {
    paidFen: a.paidFen + b.paidFen,
    redeemedFen: a.redeemedFen + b.redeemedFen,
    commissionFen: a.commissionFen + b.commissionFen,
    entryCount: a.entryCount + b.entryCount,
  };
}
