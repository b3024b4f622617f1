import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** What a sender of messages needs, apart from their schemas: `ingest` must start without those. */

/** The version of the messages' shape that this code writes. */
export const MESSAGE_VERSION = 1 as const;

/** The smallest limit of any region's SQS; a larger one elsewhere is not counted on. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** A body that grows past this when unpacked was not packed by us. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Packs bytes for a message: SQS takes text only, and not every text. */
export function packBody(bytes: Uint8Array): { body: string; packed: boolean } {
  const packed = bytes.byteLength > 1024;
  const content = packed ? compress(bytes) : bytes;
  return { body: Buffer.from(content).toString('base64'), packed };
}

/** @throws when the body was not packed by `packBody` */
export function unpackBody(message: { body: string; packed: boolean }): Uint8Array {
  const content = Buffer.from(message.body, 'base64');
  if (!message.packed) return new Uint8Array(content);
  return new Uint8Array(brotliDecompressSync(content, { maxOutputLength: MAX_BODY_BYTES }));
}

function compress(bytes: Uint8Array): Uint8Array {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
