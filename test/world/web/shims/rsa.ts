import { sha256 } from '@noble/hashes/sha2.js';
import { Buffer } from './buffer.ts';

/**
 * SHA256withRSA, PKCS#1 v1.5 (RFC 8017, 8.2), in plain big integers: right, and in no way safe against who
 * measures its time. Nobody's secret is here: the bundle brings the one pair of keys that it plays with.
 */
declare const RSA_PAIR: { readonly privateKey: string; readonly publicKey: string };

/** Making a pair takes a browser seconds, so the bundle has one that Node made. */
export const generateKeyPairSync = () => RSA_PAIR;

interface Key {
  readonly asymmetricKeyType: 'rsa';
  readonly asymmetricKeyDetails: { readonly modulusLength: number };
  readonly type: 'public';
  readonly modulus: bigint;
  readonly exponent: bigint;
}

/** @param pem SPKI. @throws for anything else */
export function createPublicKey(pem: string): Key {
  const [modulus, exponent] = integersOf(pem).slice(-2);
  if (modulus === undefined || exponent === undefined) throw new Error('no public key of RSA');
  const asymmetricKeyDetails = { modulusLength: modulus.toString(2).length };
  return { asymmetricKeyType: 'rsa', asymmetricKeyDetails, type: 'public', modulus, exponent };
}

export function sign(_hash: 'sha256', bytes: Uint8Array, privateKey: string): Buffer {
  // PKCS#8: two versions, then modulus, public and private exponent, and what would make it faster.
  const [, , modulus, , exponent] = integersOf(privateKey);
  if (modulus === undefined || exponent === undefined) throw new Error('no private key of RSA');
  return bytesOf(power(paddedHash(bytes, modulus), exponent, modulus), sizeOf(modulus));
}

export function verify(
  _hash: 'sha256',
  bytes: Uint8Array,
  { modulus, exponent }: Key,
  signature: Uint8Array,
): boolean {
  const signed = integerOf(signature);
  if (signature.byteLength !== sizeOf(modulus) || signed >= modulus) return false;
  return power(signed, exponent, modulus) === paddedHash(bytes, modulus);
}

/** DER of `DigestInfo` for SHA-256, before the hash. Source: RFC 8017, 9.2, note 1. */
const SHA256_INFO = '3031300d060960864801650304020105000420';

function paddedHash(bytes: Uint8Array, modulus: bigint): bigint {
  const info = SHA256_INFO + Buffer.from(sha256(Uint8Array.from(bytes))).toString('hex');
  const padding = 'ff'.repeat(sizeOf(modulus) - 3 - info.length / 2);
  return BigInt(`0x01${padding}00${info}`);
}

const sizeOf = (modulus: bigint) => Math.ceil(modulus.toString(16).length / 2);

const integerOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);

const bytesOf = (integer: bigint, size: number) =>
  Buffer.from(integer.toString(16).padStart(size * 2, '0'), 'hex');

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Every integer of the key's DER, in its order; what holds others is walked into. */
function integersOf(pem: string): bigint[] {
  const base64 = pem.replaceAll(/-----[^-]+-----|\s/g, '');
  return walk(Buffer.from(base64, 'base64'));
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

function walk(der: Uint8Array): bigint[] {
  const found: bigint[] = [];
  for (let at = 0; at < der.length; ) {
    const tag = der[at];
    let size = der[at + 1] ?? 0;
    at += 2;
    if (size > 0x80) {
      const bytes = size - 0x80;
      size = Number(integerOf(der.subarray(at, at + bytes)));
      at += bytes;
    }
    const content = der.subarray(at, at + size);
    at += size;
    if (tag === INTEGER) found.push(integerOf(content));
    // A bit string begins with how many bits of its last byte are none.
    if (tag === BIT_STRING) found.push(...walk(content.subarray(1)));
    if (tag === SEQUENCE || tag === OCTET_STRING) found.push(...walk(content));
  }
  return found;
}
