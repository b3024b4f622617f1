import type { Log } from '../../lib/log/log.ts';
import { readRegistered } from '../../lib/store/accounts/apps.ts';
import { heardApps } from '../../lib/store/accounts/heard.ts';
import type { Table } from '../../lib/store/table.ts';

/** An app is reported as silent for this long, so that one that stays silent does not cover the next. */
const TOLD_FOR_MINUTES = 24 * 60;

/** Named in the log in one run. More at once are one cause, and the count says how many. */
const MAX_NAMED = 50;

export interface SilentDeps {
  readonly table: Table;
  readonly now: () => number;
  readonly log: Log;
  /** Minutes without a delivery after which an app that had some is silent. */
  readonly silentAfterMinutes: number;
}

/**
 * Counts the apps that went silent: a secret was changed at the platform, a URL was taken out of its console, or
 * the platform gave up on us. Nothing else would show it, because what is not sent fails nowhere.
 * @returns how many went silent within the last day
 */
export async function countSilentApps(deps: SilentDeps): Promise<number> {
  const nowMs = deps.now();
  let silent = 0;
  for await (const { integration, appKey, heardAtMs } of heardApps(deps.table, nowMs)) {
    const minutes = Math.floor((nowMs - heardAtMs) / 60_000);
    const tooLong = minutes - deps.silentAfterMinutes;
    if (tooLong < 0 || tooLong >= TOLD_FOR_MINUTES) continue;
    const app = await readRegistered(deps.table, integration, appKey);
    if (app?.archivedAt !== undefined) continue;
    silent += 1;
    if (silent <= MAX_NAMED) deps.log('warn', 'app-silent', { integration, appKey, minutes });
  }
  // Said each time, because an alarm watches the number and must also see it fall.
  deps.log('info', 'apps-silent', { silent });
  return silent;
}
