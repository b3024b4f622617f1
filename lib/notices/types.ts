/** What a provider can be told of. A type's shape only ever gets more fields; another shape is another type. */
export const NOTICE_TYPES = [
  'entry.booked',
  'entry.reversed',
  'voucher.redeemed',
  'voucher.reversed',
] as const;
export type NoticeType = (typeof NOTICE_TYPES)[number];

/** What the button of an endpoint sends; nobody subscribes to it. */
export const TEST_TYPE = 'endpoint.test';
