import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulators } from '../../infra/local/emulators.ts';
import { bookEvents, readBooked } from '../../lib/booking/booking.ts';
import { type Event, eventSchema } from '../../lib/events/event.ts';
import { detailOf, packDetail } from '../../lib/ledger/detail.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { emptyRollup, type Rollup, rollUpEntries } from '../../lib/ledger/rollup.ts';
import { overPlatforms } from '../../lib/rollups/provider-day.ts';
import {
  readProviderDays,
  readStoreDay,
  rollUpBuckets,
  rollUpStoreHour,
} from '../../lib/rollups/rollups.ts';
import { appendContract, readContracts } from '../../lib/store/accounts/contracts.ts';
import {
  discoverStore,
  putApp,
  putStore,
  readApp,
  readStore,
  storesOfMerchant,
} from '../../lib/store/accounts/parties.ts';
import {
  archiveDelivery,
  countSetAside,
  type Delivery,
  isArchived,
  putSetAside,
} from '../../lib/store/deliveries/archive.ts';
import {
  countHints,
  deleteHint,
  putHint,
  readHint,
  type WaitingHint,
  waitingHints,
} from '../../lib/store/deliveries/waiting-hints.ts';
import { bucketOf, ledgerPartition } from '../../lib/store/keys.ts';
import {
  bookEntry,
  entriesBackwards,
  entriesOfHour,
  readEntry,
} from '../../lib/store/ledger/entries.ts';
import { readEvents, recordEvent } from '../../lib/store/ledger/events.ts';
import type { Stream } from '../../lib/store/streams.ts';
import type { Table } from '../../lib/store/table.ts';
import { fresh } from '../support/fresh.ts';
import { some } from '../support/long.ts';
import { startTable } from '../support/table.ts';
import {
  amountsOf,
  contract,
  entry,
  knowing,
  minute,
  paid,
  redeemed,
  refunded,
  reversed,
  START_MS,
} from './make.ts';

let emulators: Emulators;
let table: Table;

beforeAll(async () => {
  ({ emulators, table } = await startTable());
});

afterAll(async () => {
  await emulators?.stop();
});

const voucherOf = (id: string): Stream => ({ of: 'voucher', platform: 'douyin', id });

