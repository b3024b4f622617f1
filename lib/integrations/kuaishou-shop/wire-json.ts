/** A number of a call's parameters, as its digits: ids may be beyond what a double holds. */
export class Digits {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
}

export type WireValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Digits
  | readonly WireValue[]
  | { readonly [name: string]: WireValue };

/** JSON text in the order of the fields; undefined ones are left out. */
export function toJsonText(value: WireValue): string {
  if (value instanceof Digits) return value.digits;
  if (Array.isArray(value)) return `[${value.map((one: WireValue) => toJsonText(one)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value as { readonly [name: string]: WireValue })
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => `${JSON.stringify(name)}:${toJsonText(field)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/** An id as the platform wants it: a number where it can be one and `as` says so. */
export function wireIdOf(id: string, as: 'number' | 'string'): Digits | string {
  return as === 'number' && /^(0|[1-9]\d{0,18})$/.test(id) ? new Digits(id) : id;
}
