/** The little of XML that a workbook is made of: elements in their order, and the text right after each. */
export interface XmlElement {
  /** Without a prefix. */
  readonly name: string;
  /** `empty`: begins and ends at once. */
  readonly kind: 'start' | 'end' | 'empty';
  readonly attributes: ReadonlyMap<string, string>;
  /** Up to the next element, escaped as it stands. */
  readonly text: string;
}

const NONE: ReadonlyMap<string, string> = new Map();

/**
 * Reads once from the first character to the last, whatever stands there. Declarations and comments are passed over;
 * there are no entities but those of `unescapeXml`.
 */
export function elementsOf(xml: string): XmlElement[] {
  const elements: XmlElement[] = [];
  let at = xml.indexOf('<');
  while (at !== -1) {
    const end = endOf(xml, at);
    if (end === -1) break;
    const next = xml.indexOf('<', end + 1);
    const tag = xml.slice(at + 1, end);
    const text = xml.slice(end + 1, next === -1 ? xml.length : next);
    if (!/^[?!]/.test(tag)) elements.push(elementOf(tag, text));
    at = next;
  }
  return elements;
}

/** Where a tag ends; `>` may stand in the quotes of an attribute. */
function endOf(xml: string, from: number): number {
  if (xml.startsWith('<!--', from)) {
    const end = xml.indexOf('-->', from);
    return end === -1 ? -1 : end + 2;
  }
  let quote = '';
  for (let at = from; at < xml.length; at += 1) {
    const character = xml.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at;
  }
  return -1;
}

function elementOf(tag: string, text: string): XmlElement {
  const kind = tag.startsWith('/') ? 'end' : tag.endsWith('/') ? 'empty' : 'start';
  const [full = ''] = /^[^\s/]+/.exec(tag.replace(/^\//, '')) ?? [];
  const name = local(full);
  if (kind === 'end' || !tag.includes('=')) return { name, kind, attributes: NONE, text };
  const pairs = [...tag.matchAll(/([\w:.-]+)="([^"]*)"|([\w:.-]+)='([^']*)'/g)];
  const attributes = new Map(
    pairs.map(([, a, b, c, d]) => [local(a ?? c ?? ''), unescapeXml(b ?? d ?? '')]),
  );
  return { name, kind, attributes, text };
}

const local = (name: string) => name.slice(name.indexOf(':') + 1);

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Text as it was before it was written down. `_x000D_` is how a workbook writes a character that XML has no place for. */
export function unescapeXml(text: string): string {
  if (!text.includes('&') && !text.includes('_x')) return text;
  return text
    .replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,4}));/g, (whole, decimal, hex, name) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/_x([0-9A-F]{4})_/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
