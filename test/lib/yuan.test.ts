import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { yuanToFen } from '../../lib/money/yuan.ts';

describe('yuan', () => {
  it.each([
    ['99', 9_900],
    ['99.0', 9_900],
    [99.9, 9_990],
    ['0.05', 5],
    [0.29, 29],
    ['1.10', 110],
    ['94.00', 9_400],
    ['1.500', 150],
    ['-0.01', -1],
    ['0', 0],
  ])('%s is %i fen', (yuan, fen) => {
    expect(yuanToFen(yuan)).toBe(fen);
  });

  it.each([
    '1.005',
    '',
    '.5',
    '1.',
    '1e3',
    '1,000',
    '１',
    'NaN',
    '0x10',
    Number.NaN,
    1e21,
    0.1 + 0.2,
  ])('%s is refused, not guessed', (yuan) => {
    expect(() => yuanToFen(yuan)).toThrow(RangeError);
  });

  it('come back from any fen, as text and as a float', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }), (fen) => {
        const digits = String(Math.abs(fen)).padStart(3, '0');
        const text = `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(yuanToFen(text)).toBe(fen);
        expect(yuanToFen(Number(text))).toBe(fen);
      }),
      { numRuns: 5_000 },
    );
  });
});
