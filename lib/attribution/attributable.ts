import type { EventOf } from '../events/event.ts';

/** The facts that open entries of their own; everything else reverses those entries. */
export type Attributable = EventOf<'voucher.redeemed'> | EventOf<'order.paid'>;
