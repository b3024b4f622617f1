import { inflateSync } from 'node:zlib';

/**
 * The text of a PDF as Chromium writes it, page by page: streams are deflated, and a font says in its ToUnicode map what
 * its glyphs are. Enough to see whether a word is on the paper; nothing of a PDF that others write is promised.
 * @param pdf its bytes
 * @returns of each page its words, without blanks between them, in the order in which they were drawn
 */
export function pdfPages(pdf: Uint8Array): string[] {
  const objects = objectsOf(Buffer.from(pdf).toString('latin1'));
  const pages = [...objects.values()].filter(({ head }) => /\/Type\s*\/Page\b/.test(head));
  return pages.map(({ head }) => {
    const fonts = fontsOf(head, objects);
    const contents = /\/Contents\s+(\d+) 0 R/.exec(head)?.[1];
    const drawn = contents === undefined ? '' : streamOf(objects.get(contents));
    return textOf(drawn, fonts, head, objects);
  });
}

interface PdfObject {
  readonly head: string;
  readonly stream: string | null;
}
type Objects = ReadonlyMap<string, PdfObject>;
interface Font {
  /** Hexadecimal digits of a glyph. */
  readonly digits: number;
  readonly glyphs: ReadonlyMap<number, string>;
}

const NO_FONT: Font = { digits: 4, glyphs: new Map() };

function objectsOf(text: string): Objects {
  const objects = new Map<string, PdfObject>();
  for (const [, id = '', body = ''] of text.matchAll(/(\d+) 0 obj\s([\s\S]*?)\sendobj/g)) {
    const at = body.search(/stream\r?\n/);
    const begin = at < 0 ? 0 : body.indexOf('\n', at) + 1;
    const stream = at < 0 ? null : body.slice(begin, body.lastIndexOf('endstream'));
    objects.set(id, { head: at < 0 ? body : body.slice(0, at), stream });
  }
  return objects;
}

function streamOf(object: PdfObject | undefined): string {
  if (object?.stream === null || object === undefined) return '';
  const bytes = Buffer.from(object.stream, 'latin1');
  return /\/FlateDecode/.test(object.head)
    ? inflateSync(bytes).toString('latin1')
    : bytes.toString('latin1');
}

/** By the name that the page, or a form on it, calls them. */
function fontsOf(head: string, objects: Objects): Map<string, Font> {
  const resources = /\/Resources\s+(\d+) 0 R/.exec(head)?.[1];
  const own = resources === undefined ? head : (objects.get(resources)?.head ?? '');
  const listed = /\/Font\s*<<([\s\S]*?)>>/.exec(own)?.[1] ?? '';
  const fonts = new Map<string, Font>();
  for (const [, name = '', id = ''] of listed.matchAll(/\/(\w+)\s+(\d+) 0 R/g)) {
    const font = objects.get(id)?.head ?? '';
    const map = /\/ToUnicode\s+(\d+) 0 R/.exec(font)?.[1];
    const glyphs = glyphsOf(streamOf(objects.get(map ?? '')));
    fonts.set(name, { digits: /\/Type3\b/.test(font) ? 2 : 4, glyphs });
  }
  return fonts;
}

/** What each glyph stands for, of a ToUnicode map. */
function glyphsOf(map: string): Font['glyphs'] {
  const glyphs = new Map<number, string>();
  for (const [, block = ''] of map.matchAll(/beginbfchar\s([\s\S]*?)endbfchar/g)) {
    for (const [, from = '', to = ''] of block.matchAll(/<(\w+)>\s*<(\w+)>/g)) {
      glyphs.set(Number.parseInt(from, 16), unicode(to));
    }
  }
  for (const [, block = ''] of map.matchAll(/beginbfrange\s([\s\S]*?)endbfrange/g)) {
    for (const [, from = '', last = '', to = ''] of block.matchAll(
      /<(\w+)>\s*<(\w+)>\s*<(\w+)>/g,
    )) {
      const first = Number.parseInt(from, 16);
      for (let glyph = first; glyph <= Number.parseInt(last, 16); glyph += 1) {
        glyphs.set(glyph, String.fromCodePoint((unicode(to).codePointAt(0) ?? 0) + glyph - first));
      }
    }
  }
  return glyphs;
}

const unicode = (hex: string) => Buffer.from(hex, 'hex').swap16().toString('utf16le');

/** A font is chosen, glyphs are drawn, what they say is said, or a form is drawn that has fonts of its own. */
const DRAWN = /\/(\w+) [\d.]+ Tf|ActualText <(FEFF\w*)>|<([0-9A-Fa-f]+)>|EMC|\/(\w+) Do/g;

function textOf(
  drawn: string,
  fonts: ReadonlyMap<string, Font>,
  head: string,
  objects: Objects,
): string {
  let text = '';
  let font = NO_FONT;
  let isSaid = false;
  for (const [whole, chosen, said, hex, form] of drawn.matchAll(DRAWN)) {
    if (chosen !== undefined) font = fonts.get(chosen) ?? NO_FONT;
    if (whole === 'EMC') isSaid = false;
    if (said !== undefined) {
      text += unicode(said.slice('FEFF'.length));
      isSaid = true;
    }
    const glyphs = isSaid ? [] : (hex?.match(new RegExp(`.{${font.digits}}`, 'g')) ?? []);
    for (const glyph of glyphs) text += font.glyphs.get(Number.parseInt(glyph, 16)) ?? '';
    if (form === undefined) continue;
    const id = new RegExp(`/${form}\\s+(\\d+) 0 R`).exec(head)?.[1];
    const own = objects.get(id ?? '');
    if (own === undefined || !/\/Form\b/.test(own.head)) continue;
    text += textOf(streamOf(own), fontsOf(own.head, objects), own.head, objects);
  }
  return text.normalize('NFKC').replaceAll(/\s/g, '');
}