describe('recording events', () => {
  test('writes a fact once, and the same fact again changes nothing', async () => {
    // Prepare
    const voucherId = fresh('voucher');
    const event = redeemed('v1', { voucherId });
    const again = {
      ...event,
      deliveryId: 'f'.repeat(64),
      recordedAt: minute(9_999),
      appKey: 'another',
    };
    // Act
    const outcomes = [await recordEvent(table, event), await recordEvent(table, again)];
    // Assess
    expect(outcomes).toEqual(['recorded', 'recorded']);
    expect(await readEvents(table, voucherOf(voucherId))).toEqual([event]);
  });

  test('reports a different fact under the same id, and the first stays', async () => {
    // Prepare
    const voucherId = fresh('voucher');
    const event = redeemed('v1', { voucherId });
    const other = { ...event, amounts: amountsOf(1) };
    // Act
    const outcomes = [await recordEvent(table, event), await recordEvent(table, other)];
    // Assess
    expect(outcomes).toEqual(['recorded', 'conflict']);
    expect(await readEvents(table, voucherOf(voucherId))).toEqual([event]);
  });

  test('lets a complete fact take the place of an incomplete one, at its time, and never the other way', async () => {
    // Prepare
    const voucherId = fresh('voucher');
    const incomplete = reversed('v1', { voucherId, complete: false, occurredAt: minute(60) });
    const complete = reversed('v1', { voucherId, occurredAt: minute(30) });
    // Act
    const outcomes = [
      await recordEvent(table, incomplete),
      await recordEvent(table, complete),
      await recordEvent(table, incomplete),
    ];
    // Assess
    expect(outcomes).toEqual(['recorded', 'recorded', 'recorded']);
    expect(await readEvents(table, voucherOf(voucherId))).toEqual([
      { ...complete, occurredAt: incomplete.occurredAt },
    ]);
  });

  test('takes two times of an incomplete telling for no contradiction, and keeps the first', async () => {
    // Prepare
    const voucherId = fresh('voucher');
    const first = reversed('v1', { voucherId, complete: false });
    // Act
    await recordEvent(table, first);
    const outcome = await recordEvent(table, { ...first, occurredAt: minute(31) });
    const other = await recordEvent(table, { ...first, orderId: 'another' });
    // Assess
    expect(outcome).toBe('recorded');
    expect(other).toBe('conflict');
    const [standing] = await readEvents(table, {
      of: 'voucher',
      platform: 'douyin',
      id: voucherId,
    });
    expect(standing?.occurredAt).toBe(first.occurredAt);
  });

  test('writes a refund before use into both histories, the voucher’s and the order’s', async () => {
    // Prepare
    const voucherId = fresh('voucher');
    const orderId = fresh('order');
    const payment = paid({ orderId, eventId: `paid:${orderId}` });
    const refund = refunded({ voucherId, orderId, unusedFen: 9_900, takesBack: [] });
    // Act
    for (const event of [payment, refund]) await recordEvent(table, event);
    // Assess
    const order = await readEvents(table, { of: 'order', platform: 'douyin', id: orderId });
    expect(order.map((event) => event.kind).sort()).toEqual(['order.paid', 'voucher.refunded']);
    expect(await readEvents(table, voucherOf(voucherId))).toEqual([refund]);
  });

  test('many workers at once leave one fact', async () => {
    // Prepare
    const voucherId = fresh('voucher');
    const rivals = Array.from({ length: 8 }, (_, index) =>
      redeemed('v1', { voucherId, amounts: amountsOf(index) }),
    );
    // Act
    const outcomes = await Promise.all(rivals.map((event) => recordEvent(table, event)));
    // Assess
    expect(outcomes.filter((outcome) => outcome === 'recorded')).toHaveLength(1);
    expect(await readEvents(table, voucherOf(voucherId))).toHaveLength(1);
  });

  test('a # in a voucher id stays in its own partition', async () => {
    // Prepare
    const voucherId = fresh('voucher');
    await recordEvent(table, redeemed('v1', { voucherId }));
    // Act
    await recordEvent(table, redeemed('v2', { voucherId: `${voucherId}#x` }));
    // Assess
    expect(await readEvents(table, voucherOf(voucherId))).toHaveLength(1);
    expect(await readEvents(table, voucherOf(`${voucherId}#x`))).toHaveLength(1);
  });
});

describe('booking entries', () => {
  test('books an entry once and gives back what stands', async () => {
    // Prepare
    const line = entry({ storeId: fresh('store') });
    // Act
    const first = await bookEntry(table, line);
    const second = await bookEntry(table, line);
    // Assess
    expect(first).toEqual({ entry: line, conflict: false });
    expect(second).toEqual({ entry: line, conflict: false });
    expect(await readEntry(table, line)).toEqual(line);
  });

  test('refuses a different entry under the same id, says so, and the first stays', async () => {
    // Prepare
    const line = entry({ storeId: fresh('store') });
    await bookEntry(table, line);
    // Act
    const other = await bookEntry(table, { ...line, amountFen: 1 });
    // Assess
    expect(other).toEqual({ entry: line, conflict: true });
    expect(await readEntry(table, line)).toEqual(line);
  });

  test('finds the entries of one hour, and of no other', async () => {
    // Prepare
    const storeId = fresh('store');
    const at = (time: string) =>
      entry({ storeId, occurredAt: `2025-10-09T${time}+08:00`, entryId: time });
    for (const time of ['15:59:59.999', '16:00:00.000', '16:59:59.999', '17:00:00.000']) {
      await bookEntry(table, at(time));
    }
    // Act
    const span = { providerId: 'provider-1', platform: 'douyin', storeId };
    const found = await entriesOfHour(table, span, '2025-10-09', '16');
    // Assess
    expect(found.map((line) => line.entryId)).toEqual(['16:00:00.000', '16:59:59.999']);
  });

  test('pages backwards over days, both ends included, without a gap or a repeat', async () => {
    // Prepare
    const storeId = fresh('store');
    const days = ['2025-10-08', '2025-10-09', '2025-10-10', '2025-10-11'];
    for (const day of days) {
      for (const time of ['00:00:00.000', '23:59:59.999']) {
        const occurredAt = `${day}T${time}+08:00`;
        await bookEntry(table, entry({ storeId, occurredAt, entryId: occurredAt }));
      }
    }
    const span = { providerId: 'provider-1', platform: 'douyin', storeId };
    const window = { from: '2025-10-09', to: '2025-10-10' };
    // Act: one entry a page
    const seen: string[] = [];
    let before: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const next = await entriesBackwards(table, span, window, before).next();
      if (next.done) break;
      seen.push(next.value.entry.entryId);
      before = next.value.sk;
    }
    // Assess
    expect(seen).toEqual([
      '2025-10-10T23:59:59.999+08:00',
      '2025-10-10T00:00:00.000+08:00',
      '2025-10-09T23:59:59.999+08:00',
      '2025-10-09T00:00:00.000+08:00',
    ]);
  });
});

