import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorFields, type Log, silent } from '../../log/log.ts';
import { refusal } from './http.ts';
import { PlatformError } from './platform-error.ts';
import {
  isInDoubt,
  type KeptToken,
  type Lease,
  MemoryTokens,
  type PlatformToken,
  type TokenPlace,
  type TokenStore,
} from './token-store.ts';

/** Longer than one call to a platform (2.5 s) and the write of its answer, with their repetitions. */
export const LEASE_MS = 10_000;

/** How often another worker's renewal is looked for, and how far apart: 3 s in all. */
const LOOKS = 20;
const LOOK_MS = 150;

/** With less time left a renewal is not begun: cut short, its answer would be lost. */
const RENEWAL_MS = 3_000;

/** How long a token that could not be renewed, and has not ended, is used before the next try. */
const BACKOFF_MS = 10_000;

/** More than any operator has apps. */
const MAX_KNOWN = 1_000;

export interface Renewal {
  /** Epoch ms. */
  readonly now: () => number;
  /** Epoch ms: when whoever asks must be done; never when absent. */
  readonly deadlineMs?: number | undefined;
  /** What the first token is requested with; null: the app's own secret is enough. */
  readonly first: string | null;
  /** A token that the platform takes no more, though it has not ended. */
  readonly refused?: string | undefined;
  /** Asks the platform for the next token. @throws PlatformError, not retryable only when it answered */
  readonly renew: (refreshToken: string | null) => Promise<PlatformToken>;
}

/**
 * One worker's way to the platforms' tokens. What it took stays in its memory until it is to be renewed, and of
 * all workers one renews: it takes a lease in the store, the others wait for what it writes, or go on with
 * a token that has not ended. A lease runs out, so a worker that dies with it holds the others up no longer.
 */
export class LiveTokens {
  private readonly store: TokenStore;
  private readonly log: Log;
  private readonly wait: (ms: number) => Promise<unknown>;
  private readonly known = new Map<string, { accessToken: string; untilMs: number }>();
  private readonly inFlight = new Map<string, Promise<string>>();
  /** Renewed, and not kept because the store failed: perhaps the only good token there is. */
  private readonly unkept = new Map<string, Unkept>();

  /** @param wait for another worker's renewal */
  constructor(
    store: TokenStore,
    log: Log = silent,
    wait: (ms: number) => Promise<unknown> = (ms) => sleep(ms),
  ) {
    this.store = store;
    this.log = log;
    this.wait = wait;
  }

  /**
   * The access token to call with.
   * @throws PlatformError when there is none: retryable while another worker renews it or the platform gave
   * no answer; not retryable when the platform takes the refresh token no more
   */
  async of(place: TokenPlace, how: Renewal): Promise<string> {
    const id = JSON.stringify(place);
    const known = this.known.get(id);
    if (known !== undefined && known.untilMs > how.now() && known.accessToken !== how.refused) {
      return known.accessToken;
    }
    // Calls come in batches; one of them looks for all.
    const same = JSON.stringify([id, how.refused]);
    const found =
      this.inFlight.get(same) ?? this.find(place, how).finally(() => this.inFlight.delete(same));
    this.inFlight.set(same, found);
    return found;
  }

  private async find(place: TokenPlace, how: Renewal): Promise<string> {
    const unkept = this.unkept.get(JSON.stringify(place));
    if (unkept !== undefined) await this.keep(place, how, unkept);
    let standing: KeptToken | undefined;
    for (let look = 0; look < LOOKS; look += 1) {
      if (look > 0) await this.wait(LOOK_MS);
      standing = await this.store.read(place);
      const token = standing?.token;
      if (token !== undefined && token.renewAtMs > how.now() && isTaken(token, how)) {
        return this.remember(place, token, token.renewAtMs);
      }
      const nowMs = how.now();
      if ((standing?.leasedUntilMs ?? 0) > nowMs) continue;
      if (hasEnded(token, nowMs)) {
        return this.goOn(place, how, standing, refusal(`the authorisation ended: ${AGAIN}`));
      }
      if (nowMs + RENEWAL_MS > (how.deadlineMs ?? Number.POSITIVE_INFINITY)) break;
      const lease = { holder: randomUUID(), untilMs: nowMs + LEASE_MS };
      if (await this.store.lease(place, standing, lease, nowMs)) {
        return this.renew(place, how, standing, lease);
      }
    }
    // Two that ask at once cost nothing where nothing is used up by it.
    if (how.first === null) return this.renew(place, how, standing, null);
    return this.goOn(place, how, standing, notYet(standing, how.now()));
  }

