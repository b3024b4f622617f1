import { describe, expect, test } from 'vitest';
import { preparedCodesSchema } from '../../../lib/integrations/douyin-life/answers.ts';
import {
  at,
  CERTIFICATES,
  eventOf,
  hint,
  instant,
  ORDER,
  ORDERS,
  order,
  platform,
  RECORDS,
  used,
} from './platform.ts';

const NEWER = ['certificates_v2', 'certificates_v_2', 'certificatesV2'] as const;

describe('an answer in its newer form', () => {
  test.each(NEWER)('alone, by the name %s, is as good', async (name) => {
    // Prepare
    const { one } = platform({ [CERTIFICATES]: () => ({ certificates: [], [name]: [used()] }) });
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(eventOf(resolution, 'voucher.redeemed')).toMatchObject({
      redemptionId: 'v1',
      amounts: { paidFen: 9_900 },
    });
  });

  test('goes before the older one, and each adds what the other lacks', async () => {
    // Prepare: the older form has no amount, the newer no acts
    const older = used({ amount: undefined });
    const newer = used({ amount: { pay_amount: 8_800 }, verify: undefined, status: 2 });
    const { one } = platform({
      [CERTIFICATES]: () => ({ certificates: [older], certificates_v2: [newer] }),
    });
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(eventOf(resolution, 'voucher.redeemed')).toMatchObject({
      redemptionId: 'v1',
      amounts: { paidFen: 8_800 },
    });
  });

  test.each(['records_v2', 'records_v_2', 'recordsV2'])(
    'of the arbiter, by the name %s',
    async (name) => {
      // Prepare
      const row = { verify_id: 'v1', certificate_id: used().certificate_id, verify_time: at(0) };
      const { one } = platform({
        [CERTIFICATES]: () => ({ certificates: [used({ status: 1 })] }),
        [RECORDS]: () => ({ [name]: [{ ...row, status: 2, cancel_time: at(29) }] }),
      });
      // Act
      const resolution = await one(hint('reversed', 30));
      // Assess
      expect(eventOf(resolution, 'voucher.redemption_reversed')).toMatchObject({
        occurredAt: instant(29),
        complete: true,
      });
    },
  );

  test('is paged by its own cursor', async () => {
    // Prepare: the act is the 21st record
    const rowAt = (n: number) => ({
      ...{ verify_id: `w${n}`, certificate_id: `c${n}`, verify_time: at(0), status: 1 },
      cursor: String(n),
    });
    const wanted = { verify_id: 'v1', certificate_id: used().certificate_id, verify_time: at(0) };
    const { one } = platform({
      [CERTIFICATES]: () => ({ certificates: [used({ status: 1 })] }),
      [RECORDS]: ({ query }) =>
        query.get('cursor') === '0'
          ? { records: [], records_v2: Array.from({ length: 20 }, (_, n) => rowAt(n + 1)) }
          : query.get('cursor') === '20'
            ? { records_v2: [{ ...wanted, status: 2, cancel_time: at(29), cursor: '21' }] }
            : { records_v2: [] },
    });
    // Act
    const resolution = await one(hint('reversed', 30));
    // Assess
    expect(eventOf(resolution, 'voucher.redemption_reversed')).toMatchObject({
      occurredAt: instant(29),
    });
  });

  test.each(NEWER)('of prepare, by the name %s, gives the codes', (name) => {
    const row = { encrypted_code: 'secret', certificate_id: '1' };
    expect(
      preparedCodesSchema.parse({ verify_token: 't', order_id: ORDER, [name]: [row] }),
    ).toMatchObject({ certificates: [{ encryptedCode: 'secret', certificateId: '1' }] });
    expect(preparedCodesSchema.safeParse({ verify_token: 't', order_id: ORDER }).success).toBe(
      false,
    );
  });
});

describe('a field that decides nothing about money', () => {
  const ODD = [['a', 'list'], { an: 'object' }, 'x'.repeat(500), 7, true, '\ud800'];

  test.each(ODD)('holds nothing, whatever is in it: %j', async (odd) => {
    // Prepare
    const info = { sale_channel: odd, sale_role: odd, transfer_uid: odd };
    const { one } = platform({
      [ORDERS]: () => ({
        orders: [
          order({
            ...{ order_sale_info: info, room_id: odd, open_id: odd, sku_id: odd },
            count: odd,
          }),
        ],
      }),
      [CERTIFICATES]: () => ({
        certificates: [
          used({
            sku: odd,
            verify: { verify_id: 'v1', verify_time: at(0), poi_id: odd, verify_type: odd },
          }),
        ],
      }),
    });
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(eventOf(resolution, 'voucher.redeemed')).toMatchObject({
      amounts: { paidFen: 9_900 },
    });
    expect(eventOf(resolution, 'order.paid')).toMatchObject({ amounts: { paidFen: 9_900 } });
  });

  test('is still read where a list of labels says it', async () => {
    const { one } = platform({
      [ORDERS]: () => ({ orders: [order({ order_sale_info: { sale_channel: ['直播'] } })] }),
    });
    const resolution = await one(hint('redeemed', 0));
    expect(eventOf(resolution, 'voucher.redeemed')).toMatchObject({
      sale: { channel: 'live', channelRaw: '直播' },
    });
  });

  test('is not the amount: that one waits', async () => {
    const { one } = platform({
      [CERTIFICATES]: () => ({ certificates: [used({ amount: { pay_amount: ['9900'] } })] }),
    });
    expect(await one(hint('redeemed', 0))).toMatchObject({ outcome: 'wait', events: [] });
  });
});
