import type { ProofKeys } from './keys.ts';

const none = () => Promise.reject(new Error('There are no keys of proofs here.'));

/** Of an API of which nobody asks for a proof: the demo's and the world's. */
export const NO_PROOF_KEYS: ProofKeys = { newest: none, published: none };
