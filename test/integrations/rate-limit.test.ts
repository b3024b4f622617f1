import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../lib/integrations/kit/rate-limit.ts';

describe('a rate limit', () => {
  it('gives slots one gap after the other, and none closer', () => {
    const limit = new RateLimit(20);
    const waits = Array.from({ length: 5 }, () => limit.take(1_000, 10_000));
    expect(waits).toEqual([0, 50, 100, 150, 200].map((waitMs) => ({ waitMs })));
  });

  it('tells those for whom the slot is too far different times, in their order', () => {
    const limit = new RateLimit(20);
    for (let taken = 0; taken < 31; taken += 1) limit.take(0, 1_500);
    const slots = Array.from({ length: 40 }, () => limit.take(0, 1_500));
    const times = slots.map((one) => ('tooFarMs' in one ? one.tooFarMs : Number.NaN));
    expect(times[0]).toBe(1_550);
    expect(times.at(-1)).toBe(1_550 + 39 * 50);
  });

  it('serves a burst at its rate: in ten seconds, ten seconds’ worth', () => {
    const limit = new RateLimit(20);
    const due = Array.from({ length: 400 }, () => 0);
    let served = 0;
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 50) {
      for (const at of due.splice(0)) {
        if (at > nowMs) {
          due.push(at);
          continue;
        }
        const slot = limit.take(nowMs, 1_500);
        if ('waitMs' in slot) served += 1;
        else due.push(nowMs + slot.tooFarMs);
      }
    }
    expect(served).toBeGreaterThan(190);
    expect(served).toBeLessThanOrEqual(231);
  });
});
