import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { attribute } from '../../lib/attribution/attribute.ts';
import {
  type ContractVersion,
  inForceAt,
  knownAt,
  latestVersions,
  UNATTRIBUTED,
} from '../../lib/attribution/contract.ts';
import { readHistory } from '../../lib/attribution/history.ts';
import { overlapping } from '../../lib/attribution/overlap.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import {
  type Reversal,
  reversingEntries,
  reversingPlaces,
} from '../../lib/attribution/reversing.ts';
import { redemptionStatus } from '../../lib/attribution/status.ts';
import type { Event } from '../../lib/events/event.ts';
import { type Entry, entrySchema, UNKNOWN_STORE } from '../../lib/ledger/entry.ts';
import { rollUpEntries } from '../../lib/ledger/rollup.ts';
import { IS_LONG, runs } from '../support/long.ts';
import { amountsOf, contract, entry, minute, paid, redeemed, refunded, reversed } from './make.ts';

// The long run tries forty times as much.
if (IS_LONG) vi.setConfig({ testTimeout: 7_200_000 });

const sum = (entries: readonly Entry[], key: 'amountFen' | 'paidFen' | 'commissionFen' | 'count') =>
  entries.reduce((total, one) => total + one[key], 0);

const MEASURED = ['amountFen', 'paidFen', 'commissionFen', 'count'] as const;

function takingBack(
  eventId: string,
  paidFen: number | null,
  over: Partial<Reversal> = {},
): Reversal {
  return { eventId, kind: 'refund', occurredAt: minute(100), complete: true, paidFen, ...over };
}

/** Everything that a voucher's events book into an empty ledger, by the pure functions alone. */
function bookAll(events: readonly Event[], log: readonly ContractVersion[]): Entry[] {
  return readHistory(events).booked.flatMap(({ event, reversals }) => {
    const own = attribute(event, log, DEFAULT_POLICY);
    for (const one of reversals) own.push(...reversingEntries(one, own));
    return own;
  });
}

describe('who a redemption belongs to', () => {
  test('the agency in force, with what the platform put in', () => {
    // Prepare
    const event = redeemed('v1', { amounts: amountsOf(9_900, 1_000) });
    // Act
    const entries = attribute(event, [contract(1)], DEFAULT_POLICY);
    // Assess
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      providerId: 'provider-1',
      contractId: 'contract-1',
      contractVersion: 1,
      amountFen: 10_900,
      paidFen: 9_900,
      commissionFen: 872,
      count: 1,
      reverses: null,
      kind: 'redemption',
      explanation: { rule: 'agency-contract', shareBp: 10_000, rateBp: 800, candidates: 1 },
    });
    expect(entrySchema.parse(entries[0])).toEqual(entries[0]);
  });

  test('a special contract is asked before an agency, whichever came first', () => {
    // Prepare
    const agency = contract(1);
    const special = contract(2, { mode: 'special' });
    for (const log of [
      [agency, special],
      [special, agency],
      [contract(1, { mode: 'special' }), contract(2)],
    ]) {
      // Act
      const entries = attribute(redeemed('v1'), log, DEFAULT_POLICY);
      // Assess
      expect(entries).toHaveLength(1);
      expect(entries[0]?.explanation).toMatchObject({ rule: 'special-contract', candidates: 2 });
      const mode = log.find((one) => one.contractId === entries[0]?.contractId)?.mode;
      expect(mode).toBe('special');
    }
  });

  test('what shares leave goes to nobody, visibly', () => {
    // Prepare
    const log = [contract(1, { shareBp: 3_000 }), contract(2, { shareBp: 2_500 })];
    // Act
    const entries = attribute(redeemed('v1'), log, DEFAULT_POLICY);
    // Assess
    expect(
      entries.map((one) => [one.providerId, one.amountFen, one.explanation.rule]),
    ).toStrictEqual([
      ['provider-1', 2_970, 'agency-contract'],
      ['provider-2', 2_475, 'agency-contract'],
      [UNATTRIBUTED, 4_455, 'rest-of-share'],
    ]);
    expect(entries.at(-1)?.commissionFen).toBe(0);
  });

  test('nobody, where no contract is in force', () => {
    // Prepare: over before, begins after
    const log = [contract(1, { endsAt: minute(0) }), contract(2, { startsAt: minute(1) })];
    // Act
    const entries = attribute(redeemed('v1'), log, DEFAULT_POLICY);
    // Assess
    expect(entries.map((one) => [one.providerId, one.amountFen, one.explanation.rule])).toEqual([
      [UNATTRIBUTED, 9_900, 'no-contract'],
    ]);
    expect(entries[0]).toMatchObject({ contractId: null, contractVersion: null, commissionFen: 0 });
  });

  test('a contract is in force from its first instant until just before its last', () => {
    const span = contract(1, { startsAt: minute(0), endsAt: minute(10) });
    expect(inForceAt(span, minute(0))).toBe(true);
    expect(inForceAt(span, minute(9.999))).toBe(true);
    expect(inForceAt(span, minute(10))).toBe(false);
    expect(inForceAt(span, minute(-0.001))).toBe(false);
  });

  test('a payment is booked by the same contract, and earns nothing yet', () => {
    // Act
    const entries = attribute(paid(), [contract(1)], DEFAULT_POLICY);
    // Assess
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      kind: 'payment',
      storeId: UNKNOWN_STORE,
      amountFen: 9_900,
      commissionFen: 0,
      count: 0,
      redemptionId: null,
    });
  });

  test('a redemption without a store is kept at the unknown one', () => {
    const [line] = attribute(redeemed('v1', { storeId: null }), [contract(1)], DEFAULT_POLICY);
    expect(line?.storeId).toBe(UNKNOWN_STORE);
  });

  test("under the policy of the buyer's money alone, the platform's part is no GMV", () => {
    const event = redeemed('v1', { amounts: amountsOf(9_900, 1_000) });
    const [line] = attribute(event, [contract(1)], {
      ...DEFAULT_POLICY,
      basis: 'paid',
    });
    expect(line).toMatchObject({ amountFen: 9_900, explanation: { basis: 'paid' } });
  });
});

