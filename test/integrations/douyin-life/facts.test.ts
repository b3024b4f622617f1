import { describe, expect, test } from 'vitest';
import type { Event, EventOf } from '../../../lib/events/event.ts';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import {
  type CertificateRecord,
  certificatesSchema,
  type OrderRecord,
  ordersSchema,
  type VerifyRecord,
  verifyRecordsSchema,
} from '../../../lib/integrations/douyin-life/answers.ts';
import { eventsOfVoucher } from '../../../lib/integrations/douyin-life/events.ts';
import {
  type Act,
  actsOf,
  amountsOfAct,
  type Evidence,
  isTimesCard,
  needsArbiter,
} from '../../../lib/integrations/douyin-life/facts.ts';
import type { Hint } from '../../../lib/integrations/kit/integration.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';

const T0 = 1_760_000_000;
const UNUSED = 1;
const USED = 2;
const REFUNDED = 4;

const at = (minutes: number): number => T0 + minutes * 60;
const instant = (minutes: number): string => toInstant(at(minutes) * 1000);

/** A voucher as the platform writes it. */
function certificate(fields: object): CertificateRecord {
  const wire = {
    certificate_id: '7400000000000000001',
    status: USED,
    amount: { pay_amount: 9_900, original_amount: 12_800, platform_discount_amount: 500 },
    ...fields,
  };
  const [record] = certificatesSchema.parse({ certificates: [wire] }).certificates;
  if (record === undefined) throw new Error('no certificate');
  return record;
}

const act = (verifyId: string, minutes: number, more: object = {}) => ({
  verify_id: verifyId,
  verify_time: at(minutes),
  poi_id: '66',
  ...more,
});

/** Its order, with what it says of the voucher. */
function orderOf(item: object, fields: object = {}): OrderRecord | undefined {
  const voucher = { certificate_id: '7400000000000000001', ...item };
  const wire = { order_id: '10', certificate: [voucher], ...fields };
  return ordersSchema.parse({ orders: [wire] }).orders[0];
}

function records(...rows: object[]): VerifyRecord[] {
  return verifyRecordsSchema.parse({
    records: rows.map((row) => ({ certificate_id: '7400000000000000001', ...row })),
  }).records;
}

const hint = (action: Hint['action'], minutes: number): Hint => ({
  action,
  merchantId: '73',
  orderId: '10',
  voucherId: '7400000000000000001',
  occurredAt: instant(minutes),
});

const ORIGIN = {
  platform: 'douyin',
  loop: 'closed',
  integration: 'douyin-life',
  appKey: 'aw0',
  merchantId: '73',
  orderId: '10',
  voucherId: '7400000000000000001',
  complete: true,
  deliveryId: null,
  recordedAt: instant(600),
} as const;

const knownRedemption = (id: string, minutes: number): EventOf<'voucher.redeemed'> => ({
  kind: 'voucher.redeemed',
  ...ORIGIN,
  eventId: `redeemed:${id}`,
  occurredAt: instant(minutes),
  redemptionId: id,
  storeId: '67',
  amounts: {
    paidFen: 9_900,
    platformDiscountFen: 0,
    merchantDiscountFen: 0,
    paymentDiscountFen: 0,
    originalFen: 9_900,
  },
  sale: UNKNOWN_SALE,
});

const knownReversal = (id: string, minutes: number, complete = true): Event => ({
  kind: 'voucher.redemption_reversed',
  ...ORIGIN,
  complete,
  eventId: `reversed:${id}`,
  occurredAt: instant(minutes),
  redemptionId: id,
});

const evidence = (over: Partial<Evidence> & Pick<Evidence, 'certificate'>): Evidence => ({
  records: [],
  known: [],
  hints: [],
  ...over,
});

const reversalsOf = (acts: readonly Act[]) =>
  acts.map(({ verifyId, reversed }) => [verifyId, reversed?.at ?? null, reversed?.isExact ?? null]);

