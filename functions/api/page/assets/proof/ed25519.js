// @ts-check
// Verification of ed25519 (RFC 8032, section 5.1.7) where the browser has none of its own.

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const mod = (/** @type {bigint} */ value, by = P) => ((value % by) + by) % by;

/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let result = 1n;
  for (let left = exponent, square = mod(base); left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** @typedef {readonly [bigint, bigint, bigint, bigint]} Point in extended coordinates */

/** @param {Point} a @param {Point} b @returns {Point} */
function addPoints([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * t2 * D);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** @param {Point} point @param {bigint} times @returns {Point} */
function multiply(point, times) {
  /** @type {Point} */
  let sum = [0n, 1n, 1n, 0n];
  for (let left = times, doubled = point; left > 0n; left >>= 1n) {
    if (left & 1n) sum = addPoints(sum, doubled);
    doubled = addPoints(doubled, doubled);
  }
  return sum;
}

/** @param {Uint8Array} bytes the smallest first */
function toNumber(bytes) {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** @param {Uint8Array} bytes @returns {Point | undefined} nothing where they are no point */
function toPoint(bytes) {
  const value = toNumber(bytes);
  const y = value & (2n ** 255n - 1n);
  if (y >= P) return undefined;
  const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
  let x = mod(u * v ** 3n * power(mod(u * v ** 7n), (P - 5n) / 8n));
  if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT_OF_MINUS_ONE);
  else if (mod(v * x * x) !== u) return undefined;
  const sign = value >> 255n;
  if (x === 0n && sign === 1n) return undefined;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

/** @param {Point} a @param {Point} b */
function isSamePoint([x1, y1, z1], [x2, y2, z2]) {
  return mod(x1 * z2) === mod(x2 * z1) && mod(y1 * z2) === mod(y2 * z1);
}

const BASE_POINT = /** @type {Point} */ (
  toPoint(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : 0x66)))
);

/**
 * @param {Uint8Array} publicKey @param {Uint8Array} message @param {Uint8Array} signature
 * @returns {Promise<boolean>}
 */
export async function verifyByHand(publicKey, message, signature) {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const [a, r] = [toPoint(publicKey), toPoint(signature.subarray(0, 32))];
  const s = toNumber(signature.subarray(32));
  if (a === undefined || r === undefined || s >= ORDER) return false;
  const all = new Uint8Array([...signature.subarray(0, 32), ...publicKey, ...message]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-512', all));
  const k = mod(toNumber(digest), ORDER);
  return isSamePoint(multiply(BASE_POINT, s), addPoints(r, multiply(a, k)));
}

/**
 * By the browser itself where it knows ed25519.
 * @param {Uint8Array<ArrayBuffer>} publicKey @param {Uint8Array<ArrayBuffer>} message
 * @param {Uint8Array<ArrayBuffer>} signature
 * @returns {Promise<{ isValid: boolean, by: 'browser' | 'hand' }>}
 */
export async function verifySignature(publicKey, message, signature) {
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    const isValid = await crypto.subtle.verify('Ed25519', key, signature, message);
    return { isValid, by: 'browser' };
  } catch {
    return { isValid: await verifyByHand(publicKey, message, signature), by: 'hand' };
  }
}
