import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BUCKETS,
  bucketOf,
  bucketPartition,
  dimensionPartition,
  escapeId,
  keys,
  ledgerPartition,
  ledgerTime,
  SHARDS,
  statementPartition,
  statementsPartition,
  streamPartition,
} from '../../lib/store/keys.ts';
import { streamsOf } from '../../lib/store/streams.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { runs } from '../support/long.ts';
import { entry, paid, redeemed, refunded, reversed } from './make.ts';

/** Ids made mostly of what keys are made of. */
const nastyId = fc
  .array(
    fc.oneof(
      fc.constantFrom('#', '%', '23', '%23', 'a', '-', '\u0000', '\u009f', '店'),
      fc.string(),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));

describe('escaping', () => {
  test('never makes one id of two', () => {
    fc.assert(
      fc.property(nastyId, nastyId, (a, b) => {
        expect(escapeId(a) === escapeId(b)).toBe(a === b);
      }),
      { numRuns: runs(10_000) },
    );
  });

  test('can be corrected, so nothing is lost', () => {
    fc.assert(
      fc.property(nastyId, (id) => {
        const corrected = escapeId(id).replace(/%([0-9a-f]{2})/g, (_all, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        );
        expect(corrected).toBe(id);
      }),
      { numRuns: runs(5_000) },
    );
  });

  test('leaves no # and no control character', () => {
    fc.assert(
      fc.property(nastyId, (id) => {
        expect(escapeId(id)).not.toMatch(/[#\p{Cc}]/u);
      }),
      { numRuns: runs(5_000) },
    );
  });

  test('leaves the ids that platforms really send as they are', () => {
    expect(escapeId('7400000000000000001')).toBe('7400000000000000001');
    expect(escapeId('shop_0001-中文')).toBe('shop_0001-中文');
  });
});

describe('partitions', () => {
  test('have as many parts as they have, whatever a store is called', () => {
    // Prepare
    const store = '1#douyin#2025-10-09';
    const parts = (key: string) => key.split('#').length;
    // Assess
    expect(parts(ledgerPartition('p', 'douyin', store))).toBe(4);
    expect(parts(ledgerPartition(store, 'douyin', store))).toBe(4);
    expect(parts(dimensionPartition(store))).toBe(2);
    expect(parts(bucketPartition(store, '2025-10-09', 3))).toBe(4);
    expect(parts(keys.storeDay('p', '2025-10-09', 'douyin', store).sk)).toBe(3);
    expect(parts(keys.storeOfMerchant('douyin', store, store).pk)).toBe(3);
    expect(parts(keys.storeOfMerchant('douyin', store, store).sk)).toBe(2);
    expect(parts(keys.store('douyin', store).pk)).toBe(3);
    expect(parts(keys.app(store, store).pk)).toBe(3);
  });

  test('of two providers are never the same, whatever their ids and stores', () => {
    fc.assert(
      fc.property(nastyId, nastyId, nastyId, nastyId, (provider, store, other, otherStore) => {
        fc.pre(provider !== other);
        expect(ledgerPartition(provider, 'douyin', store)).not.toBe(
          ledgerPartition(other, 'douyin', otherStore),
        );
        expect(dimensionPartition(provider)).not.toBe(dimensionPartition(other));
        expect(bucketPartition(provider, '2025-10-09', 1)).not.toBe(
          bucketPartition(other, '2025-10-09', 1),
        );
        expect(statementsPartition(provider)).not.toBe(
          statementPartition({ providerId: other, month: '2025-10' }),
        );
        expect(keys.provider(provider).pk).not.toBe(keys.provider(other).pk);
      }),
      { numRuns: runs(5_000) },
    );
  });

  test("of a voucher and an order with one id are two, and of two platforms' too", () => {
    const partitions = new Set([
      streamPartition({ of: 'voucher', platform: 'douyin', id: '1' }),
      streamPartition({ of: 'order', platform: 'douyin', id: '1' }),
      streamPartition({ of: 'voucher', platform: 'meituan', id: '1' }),
    ]);
    expect(partitions.size).toBe(3);
  });
});

describe('the histories of an event', () => {
  const histories = (event: Parameters<typeof streamsOf>[0]) =>
    streamsOf(event).map((stream) => stream.of);

  test('are its order for a payment, and its voucher for a redemption and a reversal', () => {
    expect(histories(paid())).toEqual(['order']);
    expect(histories(redeemed('v1'))).toEqual(['voucher']);
    expect(histories(reversed('v1'))).toEqual(['voucher']);
  });

  test('are both for a refund, whatever it takes back', () => {
    expect(histories(refunded({ unusedFen: 9_900 }))).toEqual(['voucher', 'order']);
    expect(histories(refunded({ unusedFen: 0 }))).toEqual(['voucher', 'order']);
    expect(histories(refunded({ unusedFen: null }))).toEqual(['voucher', 'order']);
  });
});

describe('the ledger', () => {
  const ms = fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 });

  test('sorts its entries by time', () => {
    fc.assert(
      fc.property(ms, ms, nastyId, nastyId, (a, b, oneId, otherId) => {
        fc.pre(a !== b);
        const one = keys.entry(entry({ occurredAt: toInstant(a), entryId: oneId }));
        const other = keys.entry(entry({ occurredAt: toInstant(b), entryId: otherId }));
        expect(one.sk < other.sk).toBe(a < b);
      }),
      { numRuns: runs(5_000) },
    );
  });

  test('puts an instant in any offset at the same place', () => {
    expect(ledgerTime('2025-10-09T16:30:00Z')).toBe('2025-10-10#00:30:00.000');
    expect(ledgerTime('2025-10-10T00:30:00+08:00')).toBe('2025-10-10#00:30:00.000');
  });

  test('begins an entry with its business day and hour, by which it is cut', () => {
    const { sk } = keys.entry(entry({ occurredAt: '2025-10-09T23:59:59.999+08:00' }));
    expect(sk.startsWith('2025-10-09#23:')).toBe(true);
  });
});

describe('spreading', () => {
  test('a store stays in the bucket it was in when the first rollups were written', () => {
    // Changing where a store belongs would leave its old store-days counted twice.
    expect(bucketOf('douyin', '6600000000000000001')).toBe(2);
    expect(bucketOf('douyin', '6600000000000000002')).toBe(2);
    expect(bucketOf('meituan', '6600000000000000001')).toBe(2);
  });

  test('stores fill every bucket about evenly', () => {
    // Prepare
    const counts = new Array<number>(BUCKETS).fill(0);
    // Act
    for (let store = 0; store < 8_000; store += 1) {
      const bucket = bucketOf('douyin', `66${String(store).padStart(17, '0')}`);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    // Assess
    for (const count of counts) expect(count).toBeGreaterThan((8_000 / BUCKETS) * 0.8);
    expect(Math.max(...counts)).toBeLessThan((8_000 / BUCKETS) * 1.2);
  });

  test('a hint and a setAside delivery are in one of the shards that are counted', () => {
    for (const first of SHARDS) {
      const id = first.padEnd(64, '0');
      expect(keys.hint(id).pk).toBe(`HINT#${first}`);
      expect(keys.setAside('parked', id).pk).toBe(`SET-ASIDE#parked#${first}`);
    }
  });
});
