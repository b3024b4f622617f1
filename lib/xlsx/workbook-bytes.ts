import { constants, crc32, deflateRawSync } from 'node:zlib';

/**
 * A workbook that is written from its first byte to its last, however long its sheet is: a ZIP archive whose last part is
 * the sheet, with its sizes after it. Source: PKWARE, APPNOTE.TXT 6.3.10, 4.3.7, 4.3.9, 4.3.12 and 4.3.16.
 */

/** What the archive must know of the sheet so far. */
export interface Sheet {
  readonly crc: number;
  readonly bytes: number;
  readonly compressed: number;
}

export const NO_SHEET: Sheet = { crc: 0, bytes: 0, compressed: 0 };

const SHEET_NAME = 'xl/worksheets/sheet1.xml';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Flags: names are UTF-8; sizes stand behind the part. */
const UTF8 = 0x0800;
const SIZES_BEHIND = 0x0008;
/** 1980-01-01, the first day that an archive can name: the same bytes whenever it is made. */
const DATE = 0x0021;

/** All parts but the sheet, and how the sheet's begins. */
export function archiveBegin(sheet: string): Uint8Array {
  return Buffer.concat([
    ...partsOf(sheet).flatMap((part) => [header(part, UTF8), part.name, part.packed]),
    header(sheetEntry(NO_SHEET), UTF8 | SIZES_BEHIND),
    sheetEntry(NO_SHEET).name,
  ]);
}

/** More of the sheet, as bytes that may stand behind those before. */
export function sheetPart(
  before: Sheet,
  xml: Uint8Array,
  isLast: boolean,
): { readonly bytes: Uint8Array; readonly sheet: Sheet } {
  // A full flush ends at a byte, and nothing behind it refers to what is before.
  const packed = deflateRawSync(xml, { finishFlush: constants.Z_FULL_FLUSH });
  const bytes = isLast ? Buffer.concat([packed, deflateRawSync(new Uint8Array())]) : packed;
  const sheet = {
    crc: crc32(xml, before.crc),
    bytes: before.bytes + xml.length,
    compressed: before.compressed + bytes.length,
  };
  return { bytes, sheet };
}

/** What stands behind the sheet. @param name of the sheet, as it began */
export function archiveEnd(name: string, sheet: Sheet): Uint8Array {
  const parts = [...partsOf(name), sheetEntry(sheet)];
  let at = 0;
  const directory = parts.map((part, index) => {
    const isSheet = index === parts.length - 1;
    const entry = directoryEntry(part, isSheet ? UTF8 | SIZES_BEHIND : UTF8, at);
    at += 30 + part.name.length + part.compressed;
    return entry;
  });
  const whole = Buffer.concat(directory);
  const behind = Buffer.alloc(16);
  behind.writeUInt32LE(0x08074b50, 0);
  writeSizes(behind, 4, sheet);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(whole.length, 12);
  end.writeUInt32LE(at + behind.length, 16);
  return Buffer.concat([behind, whole, end]);
}

interface Part extends Sheet {
  readonly name: Buffer;
  readonly packed: Uint8Array;
}

function sheetEntry(sheet: Sheet): Part {
  return { ...sheet, name: Buffer.from(SHEET_NAME), packed: new Uint8Array() };
}

function header(part: Part, flags: number): Buffer {
  const bytes = Buffer.alloc(30);
  bytes.writeUInt32LE(0x04034b50, 0);
  writeCommon(bytes, 4, part, flags);
  return bytes;
}

function directoryEntry(part: Part, flags: number, at: number): Buffer {
  const bytes = Buffer.alloc(46);
  bytes.writeUInt32LE(0x02014b50, 0);
  bytes.writeUInt16LE(20, 4);
  writeCommon(bytes, 6, part, flags);
  bytes.writeUInt32LE(at, 42);
  return Buffer.concat([bytes, part.name]);
}

/** Version 2.0, flags, deflated, time and date, checksum, sizes, the name's length. */
function writeCommon(bytes: Buffer, at: number, part: Part, flags: number): void {
  bytes.writeUInt16LE(20, at);
  bytes.writeUInt16LE(flags, at + 2);
  bytes.writeUInt16LE(8, at + 4);
  bytes.writeUInt16LE(DATE, at + 8);
  writeSizes(bytes, at + 10, part);
  bytes.writeUInt16LE(part.name.length, at + 22);
}

function writeSizes(bytes: Buffer, at: number, { crc, compressed, bytes: size }: Sheet): void {
  bytes.writeUInt32LE(crc, at);
  bytes.writeUInt32LE(compressed, at + 4);
  bytes.writeUInt32LE(size, at + 8);
}

function partsOf(sheet: string): Part[] {
  return Object.entries(textsOf(sheet)).map(([name, text]) => {
    const xml = Buffer.from(XML + text, 'utf8');
    const packed = deflateRawSync(xml);
    const sizes = { crc: crc32(xml), bytes: xml.length, compressed: packed.length };
    return { name: Buffer.from(name), packed, ...sizes };
  });
}

const textsOf = (sheet: string): Readonly<Record<string, string>> => ({
  '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/><Override PartName="/${SHEET_NAME}" ContentType="${TYPE}.worksheet+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf xfId="0"/><xf numFmtId="49" applyNumberFormat="1" xfId="0"/><xf numFmtId="4" applyNumberFormat="1" xfId="0"/><xf numFmtId="2" applyNumberFormat="1" xfId="0"/></cellXfs></styleSheet>`,
});
