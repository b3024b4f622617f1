import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonError, parseJson, parseJsonBytes } from '../../lib/json/parse.ts';
import { runs } from '../support/long.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const bytesOf = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...utf8(part)] : part)));

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('numbers', () => {
  test.each([
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '7400000000000000001',
    '18446744073709551615',
    '123456789012345678901234567890',
  ])('keeps the integer %s beyond 2^53 as its digits', (digits) => {
    // Act
    const value = parseJson(`{"id":${digits}}`);
    // Assess
    expect(plain(value)).toEqual({ id: digits });
  });

  test.each([
    ['0', 0],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
    ['12.50', 12.5],
    ['1e3', 1000],
    ['-0.5E-1', -0.05],
  ])('reads %s as a number', (text, number) => {
    expect(parseJson(text)).toBe(number);
  });

  test.each(['01', '1.', '.5', '+1', '-', '1e', '0x10', 'NaN', 'Infinity', '1_000', '1e400'])(
    'refuses %s, which is no JSON number',
    (text) => {
      expect(() => parseJson(text)).toThrow(JsonError);
    },
  );
});

describe('what two readers could read differently', () => {
  test.each([
    '{"a":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"x":{"order_id":"1","order_id":"2"}}',
    '{"__proto__":1,"__proto__":2}',
  ])('refuses the same key twice: %s', (text) => {
    expect(() => parseJson(text)).toThrow(JsonError);
  });

  test('takes keys that objects have from birth as keys like any other', () => {
    // Act
    const value = parseJson('{"constructor":1,"toString":2,"hasOwnProperty":3}');
    // Assess
    expect(plain(value)).toEqual({ constructor: 1, toString: 2, hasOwnProperty: 3 });
  });

  test('takes __proto__ as a key, and changes no prototype with it', () => {
    // Act
    const value = parseJson('{"__proto__":{"isAdmin":true},"a":1}');
    // Assess
    expect(Object.keys(value as object)).toEqual(['__proto__', 'a']);
    expect((value as Record<string, unknown>).isAdmin).toBeUndefined();
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  test.each(['{} {}', '{}x', '1 2', '[],', 'null\u0000', '{}\ufeff', '"a"b'])(
    'refuses what comes after the value: %j',
    (text) => {
      expect(() => parseJson(text)).toThrow(JsonError);
    },
  );

  test('refuses a body stretched by a length extension of its hash', () => {
    // Prepare: SHA-1's own padding after the body that was signed, then what the forger adds
    const signed = '{"event":"x"}';
    const lengthBits = (signed.length + 20) * 8;
    const padding = [0x80, ...Array<number>(14).fill(0), lengthBits >> 8, lengthBits & 0xff];
    const forged = bytesOf(signed, padding, '{"event":"life_trade_order_notify"}');
    // Act, Assess
    expect(() => parseJsonBytes(forged)).toThrow(JsonError);
  });

  test('refuses a body followed by zero bytes', () => {
    expect(() => parseJsonBytes(bytesOf('{}', [0, 0, 0]))).toThrow(JsonError);
  });
});

/** What work costs of the processor, in ms: how long it takes says more of who else is on the machine. */
function cpuMsOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

describe('depth', () => {
  test.each([
    ['arrays', '['.repeat(100_000)],
    ['closed arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['a mix of both', '[{"a":'.repeat(50_000)],
  ])('refuses a bomb of %s nested 100,000 deep at once', (_what, bomb) => {
    // Act
    const usedMs = cpuMsOf(() => expect(() => parseJson(bomb)).toThrow(JsonError));
    // Assess
    expect(usedMs).toBeLessThan(100);
  });

  test('reads forty levels, more than any platform sends', () => {
    expect(plain(parseJson('['.repeat(40) + ']'.repeat(40)))).toEqual(
      JSON.parse('['.repeat(40) + ']'.repeat(40)),
    );
  });
});

describe('length', () => {
  test.each([
    ['Chinese', '核'],
    ['emoji', '🧧'],
    ['escapes', '\\n'],
  ])('reads a string of a million %s characters', (_what, character) => {
    // Prepare
    const text = `"${character.repeat(1_000_000)}"`;
    // Act, Assess
    expect(parseJson(text) === JSON.parse(text)).toBe(true);
  });

  test('reads an object of a hundred thousand keys in a blink', () => {
    // Prepare
    const text = JSON.stringify(
      Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index])),
    );
    // Act
    let value = {};
    const usedMs = cpuMsOf(() => {
      value = parseJson(text) as object;
    });
    // Assess
    expect(Object.keys(value)).toHaveLength(100_000);
    expect(usedMs).toBeLessThan(2_000);
  });
});

describe('text', () => {
  test('passes over one byte order mark at the start', () => {
    expect(plain(parseJsonBytes(bytesOf([0xef, 0xbb, 0xbf], '{"a":1}')))).toEqual({ a: 1 });
  });

  test('refuses a second byte order mark', () => {
    const twice = bytesOf([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], '{}');
    expect(() => parseJsonBytes(twice)).toThrow(JsonError);
  });

  test.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate written as bytes', [0xed, 0xa0, 0x80]],
    ['a cut-off character', [0xe6, 0xa0]],
    ['GBK', [0xba, 0xcb, 0xcf, 0xfa]],
  ])('refuses bytes that are no UTF-8: %s', (_what, bad) => {
    expect(() => parseJsonBytes(bytesOf('{"a":"', bad, '"}'))).toThrow(JsonError);
  });

  test('keeps a lone surrogate that came as an escape', () => {
    expect(parseJson('"\\ud800"')).toBe('\ud800');
    expect(parseJson('"a\\udc00b"')).toBe('a\udc00b');
  });

  test('reads a pair of escapes as the one character it is', () => {
    expect(parseJson('"\\ud83e\\udde7"')).toBe('🧧');
  });

  test.each(['"\n"', '"\t"', '"\\x41"', '"\\u12g4"', '"\\u00"', '"a', "'a'", '"\\'])(
    'refuses the string %j',
    (text) => {
      expect(() => parseJson(text)).toThrow(JsonError);
    },
  );

  test.each(['', ' ', '{', '[1,]', '{"a":1,}', '{a:1}', '{"a" 1}', '[1 2]', 'tru', 'True', '//'])(
    'refuses %j',
    (text) => {
      expect(() => parseJson(text)).toThrow(JsonError);
    },
  );

  test('never repeats what it could not read', () => {
    // Prepare
    const secret = '13800138000';
    // Act
    const messages = [`{"phone":"${secret}"x}`, `${secret}x`, `{"${secret}":1,"${secret}":2}`].map(
      (text) => {
        try {
          return JSON.stringify(parseJson(text));
        } catch (error) {
          return String(error);
        }
      },
    );
    // Assess
    for (const message of messages) expect(message).not.toContain(secret);
  });
});

test('agrees with JSON.parse on every value that says one thing only', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.boolean(), (value, spaced) => {
      // Prepare: numbers beyond 2^53 are where the two readers part on purpose
      const text = JSON.stringify(value, undefined, spaced ? ' ' : undefined);
      const withoutIds = text.replace(/-?\d{16,}(?=[\s,\]}]|$)/g, '7');
      // Act
      const read = parseJsonBytes(utf8(withoutIds));
      // Assess
      expect(plain(read)).toEqual(JSON.parse(JSON.stringify(JSON.parse(withoutIds))));
    }),
    { numRuns: runs(3_000) },
  );
});

test('reads or refuses any text with a JsonError, and reads nothing that JSON.parse refuses', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '1',
    '-',
    '.',
    'e',
    '\\',
    'null',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 2 })), { maxLength: 12 }),
      (parts) => {
        const text = parts.join('');
        try {
          parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
          return;
        }
        expect(() => JSON.parse(text)).not.toThrow();
      },
    ),
    { numRuns: runs(10_000) },
  );
});
