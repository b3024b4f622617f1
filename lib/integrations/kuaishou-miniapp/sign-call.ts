import { createHash } from 'node:crypto';
import type { JsonValue } from '../../json/parse.ts';

/** Parameters of a call, query and body together; nested values are sent, and signed, as JSON. */
export type CallFields = Readonly<Record<string, JsonValue | undefined>>;

/** Distinguished from business fields by these two names, and never signed. Source: epay/appendix. */
const UNSIGNED: ReadonlySet<string> = new Set(['sign', 'access_token']);

/**
 * The `sign` of a call to the platform: every query and body field but `sign`, `access_token` and
 * empty ones, sorted by ASCII, `k=v` joined by `&`, the app secret directly behind, lower-hex MD5.
 */
export function signCall(fields: CallFields, appSecret: string): string {
  const pairs = Object.entries(asSent(fields))
    .filter(([name]) => !UNSIGNED.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return createHash('md5')
    .update(pairs.join('&') + appSecret, 'utf8')
    .digest('hex');
}

/** Fields as they travel: empty ones left out, nested ones as their JSON text. */
export function asSent(fields: CallFields): Record<string, string | number | boolean> {
  const sent: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === '') continue;
    sent[name] = typeof value === 'object' ? JSON.stringify(value) : value;
  }
  return sent;
}
