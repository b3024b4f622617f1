import type { Retries } from '../../sandbox-kit/player.ts';

const MINUTE = 60_000;
const minutes = (...all: number[]) => all.map((one) => one * MINUTE);

/** The platform's schedules by message, of the general trading pages. Sources: see the README. */
export const RETRIES = {
  payment: documented(12_000, 12_000, 33_000, ...minutes(1, 2, 3, 4, 5, 6, 7)),
  refund: documented(10_000, 10_000, 30_000, ...minutes(1, 2, 3, 4, 5, 6, 7, 8)),
  settle: documented(15_000, 30_000, ...minutes(1, 2, 4, 8, 16, 32, 64, 128)),
  /** Repeated, says its page, and not when. */
  couponVerify: { delaysMs: [10_000, 30_000, MINUTE], documented: false },
} satisfies Record<string, Retries>;

function documented(...delaysMs: number[]): Retries {
  return { delaysMs, documented: true };
}
