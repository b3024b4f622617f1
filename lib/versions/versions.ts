/** Makes the next version's shape of an older one. It sees the whole of it: a message, or an item with its key. */
export type Upgrade = (older: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/**
 * The one rule about versions of what outlives a deployment: messages on queues and items in the table.
 * Older ones are upgraded step by step. One version newer is read as it is: for as long as a deployment
 * lasts, and after a rollback, old code meets what new code wrote, so the next version only adds what
 * the one before may overlook. A change that it may not overlook takes two numbers at once, and then
 * old code refuses it here rather than misreading it. See docs/decisions/0009.
 */
export class Versions {
  readonly current: number;
  private readonly what: string;
  private readonly upgrades: readonly (Upgrade | null)[];

  /**
   * @param what named in errors: `message`, `item`
   * @param upgrades the first makes version 2 of version 1, and so on; null where a number was left
   * out because its next may not be overlooked
   */
  constructor(what: string, upgrades: readonly (Upgrade | null)[]) {
    this.what = what;
    this.upgrades = upgrades;
    this.current = 1 + upgrades.length;
  }

  /** @returns the same in this version's shape @throws VersionError when it is not ours to read */
  read(value: unknown): Record<string, unknown> {
    if (!isRecord(value) || !isVersion(value.v)) {
      throw new VersionError(`a ${this.what} says its version in v, a whole number from 1`);
    }
    if (value.v > this.current + 1) {
      throw new VersionError(
        `this ${this.what} is of version ${value.v} and this code reads up to ${this.current + 1}: ` +
          'deploy the newer code, then redrive what was given up',
      );
    }
    const steps = this.upgrades.slice(value.v - 1);
    const upgraded = steps.reduce((older, upgrade) => upgrade?.(older) ?? older, value);
    return { ...upgraded, v: this.current };
  }
}

/** Fails the message or the read: it is tried again, and given up to the dead letters, never misread. */
export class VersionError extends Error {
  override readonly name = 'VersionError';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
