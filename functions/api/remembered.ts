/** What was read of who may do what, for a moment: a process that is busy reads it once for many requests. */

/** A token revoked, a member changed, a session ended: known everywhere after this, and a read's time. */
export interface RememberedOptions {
  readonly freshMs: number;
  /** Any clock in ms that goes on by itself. */
  readonly clockMs: () => number;
}

/** More than a process sees of tokens in a moment. */
const MAX_REMEMBERED = 2_000;

const FORGOTTEN = Number.NEGATIVE_INFINITY;

interface Known {
  readonly value: unknown;
  /** Long ago for what was forgotten. */
  readonly readAtMs: number;
}

export class Remembered {
  readonly #options: RememberedOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: RememberedOptions) {
    this.#options = options;
  }

  /**
   * What is not there is asked for each time: whoever comes new is known at once.
   * @param read may answer with what was true a moment ago, unless this process knows that it changed
   */
  async read<T>(
    name: string,
    read: (mayLag: boolean) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const { freshMs, clockMs } = this.#options;
    // Before reading: what changes meanwhile counts as not yet known.
    const readAtMs = clockMs();
    const known = this.#known.get(name);
    if (known !== undefined && readAtMs - known.readAtMs < freshMs) return known.value as T;
    const value = await read(known?.readAtMs !== FORGOTTEN);
    if (value === undefined) this.#known.delete(name);
    else this.#keep(name, { value, readAtMs });
    return value;
  }

  /** Whoever changes it forgets it, so that the same process knows at once. */
  forget(name: string): void {
    this.#keep(name, { value: undefined, readAtMs: FORGOTTEN });
  }

  #keep(name: string, one: Known): void {
    this.#known.delete(name);
    this.#known.set(name, one);
    if (this.#known.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}
