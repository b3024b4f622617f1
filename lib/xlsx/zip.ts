import { crc32, deflateRawSync } from 'node:zlib';

/**
 * Files → a ZIP archive, as far as Office Open XML asks for it: deflated, without encryption and without
 * ZIP64. Its bytes depend on the content alone. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7,
 * 4.3.12 and 4.3.16.
 * @param files by name; names are ASCII, and each is under 4 GiB
 */
export function zipOf(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text, 'utf8');
    const packed = deflateRawSync(content);
    const nameBytes = Buffer.from(name, 'ascii');
    const about = aboutFile(content, packed.length, nameBytes.length);
    const local = Buffer.concat([LOCAL, about, nameBytes, packed]);
    const place = Buffer.alloc(14);
    // Comment, disk and attributes are nothing; then where its local header begins.
    place.writeUInt32LE(offset, 10);
    directory.push(CENTRAL, about, place, nameBytes);
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Uint8Array.from(Buffer.concat([...parts, listed, end]));
}

/** The signatures, and in the directory the version that it was made by: 2.0 of MS-DOS. */
const LOCAL = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const CENTRAL = Buffer.from([0x50, 0x4b, 0x01, 0x02, 20, 0]);

const DEFLATED = 8;
/** 1980-01-01, where its calendar begins: a file is the same whenever it is made. */
const FIRST_DAY = 0x21;

/** What a local header and the directory say alike: from the version needed to the extra field's length. */
function aboutFile(content: Uint8Array, packedLength: number, nameLength: number): Buffer {
  const about = Buffer.alloc(26);
  about.writeUInt16LE(20, 0);
  about.writeUInt16LE(DEFLATED, 4);
  about.writeUInt16LE(FIRST_DAY, 8);
  about.writeUInt32LE(crc32(content), 10);
  about.writeUInt32LE(packedLength, 14);
  about.writeUInt32LE(content.length, 18);
  about.writeUInt16LE(nameLength, 22);
  return about;
}