const anyContract = (version: number): fc.Arbitrary<ContractVersion> =>
  fc
    .record({
      shareBp: fc.integer({ min: 1, max: 10_000 }),
      rateBp: fc.integer({ min: 0, max: 10_000 }),
      mode: fc.constantFrom<ContractVersion['mode'][]>('agency', 'special'),
      start: fc.integer({ min: -500, max: 500 }),
      length: fc.option(fc.integer({ min: 1, max: 500 })),
      recorded: fc.integer({ min: -500, max: 600 }),
      // Few contracts, so that some versions change earlier ones.
      contractId: fc.constantFrom('a', 'b', 'c'),
    })
    .map(({ start, length, recorded, ...over }) =>
      contract(version, {
        ...over,
        startsAt: minute(start),
        endsAt: length === null ? null : minute(start + length),
        recordedAt: minute(recorded),
      }),
    );

const anyLog = fc
  .integer({ min: 0, max: 6 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => anyContract(index + 1))));

const anyRedemption = fc
  .record({
    paidFen: fc.integer({ min: 0, max: 1_000_000 }),
    platformFen: fc.integer({ min: 0, max: 100_000 }),
    at: fc.integer({ min: -500, max: 500 }),
  })
  .map(({ paidFen, platformFen, at }) =>
    redeemed('v1', { amounts: amountsOf(paidFen, platformFen), occurredAt: minute(at) }),
  );

