/** Called once nothing else can go on: a task of its own, after every promise. */
const waiting: (() => void)[] = [];
const { port1, port2 } = new MessageChannel();
port1.addEventListener('message', () => waiting.shift()?.());
port1.start();

/** What the bundled code reads of Node's `process`. */
export const process = {
  env: {} as Record<string, string | undefined>,
  nextTick(go: () => void): void {
    waiting.push(go);
    port2.postMessage(0);
  },
  stdout: { write: () => true },
};
