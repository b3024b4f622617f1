import { describe, expect, test } from 'vitest';
import type { Event, EventDraft } from '../../../lib/events/event.ts';
import { eventSchema } from '../../../lib/events/event.ts';
import {
  at,
  CERTIFICATES,
  hint,
  instant,
  ORDERS,
  order,
  platform,
  RECORDS,
  STORE,
  used,
  VOUCHER,
} from './platform.ts';

const OTHER_STORE = '6600000000000000002';

/** Redeemed at 0, taken back at 20 minutes, redeemed elsewhere at 40: the voucher shows the last alone. */
const RECORD_ROWS = [
  { verify_id: 'v1', certificate_id: VOUCHER, verify_time: at(0), status: 2, cancel_time: at(20) },
  { verify_id: 'v2', certificate_id: VOUCHER, verify_time: at(40), status: 1 },
];

/** The arbiter answers by the time and the store that it is asked about, as documented. */
const arbiter = (lag = 0) => {
  let asked = 0;
  return ({ query }: { query: URLSearchParams }) => {
    asked += 1;
    const [from, to] = [Number(query.get('start_time')), Number(query.get('end_time'))];
    const stores = query.get('poi_ids')?.split(',');
    const storeOf = (id: string) => (id === 'v1' ? STORE : OTHER_STORE);
    return {
      records: RECORD_ROWS.filter(
        (row) =>
          asked > lag &&
          row.verify_time >= from &&
          row.verify_time <= to &&
          (stores === undefined || stores.includes(storeOf(row.verify_id))),
      ),
    };
  };
};

function lateWorld(over: { lag?: number; answers?: number; history?: Event[] } = {}) {
  const last = { verify_id: 'v2', verify_time: at(40), poi_id: OTHER_STORE };
  return platform(
    {
      [CERTIFICATES]: () => ({ certificates: [used({ verify: last, verify_records: [last] })] }),
      [RECORDS]: arbiter(over.lag),
    },
    {
      storesOf: async () => [STORE, OTHER_STORE],
      answers: over.answers ?? 0,
      history: async () => over.history ?? [],
    },
  );
}

const HINTS = [hint('redeemed', 0), hint('reversed', 20), hint('redeemed', 40)];

const told = (events: readonly EventDraft[]) =>
  events
    .filter((event) => event.kind !== 'order.paid')
    .map((event) => [event.eventId, event.occurredAt, 'storeId' in event ? event.storeId : null]);

const WHOLE = [
  ['redeemed:v1', instant(0), STORE],
  ['redeemed:v2', instant(40), OTHER_STORE],
  ['reversed:v1', instant(20), null],
];

describe('messages that come when all is over', () => {
  test('together tell every act, also the one that was taken back', async () => {
    const [first] = await lateWorld().resolve(...HINTS);
    expect(first?.outcome).toBe('resolved');
    expect(told(first?.events ?? [])).toEqual(WHOLE);
  });

  test.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])('one by one, in the order %i %i %i, tell the same', async (...places) => {
    // Prepare
    const known = new Map<string, Event>();
    for (const place of places) {
      const wanted = HINTS[place];
      if (wanted === undefined) throw new Error('no such message');
      // Act
      const { one } = lateWorld({ history: [...known.values()] });
      const resolution = await one(wanted);
      // Assess
      expect(resolution.outcome).toBe('resolved');
      for (const draft of resolution.events) known.set(draft.eventId, stamped(draft));
    }
    const inOrder = [...known.values()].sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
    expect(told(inOrder)).toEqual(WHOLE);
  });

  test.each([0, 1])(
    'wait while the arbiter does not show the act yet: message %i',
    async (place) => {
      const wanted = HINTS[place];
      if (wanted === undefined) throw new Error('no such message');
      expect(await lateWorld({ lag: 99 }).one(wanted)).toMatchObject({
        ...{ outcome: 'wait', answered: true },
      });
      expect(await lateWorld({ lag: 99, answers: 6 }).one(wanted)).toMatchObject({
        outcome: 'resolved',
      });
    },
  );
});