describe('attribute, over any contracts', () => {
  test('deals out the whole GMV and the whole payment, to the fen, once each contract', () => {
    fc.assert(
      fc.property(anyRedemption, anyLog, (event, log) => {
        // Act
        const entries = attribute(event, log, DEFAULT_POLICY);
        // Assess
        const { paidFen, platformDiscountFen } = event.amounts;
        expect(sum(entries, 'amountFen')).toBe(paidFen + platformDiscountFen);
        expect(sum(entries, 'paidFen')).toBe(paidFen);
        expect(new Set(entries.map((one) => one.entryId)).size).toBe(entries.length);
        const shares = entries.reduce((total, one) => total + one.explanation.shareBp, 0);
        expect(shares).toBe(10_000);
        expect(entries.every((one) => one.amountFen >= 0)).toBe(true);
        const modes = new Set(entries.map((one) => one.explanation.rule));
        expect(modes.has('special-contract') && modes.has('agency-contract')).toBe(false);
      }),
      { numRuns: runs(3_000) },
    );
  });

  test('gives the same answer whatever is recorded after the event was', () => {
    const later = fc.array(anyContract(0), { maxLength: 3 });
    fc.assert(
      fc.property(anyRedemption, anyLog, later, (event, log, more) => {
        // Prepare: versions and endings that came to be known a minute, or years, too late
        const after = more.map((one, index) => ({
          ...one,
          version: log.length + index + 1,
          recordedAt: minute(601 + index * 1_000_000),
        }));
        // Act, Assess
        expect(attribute(event, [...log, ...after], DEFAULT_POLICY)).toEqual(
          attribute(event, log, DEFAULT_POLICY),
        );
      }),
      { numRuns: runs(3_000) },
    );
  });

  test('gives the same answer whatever order the log is read in', () => {
    const shuffled = anyLog.chain((log) =>
      fc.tuple(
        fc.constant(log),
        fc.shuffledSubarray([...log], { minLength: log.length, maxLength: log.length }),
      ),
    );
    fc.assert(
      fc.property(anyRedemption, shuffled, (event, [log, other]) => {
        expect(attribute(event, other, DEFAULT_POLICY)).toEqual(
          attribute(event, log, DEFAULT_POLICY),
        );
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('a contract ended later still holds for what was recorded before it ended', () => {
    // Prepare
    const signed = contract(1, { contractId: 'a' });
    const ended = contract(2, { contractId: 'a', endsAt: minute(-100), recordedAt: minute(700) });
    // Act
    const before = attribute(redeemed('v1'), [signed, ended], DEFAULT_POLICY);
    const after = attribute(
      redeemed('v2', { recordedAt: minute(701) }),
      [signed, ended],
      DEFAULT_POLICY,
    );
    // Assess
    expect(before[0]?.contractId).toBe('a');
    expect(after[0]?.contractId).toBeNull();
  });

  test('a contract recorded at the very moment of the event is known to it', () => {
    const log = [contract(1, { recordedAt: minute(600) })];
    expect(attribute(redeemed('v1'), log, DEFAULT_POLICY)[0]?.contractId).toBe('contract-1');
  });
});

describe('the contract log', () => {
  test('knows the latest version of each contract at any time', () => {
    // Prepare
    const first = contract(1, { contractId: 'a', recordedAt: minute(0) });
    const second = contract(2, { contractId: 'b', recordedAt: minute(10) });
    const third = contract(3, { contractId: 'a', recordedAt: minute(20) });
    const log = [third, first, second];
    // Act, Assess
    expect(knownAt(log, minute(-1))).toEqual([]);
    expect(knownAt(log, minute(15))).toEqual([first, second]);
    expect(knownAt(log, minute(20))).toEqual([third, second]);
    expect(latestVersions([first, second, third])).toEqual([third, second]);
  });

  const span = fc
    .record({
      start: fc.integer({ min: 0, max: 20 }),
      length: fc.option(fc.integer({ min: 1, max: 10 })),
      shareBp: fc.integer({ min: 1, max: 20 }).map((part) => part * 500),
      mode: fc.constantFrom<ContractVersion['mode'][]>('agency', 'special'),
    })
    .map(({ start, length, ...over }) => ({
      ...over,
      startsAt: minute(start),
      endsAt: length === null ? null : minute(start + length),
    }));

  test('refuses a contract exactly where some instant would be shared out beyond the whole', () => {
    fc.assert(
      fc.property(span, fc.array(span, { maxLength: 5 }), (proposed, spans) => {
        // Prepare
        const existing = spans.map((one, index) => contract(index + 1, one));
        const inTheWay = (at: number) =>
          existing.filter((one) => one.mode === proposed.mode && inForceAt(one, minute(at)));
        const isOver = Array.from({ length: 100 }, (_, half) => half / 2).some(
          (at) =>
            inForceAt(contract(9, proposed), minute(at)) &&
            inTheWay(at).reduce((total, one) => total + one.shareBp, proposed.shareBp) > 10_000,
        );
        // Act
        const found = overlapping(contract(9, proposed), existing);
        // Assess
        expect(found.length > 0).toBe(isOver);
        expect(found.every((one) => one.mode === proposed.mode)).toBe(true);
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('takes a contract that starts in the instant another ends', () => {
    const old = contract(1, { endsAt: minute(0) });
    const next = contract(2, { startsAt: minute(0) });
    expect(overlapping(next, [old])).toEqual([]);
    expect(overlapping({ ...next, startsAt: minute(-1) }, [old])).toEqual([old]);
  });

  test('takes an agency beside a special contract of the whole', () => {
    expect(overlapping(contract(2), [contract(1, { mode: 'special' })])).toEqual([]);
  });
});

describe('what takes an entry back', () => {
  test('is the entry with its sign turned, on the day it was taken back', () => {
    // Prepare
    const original = entry();
    const reversal = takingBack('reversed:v1', null, {
      kind: 'reversal',
      occurredAt: '2025-10-10T00:10:00.000+08:00',
    });
    // Act
    const [back, ...more] = reversingEntries(reversal, [original]);
    // Assess
    expect(more).toEqual([]);
    expect(back).toEqual({
      ...original,
      entryId: 'reversed:v1~redeemed:v1~contract-1',
      eventId: 'reversed:v1',
      kind: 'reversal',
      occurredAt: '2025-10-10T00:10:00.000+08:00',
      businessDay: '2025-10-10',
      amountFen: -9_900,
      paidFen: -9_900,
      commissionFen: -792,
      count: -1,
      reverses: original.entryId,
      reversesAt: original.occurredAt,
      explanation: { ...original.explanation, rule: 'reversing-entry' },
    });
  });

  test('is found again at the place it was booked at', () => {
    const original = entry();
    const one = takingBack('refunded:x', 100);
    const [booked] = reversingEntries(one, [original]);
    const [place] = reversingPlaces(one, [original]);
    expect(place).toMatchObject({
      entryId: booked?.entryId,
      providerId: booked?.providerId,
      storeId: booked?.storeId,
      occurredAt: booked?.occurredAt,
    });
  });

  test('takes part of the commission with part of the money, and the last one the rest', () => {
    // Prepare
    const original = entry();
    // Act
    const third = reversingEntries(takingBack('refunded:1', 3_300), [original]);
    const rest = reversingEntries(takingBack('refunded:2', 6_600), [original, ...third]);
    // Assess
    expect(third[0]).toMatchObject({ amountFen: -3_300, commissionFen: -264, count: 0 });
    expect(rest[0]).toMatchObject({ amountFen: -6_600, commissionFen: -528, count: -1 });
  });

  test('takes the platform’s part along in proportion', () => {
    const original = entry({ amountFen: 12_000, paidFen: 9_000, commissionFen: 960 });
    const [half] = reversingEntries(takingBack('refunded:1', 4_500), [original]);
    expect(half).toMatchObject({ amountFen: -6_000, paidFen: -4_500, commissionFen: -480 });
  });

  test('takes no more than is there when more is requested', () => {
    const [all, ...none] = reversingEntries(takingBack('refunded:1', 1_000_000), [entry()]);
    expect(all).toMatchObject({ amountFen: -9_900, count: -1 });
    expect(none).toEqual([]);
  });

  test('takes nothing twice, and nothing from what is gone', () => {
    // Prepare
    const whole = takingBack('reversed:v1', null, { kind: 'reversal' });
    const standing = [entry(), ...reversingEntries(whole, [entry()])];
    // Act, Assess
    expect(reversingEntries(whole, standing)).toEqual([]);
    expect(reversingEntries(takingBack('refunded:1', null), standing)).toEqual([]);
    expect(reversingEntries(takingBack('refunded:2', 500), standing)).toEqual([]);
  });
});

/** One redemption shared between contracts, as booked. */
const booked = fc
  .tuple(anyRedemption, fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 3 }))
  .map(([event, shares]) => {
    const log = shares.map((shareBp, index) => contract(index + 1, { shareBp, rateBp: 777 }));
    return { paidFen: event.amounts.paidFen, originals: attribute(event, log, DEFAULT_POLICY) };
  });

const asked = fc.option(fc.integer({ min: 0, max: 400_000 }));

describe('reverses, over any entries', () => {
  test('of the whole make zero with what they reverse, in every measure of every entry', () => {
    fc.assert(
      fc.property(booked, ({ originals }) => {
        const back = reversingEntries(takingBack('reversed:v1', null), originals);
        for (const original of originals) {
          const own = [original, ...back.filter((one) => one.reverses === original.entryId)];
          for (const key of MEASURED) expect(sum(own, key)).toBe(0);
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('of any refunds one after another never take more than was booked, nor less than nothing', () => {
    fc.assert(
      fc.property(booked, fc.array(asked, { maxLength: 5 }), ({ originals }, refunds) => {
        // Act
        const standing = [...originals];
        for (const [index, paidFen] of refunds.entries()) {
          standing.push(...reversingEntries(takingBack(`refunded:${index}`, paidFen), standing));
        }
        // Assess
        for (const original of originals) {
          const own = standing.filter(
            (one) => one === original || one.reverses === original.entryId,
          );
          for (const key of MEASURED) {
            expect(sum(own, key)).toBeGreaterThanOrEqual(0);
            expect(sum(own, key)).toBeLessThanOrEqual(original[key]);
          }
        }
        if (refunds.includes(null)) {
          for (const key of MEASURED) expect(sum(standing, key)).toBe(0);
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('of part take exactly the money requested, to the fen', () => {
    fc.assert(
      fc.property(booked, fc.array(asked, { maxLength: 4 }), ({ originals, paidFen }, refunds) => {
        const standing = [...originals];
        let left = paidFen;
        for (const [index, ask] of refunds.entries()) {
          // Act
          const back = reversingEntries(takingBack(`refunded:${index}`, ask), standing);
          standing.push(...back);
          // Assess
          const due = Math.min(ask ?? left, left);
          expect(sum(back, 'paidFen') + due).toBe(0);
          left -= due;
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('are the same when a worker died half way and another went on', () => {
    fc.assert(
      fc.property(booked, asked, fc.nat({ max: 3 }), ({ originals }, ask, survived) => {
        // Prepare
        const one = takingBack('refunded:1', ask);
        const whole = reversingEntries(one, originals);
        const before = whole.slice(0, survived);
        // Act
        const after = reversingEntries(one, [...originals, ...before]);
        // Assess
        expect([...before, ...after]).toEqual(whole);
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('are not booked again once they stand, whatever was booked after them', () => {
    fc.assert(
      fc.property(booked, fc.array(asked, { maxLength: 4 }), ({ originals }, asks) => {
        // Prepare
        const reversals = asks.map((ask, index) => takingBack(`refunded:${index}`, ask));
        const standing = [...originals];
        for (const one of reversals) standing.push(...reversingEntries(one, standing));
        for (const one of reversals) {
          // Act, Assess
          expect(reversingEntries(one, standing)).toEqual([]);
        }
      }),
      { numRuns: runs(3_000) },
    );
  });
});

describe('the history of a voucher', () => {
  const log = [contract(1)];

  test('redeemed, reversed and redeemed again is one redemption', () => {
    // Prepare
    const events = [
      redeemed('v1'),
      reversed('v1', { occurredAt: minute(10) }),
      redeemed('v2', { occurredAt: minute(20) }),
    ];
    // Act
    const rollup = rollUpEntries(bookAll(events, log));
    // Assess
    expect(rollup).toMatchObject({
      redeemedFen: 9_900,
      redeemedCount: 1,
      reversedFen: 9_900,
      reversedCount: 1,
      commissionFen: 792,
    });
  });

  test('a reversal whose redemption has not come waits, and is booked when it comes', () => {
    // Act
    const early = readHistory([reversed('v1')]);
    const both = readHistory([reversed('v1'), redeemed('v1')]);
    // Assess
    expect(early.booked).toEqual([]);
    expect(early.waiting.map((event) => event.eventId)).toEqual(['reversed:v1']);
    expect(both.waiting).toEqual([]);
    expect(both.booked[0]?.reversals.map((one) => one.kind)).toEqual(['reversal']);
  });

  test('a reversal is of the redemption it names, not of another of the same voucher', () => {
    const { booked: lines, waiting } = readHistory([redeemed('v1'), reversed('v2')]);
    expect(lines[0]?.reversals).toEqual([]);
    expect(waiting).toHaveLength(1);
  });

  test('a reversal that names none is of the last redemption standing at its time', () => {
    // Prepare
    const events = [
      redeemed('v1', { occurredAt: minute(0) }),
      redeemed('v2', { occurredAt: minute(10) }),
      redeemed('v3', { occurredAt: minute(40) }),
      reversed(null, { occurredAt: minute(30) }),
    ];
    // Act
    const { booked: lines } = readHistory(events);
    // Assess
    expect(lines.map((line) => line.reversals.length)).toEqual([0, 1, 0]);
  });

  test('a redemption only hinted at gives way to the record of it, without a trace in the totals', () => {
    // Prepare
    const hinted = redeemed('~7400@t', { complete: false, storeId: null, amounts: amountsOf(0) });
    // Act
    const entries = bookAll([hinted, redeemed('v1', { occurredAt: minute(-1) })], log);
    // Assess
    expect(rollUpEntries(entries)).toMatchObject({
      redeemedFen: 9_900,
      redeemedCount: 1,
      reversedCount: 0,
    });
    const [superseded] = entries.filter((one) => one.kind === 'supersession');
    expect(superseded).toMatchObject({ storeId: UNKNOWN_STORE, count: -1 });
  });

  test('what a hint took back is the record’s once it is known, when nothing else takes it back', () => {
    // Prepare
    const hinted = redeemed('~7400@t', { complete: false, occurredAt: minute(1) });
    const record = redeemed('v1', { occurredAt: minute(0) });
    for (const reversal of [
      reversed(null, { complete: false }),
      refunded({ complete: false, takesBack: null }),
    ]) {
      // Act
      const rollup = rollUpEntries(bookAll([hinted, record, reversal], log));
      // Assess
      expect(rollup).toMatchObject({ redeemedFen: 0, redeemedCount: 0 });
    }
  });

  describe('a use whose id we made up and whose worth nobody told', () => {
    const untold = redeemed('~7400@till', {
      ...{ complete: false, amounts: amountsOf(0), unpriced: true, occurredAt: minute(1) },
    });

    test('waits rather than be booked at nothing', () => {
      expect(readHistory([untold])).toMatchObject({ booked: [], waiting: [untold] });
      expect(bookAll([untold], log)).toEqual([]);
    });

    test('is booked at what the till reports', () => {
      const told = { ...untold, amounts: amountsOf(5_000) };
      expect(rollUpEntries(bookAll([told], log))).toMatchObject({ redeemedFen: 5_000 });
      expect(readHistory([told]).waiting).toEqual([]);
    });

    test('gives way to the platform’s own record, one to each', () => {
      const another = { ...untold, eventId: 'redeemed:~2', redemptionId: '~2' };
      const record = redeemed('v1', { occurredAt: minute(1) });
      for (const events of [
        [untold, another, record],
        [record, another, untold],
      ]) {
        const { booked, waiting } = readHistory(events);
        expect(booked.map(({ event, reversals }) => [event.eventId, reversals])).toEqual([
          ['redeemed:v1', []],
        ]);
        expect(waiting).toHaveLength(1);
      }
      expect(readHistory([untold, record]).waiting).toEqual([]);
    });
  });

  test('a redemption only hinted at stands as long as nothing better is known', () => {
    const hinted = redeemed('~7400@t', { complete: false });
    expect(readHistory([hinted]).booked[0]?.reversals).toEqual([]);
  });

  test('a refund takes back the uses it names, whole or in part', () => {
    // Prepare
    const events = [
      redeemed('v1', { amounts: amountsOf(3_300) }),
      redeemed('v2', { amounts: amountsOf(3_300), occurredAt: minute(10) }),
      refunded({
        takesBack: [
          { redemptionId: 'v2', paidFen: null },
          { redemptionId: 'v1', paidFen: 1_100 },
        ],
        unusedFen: 3_300,
      }),
    ];
    // Act
    const rollup = rollUpEntries(bookAll(events, log));
    // Assess
    expect(rollup).toMatchObject({ redeemedFen: 2_200, redeemedCount: 1, refundedFen: 4_400 });
  });

  test('a refund before use takes nothing from redemptions', () => {
    const events = [redeemed('v1'), refunded({ takesBack: [], unusedFen: 100 })];
    expect(readHistory(events).booked[0]?.reversals).toEqual([]);
  });

  test('a refund that does not say what it takes back takes back what stands at its time', () => {
    // Prepare
    const events = [
      redeemed('v1'),
      reversed('v1', { occurredAt: minute(5) }),
      redeemed('v2', { occurredAt: minute(10) }),
      refunded({ takesBack: null }),
      redeemed('v3', { occurredAt: minute(9_000) }),
    ];
    // Act
    const { booked: lines } = readHistory(events);
    // Assess
    expect(lines.map((line) => line.reversals.map((one) => one.kind))).toEqual([
      ['reversal'],
      ['refund'],
      [],
    ]);
  });

  test('a refund of more than its uses are worth takes all of them back and waits for nothing', () => {
    const events = [
      redeemed('v1'),
      refunded({ takesBack: null, refundedFen: 1_000_000, unusedFen: 0 }),
    ];
    const { booked, waiting } = readHistory(events);
    expect(booked.map((line) => line.reversals.length)).toEqual([1]);
    expect(waiting).toEqual([]);
  });

  test('a refund of a use nobody told of yet waits for it', () => {
    const refund = refunded({ unusedFen: 0, takesBack: [{ redemptionId: 'v1', paidFen: null }] });
    expect(readHistory([refund]).waiting).toEqual([refund]);
    expect(readHistory([refund, redeemed('v1')]).waiting).toEqual([]);
  });

  test('money refunded before use comes off what the order paid', () => {
    // Prepare
    const order = [
      paid({ amounts: amountsOf(19_800) }),
      refunded({ unusedFen: 9_900, takesBack: [] }),
    ];
    // Act
    const rollup = rollUpEntries(bookAll(order, log));
    // Assess
    expect(rollup).toMatchObject({ paidFen: 9_900, redeemedFen: 0, redeemedCount: 0 });
  });

  test('two vouchers of one order refunded before use are both taken off, and no more', () => {
    // Prepare
    const refund = (id: string) =>
      refunded({ eventId: `refunded:${id}`, voucherId: id, unusedFen: 9_900, takesBack: [] });
    // Act
    const order = [paid({ amounts: amountsOf(19_800) }), refund('1'), refund('2'), refund('3')];
    // Assess
    expect(rollUpEntries(bookAll(order, log))).toMatchObject({ paidFen: 0 });
  });

  test('a request for a refund moves no money', () => {
    // Prepare
    const { refundedFen: _f, takesBack: _t, unusedFen: _u, ...common } = refunded();
    const request: Event = {
      ...common,
      kind: 'voucher.refund_requested',
      refundId: null,
      requestedFen: 9_900,
    };
    // Act
    const history = readHistory([redeemed('v1'), request]);
    // Assess
    expect(history.booked[0]?.reversals).toEqual([]);
    expect(history.waiting).toEqual([]);
  });
});

/** The life of one voucher: uses, each perhaps reversed, perhaps a hint of one, perhaps a refund. */
const life: fc.Arbitrary<Event[]> = fc
  .record({
    uses: fc.array(
      fc.record({
        paidFen: fc.integer({ min: 0, max: 50_000 }),
        gap: fc.integer({ min: 0, max: 40 }),
        reversedAfter: fc.option(fc.integer({ min: 0, max: 60 })),
        complete: fc.boolean(),
        isReversalNamed: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    refund: fc.constantFrom('none', 'unnamed', 'named', 'part', 'unused'),
  })
  .map(({ uses, refund }) => {
    let at = 0;
    const events: Event[] = [];
    for (const [index, use] of uses.entries()) {
      at += use.gap;
      const id = `v${index}`;
      const { complete } = use;
      const amounts = amountsOf(use.paidFen);
      events.push(redeemed(id, { occurredAt: minute(at), amounts, complete }));
      if (use.reversedAfter !== null) {
        const occurredAt = minute(at + use.reversedAfter);
        const eventId = `reversed:${id}`;
        events.push(reversed(use.isReversalNamed ? id : null, { eventId, occurredAt }));
      }
    }
    if (refund === 'unnamed') events.push(refunded({ takesBack: null }));
    if (refund === 'unused') events.push(refunded({ takesBack: [], unusedFen: 100 }));
    if (refund === 'named') {
      events.push(refunded({ takesBack: [{ redemptionId: 'v0', paidFen: null }] }));
    }
    if (refund === 'part') {
      events.push(refunded({ takesBack: [{ redemptionId: 'v0', paidFen: 1_000 }] }));
    }
    return events;
  });

describe('over any life of a voucher', () => {
  const log = [contract(1, { shareBp: 3_333 }), contract(2, { shareBp: 3_333 })];
  const byId = (a: Entry, b: Entry) => (a.entryId < b.entryId ? -1 : 1);

  test('the order in which its events came changes not one entry', () => {
    const shuffled = life.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([events, other]) => {
        expect(bookAll(other, log).sort(byId)).toEqual(bookAll(events, log).sort(byId));
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('no redemption is taken back more than once, and no total falls under nothing', () => {
    fc.assert(
      fc.property(life, (events) => {
        // Act
        const entries = bookAll(events, log);
        // Assess
        expect(new Set(entries.map((one) => one.entryId)).size).toBe(entries.length);
        for (const original of entries.filter((one) => one.reverses === null)) {
          const own = entries.filter(
            (one) => one === original || one.reverses === original.entryId,
          );
          for (const key of MEASURED) expect(sum(own, key)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('every reversal and refund is either booked or waits', () => {
    fc.assert(
      fc.property(life, (events) => {
        // Act
        const history = readHistory(events);
        // Assess
        const placed = new Set([
          ...history.booked.flatMap((line) => line.reversals.map((one) => one.eventId)),
          ...history.waiting.map((event) => event.eventId),
        ]);
        for (const event of events) {
          if (event.kind === 'voucher.redemption_reversed') {
            expect(placed.has(event.eventId)).toBe(true);
          }
        }
      }),
      { numRuns: runs(1_000) },
    );
  });
});

describe('what became of a redemption', () => {
  const HOUR_MS = 3_600_000;
  const at = (minutes: number) => Date.parse(minute(minutes));
  const statusOf = (events: Event[], id: string, minutes: number) =>
    redemptionStatus(readHistory(events), id, at(minutes), HOUR_MS);

  test('provisional while it may be reversed, final from then on', () => {
    expect(statusOf([redeemed('v1')], 'v1', 59.999)).toBe('provisional');
    expect(statusOf([redeemed('v1')], 'v1', 60)).toBe('final');
  });

  test('reversed or refunded when it was taken back whole', () => {
    expect(statusOf([redeemed('v1'), reversed('v1')], 'v1', 40)).toBe('reversed');
    expect(statusOf([redeemed('v1'), refunded()], 'v1', 2_000)).toBe('refunded');
  });

  test('final still when only part of it was refunded', () => {
    const part = refunded({ takesBack: [{ redemptionId: 'v1', paidFen: 100 }] });
    expect(statusOf([redeemed('v1'), part], 'v1', 2_000)).toBe('final');
  });

  test('nothing, for a redemption nobody told of and for a hint that its record superseded', () => {
    expect(statusOf([redeemed('v1')], 'v2', 0)).toBeUndefined();
    const hinted = redeemed('~h', { complete: false });
    expect(statusOf([hinted, redeemed('v1')], '~h', 0)).toBeUndefined();
    expect(statusOf([hinted, redeemed('v1')], 'v1', 0)).toBe('provisional');
  });

  test('each use of a card has its own', () => {
    const events = [
      redeemed('v1'),
      reversed('v1', { occurredAt: minute(5) }),
      redeemed('v2', { occurredAt: minute(10) }),
    ];
    expect(statusOf(events, 'v1', 20)).toBe('reversed');
    expect(statusOf(events, 'v2', 20)).toBe('provisional');
  });
});
