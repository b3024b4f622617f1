import { describe, expect, test } from 'vitest';
import type { Event } from '../../../lib/events/event.ts';
import type { ResolveContext } from '../../../lib/integrations/kit/integration.ts';
import { amountsOf, paid } from '../../lib/make.ts';
import {
  CERTIFICATES,
  eventOf,
  hint,
  kindsOf,
  ORDER,
  ORDERS,
  order,
  platform,
  TOKEN,
  used,
} from './platform.ts';

const sku = { sku_id: '1805000000000001', groupon_type: 1 };
const sale = { ...paid().sale, buyer: 'hash-of-the-buyer' };
const payment = paid({ orderId: ORDER, eventId: `paid:${ORDER}`, amounts: amountsOf(9_900), sale });

/** @param found what the platform answers of the order's vouchers */
function withSetting(
  over: Partial<ResolveContext> = {},
  found: readonly object[] = [used({ sku })],
  orderQuery: 'always' | 'unpaid' = 'unpaid',
) {
  const asked = platform(
    { [CERTIFICATES]: () => ({ certificates: found }), [ORDERS]: () => ({ orders: [order()] }) },
    { payment: async () => payment, ...over },
  );
  Object.assign(asked.context.app.settings, { orderQuery });
  return asked;
}

describe('a use of a voucher whose payment is known, with `orderQuery: unpaid`', () => {
  test('is booked without a query of the order, with its product, its worth and the payment’s buyer', async () => {
    const { one, calls } = withSetting();
    const resolution = await one(hint('redeemed', 0));
    expect(resolution.outcome).toBe('resolved');
    expect(calls.map((call) => call.path)).toEqual([TOKEN, CERTIFICATES]);
    expect(kindsOf(resolution)).toEqual(['voucher.redeemed']);
    expect(eventOf(resolution, 'voucher.redeemed')).toMatchObject({
      complete: true,
      worthFen: 10_900,
      sale: { productId: sku.sku_id, channel: 'unknown', creatorId: null, buyer: sale.buyer },
    });
  });

  const doubts: readonly (readonly [string, () => ReturnType<typeof withSetting>])[] = [
    ['no payment is known', () => withSetting({ payment: async () => undefined })],
    [
      'the payment is not whole',
      () => withSetting({ payment: async () => ({ ...payment, complete: false }) }),
    ],
    ['the use was looked for before', () => withSetting({ answers: 1 })],
    ['the kind of the voucher is not reported', () => withSetting({}, [used()])],
    ['the voucher is a card', () => withSetting({}, [used({ sku: { ...sku, groupon_type: 3 } })])],
    ['the product is not reported', () => withSetting({}, [used({ sku: { groupon_type: 1 } })])],
    ['the amount is not reported', () => withSetting({}, [used({ sku, amount: null })])],
    [
      'another voucher of the order was refunded',
      () =>
        withSetting({}, [
          used({ sku }),
          { ...used({ sku }), certificate_id: '7400000000000000002', status: 4 },
        ]),
    ],
    ['the setting is not there', () => withSetting({}, [used({ sku })], 'always')],
  ];

  test.each(doubts)('has its order queried where %s', async (_why, asked) => {
    const { one, countOf } = asked();
    await one(hint('redeemed', 0));
    expect(countOf(ORDERS)).toBe(1);
  });

  test.each(['reversed', 'refunded'] as const)(
    'has its order queried for a message that it was %s',
    async (action) => {
      const known: Event[] = [];
      const { one, countOf } = withSetting({ history: async () => known });
      await one(hint(action, 5));
      expect(countOf(ORDERS)).toBe(1);
    },
  );

  test('has its order queried where one of two messages reports more than a use', async () => {
    const { resolve, countOf } = withSetting();
    await resolve(hint('redeemed', 0), hint('refunded', 1));
    expect(countOf(ORDERS)).toBe(1);
  });
});
