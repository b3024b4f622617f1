/**
 * How many bytes an item has by the price list's rule: its names and its values.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: object): number {
  const known = sizes.get(item);
  if (known !== undefined) return known;
  let bytes = 0;
  for (const [name, value] of Object.entries(item))
    bytes += Buffer.byteLength(name) + bytesOf(value);
  // What the table in memory holds is frozen, so it keeps its size.
  if (Object.isFrozen(item)) sizes.set(item, bytes);
  return bytes;
}

const sizes = new WeakMap<object, number>();

/** A list or a map, and each of its elements, cost something by themselves. */
const NESTED_BYTES = 3;
const ELEMENT_BYTES = 1;

function bytesOf(value: unknown): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberBytes(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) {
    return value.reduce((sum: number, one) => sum + ELEMENT_BYTES + bytesOf(one), NESTED_BYTES);
  }
  const fields = Object.entries(value as object);
  return fields.reduce(
    (sum, [name, one]) => sum + ELEMENT_BYTES + Buffer.byteLength(name) + bytesOf(one),
    NESTED_BYTES,
  );
}

/** Two digits a byte, without the zeros at both ends, one byte more, and one for a sign. */
function numberBytes(value: number): number {
  if (value === 0) return 1;
  const digits = String(Math.abs(value)).replace(/^0\.0*|\.|0+$/g, '').length;
  return 1 + Math.ceil(digits / 2) + (value < 0 ? 1 : 0);
}

/** Write units of a write: by the larger of what stood and what stands. */
export function writeUnits(...items: readonly (object | undefined)[]): number {
  const bytes = Math.max(0, ...items.map((item) => (item === undefined ? 0 : itemBytes(item))));
  return Math.max(1, Math.ceil(bytes / 1_024));
}

/** Read units of a call: all that it read together. A weakly consistent read costs half. */
export function readUnits(items: readonly (object | undefined)[], consistent: boolean): number {
  const bytes = items.reduce(
    (sum: number, item) => sum + (item === undefined ? 0 : itemBytes(item)),
    0,
  );
  return Math.max(1, Math.ceil(bytes / 4_096)) / (consistent ? 1 : 2);
}
