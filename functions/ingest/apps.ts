import type { App } from '../../lib/integrations/app.ts';
import { errorFields, type Log } from '../../lib/log/log.ts';

type FindApp = (integration: string, appKey: string) => Promise<App | undefined>;

/** Apps remembered for when the table is out of reach; more than any operator has. */
const MAX_REMEMBERED = 1_000;

/**
 * Looks an app up each time, so that a revoked secret is refused at once, and falls back on what it
 * last read while the table is out of reach, so that receiving does not depend on it.
 */
export function rememberingApps(find: FindApp, log: Log): FindApp {
  const remembered = new Map<string, App>();
  return async (integration, appKey) => {
    const key = JSON.stringify([integration, appKey]);
    try {
      const app = await find(integration, appKey);
      if (app === undefined) remembered.delete(key);
      else if (remembered.has(key) || remembered.size < MAX_REMEMBERED) remembered.set(key, app);
      return app;
    } catch (error) {
      const app = remembered.get(key);
      if (app === undefined) throw error;
      log('warn', 'app-remembered', errorFields(error));
      return app;
    }
  };
}
