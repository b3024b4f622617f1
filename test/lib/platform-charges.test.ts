import { describe, expect, test } from 'vitest';
import type { EventOf } from '../../lib/events/event.ts';
import { UNKNOWN_SALE } from '../../lib/events/sale.ts';
import { chargesIn, NO_CHARGES } from '../../lib/statements/platform-charges.ts';
import { minute, paid, redeemed } from './make.ts';

const use = redeemed('u1');

function billed(over: Partial<EventOf<'voucher.billed'>> = {}): EventOf<'voucher.billed'> {
  const { platform, loop, integration, appKey, merchantId, orderId, voucherId } = use;
  return {
    ...({ kind: 'voucher.billed', eventId: 'billed:l1', complete: true, source: 'bill' } as const),
    ...{ platform, loop, integration, appKey, merchantId, orderId, voucherId },
    ...{ deliveryId: null, occurredAt: use.occurredAt, recordedAt: minute(700), billId: 'l1' },
    ...{ redemptionId: 'u1', feeFen: 250, creatorFen: 500, providerFen: 800, payoutFen: 8_350 },
    ...over,
  };
}

function settled(over: Partial<EventOf<'settlement.posted'>> = {}): EventOf<'settlement.posted'> {
  const { voucherId: _v, billId: _b, redemptionId: _r, ...of } = billed();
  return {
    ...of,
    ...({ kind: 'settlement.posted', eventId: 'settled:s1', voucherId: null } as const),
    ...{ source: 'webhook', settlementId: 's1', settledFen: 9_000, feeFen: 60, creatorFen: 495 },
    ...over,
  };
}

const created = (pieces: number): EventOf<'order.created'> => {
  const { kind: _kind, sale: _sale, storeId: _store, ...payment } = paid();
  const all = Array.from({ length: pieces }, (_, at) => ({ voucherId: `v${at}`, priceFen: 100 }));
  return { ...payment, kind: 'order.created', eventId: 'created:o1', pieces: all };
};

const bill = (fen: number) => ({ fen, source: 'bill' });

describe('what the platform charged of a use', () => {
  test('is what its bill says, with the bill as its source', () => {
    expect(chargesIn([use, billed()], [], 'u1')).toEqual({
      ...{ fee: bill(250), creator: bill(500), provider: bill(800) },
    });
  });

  test('is unknown where nothing was billed, and where the bill hides it: never 0', () => {
    expect(chargesIn([use], [], 'u1')).toEqual(NO_CHARGES);
    const hidden = billed({ feeFen: null, creatorFen: null, providerFen: null });
    expect(chargesIn([use, hidden], [], 'u1')).toEqual(NO_CHARGES);
  });

  test('is the latest report of each line, and the sum of its lines where all tell it', () => {
    const later = billed({ eventId: 'billed:l1~2', recordedAt: minute(900), feeFen: 100 });
    expect(chargesIn([later, billed()], [], 'u1').fee).toEqual(bill(100));
    const second = billed({ eventId: 'billed:l2', billId: 'l2', creatorFen: null, feeFen: 7 });
    expect(chargesIn([billed(), second], [], 'u1')).toEqual({
      ...{ fee: bill(257), creator: null, provider: bill(1_600) },
    });
  });

  test('is of its own use: those of a card’s other uses are not its', () => {
    const other = billed({ eventId: 'billed:l2', billId: 'l2', redemptionId: 'u2', feeFen: 7 });
    expect(chargesIn([billed(), other], [], 'u1').fee).toEqual(bill(250));
    expect(chargesIn([billed(), other], [], null).fee).toEqual(bill(257));
  });

  test('is the order’s settlement where the order is this one voucher, and unknown where it has several', () => {
    const told = { fee: { fen: 60, source: 'webhook' }, creator: { fen: 495, source: 'webhook' } };
    expect(chargesIn([use], [created(1), settled()], 'u1')).toEqual({ ...told, provider: null });
    expect(chargesIn([use], [created(2), settled()], 'u1')).toEqual(NO_CHARGES);
    expect(chargesIn([use], [settled()], 'u1')).toEqual(NO_CHARGES);
    const named = redeemed('u1', { voucherId: use.orderId });
    expect(chargesIn([named], [settled()], 'u1')).toEqual({ ...told, provider: null });
    const again = redeemed('u2', { voucherId: use.orderId });
    expect(chargesIn([named, again], [settled()], 'u1')).toEqual(NO_CHARGES);
  });

  test('is what the sale promised its creator where nothing was settled yet', () => {
    const sale = { ...UNKNOWN_SALE, cps: { kind: 'product' as const, amountFen: 321 } };
    const payment = paid({ sale, source: 'query' });
    const { creator } = chargesIn([use], [created(1), payment], 'u1');
    expect(creator).toEqual({ fen: 321, source: 'query' });
    expect(chargesIn([use], [created(1), payment, settled()], 'u1').creator?.fen).toBe(495);
  });
});