  private async renew(
    place: TokenPlace,
    how: Renewal,
    standing: KeptToken | undefined,
    lease: Lease | null,
  ): Promise<string> {
    const refreshToken = standing?.token?.refreshToken ?? how.first;
    let token: PlatformToken;
    try {
      token = await how.renew(refreshToken);
    } catch (error) {
      const isRefused = error instanceof PlatformError && !error.retryable;
      // Without an answer nobody knows whether the refresh token is used up: the lease stays and records the doubt.
      if (lease !== null && (isRefused || refreshToken === null)) {
        await this.store.giveBack(place, lease);
      }
      if (refreshToken === null) return this.goOn(place, how, standing, error);
      const reported = isRefused ? refusedFor(error, isInDoubt(standing)) : error;
      const what = isRefused ? 'token-renewal-refused' : 'token-renewal-unanswered';
      this.log('error', what, { integration: place.integration, ...errorFields(reported) });
      return this.goOn(place, how, standing, reported);
    }
    return this.keep(place, how, { token, before: standing });
  }

  /** Where another worker was faster, its token is the one that counts. */
  private async keep(place: TokenPlace, how: Renewal, { token, before }: Unkept): Promise<string> {
    const id = JSON.stringify(place);
    try {
      const isOurs = await this.store.write(place, token, before);
      this.unkept.delete(id);
      const counts = isOurs ? token : ((await this.store.read(place))?.token ?? token);
      return this.remember(place, counts, counts.renewAtMs);
    } catch (error) {
      this.unkept.set(id, { token, before });
      this.log('error', 'token-unkept', { integration: place.integration, ...errorFields(error) });
      return this.remember(place, token, how.now() + BACKOFF_MS);
    }
  }

  /** With the token that stands while it has not ended. @throws error when it has */
  private goOn(
    place: TokenPlace,
    how: Renewal,
    standing: KeptToken | undefined,
    error: unknown,
  ): string {
    const token = standing?.token;
    const nowMs = how.now();
    if (token === undefined || token.expiresAtMs <= nowMs || !isTaken(token, how)) throw error;
    return this.remember(place, token, Math.min(nowMs + BACKOFF_MS, token.expiresAtMs));
  }

  private remember(place: TokenPlace, { accessToken }: PlatformToken, untilMs: number): string {
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(JSON.stringify(place), { accessToken, untilMs });
    return accessToken;
  }
}

interface Unkept {
  readonly token: PlatformToken;
  readonly before: KeptToken | undefined;
}

/** Where no store is plugged in: this worker's memory. */
export const memoryTokens = new LiveTokens(new MemoryTokens());

const AGAIN =
  'the merchant must authorise again, and PUT /v1/apps be given the refresh token that this brings';

function isTaken({ accessToken }: PlatformToken, { refused }: Renewal): boolean {
  return accessToken !== refused;
}

function hasEnded(token: PlatformToken | undefined, nowMs: number): boolean {
  const endsAtMs = token?.refreshExpiresAtMs ?? null;
  return endsAtMs !== null && endsAtMs <= nowMs;
}

function notYet(standing: KeptToken | undefined, nowMs: number): PlatformError {
  const leftMs = (standing?.leasedUntilMs ?? 0) - nowMs;
  const why =
    leftMs > 0
      ? 'another worker renews the token, or got no answer to that'
      : 'there was no time left to renew the token';
  return new PlatformError(why, { retryable: true, retryAfterMs: Math.max(leftMs, LOOK_MS) });
}

/** What to do about a renewal that is refused. */
function refusedFor(error: PlatformError, isAfterLoss: boolean): PlatformError {
  const why = isAfterLoss
    ? 'the answer to an earlier renewal was lost, which may have used the refresh token up'
    : 'the platform refuses to renew the token';
  // Without the platform's code: it is no word about the act that a token was wanted for.
  return new PlatformError(`${error.message}; ${why}: unless the app’s secret is wrong, ${AGAIN}`, {
    retryable: false,
    cause: error,
  });
}
