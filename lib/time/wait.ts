/** Waits by the process's own timer, read at each call: a process that has another clock puts its own there. */
export function wait(ms: number): Promise<void> {
  return new Promise((done) => {
    globalThis.setTimeout(done, ms);
  });
}
