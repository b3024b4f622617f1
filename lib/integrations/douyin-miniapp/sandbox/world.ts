/** One sold piece in the fake platform. */
export interface Piece {
  readonly itemOrderId: string;
  readonly certificateId: string;
  readonly orderId: string;
  readonly outOrderNo: string;
  /** What the buyer shows. */
  readonly code: string;
  readonly priceFen: number;
  readonly creator?: { readonly douyinId: string; readonly contentId: string };
}

export interface Act {
  readonly verifyId: string;
  readonly itemOrderId: string;
  readonly atMs: number;
  /** As the caller stated it: JSON in a string. */
  readonly poiInfo: string;
  cancelledAtMs: number | null;
}

/** A redemption can be taken back for an hour. Source: fulfill-tool/coupon-verify-cancel. */
const REVERSAL_WINDOW_MS = 3_600_000;

/** What was sold and used: small, in memory, and by the given clock. */
export class World {
  readonly #pieces: Piece[] = [];
  readonly #acts: Act[] = [];
  /** What each idempotency token did. */
  readonly #byToken = new Map<string, readonly (Act | undefined)[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  sell(piece: Piece): void {
    this.#pieces.push(piece);
  }

  piecesOf(ref: { orderId?: string; outOrderNo?: string }): readonly Piece[] {
    return this.#pieces.filter(
      (piece) => piece.orderId === ref.orderId || piece.outOrderNo === ref.outOrderNo,
    );
  }

  /** The unused piece behind a code. */
  behind(code: string): Piece | undefined {
    return this.#pieces.find((piece) => piece.code === code && !this.isUsed(piece.itemOrderId));
  }

  isUsed(itemOrderId: string): boolean {
    return this.#acts.some((act) => act.itemOrderId === itemOrderId && act.cancelledAtMs === null);
  }

  /** Uses pieces once for each token. @returns undefined for a piece that is used already */
  use(
    token: string,
    itemOrderIds: readonly string[],
    poiInfo: string,
  ): readonly (Act | undefined)[] {
    const before = this.#byToken.get(token);
    if (before !== undefined) return before;
    const acts = itemOrderIds.map((itemOrderId): Act | undefined => {
      if (this.isUsed(itemOrderId)) return undefined;
      const verifyId = `v${this.#acts.length + 1}`;
      const act = { verifyId, itemOrderId, atMs: this.#now(), poiInfo, cancelledAtMs: null };
      this.#acts.push(act);
      return act;
    });
    this.#byToken.set(token, acts);
    return acts;
  }

  /** @returns whether it could be taken back */
  cancel(verifyId: string): boolean {
    const act = this.#acts.find((one) => one.verifyId === verifyId && one.cancelledAtMs === null);
    if (act === undefined || this.#now() - act.atMs > REVERSAL_WINDOW_MS) return false;
    act.cancelledAtMs = this.#now();
    return true;
  }

  acts(): readonly Act[] {
    return this.#acts;
  }
}
