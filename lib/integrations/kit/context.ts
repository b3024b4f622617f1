import type { Event, EventOf } from '../../events/event.ts';
import type { App } from './app.ts';
import type { CallBudget } from './call-budget.ts';
import type { LiveTokens } from './live-tokens.ts';
import type { PlatformRequests } from './platform-requests.ts';

export interface AuditContext {
  readonly app: App;
  readonly fetch: typeof globalThis.fetch;
  /** Epoch ms. */
  readonly now: () => number;
  /** The platforms' tokens that all workers share; this worker's memory when absent. */
  readonly tokens?: LiveTokens;
  /** The app's calls, which all workers share; this worker alone when absent. */
  readonly calls?: CallBudget;
  /** Where the platform's ids of the calls are noted; nowhere when absent. */
  readonly requests?: PlatformRequests | undefined;
}

export interface ResolveContext {
  readonly app: App;
  readonly fetch: typeof globalThis.fetch;
  /** Epoch ms. */
  readonly now: () => number;
  /** The platforms' tokens that all workers share; this worker's memory when absent. */
  readonly tokens?: LiveTokens;
  /** How often the platform answered about these hints without showing what they say; 0 at first. */
  readonly answers: number;
  /** Epoch ms: what is not answered by then is queried again later. */
  readonly deadlineMs: number;
  /** The app's calls, which all workers share; this worker alone when absent. */
  readonly calls?: CallBudget;
  /** Where the platform's ids of the calls are noted; nowhere when absent. */
  readonly requests?: PlatformRequests | undefined;
  /** What is already known of a voucher. */
  readonly history: (voucherId: string) => Promise<readonly Event[]>;
  /** The payment of an order, where we know it. */
  readonly payment: (orderId: string) => Promise<EventOf<'order.paid'> | undefined>;
  /**
   * An order's vouchers whose use or refund we know of, each once: for messages that name the order alone.
   * Uses are listed in the open loop, and of orders that we gave their codes; of other orders, refunds alone.
   */
  readonly vouchersOf: (orderId: string) => Promise<readonly string[]>;
  readonly isKnownStore: (storeId: string) => Promise<boolean>;
  /** The ids of the merchant's stores. */
  readonly storesOf: (merchantId: string) => Promise<readonly string[]>;
}
