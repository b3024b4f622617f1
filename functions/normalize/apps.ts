import type { App } from '../../lib/integrations/kit/app.ts';
import { readApp } from '../../lib/store/accounts/parties.ts';
import type { Table } from '../../lib/store/table.ts';

/** Finds an app; undefined when none is registered by these names. */
export type AppOf = (integration: string, appKey: string) => Promise<App | undefined>;

/** Reads each app once: make a new one for each batch. */
export function appsOfBatch(table: Table): AppOf {
  const read = new Map<string, Promise<App | undefined>>();
  return (integration, appKey) => {
    const key = JSON.stringify([integration, appKey]);
    const app = read.get(key) ?? readApp(table, integration, appKey);
    read.set(key, app);
    return app;
  };
}
