/** By the timer as it is at each call: the world's. */
export function setTimeout<T>(ms: number, value?: T): Promise<T | undefined> {
  return new Promise((done) => {
    globalThis.setTimeout(() => done(value), ms);
  });
}
