// @ts-check
// SHA-256 (FIPS 180-4) in plain JavaScript: a month of 100,000 lines needs 300,000 hashes, and the browser's own
// function answers each of them later.

/** The first 32 bits of the fractional parts of the roots of the first 64 primes. */
const { SQUARE_ROOTS, CUBE_ROOTS } = (() => {
  /** @type {number[]} */
  const primes = [];
  for (let candidate = 2; primes.length < 64; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  const bits = (/** @type {number} */ root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  return {
    SQUARE_ROOTS: Int32Array.from(primes.slice(0, 8), (prime) => bits(Math.sqrt(prime))),
    CUBE_ROOTS: Int32Array.from(primes, (prime) => bits(Math.cbrt(prime))),
  };
})();

const schedule = new Int32Array(64);

/**
 * @param {Uint8Array} bytes
 * @returns {Uint8Array} 32 bytes
 */
export function sha256(bytes) {
  const state = Int32Array.from(SQUARE_ROOTS);
  const whole = bytes.length - (bytes.length % 64);
  for (let at = 0; at < whole; at += 64) mixBlock(state, bytes, at);
  const last = ending(bytes, whole);
  for (let at = 0; at < last.length; at += 64) mixBlock(state, last, at);
  return digestOf(state);
}

/** The last blocks of what is hashed: the bytes from one on, and their number. @param {Uint8Array} bytes @param {number} from */
function ending(bytes, from) {
  const last = new Uint8Array(bytes.length - from < 56 ? 64 : 128);
  last.set(bytes.subarray(from));
  last[bytes.length - from] = 0x80;
  new DataView(last.buffer).setBigUint64(last.length - 8, BigInt(bytes.length) * 8n);
  return last;
}

/** @param {Int32Array} state */
function digestOf(state) {
  const digest = new Uint8Array(32);
  const view = new DataView(digest.buffer);
  for (let word = 0; word < 8; word += 1) view.setInt32(4 * word, state[word]);
  return digest;
}

/**
 * The one byte that must be another for bytes to have a hash. What is before the byte's own block is hashed once.
 * @param {Uint8Array} bytes @param {string} wanted how the hash begins, 22 letters
 * @param {number} from the first that may be changed
 * @param {readonly number[]} values that a byte may have
 * @returns {{ at: number, value: number } | undefined}
 */
export function findByteByHash(bytes, wanted, from, values) {
  const tail = bytes.length - (bytes.length % 64);
  const end = ending(bytes, tail);
  const all = new Uint8Array(tail + end.length);
  all.set(bytes);
  all.set(end, tail);
  const first = new DataView(fromBase64url(wanted.slice(0, 8)).buffer).getInt32(0);
  const before = Int32Array.from(SQUARE_ROOTS);
  const state = new Int32Array(8);
  for (let block = 0; block < all.length; block += 64) {
    const last = Math.min(block + 64, bytes.length);
    for (let at = Math.max(from, block); at < last; at += 1) {
      const standing = all[at];
      for (const value of values) {
        if (value === standing) continue;
        all[at] = value;
        state.set(before);
        for (let next = block; next < all.length; next += 64) mixBlock(state, all, next);
        if (state[0] === first && toBase64url(digestOf(state)).startsWith(wanted)) {
          return { at, value };
        }
      }
      all[at] = standing;
    }
    mixBlock(before, all, block);
  }
  return undefined;
}

/** @param {Int32Array} state @param {Uint8Array} bytes @param {number} at */
function mixBlock(state, bytes, at) {
  const w = schedule;
  for (let i = 0; i < 16; i += 1) {
    const from = at + 4 * i;
    w[i] = (bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15];
    const y = w[i - 2];
    const a = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const b = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + a + w[i - 7] + b) | 0;
  }
  let [a, b, c, d] = [state[0], state[1], state[2], state[3]];
  let [e, f, g, h] = [state[4], state[5], state[6], state[7]];
  const roots = CUBE_ROOTS;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + roots[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/**
 * The bytes of a text, each character one of them, after a first byte where one is given.
 * @param {string} text @param {number} [first]
 */
export function bytesOf(text, first) {
  const start = first === undefined ? 0 : 1;
  const bytes = new Uint8Array(text.length + start);
  if (first !== undefined) bytes[0] = first;
  for (let i = 0; i < text.length; i += 1) bytes[i + start] = text.charCodeAt(i);
  return bytes;
}

/** @param {Uint8Array} bytes */
export function toBase64url(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @param {string} text */
export function fromBase64url(text) {
  return bytesOf(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
}

/** @param {string} text */
export function hashOfText(text) {
  return toBase64url(sha256(bytesOf(text)));
}

/** @param {string} text */
export function shortHash(text) {
  return hashOfText(text).slice(0, 22);
}

/** What stands for a body in the tree. @param {string} body */
export function bodyHash(body) {
  return sha256(bytesOf(body, 0));
}

/** @param {Uint8Array} left @param {Uint8Array} right */
function nodeHash(left, right) {
  const both = new Uint8Array(65);
  both[0] = 1;
  both.set(left, 1);
  both.set(right, 33);
  return sha256(both);
}

/**
 * The levels of the tree from its leaves up: a last one without a sibling goes up as it is.
 * @param {Uint8Array[]} leaves
 */
export function treeLevels(leaves) {
  const levels = [leaves];
  for (let level = leaves; level.length > 1; ) {
    const above = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i], level[i + 1]];
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    levels.push(above);
    level = above;
  }
  return levels;
}

/** @param {Uint8Array[][]} levels */
export function rootOfLevels(levels) {
  return levels.at(-1)?.[0] ?? sha256(new Uint8Array(0));
}

/** The hashes beside the way from a leaf up. @param {Uint8Array[][]} levels @param {number} index */
export function pathInLevels(levels, index) {
  const path = [];
  for (const level of levels.slice(0, -1)) {
    const sibling = level[index ^ 1];
    if (sibling !== undefined) path.push(toBase64url(sibling));
    index >>= 1;
  }
  return path;
}

/**
 * Where a path leads to.
 * @param {Uint8Array} leaf @param {number} index @param {number} count @param {string[]} path
 */
export function rootOfPath(leaf, index, count, path) {
  let [hash, at, last, used] = [leaf, index, count - 1, 0];
  while (last > 0) {
    const isAlone = at === last && at % 2 === 0;
    if (!isAlone) {
      const sibling = fromBase64url(path[used] ?? '');
      used += 1;
      hash = at % 2 === 0 ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
    }
    at >>= 1;
    last >>= 1;
  }
  return used === path.length && at === 0 ? hash : new Uint8Array(32);
}
