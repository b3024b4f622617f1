import type { WorldOptions } from './options.ts';
import { runWorld, type Verdict } from './world.ts';

/** A failing seed's runs stop here: the table that is left may then be longer than it had to be. */
const MAX_RUNS = 400;

/** Finds few acts and faults that fail as the whole run does. @param failed its verdict */
export async function shrink(options: WorldOptions, failed: Verdict): Promise<Verdict> {
  let best = failed;
  let runs = 0;
  const tryOut = async ({ acts, faults, office }: Parts): Promise<boolean> => {
    if (runs === MAX_RUNS) return false;
    runs += 1;
    const only = { acts: new Set(acts), faults: new Set(faults), office: new Set(office) };
    const verdict = await runWorld({ ...options, only });
    if (!isAlike(verdict, failed)) return false;
    best = verdict;
    return true;
  };
  const all = (): Parts => ({
    acts: best.acts.map(({ index }) => index),
    faults: best.faults.map(({ id }) => id),
    office: best.office.map(({ index }) => index),
  });
  const fewestFaults = () => fewest(all().faults, (faults) => tryOut({ ...all(), faults }));
  await fewestFaults();
  await fewest(all().office, (office) => tryOut({ ...all(), office }));
  await fewest(all().acts, (acts) => tryOut({ ...all(), acts }));
  await fewestFaults();
  return best;
}

interface Parts {
  readonly acts: readonly number[];
  readonly faults: readonly string[];
  readonly office: readonly number[];
}

/** Whether it fails in the same way, whatever the ids and amounts are. */
function isAlike({ wrong }: Verdict, failed: Verdict): boolean {
  const kindOf = (one = '') => one.replace(/\d+/g, '').slice(0, 12);
  const kinds = new Set(failed.wrong.map(kindOf));
  return wrong.some((one) => kinds.has(kindOf(one)));
}

/**
 * Leaves ever smaller parts out while it still fails. Source: A. Zeller, "Simplifying and Isolating Failure-Inducing
 * Input" (ddmin).
 */
async function fewest<T>(
  all: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
): Promise<void> {
  let left = all;
  if (left.length > 0 && (await fails([]))) return;
  for (let size = Math.ceil(left.length / 2); size >= 1 && left.length > 1; ) {
    const without = await firstWithout(left, size, fails);
    if (without === undefined) {
      if (size === 1) return;
      size = Math.ceil(size / 2);
    } else {
      left = without;
      size = Math.min(size, Math.ceil(left.length / 2));
    }
  }
}

async function firstWithout<T>(
  all: readonly T[],
  size: number,
  fails: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (let at = 0; at < all.length; at += size) {
    const some = [...all.slice(0, at), ...all.slice(at + size)];
    if (await fails(some)) return some;
  }
  return undefined;
}
