/**
 * Ids that we make of others have to fit where one id fits. A long one keeps its head, to be recognized by, and
 * ends with a hash of the whole, so that two long ids that agree there stay two.
 */

/** What stands before the hash. */
const MARK = '~=';
const HASH_LENGTH = 32;

/**
 * The id itself where it is short enough, and the same id shortened alike every time.
 * @param max UTF-16 units, more than the hash takes
 */
export function shortId(id: string, max: number): string {
  if (id.length <= max) return id;
  return `${headOf(id, max - MARK.length - HASH_LENGTH)}${MARK}${fnv128(id)}`;
}

/** The beginning of an id. Half a surrogate pair at the cut would not survive UTF-8. */
export function headOf(id: string, length: number): string {
  return id.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

const FNV_OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const FNV_PRIME = 0x0000000001000000000000000000013bn;

/** FNV-1a over UTF-8, 128 bits in hex: not for secrets, only so that long ids do not meet by chance. */
export function fnv128(text: string): string {
  let hash = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * FNV_PRIME);
  }
  return hash.toString(16).padStart(HASH_LENGTH, '0');
}
