import type { Platform } from '../../events/event.ts';

/**
 * What every sandbox is to whoever plays it: the tests, the demo, and people with the command line.
 * No deployed function imports this.
 */

/** A number in [0, 1). `Math.random` fits; a seeded one makes a run repeatable. */
export type Random = () => number;

/** The same seed gives the same numbers (mulberry32). Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A platform that plays: what it does becomes requests to Hexiao, and it knows what is true. */
export interface Player {
  readonly integration: string;
  readonly platform: Platform;
  readonly appKey: string;
  /** As `PUT /v1/apps/{integration}/{appKey}` takes them now: of several live ones the newest first. */
  readonly secrets: Readonly<Record<string, string | readonly string[]>>;
  readonly settings: (apiBaseUrl: string) => Readonly<Record<string, unknown>>;
  readonly merchants: readonly PlayedMerchant[];
  /** The platform's own API, to be served or called in process. */
  readonly api: Api;
  /** One legal next act each; nothing where there is none, or where the platform sends no message. */
  sell(): Outgoing[];
  redeem(): Outgoing[];
  reverse(): Outgoing[];
  refund(): Outgoing[];
  /** What Hexiao must come to know, once everything arrived. */
  truth(): Truth[];
  /** How its platform may misbehave. Absent: as it is played here, it never does. */
  readonly faults?: Faults;
}

/** What whoever plays a platform switches. A kind that is on goes wrong at its first chance, then at half of them. */
export interface Faults {
  /** What goes wrong one way each: `busy 2100004`, `HTTP 500` … */
  readonly kinds: readonly string[];
  /** How often each kind went wrong so far; kinds that never did are absent. */
  readonly counts: ReadonlyMap<string, number>;
  /** The platform's own page that says so; `transport` where any connection may do it. @throws RangeError */
  sourceOf(kind: string): string;
  /**
   * A kind that changes `Player.secrets` does so once each time it is switched on: then the app has to be
   * registered again.
   * @throws RangeError
   */
  set(kind: string, isOn: boolean): void;
}

/** What a player is made of. It has no clock and no chance of its own. */
export interface PlayerOptions {
  readonly random: Random;
  /** Epoch ms. */
  readonly now: () => number;
  /** Fifteen digits, new at every call, that no earlier run used. */
  readonly nextId: () => string;
  readonly merchants: readonly [PlayedMerchant, ...PlayedMerchant[]];
}

export interface Api {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

export interface PlayedMerchant {
  readonly merchantId: string;
  readonly name: string;
  readonly stores: readonly {
    readonly storeId: string;
    readonly name: string;
    readonly city: string;
  }[];
  readonly products: readonly {
    readonly productId: string;
    readonly name: string;
    readonly priceFen: number;
    /** More than 1 for a times card (次卡). */
    readonly timesCount?: number;
  }[];
}

/**
 * One signed request, ready to be posted to `/{road}/{integration}/{appKey}{path}?{query}`; or on the
 * road `v1` what a till asks of `/v1{path}`, as the operator.
 */
export interface Outgoing {
  readonly road: 'webhooks' | 'spi' | 'v1';
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly retries: Retries;
  /** Whether the platform takes this answer for "received". */
  readonly isReceived: (status: number, body: string) => boolean;
}

/** How a platform repeats what was not received. */
export interface Retries {
  /** Before each repetition, in ms: their number is how often it tries again. */
  readonly delaysMs: readonly number[];
  /** False: the platform documents none, and this one is chosen. */
  readonly documented: boolean;
}

/**
 * A till's request to redeem or take back at the platform, repeated like a message until it is answered.
 * A refusal is an answer: some of what people try, a platform refuses.
 */
export function atTill(
  path: '/redemptions' | '/reversals',
  { integration, appKey }: Pick<Player, 'integration' | 'appKey'>,
  request: object,
): Outgoing {
  return {
    ...{ road: 'v1', path, query: '', retries: TILL_RETRIES },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ integration, appKey, ...request }),
    isReceived: (status) => status === 200 || status === 422,
  };
}

const TILL_RETRIES: Retries = { delaysMs: [1_000, 2_000, 4_000, 8_000], documented: false };

/** A platform's message to Hexiao, without headers and a query by default. */
export function atWebhook(
  body: string,
  sent: Pick<Outgoing, 'retries' | 'isReceived'> & Partial<Pick<Outgoing, 'headers' | 'query'>>,
): Outgoing {
  return { ...{ road: 'webhooks', path: '', query: '', headers: {} }, body, ...sent };
}

/** For platforms whose schedule nobody knows. */
export const CHOSEN_RETRIES: Retries = { delaysMs: [5_000, 5_000, 5_000], documented: false };

/**
 * What became of a voucher, or of an order that has none of its own.
 */
export interface Truth {
  /** As `GET /v1/vouchers/{platform}/{id}` finds it. */
  readonly id: string;
  readonly state: 'paid' | 'redeemed' | 'reversed' | 'refunded';
  /** Paid GMV in fen, net of refunds before use. */
  readonly paidFen: number;
  /** Redeemed GMV in fen, net of reversals and of refunds after use; 0 where nobody reports the worth. */
  readonly redeemedFen: number;
  /** The platform's ids of the redemptions that nobody reversed, sorted. */
  readonly standing: readonly string[];
}

/**
 * A voucher that was used at least once or given back: what was paid for it is its order's truth.
 * @param standing the redemptions that nobody reversed, in any order
 */
export function truthOfVoucher({
  id,
  standing,
  redeemedFen,
  isRefunded = false,
}: Pick<Truth, 'id' | 'standing' | 'redeemedFen'> & { readonly isRefunded?: boolean }): Truth {
  const state = isRefunded ? 'refunded' : standing.length > 0 ? 'redeemed' : 'reversed';
  return { id, state, paidFen: 0, redeemedFen, standing: [...standing].sort() };
}

/** @returns undefined from an empty list */
export function pick<T>(random: Random, from: readonly T[]): T | undefined {
  return from[Math.floor(random() * from.length)];
}

/** As {@link pick}, where the list cannot be empty. @throws RangeError */
export function pickOne<T>(random: Random, from: readonly T[]): T {
  const picked = pick(random, from);
  if (picked === undefined) throw new RangeError('nothing to pick from');
  return picked;
}

/** The next thing that happens: mostly sales and redemptions, as in life. */
export function act(player: Player, random: Random): Outgoing[] {
  const chance = random();
  if (chance < 0.4) return player.sell();
  if (chance < 0.8) return player.redeem();
  if (chance < 0.9) return player.reverse();
  return player.refund();
}

/** Fifteen digits from the time a run began and a count: below 2^53, for platforms that send numbers. */
export function idsSince(startedAtMs: number): () => string {
  const run = String(startedAtMs % 1_000_000_000).padStart(9, '1');
  let count = 0;
  return () => {
    count += 1;
    return `${run}${String(count).padStart(6, '0')}`;
  };
}
