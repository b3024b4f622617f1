/** A platform's token, as an authorisation or the last renewal brought it. All of it is secret. */
export interface PlatformToken {
  readonly accessToken: string;
  /**
   * What the next one is requested with; perhaps it is good once only; null where the app's own secret is enough and
   * nothing can be lost.
   */
  readonly refreshToken: string | null;
  /** Epoch ms: from then on the next one is requested. */
  readonly renewAtMs: number;
  /** Epoch ms. */
  readonly expiresAtMs: number;
  /** Epoch ms: afterwards somebody must authorise again. Null where the platform does not say. */
  readonly refreshExpiresAtMs: number | null;
}

/**
 * Where a token stands. It is made of the registered secret that the token comes from, so what an operator
 * registers anew begins anew whatever is kept, and the same again goes on from what is kept.
 */
export interface TokenPlace {
  readonly integration: string;
  readonly appKey: string;
  /** Where at the platform it is good, so that no token of one address is sent to another. */
  readonly scope: string;
  /** The registered secret. Whoever keeps the token seals it with this. */
  readonly secret: string;
}

export interface KeptToken {
  /** Undefined while there was none yet: then only a lease stands here. */
  readonly token: PlatformToken | undefined;
  /** Counts the tokens that stood here. */
  readonly version: number;
  /** Epoch ms: until then a worker renews it; 0 when none does. Where it is past, that worker never noted its end. */
  readonly leasedUntilMs: number;
  /** Whether a renewal of this very token was begun before, and nobody knows what came of it. */
  readonly isInDoubt: boolean;
}

/** One worker's right to renew. */
export interface Lease {
  readonly holder: string;
  /** Epoch ms. */
  readonly untilMs: number;
}

/** Where tokens outlive a worker. They are secrets: whoever keeps them keeps them so. */
export interface TokenStore {
  read(place: TokenPlace): Promise<KeptToken | undefined>;
  /**
   * Takes the right to renew while `before` stands and no lease of it runs.
   * @returns false when another worker was faster
   */
  lease(
    place: TokenPlace,
    before: KeptToken | undefined,
    lease: Lease,
    nowMs: number,
  ): Promise<boolean>;
  /** Ends a lease whose renewal brought nothing and lost nothing. */
  giveBack(place: TokenPlace, lease: Lease): Promise<void>;
  /**
   * Keeps the next token, and ends its lease, while no newer one than `before` stands.
   * @returns false when another worker was faster: its token is the one that counts
   */
  write(place: TokenPlace, token: PlatformToken, before: KeptToken | undefined): Promise<boolean>;
}

/** What a lease over `before` says of it: one that ran out was never answered for. */
export function isInDoubt(before: KeptToken | undefined): boolean {
  return before !== undefined && (before.isInDoubt || before.leasedUntilMs > 0);
}

/** For one worker, and for tests: nothing outlives it. */
export class MemoryTokens implements TokenStore {
  private readonly kept = new Map<string, KeptToken & { readonly holder: string }>();

  async read(place: TokenPlace): Promise<KeptToken | undefined> {
    return this.kept.get(JSON.stringify(place));
  }

  async lease(
    place: TokenPlace,
    before: KeptToken | undefined,
    { holder, untilMs }: Lease,
    nowMs: number,
  ): Promise<boolean> {
    const standing = this.kept.get(JSON.stringify(place));
    if (standing?.version !== before?.version || (standing?.leasedUntilMs ?? 0) > nowMs) {
      return false;
    }
    this.kept.set(JSON.stringify(place), {
      ...{ token: standing?.token, version: standing?.version ?? 0, holder },
      ...{ leasedUntilMs: untilMs, isInDoubt: isInDoubt(before) },
    });
    return true;
  }

  async giveBack(place: TokenPlace, { holder }: Lease): Promise<void> {
    const standing = this.kept.get(JSON.stringify(place));
    if (standing?.holder !== holder) return;
    this.kept.set(JSON.stringify(place), { ...standing, leasedUntilMs: 0 });
  }

  async write(
    place: TokenPlace,
    token: PlatformToken,
    before: KeptToken | undefined,
  ): Promise<boolean> {
    const version = before?.version ?? 0;
    if ((this.kept.get(JSON.stringify(place))?.version ?? 0) !== version) return false;
    const next = { token, version: version + 1, leasedUntilMs: 0, isInDoubt: false, holder: '' };
    this.kept.set(JSON.stringify(place), next);
    return true;
  }
}
