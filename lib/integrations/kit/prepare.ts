import { PlatformError } from './platform-error.ts';
import type { TillContext } from './till.ts';

/**
 * What a guest's code stands for, before anything is redeemed (验券准备): the till shows it, and the clerk
 * chooses. Nothing is booked of it.
 */

/** What somebody at the till has before them: the digits that the guest shows, or what stands in the QR code. */
export type GuestCode = { readonly code: string } | { readonly encryptedData: string };

export interface PrepareCommand {
  readonly shown: GuestCode;
  readonly storeId: string;
}

/** What showing needs of a try at the till; it keeps nothing. */
export type PrepareContext = Pick<
  TillContext,
  | 'app'
  | 'fetch'
  | 'now'
  | 'tokens'
  | 'calls'
  | 'requests'
  | 'deadlineMs'
  | 'startedAtMs'
  | 'merchantOfStore'
>;

/** Why a voucher cannot be used now. */
export const UNUSABLE = ['used', 'refunding', 'refunded', 'expired', 'not-yet'] as const;
export type UnusableReason = (typeof UNUSABLE)[number];

export interface PreparedVoucher {
  /** As the redemption's answer and its events name it. */
  readonly voucherId: string;
  /** Null where the platform does not say. */
  readonly title: string | null;
  /** What it was sold for, whoever paid; of a card, all its uses. Fen, null where the platform does not say. */
  readonly worthFen: number | null;
  /** From 1: a card (次卡) has several. 0 of what cannot be used. */
  readonly usesLeft: number;
  /** Instant; null where the platform does not say. */
  readonly usableUntil: string | null;
  /** Null: it can be used. */
  readonly unusable: UnusableReason | null;
}

export type Preparation =
  | { readonly outcome: 'shown'; readonly vouchers: readonly PreparedVoucher[] }
  /** The platform says no, or what was given is nothing of its own. */
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'unavailable'; readonly why: string; readonly retryAfterMs?: number };

/** Runs one look and says what became of it. Asking again is harmless. */
export async function preparationOf(
  look: () => Promise<readonly PreparedVoucher[]>,
): Promise<Preparation> {
  try {
    return { outcome: 'shown', vouchers: await look() };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const { message: why, retryable, retryAfterMs } = error;
    if (!retryable) return { outcome: 'refused', why };
    return { outcome: 'unavailable', why, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

/** Whether it can be used at `nowMs`, as far as its days say. */
export function unusableByDays(
  { startsAt, endsAt }: { readonly startsAt: string | null; readonly endsAt: string | null },
  nowMs: number,
): UnusableReason | null {
  if (endsAt !== null && Date.parse(endsAt) <= nowMs) return 'expired';
  return startsAt !== null && Date.parse(startsAt) > nowMs ? 'not-yet' : null;
}
