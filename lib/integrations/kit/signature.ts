import { sameText } from '../../crypto/hash.ts';

/** A hash in lower-case hex, as platforms send it; anything else is no signature of theirs. */
export const HEX = {
  md5: /^[0-9a-f]{32}$/,
  sha1: /^[0-9a-f]{40}$/,
  sha256: /^[0-9a-f]{64}$/,
} as const;

/**
 * Whether one of an app's live secrets fits. Every one is tried, so that the time taken does not show which
 * one is in use.
 */
export function fitsAny(
  live: readonly string[] | undefined,
  fits: (secret: string) => boolean,
): boolean {
  return (live ?? []).map(fits).includes(true);
}

/**
 * Whether one of an app's live secrets makes the given signature.
 * @param form what a signature looks like
 */
export function isSignedBy(
  live: readonly string[] | undefined,
  given: string,
  form: RegExp,
  sign: (secret: string) => string,
): boolean {
  return fitsAny(live, (secret) => sameText(given, sign(secret))) && form.test(given);
}
