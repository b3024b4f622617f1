export const ENDPOINTS = [
  'client_token',
  'certificate.query',
  'verify_record.query',
  'order.query',
  'poi.query',
  'ledger.query',
  'certificate.prepare',
  'certificate.verify',
  'certificate.cancel',
  'refund.audit',
  'after_sale.audit',
] as const;
export type EndpointName = (typeof ENDPOINTS)[number];

export const FAULT_MODES = [
  'ok',
  'http429',
  'http500',
  /** A success that holds nothing. */
  'empty',
  /** The true answer, late. */
  'slow',
  /** HTTP 200 and half a JSON value. */
  'garbage',
  /** 2190004: the app has not been granted the capability. */
  'denied',
  /** Any number of the platform's tables: see `Fault.code`. */
  'code',
  /** It is done, and the answer is lost: HTTP 500. */
  'lost',
  /** It is done, and a number is answered all the same: see `Fault.code`. */
  'misled',
] as const;
export type FaultMode = (typeof FAULT_MODES)[number];

export interface Fault {
  readonly mode: FaultMode;
  /** With mode `code` or `misled`: the number that is answered in a HTTP 200; 2100004 by default. */
  readonly code?: number;
  /** Waits this long before it answers, whatever the mode. `slow` alone waits {@link SLOW_MS}. */
  readonly delayMs?: number;
  /** For how many calls; for good by default. */
  readonly times?: number;
}

export const SLOW_MS = 10_000;

/** How long a new act stays hidden from certificate/query: by time, by number of queries, or both. */
export interface Lag {
  readonly ms?: number;
  readonly queries?: number;
}

export interface FaultOptions {
  /** certificate/query names no store: `poi_id` is optional in the official types. */
  omitPoi: boolean;
  /** certificate/query leaves cancelled redemptions out: which of the two is true is not documented. */
  omitCancelled: boolean;
  lag: Lag;
}

/** What goes wrong, switched while the sandbox runs. */
export class Faults {
  readonly options: FaultOptions = { omitPoi: false, omitCancelled: false, lag: {} };
  /** How often each endpoint was called. */
  readonly calls = new Map<EndpointName, number>();
  readonly #faults = new Map<EndpointName, { fault: Fault; left: number }>();

  set(endpoint: EndpointName, fault: Fault): void {
    this.#faults.set(endpoint, { fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  /** Everything works again. */
  clear(): void {
    this.#faults.clear();
    Object.assign(this.options, { omitPoi: false, omitCancelled: false, lag: {} });
  }

  /** What this call meets; counts it, and counts it against `times`. */
  take(endpoint: EndpointName): Fault {
    this.calls.set(endpoint, (this.calls.get(endpoint) ?? 0) + 1);
    const entry = this.#faults.get(endpoint);
    if (!entry || entry.left <= 0) return { mode: 'ok' };
    entry.left -= 1;
    return entry.fault;
  }
}