/** Every order in which these can arrive. */
function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    ordersOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

/** Books after each event, as the worker does, in the order in which they arrive. */
async function arrive(events: readonly Event[]): Promise<{ total: Rollup; entries: Entry[] }> {
  // Each life in stores and vouchers of its own.
  const voucherId = fresh('voucher');
  const storeId = fresh('store');
  const log = [contract(1, { shareBp: 6_000 })];
  for (const event of events) {
    const own = event.kind === 'voucher.redeemed' ? { storeId } : {};
    await recordEvent(table, eventSchema.parse({ ...event, voucherId, ...own }));
    const standing = await readEvents(table, voucherOf(voucherId));
    const { conflicts } = await bookEvents(table, standing, knowing(log), []);
    expect(conflicts).toEqual([]);
  }
  const entries: Entry[] = [];
  for (const providerId of ['provider-1', 'unattributed']) {
    const pk = ledgerPartition(providerId, 'douyin', storeId);
    for await (const item of table.query(pk)) entries.push(item as unknown as Entry);
  }
  return { total: rollUpEntries(entries), entries };
}

describe('booking as events arrive', () => {
  test('redeemed, reversed and redeemed again come to one redemption in any order', async () => {
    // Prepare
    const events = [
      redeemed('v1'),
      reversed('v1', { occurredAt: minute(10) }),
      redeemed('v2', { occurredAt: minute(20) }),
    ];
    for (const order of ordersOf(events)) {
      // Act
      const { total } = await arrive(order);
      // Assess
      expect(total).toMatchObject({
        entryCount: 6,
        redeemedFen: 9_900,
        redeemedCount: 2,
        reversedFen: 9_900,
      });
    }
  });

  test('two partial refunds and a reversal come to nothing in any order, and to no conflict', async () => {
    // Prepare
    const part = (id: string, at: number) =>
      refunded({
        eventId: `refunded:${id}`,
        occurredAt: minute(at),
        takesBack: [{ redemptionId: 'v1', paidFen: 3_333 }],
      });
    const events = [
      redeemed('v1'),
      part('a', 40),
      part('b', 50),
      reversed('v1', { occurredAt: minute(59) }),
    ];
    for (const order of some(ordersOf(events))) {
      // Act
      const { total } = await arrive(order);
      // Assess
      expect(total).toMatchObject({ redeemedFen: 0, redeemedCount: 0, commissionFen: 0 });
    }
  });

  test('a repeated message books nothing more', async () => {
    // Prepare
    const events = [redeemed('v1'), reversed('v1'), redeemed('v1'), reversed('v1')];
    // Act
    const { total } = await arrive(events);
    // Assess
    expect(total).toMatchObject({ entryCount: 4, redeemedFen: 0, redeemedCount: 0 });
  });

  test('many workers at once book what one would', async () => {
    // Prepare
    const storeId = fresh('store');
    const events = [redeemed('v1', { storeId }), reversed('v1')];
    // Act
    const bookings = await Promise.all(
      Array.from({ length: 6 }, () => bookEvents(table, events, knowing([contract(1)]), [])),
    );
    // Assess
    const standing = await readBooked(table, events, knowing([contract(1)]), []);
    expect(bookings.flatMap((booking) => booking.conflicts)).toEqual([]);
    expect(standing.map((line) => line.kind)).toEqual(['redemption', 'reversal']);
  });

  test('what stands is told once, however often it is booked', async () => {
    // Prepare
    const storeId = fresh('store');
    const events = [redeemed('v1', { storeId }), reversed('v1')];
    const book = () => bookEvents(table, events, knowing([contract(1)]), []);
    await book();
    // Act
    const { standing } = await book();
    // Assess
    expect(standing.map((line) => line.kind)).toEqual(['redemption', 'reversal']);
  });

  test('a reversal booked at a deduced time is not booked again at its true time', async () => {
    // Prepare: the platform showed that it was reversed, and only later when
    const deduced = reversed('v1', { complete: false, occurredAt: minute(60) });
    const told = reversed('v1', { complete: true, occurredAt: minute(30) });
    // Act
    const { total } = await arrive([redeemed('v1'), deduced, told]);
    // Assess
    expect(total).toMatchObject({ redeemedFen: 0, redeemedCount: 0, commissionFen: 0 });
  });

  test('a hinted redemption that a hinted reversal took back is not taken back again by the record', async () => {
    // Prepare: an app that may not ask, whose records come later by a pull
    const hint = { complete: false, amounts: amountsOf(0), storeId: null };
    const events = [
      redeemed('~7400@1', { ...hint, occurredAt: minute(1) }),
      reversed(null, { complete: false, occurredAt: minute(30) }),
      redeemed('v1', { occurredAt: minute(0) }),
      reversed('v1', { occurredAt: minute(29) }),
    ];
    for (const order of some(ordersOf(events))) {
      // Act
      const { total } = await arrive(order);
      // Assess
      expect(total).toMatchObject({ redeemedFen: 0, redeemedCount: 0, commissionFen: 0 });
    }
  });

  test.each([
    ['reversal', reversed(null, { complete: false, occurredAt: minute(30) })],
    ['refund', refunded({ complete: false, takesBack: null })],
  ])(
    'a hinted %s takes back the record of what was hinted at, in any order',
    async (_what, taker) => {
      // Prepare: the record of the redemption comes alone, as from a bill
      const hint = { complete: false, amounts: amountsOf(0), storeId: null };
      const events = [
        redeemed('~7400@1', { ...hint, occurredAt: minute(1) }),
        taker,
        redeemed('v1', { occurredAt: minute(0) }),
      ];
      for (const order of ordersOf(events)) {
        // Act
        const { total } = await arrive(order);
        // Assess
        expect(total).toMatchObject({ redeemedFen: 0, redeemedCount: 0, commissionFen: 0 });
      }
    },
  );

  test('a refund whose record comes after its hint takes back once', async () => {
    // Prepare
    const hinted = refunded({ complete: false, occurredAt: minute(1_501) });
    const record = refunded({
      occurredAt: minute(1_500),
      refundedFen: 9_900,
      takesBack: [{ redemptionId: 'v1', paidFen: null }],
      unusedFen: 0,
    });
    // Act
    const { total } = await arrive([redeemed('v1'), hinted, record]);
    // Assess
    expect(total).toMatchObject({ redeemedFen: 0, redeemedCount: 0, refundedFen: 9_900 });
  });
});

