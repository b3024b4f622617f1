import type { Clock } from './clock.ts';
import { Life } from './life.ts';

/** A worker on its machine, and the run that it is at. */
export interface Running {
  life: Life;
}

interface Instance<Worker> extends Running {
  readonly worker: Worker;
}

/** What a run came to whose worker died. */
export const DIED = Symbol('died');

/** The workers of one function. Each has one run at a time and keeps what it has in memory until it dies. */
export class Pool<Worker> {
  readonly stage: string;
  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private readonly make: (running: Running) => Worker;
  private readonly free: Instance<Worker>[] = [];

  constructor(stage: string, clock: Clock, timeoutMs: number, make: (running: Running) => Worker) {
    this.stage = stage;
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    this.make = make;
  }

  /** Has a worker do it, a new one where all are busy. @throws what the worker throws */
  run<T>(
    originMs: number,
    work: (worker: Worker) => Promise<T>,
    isCareful = false,
  ): Promise<T | typeof DIED> {
    const instance = this.free.pop() ?? this.create(originMs);
    return new Promise((resolve, fail) => {
      const life = new Life(this.stage, originMs, () => resolve(DIED));
      life.isCareful = isCareful;
      instance.life = life;
      this.clock.in(this.timeoutMs, () => life.die(), life);
      const over = () => {
        if (life.isOver) return false;
        life.end();
        this.free.push(instance);
        return true;
      };
      work(instance.worker).then(
        (result) => {
          if (over()) resolve(result);
        },
        (error: unknown) => {
          if (over()) fail(error);
        },
      );
    });
  }

  private create(originMs: number): Instance<Worker> {
    const running: Running = { life: new Life(this.stage, originMs) };
    // The same object, so that the machine sees the run that its worker is at.
    return Object.assign(running, { worker: this.make(running) });
  }
}
