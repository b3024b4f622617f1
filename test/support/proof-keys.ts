import { type ProofKeys, proofKeyOf, publicOf } from '../../lib/proof/keys.ts';

const KEY = proofKeyOf('a key of the tests, and of nothing else');

export const TEST_PROOF_KEYS: ProofKeys = {
  newest: () => Promise.resolve(KEY),
  published: () => Promise.resolve([publicOf(KEY.publicKey)]),
};
