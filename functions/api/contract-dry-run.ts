import { addDays, daysBetween } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { MAX_JOB_DAYS, startJob } from './jobs.ts';
import type { Recorded } from './standing-contracts.ts';

/** The dry run of a restatement that says what a contract would change: `GET /v1/restatements/{restatementId}`. */
export interface ContractDryRun {
  readonly restatementId: string;
  /** The days that it looks at: the latest 400 of those that the contract says something else about. */
  readonly from: string;
  readonly to: string;
}

const REASON = 'dry run of a contract';

/** @returns null when the contract is only about the future, or stands already: nothing booked would change */
export async function contractDryRun(
  { version, standing, affects }: Recorded,
  deps: ApiDeps,
): Promise<ContractDryRun | null> {
  if (standing || affects === null) return null;
  const { platform, merchantId } = version;
  const { to } = affects;
  const isLong = daysBetween(affects.from, to) > MAX_JOB_DAYS;
  const from = isLong ? addDays(to, 1 - MAX_JOB_DAYS) : affects.from;
  const job = await startJob(
    {
      ...{ does: 'restate', platform, merchantId, from, to, reason: REASON, dryRun: true },
      proposed: version,
    },
    deps,
  );
  return { restatementId: job.restatementId, from, to };
}
