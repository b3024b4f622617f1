import { describe, expect, test } from 'vitest';
import { readHistory } from '../../../lib/attribution/history.ts';
import type { Event, EventDraft } from '../../../lib/events/event.ts';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import {
  paymentBody,
  preCreateOrderBody,
  preCreateRefundBody,
  refundBody,
  settleBody,
} from '../../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import { streamsOf } from '../../../lib/store/streams.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { APP_ID, app, readText, stamped } from './support.ts';

/** What the messages of one order lead to, once the vouchers' and the order's histories are read. */

const AT = 1_795_281_241_000;
const ORDER = {
  appId: APP_ID,
  orderId: 'ots1',
  outOrderNo: 'S1',
  totalFen: 17_600,
  discountFen: 1_000,
  atMs: AT,
};
const ITEMS = ['ots1-1', 'ots1-2'].map((itemOrderId) => ({
  itemOrderId,
  skuId: '728',
  priceFen: 8_800,
}));
const REFUND = {
  appId: APP_ID,
  orderId: 'ots1',
  refundId: 'r1',
  items: [{ itemOrderId: 'ots1-1', refundFen: 8_300 }],
  atMs: AT + 60_000,
};

/** As the client tells it after our own call. */
const redeemed = (verifyId: string, minutes: number): EventDraft => ({
  kind: 'voucher.redeemed',
  eventId: `redeemed:${verifyId}`,
  merchantId: APP_ID,
  orderId: 'ots1',
  voucherId: 'ots1-1',
  occurredAt: toInstant(AT + minutes * 60_000),
  complete: true,
  redemptionId: verifyId,
  storeId: '66',
  amounts: {
    paidFen: 8_300,
    platformDiscountFen: 0,
    merchantDiscountFen: 0,
    paymentDiscountFen: 0,
    originalFen: 8_800,
  },
  sale: UNKNOWN_SALE,
});

function eventsOf(body: string, settings = {}): Event[] {
  const reading = readText(body, app(undefined, settings));
  if (reading.outcome !== 'events') throw new Error(`${reading.kind} is ${reading.outcome}`);
  return reading.events.map(stamped);
}

const historyOf = (of: 'voucher' | 'order', id: string, events: readonly Event[]) =>
  readHistory(
    events.filter((event) =>
      streamsOf(event).some((stream) => stream.of === of && stream.id === id),
    ),
  );

const reversals = (of: 'voucher' | 'order', id: string, events: readonly Event[]) =>
  historyOf(of, id, events).booked.map(({ event, reversals: taken }) => [
    event.eventId,
    taken.map(({ kind, paidFen }) => [kind, paidFen]),
  ]);

describe('a refund', () => {
  const paid = eventsOf(paymentBody(ORDER));

  test('before use takes its amount from the payment, and no redemption', () => {
    const events = [...paid, ...eventsOf(refundBody(REFUND))];
    expect(reversals('order', 'ots1', events)).toEqual([['paid:ots1', [['unused_refund', 8_300]]]]);
    expect(reversals('voucher', 'ots1-1', events)).toEqual([]);
  });

  test('after use takes back the redemption that stands, in whatever order they came', () => {
    const refund = eventsOf(refundBody(REFUND, { isAllSettled: true }));
    const use = stamped(redeemed('v1', 0.5));
    for (const events of [
      [...paid, use, ...refund],
      [...refund, use, ...paid],
    ]) {
      expect(reversals('voucher', 'ots1-1', events)).toEqual([['redeemed:v1', [['refund', null]]]]);
      expect(reversals('order', 'ots1', events)).toEqual([['paid:ots1', []]]);
    }
  });

  test('after use takes the use back whatever the settlement’s state', () => {
    for (const isAllSettled of [true, false]) {
      const refund = eventsOf(refundBody(REFUND, { isAllSettled }));
      const events = [...paid, stamped(redeemed('v1', 0.5)), ...refund];
      expect(reversals('voucher', 'ots1-1', events)).toEqual([['redeemed:v1', [['refund', null]]]]);
    }
  });

  test('of a part after use takes that part of the use back, settled or not', () => {
    for (const isAllSettled of [true, false]) {
      const items = [{ itemOrderId: 'ots1-1', refundFen: 3_000 }];
      const refund = eventsOf(refundBody({ ...REFUND, items }, { isAllSettled }));
      const events = [...paid, stamped(redeemed('v1', 0.5)), ...refund];
      expect(reversals('voucher', 'ots1-1', events)).toEqual([
        ['redeemed:v1', [['refund', 3_000]]],
      ]);
    }
  });

  test('does not take back a use that came after it, nor that of another piece', () => {
    const refund = eventsOf(refundBody(REFUND));
    const later = stamped(redeemed('v1', 5));
    const other = stamped({ ...redeemed('v2', 0.5), voucherId: 'ots1-2' } as EventDraft);
    const events = [...refund, later, other];
    expect(reversals('voucher', 'ots1-1', events)).toEqual([['redeemed:v1', []]]);
    expect(reversals('voucher', 'ots1-2', events)).toEqual([['redeemed:v2', []]]);
  });

  test('of a times card leaves its uses alone where the operator says that he sells such', () => {
    const refund = eventsOf(refundBody(REFUND), { refundTakesBack: 'nothing' });
    const events = [...paid, stamped(redeemed('v1', 0.5)), ...refund];
    expect(reversals('voucher', 'ots1-1', events)).toEqual([['redeemed:v1', []]]);
    expect(reversals('order', 'ots1', events)).toEqual([['paid:ots1', [['unused_refund', 8_300]]]]);
  });

  test('that is requested, or fails, moves nothing', () => {
    const events = [
      ...paid,
      stamped(redeemed('v1', 0.5)),
      ...eventsOf(preCreateRefundBody(REFUND)),
      ...eventsOf(refundBody(REFUND, { status: 'FAIL' })),
    ];
    expect(reversals('order', 'ots1', events)).toEqual([['paid:ots1', []]]);
    expect(reversals('voucher', 'ots1-1', events)).toEqual([['redeemed:v1', []]]);
  });
});

test('making, cancelling and settling an order book nothing', () => {
  const events = [
    ...eventsOf(preCreateOrderBody(ORDER, ITEMS)),
    ...eventsOf(paymentBody(ORDER, 'CANCEL')),
    ...eventsOf(
      settleBody({
        ...{ appId: APP_ID, orderId: 'ots1', settleId: 's1', atMs: AT },
        ...{ settledFen: 8_300, feeFen: 60, creatorFen: 0 },
      }),
    ),
  ];
  expect(historyOf('order', 'ots1', events)).toEqual({ booked: [], allReversals: [], waiting: [] });
});

test('a redemption whose worth nobody reports waits for it', () => {
  const untold = stamped({ ...redeemed('v1', 0.5), complete: false });
  expect(historyOf('voucher', 'ots1-1', [untold])).toMatchObject({
    booked: [],
    waiting: [{ eventId: 'redeemed:v1' }],
  });
});
