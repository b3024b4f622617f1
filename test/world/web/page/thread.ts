import type { Seen } from '../../engine/sights.ts';
import { runWorld, type Verdict } from '../../engine/world.ts';

/** What the page asks for. */
export interface Wanted {
  readonly seed: number;
  readonly acts: number;
}

/** What it is given: the whole run, with its verdict. */
export interface Played {
  readonly seen: readonly Seen[];
  readonly verdict: Pick<Verdict, 'drawn' | 'wrong' | 'entries' | 'ledgerHash'>;
}

export type Answer = Played | { readonly failed: string };

/** The world has this thread's clock and timers to itself; the page shows it at its own pace. */
globalThis.addEventListener('message', (event: MessageEvent<Wanted>) => {
  play(event.data).then(
    (played) => globalThis.postMessage(played satisfies Answer),
    (error: unknown) => globalThis.postMessage({ failed: String(error) } satisfies Answer),
  );
});

async function play({ seed, acts }: Wanted): Promise<Played> {
  const seen: Seen[] = [];
  const watch = (one: Seen) => void seen.push(one);
  const { drawn, wrong, entries, ledgerHash } = await runWorld({ seed, acts, watch });
  return { seen, verdict: { drawn, wrong, entries, ledgerHash } };
}
