import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { AttributeDeps } from '../../functions/attribute/deps.ts';
import { compareEntry } from '../../functions/attribute/restatement/compare.ts';
import { restateEntry } from '../../functions/attribute/restatement/restate.ts';
import type { ContractVersion } from '../../lib/attribution/contract.ts';
import type { Marker } from '../../lib/attribution/generations.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { entriesOf, wantedEntries } from '../../lib/attribution/wanted.ts';
import { bookStream } from '../../lib/booking/book.ts';
import { termsReader } from '../../lib/booking/terms.ts';
import type { Event } from '../../lib/events/event.ts';
import { type Entry, entrySchema } from '../../lib/ledger/entry.ts';
import { type Rollup, rollUpEntries } from '../../lib/ledger/rollup.ts';
import { silent } from '../../lib/log/log.ts';
import { keys } from '../../lib/store/keys.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { entryRef } from '../../lib/store/ledger/entry-ref.ts';
import { type Job, placeMarker, readState } from '../../lib/store/ledger/restatements.ts';
import type { BookedStream } from '../../lib/store/streams.ts';
import { IS_LONG, runs } from '../support/long.ts';
import { ScriptedTable } from '../support/scripted-table.ts';
import type { MemoryTable } from '../world/store/table.ts';
import {
  amountsOf,
  contract,
  knowing,
  minute,
  redeemed,
  refunded,
  reversed,
  START_MS,
} from './make.ts';

// The long run tries forty times as much.
if (IS_LONG) vi.setConfig({ testTimeout: 7_200_000 });

const STREAM: BookedStream = { of: 'voucher', platform: 'douyin', id: '7400000000000000001' };

const depsOf = (table: MemoryTable): AttributeDeps => ({
  ...{
    table,
    attribution: undefined as never,
    policy: DEFAULT_POLICY,
    rollupDelaySeconds: 0,
    dimensionsDelaySeconds: 0,
  },
  ...{ log: silent, now: () => START_MS },
});

/** A worker that is told the voucher changed. */
async function work(table: MemoryTable): Promise<void> {
  const state = await readState(table, STREAM);
  await bookStream(STREAM, state, termsReader(depsOf(table)), depsOf(table));
}

const tell = (table: MemoryTable, event: Event) =>
  table.put(keys.event(STREAM, event.eventId), event);

const ledgerOf = (table: MemoryTable): Entry[] =>
  table.all('LEDGER#').map((item) => entrySchema.parse(item));

/** What stands: without what was corrected and what undid it, and however often it was decided anew. */
function standing(entries: readonly Entry[]): Entry[] {
  const corrected = new Set(entries.map((entry) => entry.corrects));
  return entries
    .filter(({ entryId, corrects }) => corrects === null && !corrected.has(entryId))
    .map((entry) => ({ ...entry, entryId: entry.entryId.replace(/~v\d+$/, '') }))
    .sort((a, b) => (a.entryId < b.entryId ? -1 : 1));
}

/** Measures that do not count how often something was decided. */
function measures(entries: readonly Entry[]): Omit<Rollup, 'entryCount'> {
  const { entryCount: _count, ...rest } = rollUpEntries(entries);
  return rest;
}

/** One to four uses, hinted at or recorded, reversed by name or not, and refunds of every kind. */
const life: fc.Arbitrary<Event[]> = fc
  .record({
    uses: fc.array(
      fc.record({
        paidFen: fc.integer({ min: 0, max: 30_000 }),
        gap: fc.integer({ min: 0, max: 900 }),
        reversal: fc.constantFrom('none', 'named', 'unnamed'),
        told: fc.constantFrom('record', 'hint', 'both'),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    refunds: fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 3_000 }),
        fen: fc.option(fc.integer({ min: 0, max: 40_000 })),
        of: fc.option(fc.integer({ min: 0, max: 3 })),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ uses, refunds }) => {
    let at = 0;
    const events: Event[] = [];
    for (const [index, { paidFen, gap, reversal, told }] of uses.entries()) {
      at += gap;
      const [id, amounts] = [`v${index}`, amountsOf(paidFen, index * 100)];
      const occurredAt = minute(at);
      if (told !== 'hint') events.push(redeemed(id, { occurredAt, amounts }));
      if (told !== 'record') {
        const hint = { complete: false, storeId: null, occurredAt: minute(at + 1) };
        events.push(redeemed(`~${id}`, { ...hint, amounts }));
      }
      if (reversal === 'none') continue;
      const eventId = `reversed:${id}`;
      const isNamed = reversal === 'named' && told !== 'hint';
      events.push(reversed(isNamed ? id : null, { eventId, occurredAt: minute(at + 20) }));
    }
    for (const [index, refund] of refunds.entries()) {
      const takesBack =
        refund.of === null ? null : [{ redemptionId: `v${refund.of}`, paidFen: refund.fen }];
      const occurredAt = minute(refund.at);
      const eventId = `refunded:${index}`;
      events.push(refunded({ eventId, occurredAt, refundedFen: refund.fen, takesBack }));
    }
    return events;
  });

