import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Emulators } from '../../../infra/local/emulators.ts';
import type { Table } from '../../../lib/store/table.ts';
import { Meter } from '../../bench/support/meter.ts';
import { fresh } from '../../support/fresh.ts';
import { runs } from '../../support/long.ts';
import { startTable } from '../../support/table.ts';
import { type Charge, MemoryTable } from './table.ts';

let emulators: Emulators;
let emulated: Table;
let meter: Meter;

beforeAll(async () => {
  ({ emulators, table: emulated } = await startTable());
  meter = new Meter(emulators.database);
});

afterAll(() => emulators?.stop());

/** Some under a unit and some far beyond it, of every kind that an item keeps. */
const fields = fc.record({
  text: fc.integer({ min: 0, max: 6_000 }).map((length) => 'x'.repeat(length)),
  bytes: fc.integer({ min: 1, max: 3_000 }).map((length) => new Uint8Array(length)),
  list: fc.array(fc.constantFrom('a', null, true, 7), { maxLength: 200 }),
  nested: fc.record({ flag: fc.boolean(), count: fc.integer({ min: 0, max: 9 }) }),
});

test('each call costs in memory what the emulator charges for it', async () => {
  await fc.assert(
    fc.asyncProperty(fields, fields, fc.boolean(), async (first, second, consistent) => {
      const charged: Charge[] = [];
      const memory = new MemoryTable({ charge: (one) => charged.push(one) });
      const pk = fresh('size');
      const keyOf = (sk: string) => ({ pk, sk });
      meter.reset();
      for (const table of [emulated, memory]) {
        await table.put(keyOf('a'), first);
        await table.put(keyOf('a'), second, null);
        await table.put(keyOf('b'), first);
        await table.set(keyOf('b'), { text: 'short' }, { expression: 'attribute_exists(pk)' });
        await table.get(keyOf('a'), consistent);
        await table.get(keyOf('none'), consistent);
        for await (const _ of table.query(pk, { consistent }));
        await table.delete(keyOf('a'));
      }
      const sumOf = (isWrite: boolean) =>
        charged.reduce((sum, one) => sum + (one.isWrite === isWrite ? one.units : 0), 0);
      const sumOfBills = (bills: Meter['writes']) =>
        Object.values(bills).reduce((sum, { units }) => sum + units, 0);
      expect(sumOf(true)).toBe(sumOfBills(meter.writes));
      expect(sumOf(false)).toBe(sumOfBills(meter.reads));
      expect(sumOf(true)).toBeGreaterThan(4);
    }),
    { numRuns: runs(60) },
  );
});

// The emulator charges nothing for it; DynamoDB does, as for an item that is not there.
test('a query that finds nothing costs as one item does', async () => {
  const charged: Charge[] = [];
  const memory = new MemoryTable({ charge: (one) => charged.push(one) });
  for await (const _ of memory.query('none'));
  for await (const _ of memory.query('none', { consistent: false }));
  expect(charged).toMatchObject([{ units: 1 }, { units: 0.5 }]);
});

test('a write that its condition refuses is charged too', async () => {
  const charged: Charge[] = [];
  const memory = new MemoryTable({ charge: (one) => charged.push(one) });
  await memory.put({ pk: 'p', sk: 's' }, { text: 'x'.repeat(1_500) });
  expect(await memory.put({ pk: 'p', sk: 's' }, {})).toBe(false);
  expect(charged).toMatchObject([
    { isWrite: true, units: 2, isRefused: false },
    { isWrite: true, units: 2, isRefused: true },
  ]);
});
