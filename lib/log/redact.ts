import type { Fields } from './fields.ts';

/**
 * The last net under a log: texts of a known form that must never be read there. It does not know a
 * coupon code from any other number, so callers still pass none.
 */
const FORMS: readonly [form: RegExp, instead: string][] = [
  // Our own tokens, and whatever else follows the word in an HTTP header.
  [/\bhx[po]_[\w-]+/g, '[token]'],
  [/\bBearer\s+\S+/gi, 'Bearer [token]'],
  // `access_token=…`, `"client_secret":"…"`: a platform's error may repeat the call that failed.
  [
    /((?:access_token|refresh_token|app_secret|client_secret|secret|sign|password|authorization)["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi,
    '$1[secret]',
  ],
  // A mainland mobile number that no letter or digit continues: `_` and a full stop end one, too.
  [/(?<![\p{L}\d]|\d\.)(?:\+?86[- ]?)?1[3-9]\d{9}(?![\p{L}\d]|\.\d)/gu, '[phone]'],
];

/** The same fields with what must not be read taken out of their texts. */
export function redact(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? redactText(value) : value,
    ]),
  );
}

export function redactText(text: string): string {
  return FORMS.reduce((read, [form, instead]) => read.replace(form, instead), text);
}