const version = (number: number): fc.Arbitrary<ContractVersion> =>
  fc
    .record({
      shareBp: fc.integer({ min: 1, max: 5_000 }),
      rateBp: fc.integer({ min: 0, max: 10_000 }),
      mode: fc.constantFrom<ContractVersion['mode'][]>('agency', 'agency', 'special'),
      providerId: fc.constantFrom('p1', 'p2', 'p3'),
      start: fc.integer({ min: -500, max: 1_500 }),
      // Events are recorded at minute 600; what is recorded later needs a restatement.
      recorded: fc.constantFrom(-500, 700, 800, 900),
      stores: fc.constantFrom<string[][]>([], ['6600000000000000001']),
    })
    .map(({ start, recorded, stores, ...over }) =>
      contract(number, {
        ...{ ...over, contractId: `c${number}`, startsAt: minute(start) },
        ...{ recordedAt: minute(recorded), scope: { ...contract(1).scope, stores } },
      }),
    );

const logs = fc
  .integer({ min: 0, max: 4 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => version(index + 1))));

const markerAt = (minutes: number): Marker => ({
  ...{ restatementId: `r${minutes}`, asOf: minute(minutes), reason: 'a late contract' },
  ...{ from: '2025-10-09', to: '2025-10-10' },
});

const restatements = fc.subarray([750, 850, 950]).map((all) => all.map(markerAt));

async function prepare(turns: readonly number[], log: readonly ContractVersion[]) {
  const table = new ScriptedTable(turns);
  for (const one of log) await table.put(keys.contract('douyin', one.merchantId, one.version), one);
  return table;
}

/** Everything is known before the first worker runs. */
async function bookedAtOnce(
  events: readonly Event[],
  log: readonly ContractVersion[],
  markers: readonly Marker[],
): Promise<ScriptedTable> {
  const table = await prepare([], log);
  for (const event of events) await tell(table, event);
  for (const marker of markers) await placeMarker(table, STREAM, marker);
  await work(table);
  return table;
}

const disturbances = fc.record({
  /** For each thing that comes: after how many writes its worker dies. */
  lives: fc.array(fc.option(fc.integer({ min: 0, max: 6 })), { minLength: 12, maxLength: 12 }),
  isTogether: fc.boolean(),
  turns: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 200 }),
  repeated: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 4 }),
});

