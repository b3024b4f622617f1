import type { App } from '../../lib/integrations/kit/app.ts';
import { readApp } from '../../lib/store/accounts/parties.ts';
import type { Table } from '../../lib/store/table.ts';

/**
 * Finds an app; undefined when none is registered by these names.
 * @param isAnew not as it was remembered from an earlier batch
 */
export type AppOf = (
  integration: string,
  appKey: string,
  isAnew?: boolean,
) => Promise<App | undefined>;

/** Apps remembered; more than any operator has. */
const MAX_REMEMBERED = 1_000;

/**
 * The apps that a worker read lately. What changes of an app holds this much later here, as it does in `ingest`:
 * a secret that was taken away, a setting.
 */
export class RememberedApps {
  private readonly freshMs: number;
  private readonly now: () => number;
  private readonly known = new Map<string, { app: App; readAtMs: number }>();

  /** @param freshMs how long what was read is not read again; an app that was not there always is */
  constructor(freshMs: number, now: () => number) {
    this.freshMs = freshMs;
    this.now = now;
  }

  get(key: string): App | undefined {
    const known = this.known.get(key);
    return known !== undefined && this.now() - known.readAtMs < this.freshMs
      ? known.app
      : undefined;
  }

  /** @param readAtMs when the reading began */
  set(key: string, app: App | undefined, readAtMs: number): void {
    this.known.delete(key);
    if (app === undefined) return;
    if (this.known.size >= MAX_REMEMBERED) this.known.clear();
    this.known.set(key, { app, readAtMs });
  }
}

/** Reads each app once: make a new one for each batch. @param remembered of the batches before */
export function appsOfBatch(table: Table, remembered?: RememberedApps, now = Date.now): AppOf {
  const read = new Map<string, Promise<App | undefined>>();
  const find = async (key: string, integration: string, appKey: string, isAnew: boolean) => {
    const known = isAnew ? undefined : remembered?.get(key);
    if (known !== undefined) return known;
    const readAtMs = now();
    const app = await readApp(table, integration, appKey);
    remembered?.set(key, app, readAtMs);
    return app;
  };
  return (integration, appKey, isAnew = false) => {
    const key = JSON.stringify([integration, appKey]);
    // Without a memory, what the batch read is as new as it can be.
    const once = JSON.stringify([key, isAnew && remembered !== undefined]);
    const app = read.get(once) ?? find(key, integration, appKey, isAnew);
    read.set(once, app);
    return app;
  };
}