describe('whether the voucher alone is enough', () => {
  const doubt = (over: Parameters<typeof evidence>[0]) => needsArbiter(evidence(over));

  test('it is for one use of a plain voucher that is still used', () => {
    expect(doubt({ certificate: certificate({ verify: act('v1', 0) }) })).toBe(false);
    expect(
      doubt({
        certificate: certificate({ verify: act('v1', 0) }),
        hints: [hint('redeemed', 0)],
      }),
    ).toBe(false);
  });

  test('it is for one whose card has no uses to count', () => {
    const plain = certificate({ time_card: { times_count: 0 }, verify: act('v1', 0) });
    expect(doubt({ certificate: plain, order: orderOf({}, { order_type: 21 }) })).toBe(false);
  });

  test('it is for a voucher that nobody used and nobody says was reversed', () => {
    expect(doubt({ certificate: certificate({ status: UNUSED }) })).toBe(false);
    expect(
      doubt({ certificate: certificate({ status: REFUNDED }), hints: [hint('refunded', 9)] }),
    ).toBe(false);
  });

  test.each([
    [
      'a reversal was told',
      { certificate: certificate({ verify: act('v1', 0) }), hints: [hint('reversed', 9)] },
    ],
    [
      'a reversal was told and no use is shown',
      { certificate: certificate({ status: UNUSED }), hints: [hint('reversed', 9)] },
    ],
    ['it is unused again', { certificate: certificate({ status: UNUSED, verify: act('v1', 0) }) }],
    [
      'it was refunded after use',
      { certificate: certificate({ status: REFUNDED, verify: act('v1', 0) }) },
    ],
    [
      'there were two uses',
      { certificate: certificate({ verify_records: [act('v1', 0), act('v2', 9)] }) },
    ],
    [
      'we know of another use',
      { certificate: certificate({ verify: act('v2', 9) }), known: [knownRedemption('v1', 0)] },
    ],
    [
      'it is a times card',
      { certificate: certificate({ time_card: { times_count: 3 }, verify: act('v1', 0) }) },
    ],
    [
      'it is used up by one use, and a card may be used more often than it says',
      { certificate: certificate({ sku: { groupon_type: 3 }, verify: act('v1', 0) }) },
    ],
    [
      'a card is used up by one use of one',
      { certificate: certificate({ time_card: { times_count: 1 }, verify: act('v1', 0) }) },
    ],
    ...[51, 70].map((order_type): [string, Parameters<typeof evidence>[0]] => [
      `its order is of cards (${order_type})`,
      {
        certificate: certificate({ verify: act('v1', 0) }),
        order: orderOf({}, { order_type }),
      },
    ]),
    [
      'its status is none we know',
      { certificate: certificate({ status: 77, verify: act('v1', 0) }) },
    ],
  ])('it is not when %s', (_what, over) => {
    expect(doubt(over)).toBe(true);
  });
});

describe('the uses of a voucher', () => {
  test('are those of both lists, each once, in the order of time', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({
          verify: act('v2', 20),
          verify_records: [act('v2', 20), act('v1', 0)],
        }),
        records: records(
          { verify_id: 'v1', verify_time: at(0), status: 2, cancel_time: at(5) },
          { verify_id: 'v2', verify_time: at(20), status: 1 },
        ),
      }),
    );
    expect(reversalsOf(acts)).toEqual([
      ['v1', instant(5), true],
      ['v2', null, null],
    ]);
  });

  test('include those we have that the platform no longer shows', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({ status: UNUSED }),
        known: [knownRedemption('v1', 0)],
      }),
    );
    expect(acts[0]).toMatchObject({ verifyId: 'v1', at: instant(0), poiId: '67' });
  });

  test('keep the time and the store they were first reported with', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({ verify: act('v1', 1, { poi_id: '' }) }),
        known: [knownRedemption('v1', 0)],
      }),
    );
    expect(acts[0]).toMatchObject({ at: instant(0), poiId: '67', reversed: null });
  });

  test.each([
    ['absent', {}],
    ['null', { verify: null }],
    ['empty', { verify: {} }],
    ['without an id', { verify: { verify_id: '', verify_time: at(0) } }],
    ['with the id 0', { verify: { verify_id: 0, verify_time: 0 } }],
    ['with the id "0"', { verify: { verify_id: '0', verify_time: '0' } }],
    ['an empty list', { verify_records: [] }],
  ])('are none when the act is %s', (_what, fields) => {
    expect(actsOf(evidence({ certificate: certificate(fields) }))).toEqual([]);
  });

  test('have ids beyond 2^53 digit by digit', () => {
    const acts = actsOf(
      evidence({ certificate: certificate({ verify: act('7500000000000000001', 0) }) }),
    );
    expect(acts[0]?.verifyId).toBe('7500000000000000001');
  });
});

