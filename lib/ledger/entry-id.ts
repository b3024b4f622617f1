/** Where two ids meet in one: no platform's id of an act starts with it. */
const JOINT = '~';

/** Longer ids are cut here, so that a sort key with one stays under DynamoDB's 1,024 bytes. */
const MAX_LENGTH = 240;
const HEAD_LENGTH = 160;

/**
 * One id made of several, the same for the same parts. A long one keeps its head, to be recognized by,
 * and a hash of the whole.
 */
export function joinIds(...parts: readonly string[]): string {
  const whole = parts.join(JOINT);
  if (whole.length <= MAX_LENGTH) return whole;
  // Half a surrogate pair at the cut would not survive UTF-8.
  const head = whole.slice(0, HEAD_LENGTH).replace(/[\uD800-\uDBFF]$/, '');
  return `${head}${JOINT}=${fnv128(whole)}`;
}

const FNV_OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const FNV_PRIME = 0x0000000001000000000000000000013bn;

/** FNV-1a over UTF-8, 128 bits in hex: not for secrets, only so that long ids do not meet by chance. */
function fnv128(text: string): string {
  let hash = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * FNV_PRIME);
  }
  return hash.toString(16).padStart(32, '0');
}

/** The id under which an entry stands the nth time, after the times before were corrected; 0 is the first. */
export function revisionId(entryId: string, revision: number): string {
  return revision === 0 ? entryId : `${entryId}${JOINT}v${revision}`;
}

/** The id of the entry that corrects another. */
export function correctionId(entryId: string): string {
  return `${entryId}${JOINT}correction`;
}
