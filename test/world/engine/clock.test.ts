import { describe, expect, it } from 'vitest';
import { Clock } from './clock.ts';
import { Life } from './life.ts';

describe('the time of the world', () => {
  it('has what is due happen in the order of its moments, and of its being asked for', async () => {
    const clock = new Clock(1_000);
    const seen: string[] = [];
    for (const [name, ms] of [
      ['c', 20],
      ['a', 5],
      ['d', 20],
      ['b', 10],
    ] as const) {
      clock.in(ms, () => seen.push(`${name} at ${clock.nowMs}`));
    }
    expect(await clock.run()).toBe(true);
    expect(seen).toEqual(['a at 1005', 'b at 1010', 'c at 1020', 'd at 1020']);
  });

  it('lets all that can go on go on before it moves', async () => {
    const clock = new Clock(0);
    const seen: string[] = [];
    const walk = async (name: string) => {
      for (const step of [1, 2]) {
        await clock.wait(10);
        for (let left = 50; left > 0; left -= 1) await Promise.resolve();
        seen.push(`${name}${step} at ${clock.nowMs}`);
      }
    };
    void walk('x');
    void walk('y');
    await clock.run();
    expect(seen).toEqual(['x1 at 10', 'y1 at 10', 'x2 at 20', 'y2 at 20']);
  });

  it('passes also when nothing is due, so that whoever waits for an end comes to it', async () => {
    const clock = new Clock(0);
    expect(await clock.run(500)).toBe(true);
    expect(clock.nowMs).toBe(500);
  });

  it('brings nothing to who is dead', async () => {
    const clock = new Clock(0);
    const life = new Life('ingest', 0);
    const seen: string[] = [];
    clock.in(10, () => seen.push('never'), life);
    clock.in(5, () => life.die());
    await clock.run();
    expect(seen).toEqual([]);
  });
});
