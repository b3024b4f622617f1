import {
  createCipheriv,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** The four ways in which the platform signs. Sources: see the README. */

/** A pair as the platform has one for each app: it keeps the private key and shows the public one. */
export function makeKeyPair(modulusLength = 2048): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** The last key that was signed with: to read one takes as long as to sign. */
let last: { readonly pem: string; readonly key: KeyObject } | undefined;

function readKey(pem: string): KeyObject {
  if (last?.pem !== pem) last = { pem, key: createPrivateKey(pem) };
  return last.key;
}

export interface Stamp {
  readonly timestamp: string;
  readonly nonce: string;
}

/** The headers of an RSA-signed request: three lines, each ended by a line feed. */
export function signTrade(
  privateKey: string,
  body: string | Uint8Array,
  { timestamp, nonce }: Stamp,
): Record<string, string> {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  const signed = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), bytes, Buffer.from('\n')]);
  return {
    'byte-timestamp': timestamp,
    'byte-nonce-str': nonce,
    'byte-signature': sign('sha256', signed, readKey(privateKey)).toString('base64'),
    'byte-identifyname': '/callback',
  };
}

/** `msg_signature` of ecpay and `MsgSignature` of third-party events: sorted by bytes, joined, SHA-1. */
export function sortedSha1(...parts: readonly string[]): string {
  const bytes = parts.map((part) => Buffer.from(part, 'utf8')).sort((a, b) => Buffer.compare(a, b));
  return createHash('sha1').update(Buffer.concat(bytes)).digest('hex');
}

export function ecpayBody(token: string, type: string, msg: object, stamp: Stamp): string {
  const text = JSON.stringify(msg);
  const { timestamp, nonce } = stamp;
  const msg_signature = sortedSha1(token, timestamp, nonce, text);
  return JSON.stringify({ timestamp, nonce, msg: text, msg_signature, type });
}

/** AES-256-CBC with the IV in front; padded to 32 bytes. */
function encryptThirdParty(encodingAesKey: string, json: string, appId: string): string {
  const text = Buffer.from(json, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.byteLength);
  const plain = Buffer.concat([randomBytes(16), length, text, Buffer.from(appId, 'utf8')]);
  const pad = 32 - (plain.byteLength % 32);
  const iv = randomBytes(16);
  const key = Buffer.from(`${encodingAesKey}=`, 'base64');
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(pad, pad)]);
  return Buffer.concat([iv, cipher.update(padded), cipher.final()]).toString('base64');
}

export interface ThirdPartyKeys {
  readonly token: string;
  readonly encodingAesKey: string;
  readonly appId: string;
}

export function thirdPartyBody(keys: ThirdPartyKeys, event: object, stamp: Stamp): string {
  const encrypt = encryptThirdParty(keys.encodingAesKey, JSON.stringify(event), keys.appId);
  const { timestamp: TimeStamp, nonce: Nonce } = stamp;
  const MsgSignature = sortedSha1(keys.token, TimeStamp, Nonce, encrypt);
  return JSON.stringify({ Nonce, TimeStamp, Encrypt: encrypt, MsgSignature });
}

/** `X-Douyin-Signature`: SHA-1 of the secret followed by the raw body. */
export function signWebhook(secret: string, body: string | Uint8Array): string {
  return createHash('sha1').update(secret).update(body).digest('hex');
}
