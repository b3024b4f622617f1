import type { Log } from '../../lib/log/log.ts';
import { isLosing, type LossLimit, lossesOf } from '../../lib/reconciliation/losses.ts';
import type { Table } from '../../lib/store/table.ts';
import { addDays, businessDayAt } from '../../lib/time/shanghai.ts';

/** Named in the log in one run. */
const MAX_NAMED = 50;

export interface LosingDeps extends LossLimit {
  readonly table: Table;
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Counts the apps of which too many redemptions of yesterday reached us only by asking, as far as the day was checked.
 * The day before yesterday is past its checks, and yesterday is checked early in the morning.
 */
export async function countLosingApps(deps: LosingDeps): Promise<number> {
  const { table, now, log } = deps;
  const yesterday = addDays(businessDayAt(now()), -1);
  let losing = 0;
  const sum = { byWebhook: 0, byAsking: 0 };
  for (const loss of await lossesOf(table, yesterday)) {
    const { integration, appKey, businessDay, byWebhook, byAsking, lossBp } = loss;
    if (deps.notifies(integration)) {
      sum.byWebhook += byWebhook;
      sum.byAsking += byAsking;
    }
    if (!isLosing(loss, deps)) continue;
    losing += 1;
    const fields = { integration, appKey, day: businessDay, byWebhook, byAsking, lossBp };
    if (losing <= MAX_NAMED) log('warn', 'app-losing', fields);
  }
  // Said each time, because an alarm watches the number and must also see it fall.
  log('info', 'apps-losing', { losing, ...sum });
  return losing;
}