describe('the ledger of a voucher', () => {
  test('takes back what another worker booked, not what this one would have', async () => {
    // Prepare
    const [events, log] = [[redeemed('v1'), reversed('v1')], [contract(1, { shareBp: 6_000 })]];
    const expected = ledgerOf(await bookedAtOnce(events, log, []));
    const table = await prepare([], log);
    for (const event of events) await tell(table, event);
    let others = 0;
    // Somebody who knew another contract is there first, after this worker looked.
    const raced = table.seenBy(async (what) => {
      const place = expected.find(
        (one) => what === `put ${keys.entry(one).pk} ${keys.entry(one).sk}`,
      );
      if (place?.kind !== 'redemption' || others > 0) return;
      others += 1;
      await bookEntry(table, { ...place, amountFen: place.amountFen - 1 });
    });
    // Act
    await work(raced);
    // Assess
    expect(others).toBe(1);
    expect(measures(ledgerOf(table)).redeemedFen).toBe(0);
  });

  test('is the same whatever order, repetition, crash and neighbour its events came with', async () => {
    const story = fc.tuple(life, logs, restatements).chain(([events, log, markers]) =>
      fc.tuple(
        fc.constant({ events, log, markers }),
        fc.shuffledSubarray([...events, ...markers], {
          minLength: events.length + markers.length,
        }),
        disturbances,
      ),
    );
    await fc.assert(
      fc.asyncProperty(story, async ([{ events, log, markers }, arrivals, disturbed]) => {
        // Prepare
        const expected = ledgerOf(await bookedAtOnce(events, log, markers));
        const table = await prepare(disturbed.isTogether ? disturbed.turns : [], log);
        const again = disturbed.repeated.flatMap((index) => arrivals[index] ?? []);
        // Act
        const workers: Promise<void>[] = [];
        for (const [index, one] of [...arrivals, ...again].entries()) {
          if ('eventId' in one) await tell(table, one);
          else await placeMarker(table, STREAM, one);
          const lives = disturbed.lives[index] ?? null;
          if (lives !== null && !disturbed.isTogether) table.dieAfter(lives);
          const worker = work(table).catch((error: unknown) => {
            if (!String(error).includes('killed')) throw error;
          });
          if (disturbed.isTogether) workers.push(worker);
          else await worker;
          table.dieAfter(Number.POSITIVE_INFINITY);
        }
        await Promise.all(workers);
        // What a dead worker left comes again; where none died, every message was dealt with.
        if (!disturbed.isTogether) await work(table);
        // Assess
        const ledger = ledgerOf(table);
        expect(standing(ledger)).toEqual(standing(expected));
        expect(measures(ledger)).toEqual(measures(expected));
        const { writes } = table;
        await work(table);
        expect(table.writes).toBe(writes);
      }),
      { numRuns: runs(400) },
    );
  });

  test('is what `wantedEntries` says, whatever order it reads the events in', async () => {
    const story = fc
      .tuple(life, logs, restatements)
      .chain(([events, log, markers]) =>
        fc.tuple(
          fc.constant({ events, log, markers }),
          fc.shuffledSubarray(events, { minLength: events.length }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(story, async ([{ events, log, markers }, shuffled]) => {
        const ledger = ledgerOf(await bookedAtOnce(events, log, markers));
        const { facts } = wantedEntries(shuffled, knowing(log), markers);
        const wanted = facts.flatMap((fact) => entriesOf(fact));
        expect(standing(wanted)).toEqual(standing(ledger));
      }),
      { numRuns: runs(200) },
    );
  });

  test('never takes back more than was booked, whatever was restated', async () => {
    await fc.assert(
      fc.asyncProperty(life, logs, restatements, async (events, log, markers) => {
        const ledger = standing(ledgerOf(await bookedAtOnce(events, log, markers)));
        for (const original of ledger.filter((entry) => entry.reverses === null)) {
          const own = ledger.filter((e) => e === original || e.reverses === original.entryId);
          for (const key of ['amountFen', 'paidFen', 'commissionFen', 'count'] as const) {
            const left = own.reduce((sum, entry) => sum + entry[key], 0);
            expect(left).toBeGreaterThanOrEqual(0);
            expect(left).toBeLessThanOrEqual(original[key]);
          }
        }
      }),
      { numRuns: runs(300) },
    );
  });
});

const runOf = (minutes: number, over: Partial<Job> = {}): Job => ({
  ...markerAt(minutes),
  ...{ does: 'restate', platform: 'douyin', merchantId: contract(1).merchantId, dryRun: false },
  ...{ status: 'running', step: 0, failures: 0, cursor: null },
  ...{ phase: 'entries', adding: null, proposed: null, endedAt: null },
  progress: { placesDone: 0, placesTotal: 0, entriesRead: 0, facts: 0, changed: 0, totals: 0 },
  ...{ providers: {}, differenceCount: 0, mendedCount: 0, differences: [] },
  ...over,
});

/** What a run does, entry by entry. */
async function restateAll(table: MemoryTable, run: Job) {
  const deps = depsOf(table);
  const found = [];
  for (const entry of ledgerOf(table)) {
    found.push(await restateEntry(entry, run, termsReader(deps), deps));
  }
  return found;
}

const changed = (found: readonly { changed: number }[]) =>
  found.reduce((sum, one) => sum + one.changed, 0);

describe('a restatement', () => {
  test('twice is a restatement once, a dry run says what it does, and a rebuild finds it equal', async () => {
    await fc.assert(
      fc.asyncProperty(life, logs, async (events, log) => {
        // Prepare
        const table = await bookedAtOnce(events, log, []);
        const before = ledgerOf(table);
        // Act
        const dry = await restateAll(table, runOf(950, { dryRun: true }));
        expect(ledgerOf(table)).toEqual(before);
        const wet = await restateAll(table, runOf(950));
        const after = ledgerOf(table);
        const again = [
          ...(await restateAll(table, runOf(950))),
          ...(await restateAll(table, runOf(990))),
        ];
        // Assess
        expect(changed(wet)).toBe(changed(dry));
        expect(wet.map((one) => one.providers)).toEqual(dry.map((one) => one.providers));
        expect(ledgerOf(table)).toEqual(after);
        expect(changed(again)).toBe(changed(wet));
        const kept = after.filter((one) => before.some((old) => old.entryId === one.entryId));
        expect(kept).toHaveLength(before.length);
        for (const entry of after) {
          const deps = depsOf(table);
          const { differences } = await compareEntry(entry, termsReader(deps), deps);
          expect(differences).toEqual([]);
        }
        // What its providers gain and lose is what the ledger says.
        for (const { providers } of wet) {
          const gains = Object.values(providers).map(
            (one) => one.after.redeemedFen - one.before.redeemedFen,
          );
          expect(gains.reduce((sum, gain) => sum + gain, 0)).toBe(0);
        }
      }),
      { numRuns: runs(100) },
    );
  });

  test('is the same however often it died on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        life,
        logs,
        fc.array(fc.nat({ max: 8 }), { maxLength: 6 }),
        async (events, log, deaths) => {
          // Prepare
          const whole = await bookedAtOnce(events, log, []);
          const table = await bookedAtOnce(events, log, []);
          await restateAll(whole, runOf(950));
          // Act
          for (const lives of deaths) {
            table.dieAfter(lives);
            await restateAll(table, runOf(950)).catch(() => undefined);
          }
          table.dieAfter(Number.POSITIVE_INFINITY);
          await work(table);
          await restateAll(table, runOf(950));
          // Assess
          const byId = (a: Entry, b: Entry) => (a.entryId < b.entryId ? -1 : 1);
          expect(ledgerOf(table).sort(byId)).toEqual(ledgerOf(whole).sort(byId));
        },
      ),
      { numRuns: runs(100) },
    );
  });
});

