import type { Event } from '../events/event.ts';
import { type History, readHistory } from './history.ts';

export type VoucherState = 'unknown' | 'unused' | 'redeemed' | 'refunded';

/**
 * What became of a voucher, by its events. A times card is `redeemed` from its first use on. In doubt
 * a voucher is `redeemed`: a notice of a redemption counts before its amounts are known, and one that
 * an unnamed reversal might take back counts too, unless it is the only one it can mean.
 */
export function voucherState(events: readonly Event[]): VoucherState {
  if (events.length === 0) return 'unknown';
  if (events.some((event) => event.kind === 'voucher.refunded')) return 'refunded';
  const history = readHistory(events);
  return isRedeemed(history) ? 'redeemed' : 'unused';
}

function isRedeemed({ booked, waiting }: History): boolean {
  const stands = booked.some(
    ({ event, reversals }) => event.kind === 'voucher.redeemed' && reversals.length === 0,
  );
  if (stands) return true;
  // Redemptions whose amounts are still to come: no reversal finds them among the booked ones.
  const noticed = waiting.filter((event) => event.kind === 'voucher.redeemed');
  const reversals = waiting.filter((event) => event.kind === 'voucher.redemption_reversed');
  const left = noticed.filter(
    ({ redemptionId }) => !reversals.some((reversal) => reversal.redemptionId === redemptionId),
  );
  const [only, ...more] = left;
  if (only === undefined) return false;
  const isCorrected = reversals.some(
    ({ redemptionId, occurredAt }) =>
      redemptionId === null && Date.parse(occurredAt) >= Date.parse(only.occurredAt),
  );
  return more.length > 0 || !isCorrected;
}
