import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { storeFromSchema } from '../../lib/integrations/kit/app.ts';
import { storeFrom } from '../../lib/integrations/kit/store-from.ts';
import { findStore, parseTemplate } from '../../lib/integrations/kit/store-template.ts';

afterEach(() => vi.restoreAllMocks());

const find = (template: string, text: string) => {
  const parsed = parseTemplate(template);
  if (parsed === undefined) throw new Error('this is no template');
  return findStore(parsed, text);
};

describe('a template', () => {
  test.each([
    ['shop={store}', 'shop=SH9', 'SH9'],
    ['shop={store}', 'a=1&shop=SH9&b=2', 'SH9'],
    ['shop={store}', 'shop=SH9;x', 'SH9'],
    ['shop={store}', 'shop=&b=2', ''],
    ['shop={store}', 'a=1', undefined],
    ['shop={store}&', 'shop=SH9', undefined],
    ['shop={store}&', 'shop=山月 店&', '山月 店'],
    ['"shopId":"{store}"', '{"shopId":"9","b":1}', '9'],
    ['"shopId":{store}', '{"b":1,"shopId":9}', '9'],
    ['{store}|', '9|b', '9'],
    ['{store}', '9|b', '9'],
    ['|{any}|{store}', 'a|b|c|d', 'c'],
    ['|{any}|{store}', '|b|c|d', 'c'],
    ['{any}|{store}', 'a|b|c', 'b'],
    ['a{any}b{store}', 'xb-a-b9', '9'],
    ['{store}-', 'S(1+)+$-', 'S(1+)+$'],
  ])('%s finds in %s: %s', (template, text, found) => {
    expect(find(template, text)).toBe(found);
  });

  test.each([
    '',
    'shop=',
    'shop={Store}',
    '{store}{store}',
    '{any}{any}x{store}',
    'x{any}{store}',
    '{store}{any}',
  ])('%j is none, and says what one is', (template) => {
    const setting = storeFromSchema.safeParse({ field: 'attach', template });
    expect(setting.success).toBe(false);
    expect(setting.error?.issues[0]?.message).toMatch(/\{store\} once/);
  });

  test('finds what stands between two texts, whatever they are', () => {
    const piece = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' });
    fc.assert(
      fc.property(
        piece,
        piece,
        piece,
        fc.string({ maxLength: 40 }),
        (before, store, after, tail) => {
          const template = `${before}{store}${after}`;
          fc.pre(!/\{(?:store|any)\}/.test(before + after));
          fc.pre(`${store}${after}`.indexOf(after) === store.length);
          fc.pre(`${before}${store}`.indexOf(before) === 0);
          expect(find(template, `${before}${store}${after}${tail}`)).toBe(store);
        },
      ),
    );
  });
});

describe('a text that a regular expression would not be done with', () => {
  const EVIL = '^(\\w+\\s?)*;shop=(\\d+)$';
  const TEXT = `${'a'.repeat(40)}!`;

  test('is no matter for patterns: the setting takes none', () => {
    const setting = storeFromSchema.safeParse({ field: 'attach', pattern: EVIL });
    expect(setting.success).toBe(false);
    // Read as a template it is a text as any other.
    expect(parseTemplate(EVIL)).toBeUndefined();
    expect(find(`${EVIL}{store}`, TEXT)).toBeUndefined();
    expect(find(';shop={store}', TEXT)).toBeUndefined();
    expect(find(';shop={store}', `${TEXT};shop=7`)).toBe('7');
  });

  test.each([1, 10, 30])('is looked through once for each of %i pieces', (pieces) => {
    // Prepare: each piece is found late, and the last not at all
    const template = `${Array(pieces).fill('aaab').join('{any}')}!{store}`;
    const text = 'a'.repeat(1_000).concat('b');
    const looks = vi.spyOn(String.prototype, 'indexOf');
    const parsed = parseTemplate(template);
    looks.mockClear();
    // Act
    const found = parsed && findStore(parsed, text);
    // Assess
    expect(found).toBeUndefined();
    expect(looks.mock.calls.length).toBeLessThanOrEqual(pieces);
  });
});

describe('the store of a message', () => {
  const attach = { field: 'attach', template: 'shop={store}' };
  test.each([
    [{ attach: 'shop=SH9' }, 'SH9'],
    [{ attach: `shop=${'x'.repeat(129)}` }, null],
    [{ attach: `shop=SH9&${'x'.repeat(1_100)}` }, null],
    [{ attach: 'shop=' }, null],
    [{ attach: 7 }, null],
    [{ attach: ['shop=SH9'] }, null],
    [{}, null],
  ])('in %j is %s', (fields, storeId) => {
    expect(storeFrom({ storeFrom: attach }, fields)).toBe(storeId);
  });

  test('is the whole field without a template', () => {
    expect(storeFrom({ storeFrom: { field: 'poi' } }, { poi: 5_000_000_000 })).toBe('5000000000');
  });
});
