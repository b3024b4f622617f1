import type { Condition } from '../../../lib/store/table.ts';

/**
 * DynamoDB's condition expressions, as far as the table uses them: read once, asked millions of times.
 * `test/world/store/conditions.test.ts` compares it with the emulator's own reading.
 *
 * Grammar: `OR`, `AND`, `NOT`, brackets, `= <> < <= > >=`, `attribute_exists`, `attribute_not_exists`,
 * `begins_with`; paths of names and `#names`, with dots; `:values`. What it does not know it refuses.
 * Source: Amazon DynamoDB developer guide, "Comparison operator and function reference".
 */

type Fields = Readonly<Record<string, unknown>>;

/** What one evaluation looks at. */
interface Look {
  readonly item: Fields;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Fields;
}

type Test = (look: Look) => boolean;
type Operand = (look: Look) => unknown;

interface Parsed {
  readonly test: Test;
  readonly names: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
}

const parsed = new Map<string, Parsed>();

/** Expressions are written in the code, with a number here and there: more than this is a leak of ours. */
const MAX_PARSED = 10_000;

/**
 * Whether a condition holds for what stands.
 * @throws Error on a condition that DynamoDB refuses: unreadable, or with names or values undefined or unused
 */
export function holds(
  { expression, names = {}, values = {} }: Condition,
  item: Fields | undefined,
): boolean {
  let reading = parsed.get(expression);
  if (reading === undefined) {
    reading = parse(expression);
    if (parsed.size === MAX_PARSED) parsed.clear();
    parsed.set(expression, reading);
  }
  checkUsed('name', reading.names, names);
  checkUsed('value', reading.values, values);
  return reading.test({ item: item ?? {}, names, values });
}

function checkUsed(what: string, used: ReadonlySet<string>, given: Fields): void {
  for (const one of used) {
    if (given[one] === undefined) throw invalid(`the ${what} ${one} is not defined`);
  }
  for (const one of Object.keys(given)) {
    if (given[one] !== undefined && !used.has(one)) throw invalid(`the ${what} ${one} is not used`);
  }
}

function invalid(why: string): Error {
  return new Error(`ValidationException: ${why}`);
}

const TOKEN = /\s*(?:([A-Za-z_#:][\w#:]*(?:\.[A-Za-z_#][\w#]*)*)|(<>|<=|>=|[=<>(),]))/y;

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const match = TOKEN.exec(expression);
    if (match === null) throw invalid(`nobody can read ${expression}`);
    tokens.push(match[1] ?? match[2] ?? '');
  }
  return tokens;
}

const COMPARISONS: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  '=': equal,
  '<>': (a, b) => !equal(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
};

const FUNCTIONS: Readonly<Record<string, (...operands: readonly unknown[]) => boolean>> = {
  attribute_exists: (one) => one !== undefined,
  attribute_not_exists: (one) => one === undefined,
  begins_with: beginsWith,
};

const ARITY: Readonly<Record<string, number>> = { begins_with: 2 };

function parse(expression: string): Parsed {
  const tokens = tokensOf(expression);
  const names = new Set<string>();
  const values = new Set<string>();
  let at = 0;
  const peek = () => tokens[at]?.toUpperCase();
  const take = (wanted?: string) => {
    const token = tokens[at];
    at += 1;
    if (token === undefined || (wanted !== undefined && token.toUpperCase() !== wanted)) {
      throw invalid(`nobody can read ${expression}`);
    }
    return token;
  };

  function either(): Test {
    const all = [both()];
    while (peek() === 'OR') {
      take();
      all.push(both());
    }
    return all.length === 1 ? (all[0] as Test) : (look) => all.some((test) => test(look));
  }

  function both(): Test {
    const all = [not()];
    while (peek() === 'AND') {
      take();
      all.push(not());
    }
    return all.length === 1 ? (all[0] as Test) : (look) => all.every((test) => test(look));
  }

  function not(): Test {
    if (peek() !== 'NOT') return single();
    take();
    const test = not();
    return (look) => !test(look);
  }

  function single(): Test {
    if (peek() === '(') {
      take();
      const test = either();
      take(')');
      return test;
    }
    if (tokens[at + 1] === '(') return call();
    const left = operand();
    const operator = take();
    const compare = COMPARISONS[operator];
    if (compare === undefined) throw invalid(`nobody can read ${expression}`);
    const right = operand();
    return (look) => compare(left(look), right(look));
  }

  function call(): Test {
    const name = take();
    const run = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    const operands = list_();
    if (run === undefined || operands.length !== (ARITY[name] ?? 1)) {
      throw invalid(`nobody can read ${expression}`);
    }
    return (look) => run(...operands.map((one) => one(look)));
  }

  function list_(): Operand[] {
    take('(');
    const operands = [operand()];
    while (peek() === ',') {
      take();
      operands.push(operand());
    }
    take(')');
    return operands;
  }

  function operand(): Operand {
    const token = take();
    if (!/^[A-Za-z_#:]/.test(token)) throw invalid(`nobody can read ${expression}`);
    if (token.startsWith(':')) {
      values.add(token);
      return ({ values: given }) => given[token];
    }
    const path = token.split('.');
    for (const part of path) if (part.startsWith('#')) names.add(part);
    return ({ item, names: given }) => {
      let found: unknown = item;
      for (const part of path) {
        if (typeof found !== 'object' || found === null || found instanceof Uint8Array)
          return undefined;
        const name = part.startsWith('#') ? (given[part] ?? '') : part;
        found = Object.hasOwn(found, name) ? (found as Fields)[name] : undefined;
      }
      return found;
    };
  }

  const test = either();
  if (at !== tokens.length) throw invalid(`nobody can read ${expression}`);
  return { test, names, values };
}

/** NaN where two things have no order: then no comparison holds. */
function order(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  return Number.NaN;
}

function equal(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return false;
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) return order(a, b) === 0;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [definedOf(a), definedOf(b)];
  return (
    left.length === right.length && left.every(([key, value]) => equal(value, (b as Fields)[key]))
  );
}

function definedOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined);
}

function beginsWith(whole: unknown, start: unknown): boolean {
  if (typeof whole === 'string' && typeof start === 'string') return whole.startsWith(start);
  if (!(whole instanceof Uint8Array) || !(start instanceof Uint8Array)) return false;
  return compareBytes(whole.subarray(0, start.length), start) === 0;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const gap = (a[at] as number) - (b[at] as number);
    if (gap !== 0) return gap;
  }
  return a.length - b.length;
}

/**
 * By UTF-8 bytes, as DynamoDB sorts. JavaScript compares UTF-16 units, where what lies beyond U+FFFF comes
 * before U+E000 to U+FFFF.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    return left < 0xd8_00 || right < 0xd8_00 ? left - right : rankOf(left) - rankOf(right);
  }
  return a.length - b.length;
}

/** Surrogates after all else. */
function rankOf(unit: number): number {
  return unit <= 0xdf_ff ? unit + 0x1_00_00 : unit;
}
