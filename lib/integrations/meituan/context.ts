import type { App } from '../kit/app.ts';
import { baseOf, type ExchangeContext, refusal } from '../kit/http.ts';
import type { LiveTokens } from '../kit/live-tokens.ts';
import { type MeituanSettings, settingsOf } from './settings.ts';

const DEFAULT_API = 'https://api-open-cater.meituan.com';

/** A store that gave us its token. */
export interface AuthorizedStore {
  readonly appAuthToken: string;
  /** What its events are booked under: `opBizCode` or `ePoiId`. */
  readonly storeId: string | null;
}

/** What a client needs to know: whose calls they are, and how to reach the platform. */
export type ClientContext = ExchangeContext & {
  readonly app: App;
  /** The stores' tokens that all workers share; this worker's memory when absent. */
  readonly tokens?: LiveTokens;
};

/** @throws PlatformError where the app's settings were never checked and do not fit */
export function settingsFor({ app }: { readonly app: App }): MeituanSettings {
  const settings = settingsOf(app);
  if (settings === undefined) throw refusal('the app’s settings do not fit');
  return settings;
}

export function meituanBaseOf({ apiBaseUrl }: MeituanSettings): string {
  return baseOf(apiBaseUrl, DEFAULT_API);
}
