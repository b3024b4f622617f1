import type { EndpointName } from './faults.ts';

export type Limits = Readonly<Partial<Record<EndpointName, number>>>;

/** Calls a second. Sources: order.query/query (SLA 20), certificate.verifyrecord.query (SLA 100). */
export const DOCUMENTED_LIMITS: Limits = { 'order.query': 20, 'verify_record.query': 100 };

/** Counts the calls of each endpoint in each whole second of the clock. */
export class RateLimiter {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #windows = new Map<EndpointName, { second: number; calls: number }>();

  constructor(limits: Limits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Counts this call; false when it is one too many. */
  allows(endpoint: EndpointName): boolean {
    const second = Math.floor(this.#now() / 1000);
    const open = this.#windows.get(endpoint);
    const window = open?.second === second ? open : { second, calls: 0 };
    window.calls += 1;
    this.#windows.set(endpoint, window);
    return window.calls <= (this.#limits[endpoint] ?? Number.POSITIVE_INFINITY);
  }
}
