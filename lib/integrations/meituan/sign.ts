import { createHash } from 'node:crypto';

/** Carry the signature, so they are not under it. Source: meituan-sdk-extension, callback package. */
const UNSIGNED = new Set(['sign', 'signature']);

/** The fields that a signature covers, by name: empty values are left out. */
export function signedPairs(fields: Iterable<readonly [string, string]>): [string, string][] {
  return [...fields]
    .filter(([name, value]) => !UNSIGNED.has(name) && value !== '')
    .map(([name, value]): [string, string] => [name, value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Lower-hex sha1 of the sign key followed by every name and value, sorted by name, with nothing
 * between them. Pushes and calls of the 技术服务合作中心 are signed alike.
 */
export function signMeituan(signKey: string, fields: Iterable<readonly [string, string]>): string {
  const hash = createHash('sha1').update(signKey, 'utf8');
  for (const [name, value] of signedPairs(fields)) hash.update(name + value, 'utf8');
  return hash.digest('hex');
}

/**
 * Lower-hex md5 of the same, with the secret before and behind. Source: dianping-tuangou src/Server.php;
 * 点评北极星.
 */
export function signDianping(secret: string, fields: Iterable<readonly [string, string]>): string {
  const hash = createHash('md5').update(secret, 'utf8');
  for (const [name, value] of signedPairs(fields)) hash.update(name + value, 'utf8');
  return hash.update(secret, 'utf8').digest('hex');
}
