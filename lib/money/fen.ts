/**
 * Money is a safe integer of fen (分, 1/100 yuan). Nothing here touches a fraction in floating
 * point: intermediate products go through bigint, and roundings are stated.
 */

/** The whole, in basis points (1/10000): the unit of shares and commission rates. */
export const WHOLE_BP = 10_000;

/** @throws RangeError when the value is not a safe integer */
export function assertFen(value: number, name = 'amountFen'): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} must be a safe integer of fen`);
  return value;
}

/**
 * `amountFen × numerator / denominator`, rounded half up on the absolute value, so that the result
 * of a negated amount is exactly the negated result.
 * @throws RangeError when an argument is not a safe integer or the denominator is not positive
 */
export function proportion(amountFen: number, numerator: number, denominator: number): number {
  assertFen(amountFen);
  assertFen(numerator, 'numerator');
  if (!Number.isSafeInteger(denominator) || denominator <= 0) {
    throw new RangeError('denominator must be a positive safe integer');
  }
  // Doubled and with the half added, it must still be exact: then plain numbers do, several times faster.
  const plain = 2 * amountFen * numerator;
  if (Math.abs(plain) <= MAX_PLAIN && denominator <= MAX_PLAIN) {
    const magnitude = wholeParts(Math.abs(plain) + denominator, 2 * denominator);
    return plain < 0 && magnitude !== 0 ? -magnitude : magnitude;
  }
  const product = BigInt(amountFen) * BigInt(numerator);
  const magnitude = product < 0n ? -product : product;
  const whole = BigInt(denominator);
  const rounded = Number((2n * magnitude + whole) / (2n * whole));
  return assertFen(product < 0n && rounded !== 0 ? -rounded : rounded);
}

/**
 * Deals an amount out by weights with the largest remainder: the parts always add up to the whole,
 * and each is within one fen of its exact share. Equal remainders go to the earlier weight.
 * @param weights non-negative integers, not all zero
 * @throws RangeError on a negative or fractional weight, or when all are zero
 */
export function dealOut(amountFen: number, weights: readonly number[]): number[] {
  assertFen(amountFen);
  for (const weight of weights) {
    if (!Number.isSafeInteger(weight) || weight < 0) {
      throw new RangeError('weights must be non-negative safe integers');
    }
  }
  const plainTotal = weights.reduce((sum, weight) => sum + weight, 0);
  if (plainTotal > 0 && plainTotal * Math.abs(amountFen) <= MAX_PLAIN) {
    return dealOutPlain(amountFen, weights, plainTotal);
  }
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) throw new RangeError('weights must not all be zero');
  const sign = amountFen < 0 ? -1 : 1;
  const magnitude = BigInt(Math.abs(amountFen));
  const parts = weights.map((weight, index) => {
    const product = magnitude * BigInt(weight);
    return { index, floor: product / total, remainder: product % total };
  });
  let left = Number(magnitude - parts.reduce((sum, part) => sum + part.floor, 0n));
  const byRemainder = [...parts].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const part of byRemainder) {
    if (left === 0) break;
    part.floor += 1n;
    left -= 1;
  }
  return parts.map((part) => (part.floor === 0n ? 0 : sign * Number(part.floor)));
}

/** A quarter of what a number holds exactly: sums of two such are exact too. */
const MAX_PLAIN = 2 ** 51;

/** How often `divisor` goes into `value`, both whole and not negative: `%` is exact, a quotient is not. */
function wholeParts(value: number, divisor: number): number {
  return (value - (value % divisor)) / divisor;
}

/** The same dealing as `dealOut`, where every product is exact as a plain number. */
function dealOutPlain(amountFen: number, weights: readonly number[], total: number): number[] {
  const magnitude = Math.abs(amountFen);
  const parts = weights.map((weight) => wholeParts(magnitude * weight, total));
  let left = magnitude - parts.reduce((sum, part) => sum + part, 0);
  if (left > 0) {
    const remainders = weights.map((weight, index) => ({
      index,
      remainder: (magnitude * weight) % total,
    }));
    remainders.sort((a, b) => b.remainder - a.remainder || a.index - b.index);
    for (const { index } of remainders) {
      if (left === 0) break;
      parts[index] = (parts[index] ?? 0) + 1;
      left -= 1;
    }
  }
  return amountFen < 0 ? parts.map((part) => (part === 0 ? 0 : -part)) : parts;
}
