import { describe, expect, test } from 'vitest';
import {
  Faults,
  sandboxApp,
  stock,
  World,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import {
  codesOf,
  GENERAL_CODES,
  LIFE_CODES,
  TRADE_CODES,
} from '../../../lib/integrations/kit/douyin/codes.ts';
import {
  codeError,
  meaningOf,
  UNKNOWN_CODE_PATIENCE,
} from '../../../lib/integrations/kit/platform-error.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { CERTIFICATES, hint, ORDERS, platform, RECORDS, refused, used } from './platform.ts';
import { appOf } from './support.ts';

const TABLES = [LIFE_CODES, GENERAL_CODES];
const BUSY = codesOf(TABLES, 'busy');

describe('a platform that says busy', () => {
  test.each([...new Set([...BUSY, 2119003, 2119002, 2100001, 2100004, 28001005])])(
    'by %i to the order question leaves nothing booked, and is asked again',
    async (code) => {
      // Prepare
      let asked = 0;
      const { one } = platform({
        [ORDERS]: () => {
          asked += 1;
          return asked === 1 ? refused(code) : { orders: [partlyRefunded] };
        },
        [CERTIFICATES]: () => ({ certificates: [used({ status: 4 })] }),
        [RECORDS]: () => ({ records: [] }),
      });
      // Act
      const first = await one(hint('refunded', 90));
      const second = await one(hint('refunded', 90));
      // Assess
      expect(first).toMatchObject({ outcome: 'wait', events: [] });
      expect(first.why).toContain(String(code));
      expect(second.outcome).toBe('resolved');
      const refund = second.events.find((event) => event.kind === 'voucher.refunded');
      expect(refund).toMatchObject({ refundedFen: 3_000, complete: true });
      const use = second.events.find((event) => event.kind === 'voucher.redeemed');
      expect(use).toMatchObject({ complete: true, sale: { channel: 'live' } });
    },
  );

  test.each([...new Set(BUSY)])(
    'by %i at the sandbox is asked again, by the same number',
    async (code) => {
      // Prepare
      const owner = { ...appOf({}, 'newest'), appKey: `aw-busy-${code}` };
      const world = new World({ clientKey: owner.appKey, now: Date.now });
      const faults = new Faults();
      const sandbox = sandboxApp({ world, clientSecret: 'newest', faults });
      const { meal, stores } = stock(world);
      const { orderId, accountId, certificates } = world.sell({ productId: meal.productId });
      const voucherId = certificates[0]?.certificateId ?? '';
      world.redeem(voucherId, stores[0]?.poiId ?? '');
      faults.set('order.query', { mode: 'code', code, times: 1 });
      const { resolve } = platform(
        {},
        {
          app: owner,
          now: Date.now,
          fetch: async (input, init) => sandbox.fetch(new Request(input, init)),
        },
      );
      const told = {
        ...{ action: 'redeemed' as const, merchantId: accountId, orderId, voucherId },
        occurredAt: toInstant(Date.now()),
      };
      // Act
      const [first] = await resolve(told);
      const [second] = await resolve(told);
      // Assess
      expect(first).toMatchObject({ outcome: 'wait', events: [] });
      expect(first?.why).toContain(`error ${code}`);
      expect(second).toMatchObject({ outcome: 'resolved' });
    },
  );

  test('is found by its closer number, and so is what it refuses for good', () => {
    const of = (code: number, subCode?: number) =>
      codeError('x', { code, ...(subCode !== undefined && { subCode }) }, [
        TRADE_CODES,
        GENERAL_CODES,
      ]).retryable;
    expect(of(2191004)).toBe(false);
    expect(of(2191004, 13000)).toBe(true);
    expect(of(2191001, 12001)).toBe(true);
    expect(of(2191000, 20001)).toBe(false);
  });

  test('says of no number two things', () => {
    const tables = [LIFE_CODES, GENERAL_CODES, TRADE_CODES];
    for (const { codes } of tables) {
      for (const [code, meaning] of Object.entries(codes)) {
        for (const other of tables) {
          expect(['unknown', meaning], code).toContain(meaningOf(code, [other]));
        }
      }
    }
    expect(meaningOf('toString', tables)).toBe('unknown');
  });
});

describe('a refund whose order the platform refuses to show', () => {
  test('is of the whole voucher, and may be reported better later', async () => {
    const { one } = platform({
      [ORDERS]: () => refused(2190004),
      [CERTIFICATES]: () => ({ certificates: [used({ status: 4 })] }),
      [RECORDS]: () => ({ records: [] }),
    });
    const resolution = await one(hint('refunded', 90));
    expect(resolution.outcome).toBe('resolved');
    expect(resolution.events.find((event) => event.kind === 'voucher.refunded')).toMatchObject({
      ...{ complete: false, refundedFen: null, unusedFen: 0 },
      takesBack: [{ redemptionId: 'v1', paidFen: null }],
    });
  });

  test('of a voucher without an amount takes an unknown part of the payment', async () => {
    const { one } = platform({
      [ORDERS]: () => refused(2190004),
      [CERTIFICATES]: () => ({
        certificates: [used({ status: 4, amount: null, verify: undefined })],
      }),
      [RECORDS]: () => ({ records: [] }),
    });
    const resolution = await one(hint('refunded', 90));
    expect(resolution.events.find((event) => event.kind === 'voucher.refunded')).toMatchObject({
      ...{ complete: false, refundedFen: null, takesBack: [], unusedFen: null },
    });
  });
});

describe('a number that no table has', () => {
  const puzzling = () => platform({ [ORDERS]: () => refused(7_654_321) });

  test('is queried again, and named', async () => {
    expect(await puzzling().one(hint('redeemed', 0))).toMatchObject({
      ...{ outcome: 'wait', answered: true, events: [] },
      why: 'trade/order/query answered error 7654321, which none of its tables has',
    });
  });

  test('is set aside with the number after some hours, and books nothing', async () => {
    const { resolve } = platform(
      { [ORDERS]: () => refused(7_654_321) },
      { answers: UNKNOWN_CODE_PATIENCE },
    );
    const [last] = await resolve(hint('redeemed', 0));
    expect(last).toMatchObject({ outcome: 'contradicted', events: [] });
    expect(last?.why).toContain('7654321');
  });

  test('is no refusal, and neither is a page that is not the platform’s', async () => {
    const { one } = platform({ [ORDERS]: () => new Response('who are you', { status: 403 }) });
    expect(await one(hint('redeemed', 0))).toMatchObject({ outcome: 'wait', events: [] });
  });
});

const partlyRefunded = {
  ...{ order_id: '1060000000000000001', pay_amount: 9_000, pay_time: 1_759_996_400 },
  order_sale_info: { sale_channel: '直播' },
  certificate: [
    {
      ...{ certificate_id: '7400000000000000001', item_status: 301 },
      ...{ refund_amount: 3_000, refund_time: 1_760_005_400 },
    },
  ],
};