describe('whether a use was reversed', () => {
  test('is for the arbiter to say', () => {
    const unused = certificate({ status: UNUSED, verify: act('v1', 0) });
    const one = (row: object) =>
      actsOf(
        evidence({
          certificate: unused,
          records: records({ verify_id: 'v1', verify_time: at(0), ...row }),
          hints: [hint('reversed', 31)],
        }),
      );
    expect(reversalsOf(one({ status: 1 }))).toEqual([['v1', null, null]]);
    expect(reversalsOf(one({ status: 2, cancel_time: at(30) }))).toEqual([
      ['v1', instant(30), true],
    ]);
  });

  test('at the time of the message, when the arbiter gives none', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({ status: UNUSED, verify: act('v1', 0) }),
        records: records({ verify_id: 'v1', verify_time: at(0), status: 2 }),
        hints: [hint('reversed', 31)],
      }),
    );
    expect(reversalsOf(acts)).toEqual([['v1', instant(31), true]]);
  });

  test('at the end of its hour and incomplete, when nobody gives a time', () => {
    const acts = actsOf(
      evidence({ certificate: certificate({ status: UNUSED, verify: act('v1', 0) }) }),
    );
    expect(reversalsOf(acts)).toEqual([['v1', instant(60), false]]);
  });

  test('at the next use at the latest', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({ verify_records: [act('v1', 0), act('v2', 20)] }),
      }),
    );
    expect(reversalsOf(acts)).toEqual([
      ['v1', instant(20), false],
      ['v2', null, null],
    ]);
  });

  test('is not changed by what is learnt later', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({ status: UNUSED, verify: act('v1', 0) }),
        known: [knownRedemption('v1', 0), knownReversal('v1', 30)],
        records: records({ verify_id: 'v1', verify_time: at(0), status: 2, cancel_time: at(29) }),
      }),
    );
    expect(reversalsOf(acts)).toEqual([['v1', instant(30), true]]);
  });

  test('is learnt better when what we know was deduced', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({ status: UNUSED, verify: act('v1', 0) }),
        known: [knownRedemption('v1', 0), knownReversal('v1', 60, false)],
        records: records({ verify_id: 'v1', verify_time: at(0), status: 2, cancel_time: at(29) }),
      }),
    );
    expect(reversalsOf(acts)).toEqual([['v1', instant(29), true]]);
  });

  test('is not deduced from a message that came too late to be about it', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({ status: REFUNDED, verify: act('v1', 0) }),
        hints: [hint('reversed', 66)],
      }),
    );
    expect(reversalsOf(acts)).toEqual([['v1', null, null]]);
  });

  test('is not deduced for a used voucher whose only use is there', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({ verify: act('v1', 0) }),
        hints: [hint('reversed', 5)],
      }),
    );
    expect(reversalsOf(acts)).toEqual([['v1', null, null]]);
  });

  test('of two uses, each message is about the one before it', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({
          status: UNUSED,
          verify_records: [act('v1', 0), act('v2', 20)],
        }),
        hints: [hint('reversed', 40), hint('reversed', 10)],
      }),
    );
    expect(reversalsOf(acts)).toEqual([
      ['v1', instant(10), true],
      ['v2', instant(40), true],
    ]);
  });

  test('a use of a card whose uses are not counted stands, unless a message takes it back', () => {
    const cards = (fields: object) =>
      evidence({ certificate: certificate({ sku: { groupon_type: 3 }, ...fields }) });
    const two = { verify_records: [act('v1', 0), act('v2', 20)] };
    const none = [
      ['v1', null, null],
      ['v2', null, null],
    ];
    expect(reversalsOf(actsOf(cards(two)))).toEqual(none);
    expect(reversalsOf(actsOf(cards({ ...two, status: UNUSED })))).toEqual(none);
    const takenBack = actsOf({ ...cards(two), hints: [hint('reversed', 30)] });
    expect(reversalsOf(takenBack)).toEqual([
      ['v1', null, null],
      ['v2', instant(30), true],
    ]);
  });

  test('an earlier use of a times card stands, whatever comes after it', () => {
    const acts = actsOf(
      evidence({
        certificate: certificate({
          time_card: { times_count: 3 },
          verify_records: [act('v1', 0), act('v2', 20)],
        }),
      }),
    );
    expect(reversalsOf(acts)).toEqual([
      ['v1', null, null],
      ['v2', null, null],
    ]);
  });
});

