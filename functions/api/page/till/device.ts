import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { keyedHash, newToken } from '../../../../lib/crypto/hash.ts';
import type { ApiDeps } from '../../deps.ts';

/** What a device keeps so that PINs of its own can be known: a secret in a cookie, of which only a hash is stored. */

const COOKIE = 'hexiao_till_device';
export const DEVICE_DAYS = 90;

/** @returns undefined where nobody set a PIN on this device, or long ago */
export function deviceOf(c: Context): string | undefined {
  const value = getCookie(c, COOKIE) ?? '';
  return /^hxs_[\w-]{43}$/.test(value) ? value : undefined;
}

/** The device as it is known, or made known now; kept for so long from today. */
export function keptDevice(c: Context): string {
  const device = deviceOf(c) ?? newToken('hxs');
  setCookie(c, COOKIE, device, {
    ...{ httpOnly: true, secure: new URL(c.req.url).protocol === 'https:', sameSite: 'Strict' },
    ...{ path: '/till', maxAge: DEVICE_DAYS * 24 * 3600 },
  });
  return device;
}

/** Of a short PIN a plain hash would be guessed in no time. */
export function pinHashOf(
  { operatorTokenHash: key }: ApiDeps,
  device: string,
  memberId: string,
  pin: string,
): string {
  return keyedHash(key, 'pin', device, memberId, pin);
}
