import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { OpenProofKey, ProofKey } from '../proof/keys.ts';

/**
 * What a member shows to whoever asks who they are (身份验真码): 84 bytes in base64url, so that its QR is small. First
 * which key signed it, then the code's id, then when it ends, then an ed25519 signature. Nothing else is in it: who it
 * is of stands in the table, where it can be taken back.
 */

/** Hours, not days: what was photographed is soon of no use. */
export const MAX_MINUTES = 480;
export const USUAL_MINUTES = 10;

const KEY_BYTES = 3;
const ID_BYTES = 12;
const SECONDS_BYTES = 5;
const PAYLOAD_BYTES = KEY_BYTES + ID_BYTES + SECONDS_BYTES;
/** Of the whole, in base64url. It is a multiple of three bytes, so no two texts are the same bytes. */
const TOKEN = /^[\w-]{112}$/;

const ID = /^idc_([\w-]{16})$/;

/** A proof's head is JSON and begins with a brace: no signature of one thing is one of the other. */
const PURPOSE = 'identity-code\n';

export interface IdentityCode {
  /** `idc_` and 12 random bytes in base64url. */
  readonly codeId: string;
  /** Unix time. */
  readonly endsAtSeconds: number;
}

export function identityToken({ codeId, endsAtSeconds }: IdentityCode, key: ProofKey): string {
  const id = ID.exec(codeId)?.[1];
  if (id === undefined) throw new Error('an identity code has an id of its own form');
  const payload = Buffer.alloc(PAYLOAD_BYTES);
  tagOf(key).copy(payload);
  Buffer.from(id, 'base64url').copy(payload, KEY_BYTES);
  payload.writeUIntBE(endsAtSeconds, KEY_BYTES + ID_BYTES, SECONDS_BYTES);
  const signature = key.sign(signed(payload));
  return Buffer.concat([payload, Buffer.from(signature, 'base64url')]).toString('base64url');
}

/** @returns what a deployment signed, whether it has ended or not; undefined for everything else */
export function readIdentityToken(
  token: string,
  keys: readonly OpenProofKey[],
): IdentityCode | undefined {
  if (!TOKEN.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const payload = bytes.subarray(0, PAYLOAD_BYTES);
  const key = keys.find((one) => tagOf(one).equals(payload.subarray(0, KEY_BYTES)));
  if (key === undefined) return undefined;
  const text = Buffer.from(signed(payload), 'ascii');
  if (!verify(null, text, keyObject(key), bytes.subarray(PAYLOAD_BYTES))) return undefined;
  const id = payload.subarray(KEY_BYTES, KEY_BYTES + ID_BYTES).toString('base64url');
  const endsAtSeconds = payload.readUIntBE(KEY_BYTES + ID_BYTES, SECONDS_BYTES);
  return { codeId: `idc_${id}`, endsAtSeconds };
}

const signed = (payload: Buffer): string => `${PURPOSE}${payload.toString('base64url')}`;

const tagOf = ({ keyId }: OpenProofKey): Buffer =>
  Buffer.from(keyId, 'base64url').subarray(0, KEY_BYTES);

const known = new Map<string, KeyObject>();

/** Made once of each: a deployment has a few. */
function keyObject({ publicKey }: OpenProofKey): KeyObject {
  let key = known.get(publicKey);
  if (key === undefined) {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey };
    key = createPublicKey({ key: jwk, format: 'jwk' });
    known.set(publicKey, key);
  }
  return key;
}
