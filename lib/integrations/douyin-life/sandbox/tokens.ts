import { timingSafeEqual } from 'node:crypto';
import { CODES } from './answers.ts';

/** The one before the newest lives five minutes longer. Source: preparation/client_token. */
const OVERLAP_MS = 5 * 60_000;

interface Token {
  readonly text: string;
  readonly expiresAtMs: number;
}

/**
 * Gives out client tokens by the documented rules: 2 h long, only the newest two are good, and the
 * older of them only for five minutes more. So an app that asks for a token in many places at once
 * locks itself out; `stable_client_token` gives everybody the same one.
 */
export class IssuedTokens {
  readonly #now: () => number;
  readonly #lifetimeMs: number;
  #live: Token[] = [];
  #count = 0;

  constructor(now: () => number, lifetimeMs = 2 * 3_600_000) {
    this.#now = now;
    this.#lifetimeMs = lifetimeMs;
  }

  /** Source: preparation/client_token. */
  issue(): { token: string; expiresInS: number } {
    const nowMs = this.#now();
    const token = {
      text: `clt.sandbox${String(++this.#count).padStart(24, '0')}`,
      expiresAtMs: nowMs + this.#lifetimeMs,
    };
    const [previous] = this.#live;
    this.#live = [token];
    if (previous) {
      const expiresAtMs = Math.min(previous.expiresAtMs, nowMs + OVERLAP_MS);
      this.#live.push({ text: previous.text, expiresAtMs });
    }
    return this.#given(token);
  }

  /** The newest again while it lasts. Source: account-permission/generate-stable-client-token. */
  issueStable(): { token: string; expiresInS: number } {
    const [newest] = this.#live;
    return newest && newest.expiresAtMs > this.#now() ? this.#given(newest) : this.issue();
  }

  /** The error code the platform gives to this token; null when it is good. */
  refusal(text: string | undefined): number | null {
    const known = this.#live.find((token) => token.text === text);
    if (!known) return CODES.tokenInvalid;
    return known.expiresAtMs > this.#now() ? null : CODES.tokenExpired;
  }

  /** From now on every token given out so far is answered 2190008. */
  expireAll(): void {
    this.#live = this.#live.map((token) => ({ ...token, expiresAtMs: this.#now() }));
  }

  /** From now on every token given out so far is answered 2190002. */
  revokeAll(): void {
    this.#live = [];
  }

  #given(token: Token): { token: string; expiresInS: number } {
    return {
      token: token.text,
      expiresInS: Math.floor((token.expiresAtMs - this.#now()) / 1000),
    };
  }
}

/** Compares in constant time, for users who read this as an example. */
export function sameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
