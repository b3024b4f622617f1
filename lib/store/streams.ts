import type { Event, Platform } from '../events/event.ts';
import type { Entry } from '../ledger/entry.ts';

/** Whose history an event belongs to. */
export interface Stream<
  Of extends 'voucher' | 'order' | 'merchant' = 'voucher' | 'order' | 'merchant',
> {
  readonly of: Of;
  readonly platform: Platform;
  readonly id: string;
}

/** The histories that entries are booked from; a merchant's is only kept. */
export type BookedStream = Stream<'voucher' | 'order'>;

export function isBooked(stream: Stream): stream is BookedStream {
  return stream.of !== 'merchant';
}

/**
 * The histories that an event is part of. A refund takes back money that was redeemed, money that was
 * not, or both, so it is written to its voucher's and to its order's. Also one that takes nothing from
 * the payment: an earlier report of it, without the fact, may have been written there before.
 */
export function streamsOf(event: Event): Stream[] {
  const { platform } = event;
  if (event.orderId === null) return [{ of: 'merchant', platform, id: event.merchantId }];
  const order: Stream = { of: 'order', platform, id: event.orderId };
  if (event.voucherId === null) return [order];
  const voucher: Stream = { of: 'voucher', platform, id: event.voucherId };
  return event.kind === 'voucher.refunded' ? [voucher, order] : [voucher];
}

/** Whose events an entry was booked from. */
export function streamOf({ kind, platform, orderId, voucherId }: Entry): BookedStream {
  const isOrders = kind === 'payment' || kind === 'unused_refund' || voucherId === null;
  if (isOrders) return { of: 'order', platform, id: orderId };
  return { of: 'voucher', platform, id: voucherId };
}
