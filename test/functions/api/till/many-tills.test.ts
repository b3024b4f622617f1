import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../support/interleave.ts';
import { IS_LONG } from '../../../support/long.ts';
import { PLACES } from './race-scenes.ts';
import { type Loss, Till } from './race-till.ts';

/** Clerks who press one code at one moment, each at a till of their own. */
const TILLS = 32;

/** Of all integrations together 1,000 in the long run. */
const RACES = IS_LONG ? Math.ceil(1_000 / Object.keys(PLACES).length) : 2;

/** Reports a state and has no act: whoever reports an order that stands as used is told of the one use. */
const SHARED: ReadonlySet<string> = new Set(['kuaishou-miniapp']);

/** Of the platform's answers, on their way to us. */
const LOST = 0.1;

describe.each(Object.keys(PLACES))('tills that press one code at once at %s', (name) => {
  it('redeem it once: one is told so, the others the truth, however many answers get lost', async () => {
    let lost = 0;
    for (let race = 0; race < RACES; race += 1) {
      const random = mulberry32(race);
      const losses = Array.from(
        { length: TILLS * 20 },
        (): Loss => (race > 0 && random() < LOST ? 'answer' : null),
      );
      lost += losses.filter((loss) => loss !== null).length;
      const till = await Till.open(name, losses);
      // Nobody stalls for as long as a lease lasts, which counts as dead.
      Object.assign(till, { callMs: 5, retriesAfterMs: 20, times: 800 });
      // Where no id of the act tells two requests apart, our own records do.
      till.hidesIds = name === 'kuaishou-life';
      const turn = async () => {
        for (let left = Math.floor(random() * 3); left > 0; left -= 1) await nextTick();
      };
      const known: string[] = [];
      await Promise.all(
        Array.from({ length: TILLS }, async (_, at) => {
          known.push(await till.pressUntilKnown(turn, `request-${String(at).padStart(4, '0')}`));
        }),
      );
      // Assess
      const told = `race ${race}: ${[...new Set(known)].join(' | ')}`;
      expect(till.place.truth(), told).toEqual({ uses: 1, standing: 1 });
      const done = known.filter((one) => one.includes('"acts"'));
      expect(new Set(done).size, told).toBe(1);
      expect(new Set(till.sent.map(actsIn)).size, told).toBe(1);
      if (SHARED.has(name)) continue;
      expect(done, told).toHaveLength(1);
      expect(
        known.filter((one) => one === 'platform-refused'),
        told,
      ).toHaveLength(TILLS - 1);
    }
    expect(lost).toBeGreaterThan(0);
  });
});

/** The acts that a message has, by their ids: however often they are sent, they are booked once. */
function actsIn(body: string): string {
  const { events } = JSON.parse(body) as { events: { eventId: string }[] };
  return JSON.stringify(events.map(({ eventId }) => eventId));
}

const nextTick = () => new Promise<void>((resolve) => setImmediate(resolve));
