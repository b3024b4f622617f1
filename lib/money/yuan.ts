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

/** Fen → yuan: two places, digit by digit and without separators: `-1234.05`. */
export function yuanOf(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