describe('what a use is worth', () => {
  const worth = (record: CertificateRecord, serial: string | null, index: number) =>
    amountsOfAct(
      record,
      { verifyId: 'v', at: instant(0), poiId: null, serial, amounts: null, reversed: null },
      index,
    );

  test('is what the voucher cost, part by part', () => {
    const record = certificate({
      amount: {
        pay_amount: '9900',
        platform_discount_amount: 1_000,
        merchant_ticket_amount: 500,
        payment_discount_amount: 100,
        original_amount: 11_500,
      },
    });
    expect(worth(record, null, 0)).toEqual({
      paidFen: 9_900,
      platformDiscountFen: 1_000,
      merchantDiscountFen: 500,
      paymentDiscountFen: 100,
      originalFen: 11_500,
    });
  });

  test.each([
    ['absent', undefined],
    ['null', null],
    ['without what was paid', { original_amount: 1 }],
  ])('is not told when the amount is %s', (_what, amount) => {
    expect(worth(certificate({ amount }), null, 0)).toBeNull();
  });

  test('is nothing for a voucher that was free', () => {
    const record = certificate({ amount: { pay_amount: 0, original_amount: 100 } });
    expect(worth(record, null, 0)).toMatchObject({ paidFen: 0, originalFen: 100 });
  });

  test('of a times card is its part of the card, and the parts are the card to the fen', () => {
    const card = certificate({
      time_card: { times_count: 3 },
      amount: { pay_amount: 10_000, platform_discount_amount: 1, original_amount: 10_001 },
    });
    const parts = [0, 1, 2].map((index) => worth(card, null, index));
    expect(parts.map((part) => part?.paidFen)).toEqual([3_334, 3_333, 3_333]);
    expect(parts.map((part) => part?.platformDiscountFen)).toEqual([1, 0, 0]);
    expect(isTimesCard(card)).toBe(true);
  });

  test('of a times card goes by the platform’s number of the use, not by its place', () => {
    const card = certificate({
      time_card: { times_count: 3 },
      amount: { pay_amount: 10_000 },
    });
    expect(worth(card, '1', 2)?.paidFen).toBe(3_334);
    expect(worth(card, '3', 0)?.paidFen).toBe(3_333);
  });

  test('of a times card is what the platform says of that use, when it does', () => {
    const card = certificate({
      time_card: {
        times_count: 2,
        serial_amount_list: [
          { serial_numb: 1, amount: { pay_amount: 7_000 } },
          { serial_numb: 2, amount: { pay_amount: 2_900 } },
        ],
      },
    });
    expect(worth(card, '2', 0)?.paidFen).toBe(2_900);
    expect(worth(card, '1', 1)?.paidFen).toBe(7_000);
  });

  test('of a card for one time is the whole', () => {
    const card = certificate({ time_card: { times_count: 1 } });
    expect(isTimesCard(card)).toBe(false);
    expect(worth(card, '1', 0)?.paidFen).toBe(9_900);
  });
});

