import type * as z from 'zod';
import type { Event, EventDraft, Loop, Platform } from '../events/event.ts';
import type { App, Secrets, Settings } from './app.ts';

/**
 * The one interface between Hexiao and a platform's dialect. An integration is one folder; nothing
 * outside `lib/integrations` knows a platform by name.
 */
export interface Integration {
  readonly name: string;
  readonly platform: Platform;
  readonly loop: Loop;
  /** How long the platform lets a redemption be reversed, in ms: until then it is provisional. */
  readonly reversalWindowMs: number;
  /** The named secrets of an app: each a string, or the live ones newest first. */
  readonly secrets: z.ZodType<Secrets>;
  readonly settings: z.ZodType<Settings>;

  /** Answers a platform's check of the URL. It may come unsigned, so it reads nothing and stores nothing. */
  handshake(request: SignedRequest): Answer | undefined;
  /** Over the raw bytes, in constant time, with every live secret. */
  verify(request: SignedRequest, secrets: Secrets): boolean;
  /** The bytes that the signature covers: the delivery's identity. */
  signedBytes(request: SignedRequest): Uint8Array;
  /** The platform's own words for "received". */
  acknowledge(request: SignedRequest): Answer;
  /** What a verified delivery says. Never throws: what it cannot read it says so. */
  read(body: Uint8Array): Reading;
  /** Asks the platform what a hint is about. Absent where no delivery is ever a hint. */
  resolve?(hints: readonly Hint[], context: ResolveContext): Promise<Resolution[]>;
}

/** An HTTP request before anyone understood it. Header names are lower-case. */
export interface SignedRequest {
  readonly headers: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a delivery turned out to say. */
export type Reading =
  | { readonly outcome: 'events'; readonly kind: string; readonly events: readonly EventDraft[] }
  | { readonly outcome: 'hint'; readonly kind: string; readonly hint: Hint }
  /** Known, and not about money: kept in the archive. */
  | { readonly outcome: 'kept'; readonly kind: string }
  /** A kind nobody here knows: parked until the adapter learns it. */
  | { readonly outcome: 'unknown'; readonly kind: string }
  /** A known kind in a shape nobody expected, or no single JSON value: quarantined. */
  | { readonly outcome: 'malformed'; readonly kind: string; readonly why: string };

/** A delivery that says that something changed, but not enough to book it. */
export interface Hint {
  readonly action: 'redeemed' | 'reversed' | 'refunded';
  readonly merchantId: string;
  readonly orderId: string;
  readonly voucherId: string;
  /** When the platform says it happened. */
  readonly occurredAt: string;
}

export interface ResolveContext {
  readonly app: App;
  readonly fetch: typeof globalThis.fetch;
  /** Epoch ms. */
  readonly now: () => number;
  /** How often this hint was asked about before, 0 at first. */
  readonly attempt: number;
  /** What is already known of a voucher. */
  readonly history: (voucherId: string) => Promise<readonly Event[]>;
  /** The merchant's stores that are already known. */
  readonly stores: (merchantId: string) => Promise<readonly KnownStore[]>;
}

export interface KnownStore {
  readonly storeId: string;
  /** Null until the platform or the operator named it. */
  readonly name: string | null;
}

/** What became of one hint. */
export type Resolution =
  | {
      readonly outcome: 'resolved';
      readonly events: readonly EventDraft[];
      readonly stores: readonly (KnownStore & { readonly merchantId: string })[];
    }
  /** Ask again later; `retryAfterMs` when the platform or our own limit said when. */
  | { readonly outcome: 'wait'; readonly why: string; readonly retryAfterMs?: number }
  /** The platform answered, and what it says contradicts the hint for good: parked. */
  | { readonly outcome: 'contradicted'; readonly why: string };