describe('a card for a time (周期卡) used several times', () => {
  const acts = [0, 1, 2].map((n) => ({
    ...{ verify_id: `v${n}`, verify_time: at(n * 1_440), poi_id: STORE },
  }));
  const world = (rows: readonly object[]) =>
    platform({
      [CERTIFICATES]: () => ({
        certificates: [
          used({ status: 1, amount: { pay_amount: 9_000 }, verify: acts[2], verify_records: acts }),
        ],
      }),
      [RECORDS]: () => ({ records: rows }),
      [ORDERS]: () => ({ orders: [order({ pay_amount: 9_000 })] }),
    });
  const row = (n: number, fields: object) => ({
    ...{ verify_id: `v${n}`, certificate_id: VOUCHER, verify_time: at(n * 1_440), status: 1 },
    ...fields,
  });
  const paidOf = (events: readonly EventDraft[]) =>
    events.flatMap((event) => (event.kind === 'voucher.redeemed' ? [event.amounts.paidFen] : []));

  test('is worth each time what its record says', async () => {
    const rows = [0, 1, 2].map((n) =>
      row(n, { period_card: { period_type: 1 }, amount: { pay_amount: 3_000 } }),
    );
    const { events, outcome } = await world(rows).one(hint('redeemed', 0));
    expect(outcome).toBe('resolved');
    expect(paidOf(events)).toEqual([3_000, 3_000, 3_000]);
  });

  test('says what it is worth as a whole, so that uses beyond it wait', async () => {
    const { events } = await world([0, 1, 2].map((n) => row(n, {}))).one(hint('redeemed', 0));
    expect(paidOf(events)).toEqual([9_000, 9_000, 9_000]);
    for (const event of events) {
      if (event.kind === 'voucher.redeemed') expect(event.worthFen).toBe(9_000);
    }
  });

  /** Used up by its first use, as the platform shows a 周期卡 whose uses it does not count. */
  const usedOnce = (
    what: { cert?: object; sku?: object; order?: object },
    rows: readonly object[],
    answers = 0,
  ) =>
    platform(
      {
        [CERTIFICATES]: () => ({
          certificates: [
            used({
              ...{ amount: { pay_amount: 12_000 }, verify: acts[0], ...what.cert },
              sku: { sku_id: '1', ...what.sku },
            }),
          ],
        }),
        [RECORDS]: () => ({ records: rows }),
        [ORDERS]: () => ({ orders: [order({ pay_amount: 12_000, ...what.order })] }),
      },
      { answers },
    );
  const CARDS: [string, Parameters<typeof usedOnce>[0]][] = [
    ['order_type 51', { order: { order_type: 51 } }],
    ['order_type 70, as text', { order: { order_type: '70' } }],
    ['groupon_type 3', { sku: { groupon_type: 3 } }],
    ['period_card', { cert: { period_card: { total_period: 4 } } }],
    ['time_card of one', { cert: { time_card: { times_count: 1 } } }],
  ];

  test.each(CARDS)(
    'is asked about by %s, and its record’s own amount is its use’s',
    async (_, what) => {
      const rows = [row(0, { amount: { pay_amount: 3_000 } })];
      const { events, outcome } = await usedOnce(what, rows).one(hint('redeemed', 0));
      expect(outcome).toBe('resolved');
      expect(paidOf(events)).toEqual([3_000]);
    },
  );

  test.each(CARDS)('by %s waits for its record, and is the whole without', async (_, what) => {
    const early = await usedOnce(what, []).one(hint('redeemed', 0));
    expect(early).toMatchObject({ outcome: 'wait', answered: true });
    expect(paidOf(early.events)).toEqual([]);
    const late = await usedOnce(what, [], 6).one(hint('redeemed', 0));
    expect(late.outcome).toBe('resolved');
    expect(paidOf(late.events)).toEqual([12_000]);
  });

  test('keeps the amount of a use that was booked before', async () => {
    // Prepare: the first use was booked as the whole, before anyone knew of more
    const before = await platform({
      [CERTIFICATES]: () => ({
        certificates: [used({ amount: { pay_amount: 9_000 }, verify: acts[0] })],
      }),
    }).one(hint('redeemed', 0));
    const known = before.events.filter((event) => event.kind === 'voucher.redeemed').map(stamped);
    const rows = [0, 1, 2].map((n) => row(n, { period_card: {}, amount: { pay_amount: 3_000 } }));
    const later = platform(
      {
        [CERTIFICATES]: () => ({
          certificates: [used({ status: 1, amount: { pay_amount: 9_000 }, verify_records: acts })],
        }),
        [RECORDS]: () => ({ records: rows }),
      },
      { history: async () => known },
    );
    // Act, Assess
    expect(paidOf((await later.one(hint('redeemed', 1_440))).events)).toEqual([
      9_000, 3_000, 3_000,
    ]);
  });
});

function stamped(draft: EventDraft): Event {
  return eventSchema.parse({
    ...{ platform: 'douyin', loop: 'closed', integration: 'douyin-life', appKey: 'a' },
    ...{ deliveryId: null, recordedAt: instant(600), ...draft },
  });
}
