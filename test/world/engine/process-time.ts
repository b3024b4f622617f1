import type { Clock } from './clock.ts';

/** While it runs, this process's timers and its `Date.now` are the world's. */
export async function withTimeOf<T>(clock: Clock, run: () => Promise<T>): Promise<T> {
  const { setTimeout } = globalThis;
  const { now } = Date;
  Object.assign(globalThis, {
    setTimeout: (go: () => void, ms = 0) => {
      clock.in(ms, go);
      return 0;
    },
  });
  Date.now = () => Math.round(clock.nowMs);
  try {
    return await run();
  } finally {
    Object.assign(globalThis, { setTimeout });
    Date.now = now;
  }
}
