import { vi } from 'vitest';

/**
 * What a piece of work takes as the longest that its calls may last, in ms, in the order it makes them. Nobody looks
 * at a clock here, so a slow machine changes nothing.
 */
export async function timeLimitsOf(work: () => Promise<unknown>): Promise<number[]> {
  const spy = vi.spyOn(AbortSignal, 'timeout');
  try {
    await work();
    return spy.mock.calls.map(([ms]) => ms);
  } finally {
    spy.mockRestore();
  }
}
