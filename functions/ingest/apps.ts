import type { App } from '../../lib/integrations/kit/app.ts';
import { errorFields, type Log } from '../../lib/log/log.ts';

type FindApp = (integration: string, appKey: string) => Promise<App | undefined>;

/** Apps remembered for when the table is out of reach; more than any operator has. */
const MAX_REMEMBERED = 1_000;

/**
 * Looks an app up again after a few seconds, so that a revoked secret is refused that soon, and falls
 * back on what it last read while the table is out of reach, so that receiving does not depend on it.
 * @param freshMs how long what was read is not requested again; an app that was not there always is
 */
export function rememberingApps(
  find: FindApp,
  log: Log,
  freshMs = 0,
  now: () => number = Date.now,
): FindApp {
  const remembered = new Map<string, App>();
  const readAtMs = new Map<string, number>();
  return async (integration, appKey) => {
    const key = JSON.stringify([integration, appKey]);
    const known = remembered.get(key);
    if (known !== undefined && now() - (readAtMs.get(key) ?? 0) < freshMs) return known;
    try {
      const app = await find(integration, appKey);
      if (app === undefined) remembered.delete(key);
      else if (known !== undefined || remembered.size < MAX_REMEMBERED) {
        remembered.set(key, app);
        readAtMs.set(key, now());
      }
      return app;
    } catch (error) {
      if (known === undefined) throw error;
      log('warn', 'app-remembered', errorFields(error));
      return known;
    }
  };
}
