import { refusal } from './exchange.ts';

/** A merchant's token, as its authorisation or the last renewal brought it. */
export interface StoredToken {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Epoch ms. */
  readonly expiresAtMs: number;
  /** Epoch ms: afterwards the merchant must authorise again. Null where the platform does not say. */
  readonly refreshExpiresAtMs: number | null;
}

/** Where tokens outlive a worker. They are secrets: whoever keeps them keeps them so. */
export interface TokenStore {
  read(key: string): Promise<StoredToken | undefined>;
  /**
   * One conditional put: only while `before` stands, undefined for nothing.
   * @returns false when another worker was faster: its token is the one that counts
   */
  write(key: string, token: StoredToken, before: StoredToken | undefined): Promise<boolean>;
}

/** For one worker, and for tests: nothing outlives it. */
export class MemoryTokens implements TokenStore {
  private readonly tokens = new Map<string, StoredToken>();

  async read(key: string): Promise<StoredToken | undefined> {
    return this.tokens.get(key);
  }

  async write(key: string, token: StoredToken, before: StoredToken | undefined): Promise<boolean> {
    if (this.tokens.get(key)?.accessToken !== before?.accessToken) return false;
    this.tokens.set(key, token);
    return true;
  }
}

/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MS = 300_000;

/**
 * The token that stands, renewed when it is about to end. Of workers that renew at once, all take the
 * one that was written.
 * @param renew asks the platform for the next token
 * @throws PlatformError where nobody authorised, or so long ago that it cannot be renewed
 */
export async function liveToken(
  store: TokenStore,
  key: string,
  {
    nowMs,
    renew,
  }: { readonly nowMs: number; readonly renew: (refreshToken: string) => Promise<StoredToken> },
): Promise<string> {
  const standing = await store.read(key);
  if (standing === undefined) throw refusal('no token is kept: the merchant must authorise first');
  if (standing.expiresAtMs - MARGIN_MS > nowMs) return standing.accessToken;
  if (standing.refreshExpiresAtMs !== null && standing.refreshExpiresAtMs <= nowMs) {
    throw refusal('the authorisation ended: the merchant must authorise again');
  }
  let next: StoredToken;
  try {
    next = await renew(standing.refreshToken);
  } catch (error) {
    // A refresh token may be good once: then another worker's renewal made ours fail.
    const other = await store.read(key);
    if (other === undefined || other.accessToken === standing.accessToken) throw error;
    return other.accessToken;
  }
  if (await store.write(key, next, standing)) return next.accessToken;
  return (await store.read(key))?.accessToken ?? next.accessToken;
}
