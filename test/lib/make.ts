import { type ContractVersion, EVERYTHING } from '../../lib/attribution/contract.ts';
import type { Terms } from '../../lib/attribution/generations.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import type { Amounts, EventOf } from '../../lib/events/event.ts';
import { UNKNOWN_SALE } from '../../lib/events/sale.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { businessDayOf, toInstant } from '../../lib/time/shanghai.ts';

/** Facts for tests, each whole and valid; a test names only what it is about. */

/** 2025-10-09 16:53:20 in Shanghai. */
export const START_MS = 1_760_000_000_000;

/** An instant so many minutes after the start. */
export const minute = (minutes: number): string => toInstant(START_MS + minutes * 60_000);

const ORIGIN = {
  platform: 'douyin',
  loop: 'closed',
  integration: 'douyin-life',
  appKey: 'aw0000000000test',
  merchantId: '7300000000000000001',
  orderId: '1060000000000000001',
  complete: true,
  deliveryId: null,
  recordedAt: minute(600),
} as const;

export const amountsOf = (paidFen: number, platformDiscountFen = 0): Amounts => ({
  paidFen,
  platformDiscountFen,
  merchantDiscountFen: 0,
  paymentDiscountFen: 0,
  originalFen: paidFen + platformDiscountFen,
});

export function redeemed(
  redemptionId: string,
  over: Partial<EventOf<'voucher.redeemed'>> = {},
): EventOf<'voucher.redeemed'> {
  return {
    kind: 'voucher.redeemed',
    ...ORIGIN,
    eventId: `redeemed:${redemptionId}`,
    voucherId: '7400000000000000001',
    occurredAt: minute(0),
    redemptionId,
    storeId: '6600000000000000001',
    amounts: amountsOf(9_900),
    sale: { ...UNKNOWN_SALE, channel: 'live', channelRaw: '直播' },
    ...over,
  };
}

export function reversed(
  redemptionId: string | null,
  over: Partial<EventOf<'voucher.redemption_reversed'>> = {},
): EventOf<'voucher.redemption_reversed'> {
  return {
    kind: 'voucher.redemption_reversed',
    ...ORIGIN,
    eventId: `reversed:${redemptionId ?? 'unnamed'}`,
    voucherId: '7400000000000000001',
    occurredAt: minute(30),
    redemptionId,
    ...over,
  };
}

export function refunded(
  over: Partial<EventOf<'voucher.refunded'>> = {},
): EventOf<'voucher.refunded'> {
  return {
    kind: 'voucher.refunded',
    ...ORIGIN,
    eventId: 'refunded:7400000000000000001',
    voucherId: '7400000000000000001',
    occurredAt: minute(1_500),
    refundedFen: null,
    takesBack: null,
    unusedFen: null,
    ...over,
  };
}

export function paid(over: Partial<EventOf<'order.paid'>> = {}): EventOf<'order.paid'> {
  return {
    kind: 'order.paid',
    ...ORIGIN,
    eventId: 'paid:1060000000000000001',
    voucherId: null,
    occurredAt: minute(-60),
    amounts: amountsOf(9_900),
    storeId: null,
    sale: UNKNOWN_SALE,
    ...over,
  };
}

export function contract(version: number, over: Partial<ContractVersion> = {}): ContractVersion {
  return {
    contractId: `contract-${version}`,
    version,
    providerId: `provider-${version}`,
    platform: 'douyin',
    merchantId: ORIGIN.merchantId,
    mode: 'agency',
    scope: EVERYTHING,
    shareBp: 10_000,
    commission: 'account',
    rateBp: 800,
    productRates: {},
    tiers: null,
    startsAt: minute(-10_000),
    endsAt: null,
    cooperationId: null,
    recordedAt: minute(-10_000),
    recordedBy: 'operator',
    ...over,
  };
}

/** These contracts and the usual policy. */
export function knowing(contracts: readonly ContractVersion[]): Terms {
  return { contracts, policies: [], standard: DEFAULT_POLICY };
}

export function entry(over: Partial<Entry> = {}): Entry {
  const occurredAt = over.occurredAt ?? minute(0);
  return {
    entryId: 'redeemed:v1~contract-1',
    providerId: 'provider-1',
    platform: 'douyin',
    merchantId: ORIGIN.merchantId,
    storeId: '6600000000000000001',
    orderId: ORIGIN.orderId,
    voucherId: '7400000000000000001',
    redemptionId: 'v1',
    eventId: 'redeemed:v1',
    kind: 'redemption',
    occurredAt,
    businessDay: businessDayOf(occurredAt),
    count: 1,
    amountFen: 9_900,
    commissionFen: 792,
    paidFen: 9_900,
    contractId: 'contract-1',
    contractVersion: 1,
    reverses: null,
    reversesAt: null,
    corrects: null,
    restatementId: null,
    channel: 'live',
    productId: null,
    loop: 'closed',
    creatorId: null,
    cpsKind: null,
    buyer: null,
    complete: true,
    explanation: {
      rule: 'agency-contract',
      basis: 'paid+platform',
      basisFen: 9_900,
      shareBp: 10_000,
      rateBp: 800,
      candidates: 1,
      policy: 0,
    },
    ...over,
  };
}
