import type { Context } from 'hono';

/** What a form of the till says; a body that is no form says nothing. */
export class Fields {
  private readonly pairs: readonly (readonly [string, string])[];

  private constructor(pairs: readonly (readonly [string, string])[]) {
    this.pairs = pairs;
  }

  static async of(c: Context): Promise<Fields> {
    const type = c.req.header('content-type') ?? '';
    if (!type.startsWith('application/x-www-form-urlencoded')) return new Fields([]);
    return new Fields([...new URLSearchParams(await c.req.text())]);
  }

  one(name: string): string | undefined {
    return this.pairs.find(([key]) => key === name)?.[1].trim();
  }

  /** Whole numbers from 0, each once, in their order. */
  numbers(name: string): readonly number[] {
    const texts = this.pairs.filter(([key]) => key === name).map(([, value]) => value);
    return [...new Set(texts.filter((text) => /^\d{1,3}$/.test(text)).map(Number))];
  }

  number(name: string): number | undefined {
    return this.numbers(name)[0];
  }

  /** As they came, for the same form once more. */
  all(): readonly (readonly [string, string])[] {
    return this.pairs;
  }
}
