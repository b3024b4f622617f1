import type { Log } from '../../lib/log/log.ts';
import { lossesOf } from '../../lib/reconciliation/losses.ts';
import type { Table } from '../../lib/store/table.ts';
import { addDays, businessDayAt } from '../../lib/time/shanghai.ts';

/** Named in the log in one run. */
const MAX_NAMED = 50;

/** A few redemptions say nothing about a share. */
const LEAST_ACTS = 20;

export interface LosingDeps {
  readonly table: Table;
  readonly now: () => number;
  readonly log: Log;
  /** The share of a day's redemptions, in 1/10000, that no webhook may have brought at most. */
  readonly lossAlarmBp: number;
  /** Whether a platform notifies redemptions at all: what it never sends is not lost. */
  readonly notifies: (integration: string) => boolean;
}

/**
 * Counts the apps of which too many redemptions of yesterday reached us only by asking, as far as the day was checked.
 * The day before yesterday is past its checks, and yesterday is checked early in the morning.
 */
export async function countLosingApps(deps: LosingDeps): Promise<number> {
  const { table, now, log, lossAlarmBp, notifies } = deps;
  const yesterday = addDays(businessDayAt(now()), -1);
  let losing = 0;
  for (const { integration, appKey, businessDay, byWebhook, byAsking, lossBp } of await lossesOf(
    table,
    yesterday,
  )) {
    const isFew = byWebhook + byAsking < LEAST_ACTS;
    if (isFew || lossBp <= lossAlarmBp || !notifies(integration)) continue;
    losing += 1;
    const fields = { integration, appKey, day: businessDay, byWebhook, byAsking, lossBp };
    if (losing <= MAX_NAMED) log('warn', 'app-losing', fields);
  }
  // Said each time, because an alarm watches the number and must also see it fall.
  log('info', 'apps-losing', { losing });
  return losing;
}
