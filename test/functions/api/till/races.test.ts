import { describe, expect, it } from 'vitest';
import { everyOrder } from '../../../support/interleave.ts';
import { runs } from '../../../support/long.ts';
import { PLACES } from './race-scenes.ts';
import { atOnce, type Loss, Till } from './race-till.ts';

/** More by chance, and more orders, in the long run. */
const BOUNDS = { most: runs(40), seeded: runs(20) };

const LOSSES: readonly (readonly Loss[])[] = [
  [],
  ['answer'],
  ['request'],
  [null, 'answer'],
  [null, 'request'],
  ['answer', 'answer'],
  [null, 'answer', 'answer'],
];

/** Their reversal has no key of the act, and nothing is known that tells whether it happened. */
const CANNOT_ASK: ReadonlySet<string> = new Set(['douyin-miniapp', 'kuaishou-shop']);

describe.each(Object.keys(PLACES))('presses of one request at %s', (name) => {
  it.each(LOSSES)('redeem once, and all are told so, losing %s %s %s', async (...losses) => {
    let orders = 0;
    await everyOrder(async () => {
      const till = await Till.open(name, losses);
      orders += 1;
      return {
        workers: {
          one: (turn) => till.press('redeem', turn),
          two: (turn) => till.press('redeem', turn),
        },
        afterwards: async () => {
          await till.press('redeem');
          expectOneTruth(till, true);
          expect(till.place.truth()).toEqual({ uses: 1, standing: 1 });
          expect(till.sent.length).toBeGreaterThan(0);
          expect(new Set(till.sent.map(eventsOf)).size).toBe(1);
        },
      };
    }, BOUNDS);
    expect(orders).toBeGreaterThan(BOUNDS.most);
  });

  it.each(LOSSES)('take back once, and all are told so, losing %s %s %s', async (...losses) => {
    const { place } = await Till.open(name);
    if (place.reverse === undefined) {
      // No call is known that takes back.
      expect(name).toBe('kuaishou-life');
      return;
    }
    const isAlwaysKnown = !CANNOT_ASK.has(name) || !losses.includes('answer');
    await everyOrder(async () => {
      const before = await Till.open(name);
      await before.press('redeem');
      before.lose(losses);
      before.told.length = 0;
      before.sent.length = 0;
      return {
        workers: {
          one: (turn) => before.press('reverse', turn),
          two: (turn) => before.press('reverse', turn),
        },
        afterwards: async () => {
          await before.press('reverse');
          expectOneTruth(before, isAlwaysKnown);
          expect(before.place.truth()).toEqual({ uses: 1, standing: 0 });
        },
      };
    }, BOUNDS);
  });
});

/** Nobody was told no, and whoever was told yes was told the same. */
function expectOneTruth({ told }: Till, isKnown: boolean): void {
  expect(told).not.toContain('platform-refused');
  const known = new Set(told.filter((one) => one !== 'platform-unavailable'));
  if (isKnown) expect([...known]).toHaveLength(1);
  expect(known.size).toBeLessThanOrEqual(1);
}

function eventsOf(body: string): string {
  const { events } = JSON.parse(body) as { events: { eventId: string }[] };
  return JSON.stringify(events.map(({ eventId }) => eventId));
}

/** Where no id of the act tells two requests apart: our own records do. */
describe.each(['kuaishou-life', 'kuaishou-shop'])('two requests for one voucher at %s', (name) => {
  it('use it once, and whoever was not served is refused', async () => {
    await everyOrder(async () => {
      const till = await Till.open(name, []);
      // Within the lease: who stalls for longer counts as dead, and may have been.
      Object.assign(till, { hidesIds: true, retriesAfterMs: 1_000 });
      return {
        workers: {
          one: (turn) => till.press('redeem', turn, 'request-0001'),
          two: (turn) => till.press('redeem', turn, 'request-0002'),
        },
        afterwards: async () => {
          const done = till.told.filter((answer) => answer.includes('"acts"'));
          expect(done).toHaveLength(1);
          expect(new Set(till.sent.map(eventsOf)).size).toBe(1);
          // Nobody is told to wait for ever.
          till.told.length = 0;
          await till.press('redeem', atOnce, 'request-0003');
          expect(till.told).toEqual(['platform-refused']);
        },
      };
    }, BOUNDS);
  });
});
