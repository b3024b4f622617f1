import { createHash } from 'node:crypto';

/** The smallest that shows a face, in pixels. */
const MIN_SIDE = 64;

/** @returns the lower-case hex SHA-256 of a JPEG or PNG of a face’s size; undefined where it is none */
export function photoHash(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = pngSize(buffer) ?? jpegSize(buffer);
  if (size === undefined || size.width < MIN_SIDE || size.height < MIN_SIDE) return undefined;
  return createHash('sha256').update(buffer).digest('hex');
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
/** `IEND`, and its check sum. */
const PNG_END = Buffer.from('49454e44ae426082', 'hex');

/** PNG (third edition), 5.2 and 11.2.1: signature, `IHDR` with width and height, at last `IEND`. */
function pngSize(bytes: Buffer): Size | undefined {
  if (bytes.length < PNG.length + 8 + PNG_END.length) return undefined;
  if (!bytes.subarray(0, PNG.length).equals(PNG)) return undefined;
  if (!bytes.subarray(-PNG_END.length).equals(PNG_END)) return undefined;
  return { width: bytes.readUInt32BE(PNG.length), height: bytes.readUInt32BE(PNG.length + 4) };
}

/** Frames with a size: `SOF0` to `SOF15`, but for tables that have a marker among them (ITU-T T.81, B.1.1.3). */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** A JPEG begins with `SOI`, has segments, one of them the frame, and an `EOI`. */
function jpegSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xff_d8) return undefined;
  if (bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) < 4) return undefined;
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (isFrame(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}
