/**
 * The fixed forms in which something personal is shown, those that Douyin's acceptance of service providers asks
 * for: `186****0001`, `赵**`. How many signs are hidden says nothing of how many there were.
 */

/** `text` is prose that may have phone numbers and mail addresses in it; `id` is an open id, a code, a hash. */
export type Personal = 'phone' | 'name' | 'email' | 'id' | 'text';

/** Masks what is not masked yet. An empty text stays empty. */
export function mask(what: Personal, text: string): string {
  if (text === '') return text;
  switch (what) {
    case 'phone':
      return ends(text.replaceAll(/[\s-]/g, ''), 3, 4, 11);
    case 'name':
      return `${firstOf(text.trim())}**`;
    case 'email':
      return maskEmail(text);
    case 'id':
      return ends(text, 3, 4, 12);
    case 'text':
      return text
        .replace(EMAIL, maskEmail)
        .replace(PHONE, (_all, country = '', number) => `${country}${mask('phone', number)}`);
    default:
      return what satisfies never;
  }
}

/** A mainland mobile number that no letter or digit continues, with the country before it where it is there. */
const PHONE = /(?<![A-Za-z\d]|\d\.)(\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![A-Za-z\d]|\.\d)/g;

const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

/** Whether the whole of it is a mainland mobile number. */
export function isPhone(text: string): boolean {
  return /^(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}$/.test(text.trim());
}

/** Whether the whole of it is a mail address. */
export function isEmail(text: string): boolean {
  return /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(text.trim());
}

function maskEmail(text: string): string {
  const at = text.lastIndexOf('@');
  return at < 1 ? HIDDEN : `${firstOf(text)}***${text.slice(at)}`;
}

/** The ends of a text that is long enough for what is between them to stay hidden. */
function ends(text: string, first: number, last: number, least: number): string {
  const signs = Array.from(text);
  if (signs.length === first + HIDDEN.length + last && text.includes(HIDDEN)) return text;
  if (signs.length < least) return HIDDEN;
  return `${signs.slice(0, first).join('')}${HIDDEN}${signs.slice(-last).join('')}`;
}

/** A character of any plane is one. */
const firstOf = (text: string) => Array.from(text)[0] ?? '';

const HIDDEN = '****';