describe('rollups', () => {
  const DAY = '2025-10-09';
  const rollupOf = (entryCount: number, redeemedFen: number): Rollup => ({
    ...emptyRollup(),
    entryCount,
    redeemedFen,
  });
  const total = (storeId: string, rollup: Rollup) =>
    ({ platform: 'douyin', storeId, merchantId: 'm1', rollup }) as const;
  const DETAIL = packDetail(detailOf([]));

  test('of a store-hour: a newer one takes the place of an older, never the other way', async () => {
    // Prepare
    const provider = fresh('provider');
    const put = (rollup: Rollup) =>
      rollUpStoreHour(table, provider, DAY, '16', total('s1', rollup), DETAIL);
    const read = async () => (await readStoreDay(table, provider, DAY, 'douyin', 's1'))?.rollup;
    // Act, Assess
    await put(rollupOf(2, 200));
    await put(rollupOf(1, 100));
    expect(await read()).toEqual(rollupOf(2, 200));
    await put(rollupOf(3, 150));
    expect(await read()).toEqual(rollupOf(3, 150));
    await put(rollupOf(3, 9_999));
    expect(await read()).toEqual(rollupOf(3, 150));
  });

  test('of a store-hour written by many workers at once end with the newest', async () => {
    // Prepare
    const provider = fresh('provider');
    // The newest is written first, so that every other comes too late.
    const counts = Array.from({ length: 12 }, (_, index) => 12 - index);
    const rollups = counts.map((count) => rollupOf(count, count * 100));
    // Act
    await Promise.all(
      rollups.map((rollup) =>
        rollUpStoreHour(table, provider, DAY, '16', total('s1', rollup), DETAIL),
      ),
    );
    // Assess
    const day = await readStoreDay(table, provider, DAY, 'douyin', 's1');
    expect(day?.rollup).toEqual(rollupOf(12, 1_200));
  });

  test('of a store-day are the sum of its hours, each kept apart', async () => {
    // Prepare
    const provider = fresh('provider');
    // Act
    for (const [hour, rollup] of [
      ['00', rollupOf(5, 500)],
      ['23', rollupOf(1, 70)],
    ] as const) {
      await rollUpStoreHour(table, provider, DAY, hour, total('s1', rollup), DETAIL);
    }
    // Assess
    const day = await readStoreDay(table, provider, DAY, 'douyin', 's1');
    expect(day).toEqual({ ...total('s1', rollupOf(6, 570)) });
  });

  test('of the upper levels are the sum of those below, and heal at the next one', async () => {
    // Prepare
    const provider = fresh('provider');
    const stores = Array.from({ length: 20 }, (_, index) => `s${index}`);
    for (const store of stores) {
      await rollUpStoreHour(table, provider, DAY, '10', total(store, rollupOf(1, 100)), DETAIL);
    }
    const buckets = new Set(stores.map((store) => bucketOf('douyin', store)));
    const rollUp = async () => {
      await rollUpBuckets(table, provider, DAY, [...buckets]);
      const [day] = await readProviderDays(table, provider, { from: DAY, to: DAY });
      expect([...(day?.buckets.keys() ?? [])]).toEqual([...buckets].sort((a, b) => a - b));
      return overPlatforms(day?.rollups ?? {});
    };
    // Act, Assess
    expect(await rollUp()).toEqual(rollupOf(20, 2_000));
    await rollUpStoreHour(table, provider, DAY, '11', total('s0', rollupOf(2, 11)), DETAIL);
    expect(await rollUp()).toEqual(rollupOf(22, 2_011));
  });

  test('of a window are those of its days, both ends included', async () => {
    // Prepare
    const provider = fresh('provider');
    for (const day of ['2025-09-30', '2025-10-01', '2025-10-31', '2025-11-01']) {
      await rollUpStoreHour(table, provider, day, '10', total('s1', rollupOf(1, 100)), DETAIL);
      await rollUpBuckets(table, provider, day, [bucketOf('douyin', 's1')]);
    }
    // Act
    const window = { from: '2025-10-01', to: '2025-10-31' };
    const days = await readProviderDays(table, provider, window);
    // Assess
    expect(days.map((one) => one.day)).toEqual(['2025-10-01', '2025-10-31']);
  });
});

