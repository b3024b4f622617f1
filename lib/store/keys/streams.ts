import type { Platform } from '../../events/event.ts';
import type { Stream } from '../streams.ts';
import { escapeId as e, type Key, ownOrAll, PREFIX } from './spelling.ts';

/** What happened to a voucher, an order or a merchant, and what was said of it. */
export const streamKeys = {
  event: (stream: Stream, eventId: string): Key => ({
    pk: streamPartition(stream),
    sk: `${PREFIX.event}${e(eventId)}`,
  }),

  /** An act of the till, beside its voucher's events, until they report it. */
  tillAct: (platform: Platform, voucherId: string, eventId: string): Key => ({
    pk: streamPartition({ of: 'voucher', platform, id: voucherId }),
    sk: `${PREFIX.tillAct}${e(eventId)}`,
  }),

  /** Which request of the till is using a voucher at this moment. */
  useClaim: (platform: Platform, voucherId: string): Key => ({
    pk: streamPartition({ of: 'voucher', platform, id: voucherId }),
    sk: 'CLAIM',
  }),

  /** A voucher of the order of which a redemption was ever reported. */
  redeemedVoucher: (platform: Platform, orderId: string, voucherId: string): Key => ({
    pk: streamPartition({ of: 'order', platform, id: orderId }),
    sk: `${PREFIX.redeemedVoucher}${e(voucherId)}`,
  }),

  /** Which codes an order takes. */
  codeClaim: (platform: Platform, orderId: string): Key => ({
    pk: streamPartition({ of: 'order', platform, id: orderId }),
    sk: 'CODES',
  }),

  /** Stands once a restatement has attributed the voucher or order again. */
  restated: (stream: Stream, restatementId: string): Key => ({
    pk: streamPartition(stream),
    sk: `${PREFIX.restated}${restatementId}`,
  }),

  restatement: (restatementId: string): Key => ({ pk: 'RESTATEMENT', sk: restatementId }),

  /** What a provider says of a voucher, the first, the second … time. */
  dispute: (providerId: string, platform: string, voucherId: string, number: number): Key => ({
    pk: disputePartition(providerId, platform, voucherId),
    sk: String(number).padStart(6, '0'),
  }),

  /** The same in a list, by when it was raised: all of them, or those that are not over; null: everybody's. */
  listedDispute: (list: DisputeList, providerId: string | null, sk: string): Key => ({
    pk: disputesPartition(list, providerId),
    sk,
  }),
};

export function streamPartition({ of, platform, id }: Stream): string {
  return `${STREAM_PARTITIONS[of]}#${platform}#${e(id)}`;
}

const STREAM_PARTITIONS = { voucher: 'VOUCHER', order: 'ORDER', merchant: 'MERCHANT' } as const;

export const disputePartition = (providerId: string, platform: string, voucherId: string) =>
  `DISPUTE#${e(providerId)}#${platform}#${e(voucherId)}`;

export type DisputeList = 'all' | 'open';

// In full, as `workPartition`.
export const disputesPartition = (list: DisputeList, providerId: string | null) =>
  list === 'all' ? `DISPUTES#${ownOrAll(providerId)}` : `DISPUTES-OPEN#${ownOrAll(providerId)}`;