describe('what a refund takes back', () => {
  const refundOf = (
    record: CertificateRecord,
    item: object | undefined,
    hints: Hint[] = [],
    rows: VerifyRecord[] = [],
  ) => {
    const drafts = eventsOfVoucher({
      known: [],
      refundAmount: 'total',
      merchantId: '73',
      orderId: '10',
      certificate: record,
      acts: actsOf(evidence({ certificate: record, records: rows })),
      order: item === undefined ? undefined : orderOf(item),
      hints,
    });
    return drafts?.find((draft) => draft.kind === 'voucher.refunded');
  };

  test('before use, is money that was never redeemed', () => {
    const refund = refundOf(certificate({ status: REFUNDED }), {
      item_status: 301,
      refund_amount: 9_900,
      refund_time: at(90),
    });
    expect(refund).toMatchObject({
      eventId: 'refunded:7400000000000000001',
      occurredAt: instant(90),
      refundedFen: 9_900,
      takesBack: [],
      unusedFen: 9_900,
    });
  });

  test('after use, is the use', () => {
    const refund = refundOf(certificate({ status: REFUNDED, verify: act('v1', 0) }), {
      item_status: 301,
      refund_amount: 9_900,
      refund_time: at(90),
    });
    expect(refund).toMatchObject({
      takesBack: [{ redemptionId: 'v1', paidFen: null }],
      unusedFen: 0,
    });
  });

  test('in part, is that part of the use', () => {
    const refund = refundOf(certificate({ verify: act('v1', 0) }), {
      item_status: 401,
      refund_amount: 4_000,
      refund_time: at(90),
    });
    expect(refund).toMatchObject({
      refundedFen: 4_000,
      takesBack: [{ redemptionId: 'v1', paidFen: 4_000 }],
    });
  });

  test('of a times card is what was left first, then the latest uses', () => {
    const card = certificate({
      time_card: { times_count: 3 },
      amount: { pay_amount: 9_000 },
      verify_records: [act('v1', 0), act('v2', 20)],
    });
    const refund = refundOf(card, {
      item_status: 301,
      refund_amount: 7_000,
      refund_time: at(90),
    });
    expect(refund).toMatchObject({
      unusedFen: 3_000,
      takesBack: [
        { redemptionId: 'v2', paidFen: null },
        { redemptionId: 'v1', paidFen: 1_000 },
      ],
    });
  });

  test('of a card whose uses are not counted is what was left first, too', () => {
    const card = certificate({
      ...{ status: REFUNDED, period_card: {}, verify: act('v1', 0) },
      amount: { pay_amount: 12_000 },
    });
    const rows = records({
      ...{ verify_id: 'v1', verify_time: at(0), status: 1, amount: { pay_amount: 3_000 } },
    });
    const item = { item_status: 301, refund_amount: 9_000, refund_time: at(90) };
    const refund = refundOf(card, item, [], rows);
    expect(refund).toMatchObject({ refundedFen: 9_000, takesBack: [], unusedFen: 9_000 });
  });

  test('of a times card whose sum is not reported is what was left of it', () => {
    const card = certificate({
      status: REFUNDED,
      time_card: { times_count: 3 },
      amount: { pay_amount: 9_000 },
      verify_records: [act('v1', 0)],
    });
    const refund = refundOf(card, undefined, [hint('refunded', 95)]);
    expect(refund).toMatchObject({
      refundedFen: null,
      occurredAt: instant(95),
      takesBack: [],
      unusedFen: 6_000,
    });
  });

  test.each([
    ['a used voucher', { verify: act('v1', 0) }],
    ['an unused one', {}],
    ['a card', { time_card: { times_count: 3 }, verify_records: [act('v1', 0)] }],
  ])('of %s whose sum is not reported is a guess until it is', (_what, fields) => {
    const record = certificate({ status: REFUNDED, ...fields });
    const item = { item_status: 301, refund_time: at(90) };
    expect(refundOf(record, item)).toMatchObject({ refundedFen: null, complete: false });
    expect(refundOf(record, { ...item, refund_amount: 3_000 })).toMatchObject({
      ...{ eventId: 'refunded:7400000000000000001', refundedFen: 3_000, complete: true },
    });
  });

  test('never takes back more than was paid', () => {
    const card = certificate({
      time_card: { times_count: 3 },
      amount: { pay_amount: 9_000 },
      verify_records: [act('v1', 0)],
    });
    const refund = refundOf(card, {
      item_status: 301,
      refund_amount: 50_000,
      refund_time: at(90),
    });
    expect(refund).toMatchObject({
      unusedFen: 6_000,
      takesBack: [{ redemptionId: 'v1', paidFen: null }],
    });
  });

  test('is no event while nobody reports when it was', () => {
    expect(refundOf(certificate({ status: REFUNDED }), undefined)).toBeUndefined();
  });

  test('is no event while it is only requested', () => {
    const item = { item_status: 300, refund_amount: 0 };
    expect(refundOf(certificate({ verify: act('v1', 0) }), item)).toBeUndefined();
  });

  test('nothing is an event when the platform does not tell what a use is worth', () => {
    const record = certificate({ amount: null, verify: act('v1', 0) });
    const drafts = eventsOfVoucher({
      known: [],
      refundAmount: 'total',
      merchantId: '73',
      orderId: '10',
      certificate: record,
      acts: actsOf(evidence({ certificate: record })),
      order: undefined,
      hints: [],
    });
    expect(drafts).toBeUndefined();
  });
});
