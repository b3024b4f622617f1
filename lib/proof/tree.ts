import * as z from 'zod';
import { bodyHash, hashOf } from './text.ts';

/**
 * What is kept of a tree of lines while it grows: the whole subtrees of which it consists, the largest first.
 * A tree of a million lines is twenty of them.
 */
export const treeSchema = z.array(z.object({ lines: z.int().min(1), hash: z.string() }));
export type ProofTree = z.infer<typeof treeSchema>;

const NODE = Uint8Array.of(1);

function nodeHash(left: string, right: string): string {
  return hashOf(NODE, Buffer.from(left, 'base64url'), Buffer.from(right, 'base64url'));
}

/** The tree with more lines after its last one, by their bodies. */
export function addToTree(tree: ProofTree, bodies: readonly string[]): ProofTree {
  const peaks = [...tree];
  for (const body of bodies) {
    let peak = { lines: 1, hash: bodyHash(body) };
    for (let last = peaks.at(-1); last?.lines === peak.lines; last = peaks.at(-1)) {
      peaks.pop();
      peak = { lines: 2 * peak.lines, hash: nodeHash(last.hash, peak.hash) };
    }
    peaks.push(peak);
  }
  return peaks;
}

/** The Merkle tree hash of RFC 6962, section 2.1, in base64url. */
export function rootOf(tree: ProofTree): string {
  const [last, ...before] = tree.toReversed();
  if (last === undefined) return hashOf('');
  return before.reduce((root, { hash }) => nodeHash(hash, root), last.hash);
}

export function linesIn(tree: ProofTree): number {
  return tree.reduce((sum, { lines }) => sum + lines, 0);
}

/** The hashes beside the way from a leaf up to the root. @param index of the leaf, from 0 */
export function pathTo(leaves: readonly string[], index: number): string[] {
  const path: string[] = [];
  let [level, at] = [leaves, index];
  while (level.length > 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) path.push(sibling);
    level = levelAbove(level);
    at >>= 1;
  }
  return path;
}

/** Two by two; the last one as it is where it is alone. */
function levelAbove(level: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(level.length / 2) }, (_, pair) => {
    const [left = '', right] = level.slice(2 * pair, 2 * pair + 2);
    return right === undefined ? left : nodeHash(left, right);
  });
}
