import type { History } from './history.ts';

export const REDEMPTION_STATUSES = ['provisional', 'final', 'reversed', 'refunded'] as const;
export type RedemptionStatus = (typeof REDEMPTION_STATUSES)[number];

/**
 * What became of one redemption. `provisional` while the platform still lets it be reversed.
 * @returns undefined when the history has no such redemption, a better record took its place, or it is
 *   more than its voucher is worth and waits
 */
export function redemptionStatus(
  history: History,
  redemptionId: string,
  nowMs: number,
  reversalWindowMs: number,
): RedemptionStatus | undefined {
  const booked = history.booked.find(
    ({ event }) => event.kind === 'voucher.redeemed' && event.redemptionId === redemptionId,
  );
  if (booked === undefined || booked.isHeld) return undefined;
  const taken = (kind: string) =>
    booked.reversals.some((reversal) => reversal.kind === kind && reversal.paidFen === null);
  if (taken('supersession')) return undefined;
  if (taken('reversal')) return 'reversed';
  if (taken('refund')) return 'refunded';
  const age = nowMs - Date.parse(booked.event.occurredAt);
  return age < reversalWindowMs ? 'provisional' : 'final';
}
