import { type Truth, truthOfVoucher } from '../../sandbox-kit/player.ts';
import type { Act, Piece } from './world.ts';

/** An order of the played mini-program. */
export interface Sold {
  readonly orderId: string;
  readonly paidFen: number;
  readonly pieces: readonly SoldPiece[];
  /** Shown at a till, and requested to be taken back: whatever that came to. */
  readonly shown: Set<string>;
  readonly takenBack: Set<string>;
  readonly refunded: Set<string>;
  /** Of pieces that were given back before the order was settled. */
  refundedFen: number;
  isSettled: boolean;
}

export type SoldPiece = Piece & { readonly paidFen: number };

/** Neither given back nor shown at a till, where it may be used at any moment. */
export function isOpen({ refunded, shown }: Sold, { itemOrderId }: Piece): boolean {
  return !refunded.has(itemOrderId) && !shown.has(itemOrderId);
}

/** Before use, what is open; after use, what was settled. */
export function refundableOf(order: Sold): readonly SoldPiece[] {
  const { pieces, refunded, isSettled } = order;
  return pieces.filter((piece) =>
    isSettled ? !refunded.has(piece.itemOrderId) : isOpen(order, piece),
  );
}

export function truthOfOrder({ orderId: id, paidFen, refundedFen }: Sold): Truth {
  const left = paidFen - refundedFen;
  const state = left === 0 ? 'refunded' : 'paid';
  return { id, state, paidFen: left, redeemedFen: 0, standing: [] };
}

/** Nothing for a piece that was never used: its order reports what became of it. */
export function truthOfPiece(order: Sold, piece: SoldPiece, acts: readonly Act[]): Truth[] {
  if (acts.length === 0) return [];
  const { itemOrderId: id, paidFen } = piece;
  const standing = acts.filter((act) => act.cancelledAtMs === null).map((act) => act.verifyId);
  const isRefunded = order.refunded.has(id);
  const redeemedFen = standing.length > 0 && !isRefunded ? paidFen : 0;
  return [truthOfVoucher({ id, standing, redeemedFen, isRefunded })];
}
