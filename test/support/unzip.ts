import { crc32, inflateRawSync } from 'node:zlib';

/** An archive's files by name, found by its directory at the end, each held against its checksum. */
export function unzip(archive: Uint8Array): Map<string, string> {
  const bytes = Buffer.from(archive);
  const end = bytes.length - 22;
  if (bytes.readUInt32LE(end) !== 0x06054b50) throw new Error('the archive has no end');
  const files = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Error('the directory is cut');
    const [packed, nameLength] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)];
    const name = bytes.toString('ascii', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    if (bytes.readUInt32LE(local) !== 0x04034b50)
      throw new Error(`${name} is not where it is said`);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = inflateRawSync(bytes.subarray(start, start + packed));
    if (crc32(content) !== bytes.readUInt32LE(at + 16)) throw new Error(`${name} is damaged`);
    if (content.length !== bytes.readUInt32LE(at + 24)) throw new Error(`${name} has another size`);
    files.set(name, content.toString('utf8'));
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}

/** The kinds of cells, by the format that Excel shows them in. */
const KINDS: Readonly<Record<string, string>> = { '@': 'text', '#,##0.00': 'yuan' };

/** The rows of a workbook's one sheet: each cell's place, kind and content. */
export function sheetOf(workbook: Uint8Array): [string, string, string][][] {
  const files = unzip(workbook);
  const sheet = files.get('xl/worksheets/sheet1.xml') ?? '';
  const shared = [
    ...(files.get('xl/sharedStrings.xml') ?? '').matchAll(/<si><t[^>]*>(.*?)<\/t><\/si>/gs),
  ];
  const kinds = kindsOf(files.get('xl/styles.xml') ?? '');
  return [...sheet.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row = '']) =>
    [...row.matchAll(CELL)].map(([, place = '', style = '0', isText, value = '', constant]) => {
      if (constant !== undefined) return [place, 'text', constant];
      const kind = kinds[Number(style)] ?? '';
      if ((kind === 'text') !== (isText !== undefined)) throw new Error(`${place} is half a text`);
      return [place, kind, isText === undefined ? value : unescaped(shared[Number(value)]?.[1])];
    }),
  );
}

/** With a number, with the place of a text among the shared ones, or with a formula that is but a text. */
const CELL = /<c r="(\w+)"(?: s="(\d+)")?( t="s")?>(?:<v>([\d.eE+-]*)<\/v>|<f>"(\w+)"<\/f>)<\/c>/gs;

/** Of each style of a cell, in order: the first is that of cells that name none. */
function kindsOf(styles: string): string[] {
  const formats = new Map(
    [...styles.matchAll(/<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/g)].map(
      ([, id = '', format = '']) => [id, format],
    ),
  );
  const cells = /<cellXfs[^>]*>(.*?)<\/cellXfs>/s.exec(styles)?.[1] ?? '';
  return [...cells.matchAll(/<xf (?:numFmtId="(\d+)")?/g)].map(([, id]) =>
    id === undefined ? 'number' : (KINDS[formats.get(id) ?? ''] ?? ''),
  );
}

function unescaped(text = ''): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
