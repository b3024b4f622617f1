import { assertFen } from './fen.ts';

const YUAN = /^(-?)(\d{1,12})(?:\.(\d{1,2})0*)?$/;

/**
 * Yuan as platforms write them (`"99"`, `"99.0"`, `99.9`, `"0.05"`) → fen, digit by digit: a float is
 * read by its shortest text, never multiplied.
 * @throws RangeError on more than two places that are not zero, an exponent, or anything else
 */
export function yuanToFen(yuan: string | number): number {
  const found = YUAN.exec(typeof yuan === 'number' ? String(yuan) : yuan.trim());
  if (found === null) throw new RangeError('an amount in yuan has at most two places');
  const [, sign = '', whole = '0', places = ''] = found;
  const fen = Number(whole) * 100 + Number(places.padEnd(2, '0'));
  return assertFen(sign === '-' && fen !== 0 ? -fen : fen);
}

/** From here on two neighbouring amounts may have one 32-bit float. */
const FLOAT_END = 131_072;

/** More than the noise of adding some 64-bit floats, and far less than a fen. */
const NOISE = 1e-9;

/**
 * Yuan as a platform that keeps floats writes them → fen. Beside what `yuanToFen` reads, a number is read that is the
 * 32-bit float of whole fen (19.899999618530273 for 19.90), or such as a sum of 64-bit floats leaves (0.30000000000000004).
 * Nothing is rounded beyond that: 88.125 is no amount.
 * @throws RangeError on anything else
 */
export function floatYuanToFen(yuan: number): number {
  const fen = Math.round(yuan * 100);
  const exact = fen / 100;
  const isFloat = Math.abs(yuan) < FLOAT_END && Math.fround(exact) === yuan;
  const isNoise = Math.abs(yuan - exact) <= NOISE * Math.max(1, Math.abs(yuan));
  return isFloat || isNoise ? assertFen(fen === 0 ? 0 : fen) : yuanToFen(yuan);
}

/** Fen → yuan: two places, digit by digit and without separators: `-1234.05`. */
export function yuanOf(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
