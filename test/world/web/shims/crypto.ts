import { cbc, gcm } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { Buffer } from './buffer.ts';
import { createPublicKey, generateKeyPairSync, sign, verify } from './rsa.ts';

/** `node:crypto` by @noble, for the algorithms that our platforms and our own records use. */

const HASHES = { md5, sha1, sha256 } as const;

type HashName = keyof typeof HASHES;
type Input = string | Uint8Array;
type Spelling = 'hex' | 'base64' | 'base64url';

const bytesOf = (input: Input, encoding?: BufferEncoding): Uint8Array =>
  typeof input === 'string' ? Buffer.from(input, encoding) : Uint8Array.from(input);

class Digest {
  private readonly state: { update(bytes: Uint8Array): unknown; digest(): Uint8Array };

  constructor(state: { update(bytes: Uint8Array): unknown; digest(): Uint8Array }) {
    this.state = state;
  }

  update(input: Input, encoding?: BufferEncoding): this {
    this.state.update(bytesOf(input, encoding));
    return this;
  }

  digest(spelling?: Spelling): Buffer | string {
    const bytes = Buffer.from(this.state.digest());
    return spelling === undefined ? bytes : bytes.toString(spelling as BufferEncoding);
  }
}

export const createHash = (name: HashName) => new Digest(HASHES[name].create());

export const createHmac = (name: HashName, key: Input) =>
  new Digest(hmac.create(HASHES[name], bytesOf(key)));

export const randomBytes = (size: number) =>
  Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(size)));

export const randomUUID = () => globalThis.crypto.randomUUID();

/** From 0, or `from`, to below `below`. */
export function randomInt(from: number, below?: number): number {
  const [least, most] = below === undefined ? [0, from] : [from, below];
  const [drawn = 0] = globalThis.crypto.getRandomValues(new Uint32Array(1));
  return least + (drawn % (most - least));
}

/** @throws RangeError for lengths that differ, as Node's does */
export function timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.byteLength !== other.byteLength) throw new RangeError('the lengths differ');
  let differing = 0;
  for (const [at, byte] of one.entries()) differing |= byte ^ (other[at] ?? 0);
  return differing === 0;
}

const TAG_BYTES = 16;

/** Takes all of a text and works at its end: noble's ciphers have no streams. */
class Cipher {
  private readonly name: string;
  private readonly key: Uint8Array;
  private readonly iv: Uint8Array;
  private readonly isSealing: boolean;
  private readonly parts: Uint8Array[] = [];
  private isPadded = true;
  private tag: Uint8Array = new Uint8Array();

  constructor(isSealing: boolean, name: string, key: Uint8Array, iv: Uint8Array) {
    if (!/^aes-(128|192|256)-(cbc|gcm)$/.test(name)) throw new Error(`no cipher ${name} here`);
    if (key.byteLength * 8 !== Number(name.slice(4, 7))) throw new RangeError('Invalid key length');
    this.isSealing = isSealing;
    this.name = name;
    this.key = Uint8Array.from(key);
    this.iv = Uint8Array.from(iv);
  }

  update(input: Input, encoding?: BufferEncoding): Buffer {
    this.parts.push(bytesOf(input, encoding));
    return Buffer.alloc(0);
  }

  setAutoPadding(isPadded: boolean): this {
    this.isPadded = isPadded;
    return this;
  }

  setAuthTag(tag: Uint8Array): this {
    this.tag = Uint8Array.from(tag);
    return this;
  }

  getAuthTag(): Buffer {
    return Buffer.from(this.tag);
  }

  final(): Buffer {
    const given = Uint8Array.from(Buffer.concat(this.parts));
    if (this.name.endsWith('cbc')) {
      const cipher = cbc(this.key, this.iv, { disablePadding: !this.isPadded });
      return Buffer.from(this.isSealing ? cipher.encrypt(given) : cipher.decrypt(given));
    }
    const cipher = gcm(this.key, this.iv);
    if (!this.isSealing)
      return Buffer.from(cipher.decrypt(Uint8Array.from([...given, ...this.tag])));
    const sealed = cipher.encrypt(given);
    this.tag = sealed.slice(-TAG_BYTES);
    return Buffer.from(sealed.slice(0, -TAG_BYTES));
  }
}

/** A key is its bytes here. */
export const createSecretKey = (key: Uint8Array): Uint8Array => key;

export const createCipheriv = (name: string, key: Uint8Array, iv: Uint8Array) =>
  new Cipher(true, name, key, iv);

export const createDecipheriv = (name: string, key: Uint8Array, iv: Uint8Array) =>
  new Cipher(false, name, key, iv);

/** Nor is a private one more than its text. */
export const createPrivateKey = (pem: string): string => pem;

export { createPublicKey, generateKeyPairSync, sign, verify };
