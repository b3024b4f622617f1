import { createRequire } from 'node:module';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Condition } from '../../../lib/store/table.ts';
import { runs } from '../../support/long.ts';
import { compareText, holds } from './conditions.ts';

/** The emulator's own reading, without its server. It ships no types; this is what we use. */
const require = createRequire(import.meta.url);
const { validateExpressions } = require('dynalite/validations') as {
  /** @returns what is wrong; else sets `_condition` */
  validateExpressions: (input: { _condition?: { expression: unknown } }) => string | undefined;
};
const { matchesExprFilter } = require('dynalite/db') as {
  matchesExprFilter: (item: object, expression: unknown) => boolean;
};

function emulatorHolds({ expression, names, values }: Condition, item: object): boolean {
  const input: Parameters<typeof validateExpressions>[0] & object = {
    ...{ ConditionExpression: expression },
    ...(names === undefined ? {} : { ExpressionAttributeNames: { ...names } }),
    ...(values === undefined ? {} : { ExpressionAttributeValues: wired(values) }),
  };
  const wrong = validateExpressions(input);
  if (wrong !== undefined) throw new Error(wrong);
  return matchesExprFilter(wired(item), input._condition?.expression);
}

/** As it goes over the wire, where bytes are base64. */
function wired(fields: object): object {
  const marshalled = marshall(fields, { removeUndefinedValues: true });
  const text = JSON.stringify(marshalled, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return JSON.parse(text) as object;
}

/** Few of each, so that two are often equal or near. */
const scalar = fc.oneof(
  fc.constantFrom('', 'a', 'ab', 'b', '核', '销'),
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom<(boolean | null)[]>(true, false, null),
  fc.uint8Array({ minLength: 1, maxLength: 2, max: 3 }),
);
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), fc.record({ x: scalar }));

const items = fc.record(
  { a: value, b: value, version: value, sale: fc.record({ buyer: scalar }) },
  { requiredKeys: [] },
);

interface Draft {
  readonly text: string;
  readonly names: Record<string, string>;
  readonly values: Record<string, unknown>;
}

const path = fc.constantFrom('a', 'b', '#version', '#sale.buyer', 'sale.#buyer');
const NAMES = { '#version': 'version', '#sale': 'sale', '#buyer': 'buyer' } as const;

const named = (text: string): Record<string, string> =>
  Object.fromEntries(Object.entries(NAMES).filter(([name]) => text.includes(name)));

/** What has an order; of the rest the emulator has one of its own. */
const ordered = scalar.filter((one) => typeof one !== 'boolean' && one !== null);

const comparison = fc.oneof(
  fc.tuple(fc.constantFrom('=', '<>'), scalar),
  fc.tuple(fc.constantFrom('<', '<=', '>', '>='), ordered),
);

const leaf: fc.Arbitrary<Draft> = fc.oneof(
  fc
    .tuple(fc.constantFrom('attribute_exists', 'attribute_not_exists'), path)
    .map(([name, one]): Draft => ({ text: `${name}(${one})`, names: named(one), values: {} })),
  fc.tuple(path, comparison).map(
    ([one, [operator, given]]): Draft => ({
      ...{ text: `${one} ${operator} :0`, names: named(one), values: { ':0': given } },
    }),
  ),
  fc.tuple(path, fc.constantFrom('', 'a', '核')).map(
    ([one, start]): Draft => ({
      ...{ text: `begins_with(${one}, :0)`, names: named(one), values: { ':0': start } },
    }),
  ),
);

/** Each part's values get names of their own. */
function joined(parts: readonly Draft[], text: (all: readonly string[]) => string): Draft {
  const values: Record<string, unknown> = {};
  const texts = parts.map((part, index) =>
    part.text.replaceAll(/:(\d+)/g, (_whole, number: string) => {
      values[`:${index}${number}`] = part.values[`:${number}`];
      return `:${index}${number}`;
    }),
  );
  return { text: text(texts), names: Object.assign({}, ...parts.map((one) => one.names)), values };
}

const { expression } = fc.letrec<{ expression: Draft }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'conditions' },
    leaf,
    fc
      .tuple(tie('expression'), fc.constantFrom('AND', 'OR'), tie('expression'))
      .map(([a, word, b]) => joined([a, b], ([x, y]) => `${x} ${word} ${y}`)),
    tie('expression').map((one) => joined([one], ([x]) => `NOT ${x}`)),
    tie('expression').map((one) => joined([one], ([x]) => `(${x})`)),
  ),
}));

describe('a condition', () => {
  test('is read as the emulator reads it, whatever it is and whatever stands', () => {
    let held = 0;
    fc.assert(
      fc.property(expression, items, ({ text, names, values }, item) => {
        const condition: Condition = {
          expression: text,
          ...(Object.keys(names).length === 0 ? {} : { names }),
          ...(Object.keys(values).length === 0 ? {} : { values }),
        };
        let expected: boolean;
        try {
          expected = emulatorHolds(condition, item);
        } catch {
          // What DynamoDB refuses because two things can never be compared is no condition of ours.
          return;
        }
        if (expected) held += 1;
        expect(holds(condition, item), text).toBe(expected);
      }),
      { numRuns: runs(20_000) },
    );
    expect(held).toBeGreaterThan(runs(20_000) / 10);
  });

  test.each([
    ['a word that is none', { expression: 'a LIKE b' }],
    ['half an expression', { expression: 'a = ' }],
    ['too much', { expression: 'attribute_exists(a) a' }],
    ['an undefined value', { expression: 'a = :a' }],
    ['an undefined name', { expression: 'attribute_exists(#a)' }],
    ['an unused value', { expression: 'attribute_exists(a)', values: { ':a': 1 } }],
    ['an unused name', { expression: 'attribute_exists(a)', names: { '#a': 'a' } }],
    ['an unknown function', { expression: 'exists(a)' }],
  ])('with %s is refused here and there', (_what, condition) => {
    expect(() => emulatorHolds(condition, { a: 1 })).toThrow();
    expect(() => holds(condition, { a: 1 })).toThrow('ValidationException');
  });
});

test('texts are in the order of their UTF-8 bytes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 }).filter((one) => one.isWellFormed());
  fc.assert(
    fc.property(text, text, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareText(a, b))).toBe(bytes);
    }),
    { numRuns: runs(5_000) },
  );
});
