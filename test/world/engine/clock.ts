import type { Life } from './life.ts';

/** What is to happen at a moment of the world's time. */
interface Due {
  readonly atMs: number;
  /** Of two at one moment the one that was asked for first. */
  readonly order: number;
  /** Nothing happens any more to what is dead. */
  readonly of: Life | undefined;
  readonly go: () => void;
}

/** More steps than any seed needs: a world that takes more turns in a circle. */
const MAX_STEPS = 5_000_000;

/**
 * The world's time and its scheduler. Nothing takes time but what asks for it, and every call to the table, a
 * queue or a platform does. How long each takes is chance's, so chance decides at every await who goes on.
 */
export class Clock {
  nowMs: number;
  steps = 0;
  private readonly heap: Due[] = [];
  private orders = 0;
  private readonly maxSteps: number;

  constructor(startMs: number, maxSteps = MAX_STEPS) {
    this.nowMs = startMs;
    this.maxSteps = maxSteps;
  }

  /** Has `go` called so many ms from now. */
  in(ms: number, go: () => void, of?: Life): void {
    this.orders += 1;
    push(this.heap, { atMs: this.nowMs + Math.max(0, ms), order: this.orders, of, go });
  }

  wait(ms: number, of?: Life): Promise<void> {
    return new Promise((go) => this.in(ms, go, of));
  }

  /**
   * Lets time pass until nothing is due, or `until`, or `isOver`.
   * @returns whether nothing is due any more
   */
  async run(untilMs = Number.POSITIVE_INFINITY, isOver = () => false): Promise<boolean> {
    for (;;) {
      await everythingRan();
      if (isOver()) return false;
      const next = this.heap[0];
      if (next === undefined || next.atMs > untilMs) {
        if (Number.isFinite(untilMs)) this.nowMs = untilMs;
        return next === undefined;
      }
      pop(this.heap);
      if (next.of?.isOver === true) continue;
      this.steps += 1;
      if (this.steps > this.maxSteps) throw new Error('the world does not come to an end');
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.go();
    }
  }
}

/**
 * Resolves when every promise that can go on has gone on: Node looks at this queue only when there is none left. A
 * browser's bundle has a task in its place.
 */
const everythingRan = (): Promise<void> => new Promise((done) => process.nextTick(done));

function isBefore(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Due;
    if (!isBefore(due, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = due;
}

function pop(heap: Due[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const least =
      right < heap.length && isBefore(heap[right] as Due, heap[left] as Due) ? right : left;
    if (!isBefore(heap[least] as Due, last)) break;
    heap[at] = heap[least] as Due;
    at = least;
  }
  heap[at] = last;
}
