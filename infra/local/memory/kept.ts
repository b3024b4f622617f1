/** DynamoDB takes no larger item. */
const MAX_ITEM_BYTES = 400 * 1024;

/**
 * A frozen copy of what the table would keep: without what is undefined, as `marshall` has it.
 * @throws Error on what `marshall` or DynamoDB refuses: numbers that are none, classes, items beyond 400 KiB
 */
export function kept(fields: object): object {
  const size = { bytes: 0 };
  const copy = copyOf(fields, size) as object;
  if (size.bytes > MAX_ITEM_BYTES) {
    throw new Error('ValidationException: Item size has exceeded the maximum allowed size');
  }
  return copy;
}

function copyOf(value: unknown, size: { bytes: number }): unknown {
  if (value === null) return null;
  if (typeof value === 'string') {
    size.bytes += bytesOf(value);
    return value;
  }
  if (typeof value === 'boolean') {
    size.bytes += 1;
    return value;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      throw new Error(`${value} is no number that can be kept`);
    }
    size.bytes += 1 + Math.ceil(String(Math.abs(value)).length / 2);
    return value;
  }
  if (typeof value === 'object') return objectOf(value, size);
  throw new Error(`a ${typeof value} cannot be kept`);
}

function objectOf(value: object, size: { bytes: number }): object {
  size.bytes += 1;
  if (value instanceof Uint8Array) {
    size.bytes += value.length;
    return Uint8Array.from(value);
  }
  if (Array.isArray(value)) {
    const defined = value.filter((one) => one !== undefined);
    return Object.freeze(defined.map((one) => copyOf(one, size)));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error('an instance of a class cannot be kept');
  }
  const copy: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    size.bytes += bytesOf(name);
    copy[name] = copyOf(one, size);
  }
  return Object.freeze(copy);
}

/** In UTF-8. */
function bytesOf(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // Of a pair of surrogates each counts two.
    if (unit > 0x7f) bytes += unit > 0x7_ff && (unit < 0xd8_00 || unit > 0xdf_ff) ? 2 : 1;
  }
  return bytes;
}
