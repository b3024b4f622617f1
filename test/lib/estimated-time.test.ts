import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { bookStream } from '../../lib/booking/book.ts';
import { termsReader } from '../../lib/booking/terms.ts';
import type { Event } from '../../lib/events/event.ts';
import { entrySchema } from '../../lib/ledger/entry.ts';
import { silent } from '../../lib/log/log.ts';
import type { StoreHour } from '../../lib/rollups/store-day.ts';
import { keys } from '../../lib/store/keys.ts';
import { readEvents, recordEvent } from '../../lib/store/ledger/events.ts';
import { readState } from '../../lib/store/ledger/restatements.ts';
import type { BookedStream } from '../../lib/store/streams.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { MemoryTable } from '../world/store/table.ts';
import { amountsOf, contract, redeemed, reversed } from './make.ts';

/** The platform did it before midnight; the till pressed again after it, and that is all it knows. */
const TRUE_AT = '2025-10-09T23:50:00.000+08:00';
const ESTIMATED_AT = '2025-10-10T00:20:00.000+08:00';
const REDEEMED_AT = '2025-10-09T23:00:00.000+08:00';

const use = redeemed('v1', { occurredAt: REDEEMED_AT });
const STREAM: BookedStream = { of: 'voucher', platform: 'douyin', id: use.voucherId };

const estimated = { occurredAt: ESTIMATED_AT, isTimeEstimated: true } as const;
const exact = { occurredAt: TRUE_AT } as const;

/** More by chance, and more orders, in the long run. */
const BOUNDS = { most: runs(400), seeded: runs(400) };

const UNPRICED = { complete: false, unpriced: true, amounts: amountsOf(0) } as const;

/** What the till reports, and what the platform reports later or before. */
const ACTS: readonly (readonly [string, readonly Event[], Event, Event])[] = [
  [
    'a reversal',
    [use],
    reversed('v1', { ...estimated, complete: false }),
    reversed('v1', { ...exact }),
  ],
  [
    'a reversal of which the platform’s message is incomplete too',
    [use],
    reversed('v1', { ...estimated, complete: false }),
    reversed('v1', { ...exact, complete: false }),
  ],
  ['a use whose worth the till names', [], redeemed('v1', estimated), redeemed('v1', exact)],
  [
    'a use whose worth the platform reports later',
    [],
    redeemed('v1', { ...estimated, complete: false, amounts: amountsOf(0) }),
    redeemed('v1', exact),
  ],
  [
    'a use that only our call names, and whose worth a later request says',
    [],
    redeemed('~v1', { ...estimated, ...UNPRICED }),
    redeemed('~v1', { ...exact, complete: false }),
  ],
];

const depsOf = (table: MemoryTable) => ({
  table,
  policy: DEFAULT_POLICY,
  log: silent,
  now: Date.now,
});

async function tell(table: MemoryTable, event: Event): Promise<readonly StoreHour[]> {
  expect(await recordEvent(table, event)).toBe('recorded');
  const state = await readState(table, STREAM);
  return (await bookStream(STREAM, state, termsReader(depsOf(table)), depsOf(table))).hours;
}

async function start(known: readonly Event[]): Promise<MemoryTable> {
  const table = new MemoryTable();
  const log = contract(1);
  await table.put(keys.contract('douyin', log.merchantId, log.version), log);
  for (const event of known) await tell(table, event);
  return table;
}

/** What each business day's entries of the voucher come to, without the days that come to nothing. */
function byDay(table: MemoryTable): Record<string, { fen: number; count: number }> {
  const days: Record<string, { fen: number; count: number }> = {};
  for (const item of table.all('LEDGER#')) {
    const { businessDay, amountFen, count } = entrySchema.parse(item);
    const day = days[businessDay] ?? { fen: 0, count: 0 };
    days[businessDay] = { fen: day.fen + amountFen, count: day.count + count };
  }
  return Object.fromEntries(
    Object.entries(days).filter(([, { fen, count }]) => fen !== 0 || count !== 0),
  );
}

describe.each(ACTS)('%s at an estimated time', (_what, known, guess, truth) => {
  const isUse = truth.kind === 'voucher.redeemed';
  const expected = isUse ? { '2025-10-09': { fen: 9_900, count: 1 } } : {};

  test.each([
    ['the till', [guess, truth]],
    ['the platform', [truth, guess]],
  ])('is on its own day in the end, where %s reports it first', async (_first, reports) => {
    // Prepare
    const table = await start(known);
    // Act
    const hours: StoreHour[] = [];
    for (const report of reports) hours.push(...(await tell(table, report)));
    hours.push(...(await tell(table, guess)));
    // Assess
    const event = (await readEvents(table, STREAM)).find(({ kind }) => kind === truth.kind);
    expect(event).toMatchObject({ occurredAt: TRUE_AT, complete: truth.complete });
    expect(event).not.toHaveProperty('isTimeEstimated');
    expect(byDay(table)).toEqual(expected);
    // Whatever moved, both hours are rolled up.
    const booked = table.all('LEDGER#').map((item) => entrySchema.parse(item).businessDay);
    expect(new Set(hours.map(({ day }) => day))).toEqual(new Set(booked));
  });

  test('is on its own day in every order of two workers’ calls', async () => {
    const tried = await everyOrder(async () => {
      const table = await start(known);
      const teller = (report: Event) => async (turn: Turn) => {
        await tell(table.seenBy(turn), report);
      };
      return {
        workers: { till: teller(guess), platform: teller(truth) },
        afterwards: () => expect(byDay(table)).toEqual(expected),
      };
    }, BOUNDS);
    expect(tried.orders).toBeGreaterThan(BOUNDS.most);
  });
});

test.each([
  [
    'a second apart on one day',
    '2025-10-09T12:00:00.700+08:00',
    '2025-10-09T12:00:00.000+08:00',
    0,
  ],
  [
    'a second apart at midnight',
    '2025-10-10T00:00:00.500+08:00',
    '2025-10-09T23:59:59.000+08:00',
    2,
  ],
])('%s, a correction is only booked where it moves something', async (_gap, guessed, at, more) => {
  // Prepare
  const table = await start([{ ...use, occurredAt: '2025-10-09T11:30:00.000+08:00' }]);
  const guess = { occurredAt: guessed, isTimeEstimated: true, complete: false } as const;
  await tell(table, reversed('v1', guess));
  const before = table.all('LEDGER#').length;
  // Act
  await tell(table, reversed('v1', { occurredAt: at }));
  // Assess
  expect(table.all('LEDGER#')).toHaveLength(before + more);
  const [, event] = await readEvents(table, STREAM);
  expect(event).not.toHaveProperty('isTimeEstimated');
});

test('two estimates keep the first, and a platform’s time is not corrected by an estimate', async () => {
  const table = await start([use]);
  const first = reversed('v1', { ...estimated, complete: false });
  await tell(table, first);
  await tell(table, { ...first, occurredAt: '2025-10-10T09:00:00.000+08:00' });
  const [, standing] = await readEvents(table, STREAM);
  expect(standing).toEqual(first);
});

test('a use that its till and the platform value otherwise is a conflict, and stays', async () => {
  const table = await start([redeemed('v1', estimated)]);
  const other = redeemed('v1', { ...exact, amounts: amountsOf(1) });
  expect(await recordEvent(table, other)).toBe('conflict');
});
