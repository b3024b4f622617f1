import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { hashOf } from './text.ts';

/** A key that proofs are signed with. */
export interface ProofKey {
  /** How it is named in a proof: the hash of the public key. */
  readonly keyId: string;
  /** 32 bytes in base64url. */
  readonly publicKey: string;
  /** @returns the ed25519 signature of a text in ASCII, in base64url */
  readonly sign: (text: string) => string;
}

/** All that anybody may know of a deployment's keys, the newest first. */
export interface OpenProofKey {
  readonly keyId: string;
  readonly publicKey: string;
}

export interface ProofKeys {
  newest(): Promise<ProofKey>;
  /** The newest, those before it, and those whose secret is gone. */
  published(): Promise<readonly OpenProofKey[]>;
}

/** What DER has before the 32 bytes of a private key (RFC 8410, section 7). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key that a secret of any form makes. */
export function proofKeyOf(secret: string): ProofKey {
  const seed = createHash('sha256').update(`proof-key\n${secret}`).digest();
  const der = Buffer.concat([PRIVATE_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x: publicKey = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    ...publicOf(publicKey),
    sign: (text) => sign(null, Buffer.from(text, 'ascii'), privateKey).toString('base64url'),
  };
}

/** @param publicKey 32 bytes in base64url */
export function publicOf(publicKey: string): OpenProofKey {
  return { keyId: hashOf(Buffer.from(publicKey, 'base64url')).slice(0, 22), publicKey };
}
