/** While it runs, nobody in this process waits: the clock goes on by what they would have waited. */
export async function withTimeOf<T>(clock: { nowMs: number }, run: () => Promise<T>): Promise<T> {
  const { setTimeout } = globalThis;
  Object.assign(globalThis, {
    setTimeout: (go: () => void, ms = 0) => {
      setImmediate(() => {
        clock.nowMs += ms;
        go();
      });
    },
  });
  try {
    return await run();
  } finally {
    Object.assign(globalThis, { setTimeout });
  }
}
