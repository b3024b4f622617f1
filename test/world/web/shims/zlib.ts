import { deflateSync, gunzipSync as gunzip, gzipSync as gzip, inflateSync } from 'fflate';
import { Buffer } from './buffer.ts';

export const gzipSync = (bytes: Uint8Array) => Buffer.from(gzip(bytes, { mtime: 0 }));
export const gunzipSync = (bytes: Uint8Array) => Buffer.from(gunzip(bytes));

/** A message's body is packed and unpacked by the same code, so any packing does: Brotli has no small library. */
export const brotliCompressSync = (bytes: Uint8Array) => Buffer.from(deflateSync(bytes));

/** @throws RangeError where it unpacks to more than `maxOutputLength` */
export function brotliDecompressSync(
  bytes: Uint8Array,
  { maxOutputLength }: { readonly maxOutputLength: number },
): Uint8Array {
  const unpacked = inflateSync(bytes);
  if (unpacked.byteLength > maxOutputLength) throw new RangeError('too much is packed here');
  return Buffer.from(unpacked);
}

export const constants = { BROTLI_PARAM_QUALITY: 1 };