describe('contracts', () => {
  test('of two appended at one number one wins, and the other is told', async () => {
    // Prepare
    const merchantId = fresh('merchant');
    const rivals = ['a', 'b', 'c', 'd'].map((contractId) =>
      contract(1, { merchantId, contractId }),
    );
    // Act
    const taken = await Promise.all(rivals.map((version) => appendContract(table, version)));
    // Assess
    const log = await readContracts(table, 'douyin', merchantId);
    expect(taken.filter((won) => won)).toHaveLength(1);
    expect(log).toEqual([rivals[taken.indexOf(true)]]);
  });

  test('are read oldest first, past the ninth', async () => {
    // Prepare
    const merchantId = fresh('merchant');
    for (const version of [10, 2, 1, 11, 3]) {
      await appendContract(table, contract(version, { merchantId }));
    }
    // Act
    const log = await readContracts(table, 'douyin', merchantId);
    // Assess
    expect(log.map((one) => one.version)).toEqual([1, 2, 3, 10, 11]);
  });
});

describe('deliveries', () => {
  const delivery = (body: Uint8Array): Delivery => ({
    deliveryId: randomBytes(32).toString('hex'),
    integration: 'douyin-life',
    appKey: 'aw0000000000test',
    receivedAt: minute(0),
    body,
  });
  const hintOf = (body: Uint8Array, over: Partial<WaitingHint> = {}): WaitingHint => ({
    ...delivery(body),
    attempt: 1,
    answers: 0,
    failures: 0,
    dueAtMs: START_MS,
    why: 'the platform shows no such order',
    ...over,
  });

  test('are archived with what became of them, and are done from then on', async () => {
    // Prepare
    const one = delivery(Buffer.from('{"event":"x"}'));
    expect(await isArchived(table, one.deliveryId)).toBe(false);
    // Act
    const outcome = { outcome: 'kept', kind: 'x' } as const;
    await archiveDelivery(table, one, outcome, START_MS);
    await archiveDelivery(table, one, { outcome: 'events', kind: 'y' }, START_MS + 1e9);
    // Assess
    expect(await isArchived(table, one.deliveryId)).toBe(true);
    const item = await table.get({ pk: `DELIVERY#${one.deliveryId}`, sk: '-' });
    expect(item).toMatchObject({ ...outcome, expiresAt: START_MS / 1000 + 90 * 86_400 });
  });

  test.each([
    ['short text', Buffer.from('{"event":"核销"}')],
    ['long text', Buffer.from('{"event":"核销"}'.repeat(2_000))],
    ['bytes that are no text', randomBytes(5_000)],
    ['nothing', Buffer.alloc(0)],
  ])('a waiting hint gives back its bytes exactly: %s', async (_what, body) => {
    // Prepare
    const hint = hintOf(Uint8Array.from(body));
    // Act
    const isPut = await putHint(table, hint, 0);
    const read = await readHint(table, hint.deliveryId);
    // Assess
    expect(isPut).toBe(true);
    expect(read).toEqual(hint);
    expect(read?.body).toBeInstanceOf(Uint8Array);
    await deleteHint(table, hint.deliveryId);
  });

  test('a hint is put aside once, and put off only by the worker that read it last', async () => {
    // Prepare
    const hint = hintOf(Buffer.from('{}'));
    // Act
    const outcomes = [
      await putHint(table, hint, 0),
      await putHint(table, hint, 0),
      await putHint(table, { ...hint, attempt: 2 }, 1),
      await putHint(table, { ...hint, attempt: 2, why: 'a slower worker' }, 1),
    ];
    // Assess
    expect(outcomes).toEqual([true, false, true, false]);
    expect(await readHint(table, hint.deliveryId)).toMatchObject({ attempt: 2, why: hint.why });
    await deleteHint(table, hint.deliveryId);
    expect(await readHint(table, hint.deliveryId)).toBeUndefined();
  });

  test('a hint that is gone is not put back by a worker that still holds it', async () => {
    // Prepare
    const hint = hintOf(Buffer.from('{}'));
    await putHint(table, hint, 0);
    await deleteHint(table, hint.deliveryId);
    // Act
    const isPut = await putHint(table, { ...hint, attempt: 2 }, 1);
    // Assess
    expect(isPut).toBe(false);
    expect(await readHint(table, hint.deliveryId)).toBeUndefined();
  });

  test('hints are listed and counted over every shard', async () => {
    // Prepare
    const before = await countHints(table);
    const hints = '0123456789abcdef'.split('').map((first) => {
      const hint = hintOf(Buffer.from('{}'));
      return { ...hint, deliveryId: `${first}${hint.deliveryId.slice(1)}` };
    });
    // Act
    for (const hint of hints) await putHint(table, hint, 0);
    // Assess
    const listed = new Set<string>();
    for await (const hint of waitingHints(table)) listed.add(hint.deliveryId);
    expect(await countHints(table)).toBe(before + 16);
    for (const hint of hints) expect(listed.has(hint.deliveryId)).toBe(true);
  });

  test('what is parked and what is quarantined are counted apart, each delivery once', async () => {
    // Prepare
    const parked = await countSetAside(table, 'parked');
    const quarantined = await countSetAside(table, 'quarantined');
    // Act
    for (let index = 0; index < 5; index += 1) {
      const one = delivery(Buffer.from('{}'));
      const outcome = { outcome: 'parked', kind: 'new_kind', why: undefined } as const;
      await putSetAside(table, 'parked', one, outcome, START_MS);
      await putSetAside(table, 'parked', one, outcome, START_MS);
    }
    // Assess
    expect(await countSetAside(table, 'parked')).toBe(parked + 5);
    expect(await countSetAside(table, 'quarantined')).toBe(quarantined);
  });

  test('a setAside shows no body', async () => {
    // Prepare
    const one = delivery(Buffer.from('{"phone":"13800138000"}'));
    // Act
    await putSetAside(table, 'quarantined', one, { outcome: 'quarantined', kind: 'x' }, START_MS);
    // Assess
    const pk = `SET-ASIDE#quarantined#${one.deliveryId.slice(0, 1)}`;
    const item = await table.get({ pk, sk: one.deliveryId });
    expect(item).toBeDefined();
    expect(item).not.toHaveProperty('body');
    expect(item).not.toHaveProperty('sealed');
  });
});

