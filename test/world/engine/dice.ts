/**
 * Chance that hangs on what is being decided and not on what was decided before it: the same question, asked the
 * same number of times before, has the same answer in every run of a seed. So a run with one act or one fault
 * less goes on much as the whole run did, which is what makes a failure shrink.
 */
export class Dice {
  private readonly seed: number;
  private readonly asked = new Map<string, number>();

  constructor(seed: number) {
    this.seed = mix(seed ^ 0x9e3779b9);
  }

  /** A number in [0, 1). @param site what is decided; the second question about it has its own answer */
  roll(site: string): number {
    return this.draw(site).first;
  }

  /** Two numbers in [0, 1) about one thing, and how often it was asked about, this time included. */
  draw(site: string): Draw {
    const count = (this.asked.get(site) ?? 0) + 1;
    this.asked.set(site, count);
    const drawn = mix(hashOf(site, this.seed) + Math.imul(count, 0x9e3779b1));
    return { first: drawn / TWO_32, second: mix(drawn ^ 0x85ebca6b) / TWO_32, count };
  }

  /** An integer from `from` to `to`, both included. */
  between(site: string, from: number, to: number): number {
    return from + Math.floor(this.roll(site) * (to - from + 1));
  }

  /** @throws RangeError for an empty list */
  pick<T>(site: string, from: readonly T[]): T {
    const picked = from[Math.floor(this.roll(site) * from.length)];
    if (picked === undefined) throw new RangeError(`nothing to pick for ${site}`);
    return picked;
  }

  /** A sequence of its own, for code that takes a `random`. */
  sequence(site: string): () => number {
    let state = Math.floor(this.roll(site) * TWO_32);
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      return mix(state) / TWO_32;
    };
  }
}

export interface Draw {
  readonly first: number;
  readonly second: number;
  readonly count: number;
}

const TWO_32 = 4_294_967_296;

/** FNV-1a over UTF-16 units. */
function hashOf(text: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash;
}

/** Spreads the bits; unsigned. Source: the finalizer of T. Ettinger's public-domain mulberry32. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), 1 | value);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
