/** What was read of who may do what, for a moment: a process that is busy reads it once for many requests. */

/** A token revoked, a member changed, a session ended: known everywhere after this, and a read's time. */
export interface RememberedOptions {
  readonly freshMs: number;
  /** Any clock in ms that goes on by itself. */
  readonly clockMs: () => number;
}

/** More than a process sees of tokens in a moment. */
const MAX_REMEMBERED = 2_000;

export class Remembered {
  readonly #options: RememberedOptions;
  readonly #known = new Map<string, { readonly value: unknown; readonly readAtMs: number }>();

  constructor(options: RememberedOptions) {
    this.#options = options;
  }

  /** What is not there is asked for each time: whoever comes new is known at once. */
  async read<T>(name: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const { freshMs, clockMs } = this.#options;
    // Before reading: what changes meanwhile counts as not yet known.
    const readAtMs = clockMs();
    const known = this.#known.get(name);
    if (known !== undefined && readAtMs - known.readAtMs < freshMs) return known.value as T;
    const value = await read();
    if (value === undefined) this.#known.delete(name);
    else this.#keep(name, { value, readAtMs });
    return value;
  }

  /** Whoever changes it forgets it, so that the same process knows at once. */
  forget(name: string): void {
    this.#known.delete(name);
  }

  #keep(name: string, one: { readonly value: unknown; readonly readAtMs: number }): void {
    this.#known.delete(name);
    this.#known.set(name, one);
    if (this.#known.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}
