import { PlatformError } from '../integrations/kit/platform-error.ts';
import { wait } from '../time/wait.ts';

/** A call that fails now and then is made again at once; a platform that is down is left alone for this run. */
const TRIES = 3;

/** The first pause; each is twice as long, and up to as much again by chance. */
const PAUSE_MS = 200;

/** Who is to wait longer comes back in another run. */
const MAX_PAUSE_MS = 2_000;

/** Whoever waits: until when, and by which chance. */
export interface Waiting {
  /** Epoch ms. */
  readonly deadlineMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

/** @throws PlatformError of the last try */
export async function askAgain<T>(
  ask: () => Promise<T>,
  { deadlineMs, now, random }: Waiting,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof PlatformError) || !error.retryable || attempt === TRIES) throw error;
      const pauseMs = Math.ceil(PAUSE_MS * 2 ** (attempt - 1) * (1 + random()));
      const waitMs = Math.max(pauseMs, error.retryAfterMs ?? 0);
      if (waitMs > MAX_PAUSE_MS || now() + waitMs > deadlineMs) throw error;
      await wait(waitMs);
    }
  }
}