describe('a rebuild', () => {
  test('finds an entry that is missing, one too many, and one that differs', async () => {
    // Prepare
    const log = [contract(1, { shareBp: 6_000 })];
    const events = [redeemed('v1'), reversed('v1')];
    const differences = async (spoil: (table: MemoryTable, entries: Entry[]) => void) => {
      const table = await bookedAtOnce(events, log, []);
      spoil(table, ledgerOf(table));
      const found = [];
      for (const entry of ledgerOf(table)) {
        const deps = depsOf(table);
        found.push(...(await compareEntry(entry, termsReader(deps), deps)).differences);
      }
      return found.map(({ what, entryId }) => [what, entryId]);
    };
    const at = (table: MemoryTable, entry: Entry) => table.items.get(keys.entry(entry).pk);
    // Act, Assess
    expect(await differences(() => undefined)).toEqual([]);
    const missing = await differences((table, entries) => {
      for (const entry of entries.filter((one) => one.kind === 'reversal')) {
        at(table, entry)?.delete(keys.entry(entry).sk);
      }
    });
    expect(missing.map(([what]) => what)).toEqual(['missing', 'missing']);
    let added = '';
    const extra = await differences((table, [first]) => {
      const entry = {
        ...(first as Entry),
        entryId: 'redeemed:v9~contract-1',
        eventId: 'redeemed:v9',
      };
      added = entryRef(entry);
      at(table, entry)?.set(keys.entry(entry).sk, { ...entry, ...keys.entry(entry) });
    });
    expect(extra).toEqual([['extra', added]]);
    const different = await differences((table, [first]) => {
      const entry = { ...(first as Entry), amountFen: 1 };
      at(table, entry)?.set(keys.entry(entry).sk, { ...entry, ...keys.entry(entry) });
    });
    expect(different.map(([what]) => what)).toContain('different');
  });
});
