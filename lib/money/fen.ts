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
