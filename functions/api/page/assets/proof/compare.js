// @ts-check
// What is to be said of a proof, and of one beside the page that it was loaded into.

/** @typedef {import('./check.js').Checked} Checked */

/**
 * Of a proof alone: whose key signed it is not asked.
 * @param {Checked} checked @returns {'sound' | 'changed' | 'broken' | 'wrong'}
 */
export function verdictOf({ isSound, isMended, faults, faultsOfMonth }) {
  if (isMended) return 'changed';
  if (!isSound) return 'broken';
  return faults.length + faultsOfMonth.length > 0 ? 'wrong' : 'sound';
}

/**
 * Of a proof that was loaded into the page of another. Anybody can sign with a key of their own: what agrees with
 * itself is sound here only if this page's key signed it, and signed nothing else for that statement.
 *
 * - `twin`: the page's own statement, signed with another key
 * - `stranger`: another statement, signed with another key
 * - `second`: the page's own statement and key, but other lines or totals
 * @param {Checked} other
 * @param {Checked | undefined} own undefined while the page's own is not checked: then it knows no key
 */
export function verdictBeside(other, own) {
  const isOwnKey = own !== undefined && other.publicKey === own.publicKey;
  const isOwnStatement =
    own?.head?.statement !== undefined && other.head?.statement === own.head.statement;
  const isOwnContent =
    isOwnStatement && other.head.root === own.head.root && other.head.totals === own.head.totals;
  const alone = verdictOf(other);
  const doubt = !isOwnKey
    ? isOwnStatement
      ? 'twin'
      : 'stranger'
    : isOwnStatement && !isOwnContent
      ? 'second'
      : undefined;
  return {
    is: alone === 'sound' ? (doubt ?? alone) : alone,
    ...{ isOwnKey, isOwnStatement, isOwnContent },
  };
}
