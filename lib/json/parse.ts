/**
 * A strict JSON reader for bytes that come from outside.
 *
 * `JSON.parse` damages 64-bit ids, keeps the last of two equal keys (so two readers of one signed
 * body may disagree), and a reviver recurses without bound. This reader keeps what it cannot hold
 * exactly as the text it was written in, refuses what is ambiguous, and bounds the depth.
 */

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | JsonValue[]
  | { [key: string]: JsonValue };

export type JsonObject = { [key: string]: JsonValue };

/** Deeper than any documented platform body by a factor of five; bounds the recursion below. */
const MAX_DEPTH = 48;

export class JsonError extends Error {
  /** Offset in UTF-16 code units. Never the text around it: bodies carry personal data. */
  readonly offset: number;
  constructor(what: string, offset: number) {
    super(`${what} at character ${offset}`);
    this.name = 'JsonError';
    this.offset = offset;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Reads exactly one JSON value from UTF-8 bytes. A byte order mark at the start is passed over.
 * @throws JsonError on invalid UTF-8, anything after the value, duplicate keys, or too deep nesting
 */
export function parseJsonBytes(bytes: Uint8Array): JsonValue {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new JsonError('not UTF-8', 0);
  }
  return parseJson(text);
}

/**
 * Reads exactly one JSON value. Integers beyond ±(2^53−1) come back as their digits in a string,
 * so that a 64-bit id survives; every other number comes back as a number.
 * @throws JsonError
 */
export function parseJson(text: string): JsonValue {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
/** Everything but the quote, the backslash and the control characters. */
const PLAIN = /[ !#-[\]-\u{10ffff}]*/uy;
const SPACE = /[ \t\r\n]*/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw new JsonError(`nested deeper than ${MAX_DEPTH}`, this.at);
    this.space();
    const first = this.text[this.at];
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    if (first === '"') return this.string();
    if (first === 't') return this.word('true', true);
    if (first === 'f') return this.word('false', false);
    if (first === 'n') return this.word('null', null);
    return this.number();
  }

  end(): void {
    this.space();
    if (this.at !== this.text.length) throw new JsonError('something after the value', this.at);
  }

  private object(depth: number): JsonObject {
    // No prototype, so that "__proto__" is a key like any other.
    const object: JsonObject = Object.create(null);
    this.at += 1;
    this.space();
    if (this.take('}')) return object;
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') throw new JsonError('expected a key', this.at);
      const keyAt = this.at;
      const key = this.string();
      if (key in object) throw new JsonError('the same key twice', keyAt);
      this.space();
      if (!this.take(':')) throw new JsonError('expected a colon', this.at);
      object[key] = this.value(depth + 1);
      this.space();
      if (this.take('}')) return object;
      if (!this.take(',')) throw new JsonError('expected a comma or }', this.at);
    }
  }

  private array(depth: number): JsonValue[] {
    const array: JsonValue[] = [];
    this.at += 1;
    this.space();
    if (this.take(']')) return array;
    for (;;) {
      array.push(this.value(depth + 1));
      this.space();
      if (this.take(']')) return array;
      if (!this.take(',')) throw new JsonError('expected a comma or ]', this.at);
    }
  }

  private string(): string {
    let out = '';
    this.at += 1;
    for (;;) {
      out += this.match(PLAIN);
      const next = this.text[this.at];
      if (next === '"') {
        this.at += 1;
        return out;
      }
      if (next !== '\\') throw new JsonError('unfinished string', this.at);
      out += this.escape();
    }
  }

  private escape(): string {
    const kind = this.text[this.at + 1] ?? '';
    if (kind === 'u') {
      const hex = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new JsonError('bad \\u escape', this.at);
      this.at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = ESCAPES[kind];
    if (plain === undefined) throw new JsonError('bad escape', this.at);
    this.at += 2;
    return plain;
  }

  private number(): number | string {
    const start = this.at;
    const source = this.match(NUMBER);
    if (source === '') throw new JsonError('expected a value', start);
    const value = Number(source);
    const isInteger = /^-?\d+$/.test(source);
    if (isInteger && !Number.isSafeInteger(value)) return source;
    if (!Number.isFinite(value)) throw new JsonError('number out of range', start);
    return value;
  }

  private word<T extends JsonValue>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw new JsonError('expected a value', this.at);
    this.at += word.length;
    return value;
  }

  private space(): void {
    this.match(SPACE);
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}
