import * as z from 'zod';
import { differenceOf } from './books.ts';
import { playLosses } from './run.ts';

/** What of a platform's webhooks is deleted in one run after the other, in a hundred. */
export const LOSSES = [0, 5, 50, 100] as const;

/** One run's figures, as they are recorded. */
export const lossSchema = z.strictObject({
  integration: z.string(),
  lossPercent: z.int(),
  workers: z.int(),
  redemptions: z.int(),
  messages: z.int(),
  lost: z.int(),
  failedCalls: z.int(),
  /** Facts of the books without any loss that these books lack, the other way round, and what all are off by. */
  missing: z.int(),
  extra: z.int(),
  offFen: z.int(),
  /** Whether rollups and statements are shown alike. */
  isShownAlike: z.boolean(),
  /** What is wrong by the platform's own truth, or within these books. */
  wrong: z.int(),
  calls: z.int(),
  neededCalls: z.int(),
  /** Most calls of one endpoint in a second, in parts of what its platform allows; null where it documents nothing. */
  mostOfLimit: z.number().nullable(),
  completeDays: z.int(),
  checkedDays: z.int(),
});
export type LossFigures = z.infer<typeof lossSchema>;

export interface PlayOptions {
  readonly integration: string;
  /** Of one run. */
  readonly redemptions: number;
  readonly days: number;
  readonly seed: number;
  readonly losses: readonly number[];
}

export interface Played {
  readonly figures: readonly LossFigures[];
  /** Redemptions of all runs, the one without any loss among them. */
  readonly redemptions: number;
  /** The first of what is wrong, for people. */
  readonly wrong: readonly string[];
}

const SHOWN = 5;

/** Plays one platform's script whole, and then once with each loss, by four workers and by one in turn. */
export async function playIntegration(
  { losses, ...script }: PlayOptions,
  onRun: (figures: LossFigures) => void = () => {},
): Promise<Played> {
  const whole = await playLosses({ ...script, lossPercent: null, workers: 1 });
  const wrong = whole.wrong.map((one) => `without any loss: ${one}`);
  let redemptions = whole.redemptions;
  const figures: LossFigures[] = [];
  for (const [at, lossPercent] of losses.entries()) {
    const workers = at % 2 === 0 ? 4 : 1;
    const lossy = await playLosses({ ...script, lossPercent, workers });
    const { missing, extra, offFen, isShownAlike } = differenceOf(whole.books, lossy.books);
    const of = `${script.integration} at ${lossPercent} %`;
    wrong.push(
      ...missing.map((one) => `${of} lacks ${one}`),
      ...extra.map((one) => `${of} has ${one}`),
      ...lossy.wrong.map((one) => `${of}: ${one}`),
    );
    redemptions += lossy.redemptions;
    const one: LossFigures = {
      ...{ integration: script.integration, lossPercent, workers },
      ...{ redemptions: lossy.redemptions, messages: lossy.messages, lost: lossy.lost },
      ...{ failedCalls: lossy.failedCalls, missing: missing.length, extra: extra.length, offFen },
      ...{ isShownAlike, wrong: lossy.wrong.length },
      ...{ calls: lossy.calls.made, neededCalls: lossy.calls.needed },
      mostOfLimit: lossy.mostOfLimit,
      ...{ completeDays: lossy.complete, checkedDays: lossy.checkedDays },
    };
    figures.push(one);
    onRun(one);
  }
  return { figures, redemptions, wrong: wrong.slice(0, SHOWN) };
}

/** Whether a run's books are those without any loss, and true, by few enough calls. */
export function isRight(one: LossFigures): boolean {
  const isEven = one.missing === 0 && one.extra === 0 && one.offFen === 0;
  const isWithin = one.mostOfLimit === null || one.mostOfLimit <= 1;
  const isCheap = one.calls <= one.neededCalls * 1.1;
  return isEven && one.isShownAlike && one.wrong === 0 && isWithin && isCheap;
}
