import { fingerprint } from '../../lib/crypto/hash.ts';
import type { Finding } from './finding.ts';

type Named = Pick<Finding, 'kind' | 'isKindUnknown'>;

/** Longer than any documented kind; the whole name is in the body. */
const MAX_KIND = 100;

/**
 * A kind as a log may show it. One that nobody knows is a text that the sender chose, and may be anything,
 * also somebody's phone number: its hash distinguishes two of them, and its length says what it may be.
 */
export function kindForLogs({ kind, isKindUnknown }: Named): string {
  if (!isKindUnknown) return kind.slice(0, MAX_KIND);
  return `unknown:${fingerprint('kind', kind).slice(0, 12)}:${kind.length}`;
}

/** As the operator sees it on the set-aside list, and names it to have it read again. */
export function kindForItems({ kind }: Named): string {
  return kind.slice(0, MAX_KIND);
}