describe('the registry', () => {
  test('finds an app by both its names, with the secrets it was last given', async () => {
    // Prepare
    const app = {
      integration: 'douyin-life',
      appKey: fresh('app'),
      secrets: { clientSecret: ['old'] },
      settings: { enrichment: 'pull' },
    } as const;
    await putApp(table, app);
    // Act
    await putApp(table, { ...app, secrets: { clientSecret: ['new', 'old'] } });
    // Assess
    const found = await readApp(table, 'douyin-life', app.appKey);
    expect(found?.secrets).toEqual({ clientSecret: ['new', 'old'] });
    expect(await readApp(table, 'meituan', app.appKey)).toBeUndefined();
  });

  test('a platform’s word never overwrites an operator’s', async () => {
    // Prepare
    const store = {
      platform: 'douyin',
      storeId: fresh('store'),
      merchantId: fresh('merchant'),
      name: '人民广场店',
      city: '上海',
      namedBy: 'operator',
    } as const;
    await putStore(table, store);
    // Act
    await discoverStore(table, { ...store, name: 'another', namedBy: 'platform' });
    // Assess
    expect(await readStore(table, 'douyin', store.storeId)).toEqual(store);
    expect(await storesOfMerchant(table, 'douyin', store.merchantId)).toEqual([store]);
  });

  test('a store that changes hands is in one merchant’s list', async () => {
    // Prepare
    const [before, after] = [fresh('merchant'), fresh('merchant')];
    const store = {
      platform: 'douyin',
      storeId: fresh('store'),
      merchantId: before,
      name: null,
      city: null,
      namedBy: 'operator',
    } as const;
    await putStore(table, store);
    // Act
    await putStore(table, { ...store, merchantId: after });
    // Assess
    expect(await storesOfMerchant(table, 'douyin', before)).toEqual([]);
    expect(await storesOfMerchant(table, 'douyin', after)).toHaveLength(1);
  });

  test('a store whose discovery died half way is in its merchant’s list after the next', async () => {
    // Prepare: the store itself was written, its place in the list was not
    const store = {
      platform: 'douyin',
      storeId: fresh('store'),
      merchantId: fresh('merchant'),
      name: null,
      city: null,
      namedBy: 'platform',
    } as const;
    await table.put({ pk: `STORE#douyin#${store.storeId}`, sk: '-' }, store);
    // Act
    await discoverStore(table, store);
    // Assess
    expect(await storesOfMerchant(table, 'douyin', store.merchantId)).toEqual([store]);
  });
});

describe('the table', () => {
  test('reads a partition page after page to its end', async () => {
    // Prepare: over the megabyte that one page holds
    const pk = fresh('PAGED');
    const filling = 'x'.repeat(100_000);
    for (let index = 0; index < 15; index += 1) {
      await table.put({ pk, sk: String(index).padStart(2, '0') }, { filling });
    }
    // Act
    const seen: string[] = [];
    for await (const item of table.query(pk)) seen.push(item.sk);
    // Assess
    expect(seen).toHaveLength(15);
    expect(await table.count(pk)).toBe(15);
  });

  test('stops at the limit it was given', async () => {
    // Prepare
    const pk = fresh('LIMITED');
    for (const sk of ['a', 'b', 'c']) await table.put({ pk, sk }, {});
    // Act
    const seen: string[] = [];
    for await (const item of table.query(pk, { limit: 2, backwards: true })) seen.push(item.sk);
    // Assess
    expect(seen).toEqual(['c', 'b']);
  });

  test('throws on what is no failed condition', async () => {
    await expect(table.put({ pk: '', sk: '-' }, {})).rejects.toThrow();
  });
});
