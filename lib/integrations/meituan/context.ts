import type { App } from '../app.ts';
import type { ExchangeContext } from '../exchange.ts';

/** What a client needs to know: whose calls they are, and how to reach the platform. */
export type ClientContext = ExchangeContext & { readonly app: App };
