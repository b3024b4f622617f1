import { createHash, createPublicKey, type KeyObject, verify as verifyRsa } from 'node:crypto';
import type { JsonObject } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { SignedRequest } from '../kit/integration.ts';
import { fitsAny, HEX, isSignedBy } from '../kit/signature.ts';
import { quietBodyOf, textOf } from './family.ts';

/**
 * Four systems sign in four ways. The RSA headers come first and bind: a request that has them is
 * never taken for another system's. The rest is distinguished by the body, as it is when it is read.
 */
export function verify(request: SignedRequest, app: App, nowMs = Date.now()): boolean {
  if (request.headers.has('byte-signature')) {
    const stamp = request.headers.get('byte-timestamp') ?? '';
    return isSignedByRsa(request, app) && isInWindow(stamp, app, nowMs);
  }
  const body = quietBodyOf(request.body);
  switch (body.family) {
    case 'ecpay':
      return (
        isSignedByEcpay(body.fields, app) &&
        isInWindow(textOf(body.fields.timestamp) ?? '', app, nowMs)
      );
    case 'third_party':
      return isSignedByThirdParty(body.fields, app);
    case 'webhook':
    case 'none':
      return isSignedWebhook(request, app);
    case 'trade':
      return false;
    default:
      return body satisfies never;
  }
}

/**
 * SHA256withRSA over three lines, each ended by a line feed: timestamp, nonce, raw body. Inbound
 * requests name no key version, so every live key is tried. Source: server/signature-algorithm,
 * agency-trade-system/common-param.
 */
function isSignedByRsa({ headers, body }: SignedRequest, { secrets }: App): boolean {
  const timestamp = headers.get('byte-timestamp') ?? '';
  const nonce = headers.get('byte-nonce-str') ?? '';
  const given = headers.get('byte-signature') ?? '';
  const signature = Buffer.from(given, 'base64');
  // The decoder passes over what is not base64; the platform sends exactly one spelling.
  if (given === '' || signature.toString('base64') !== given) return false;
  // No line feed may hide in either, or the lines could be cut elsewhere.
  if (!/^\d{1,14}$/.test(timestamp) || !/^[\x21-\x7e]{1,128}$/.test(nonce)) return false;
  const signed = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
  const matches = fitsAny(secrets.platformPublicKeys, (pem) => {
    const key = publicKeyOf(pem);
    return key !== undefined && verifyRsa('sha256', signed, key, signature);
  });
  const { family } = quietBodyOf(body);
  return matches && (family === 'trade' || family === 'none');
}

/** As `settings.ts` has it: the schemas are not loaded here, for a cold start's sake. */
const WINDOW_HOURS = 168;

/** @param stamp seconds, as both schemes sign them */
function isInWindow(stamp: string, { settings }: App, nowMs: number): boolean {
  const { timestampWindowHours: hours = WINDOW_HOURS } = settings;
  if (typeof hours !== 'number') return true;
  return Math.abs(nowMs - Number(stamp) * 1000) <= hours * 3_600_000;
}

/** @returns undefined for anything but an RSA public key of 2048 bits or more */
export function publicKeyOf(pem: string): KeyObject | undefined {
  if (!/^\s*-----BEGIN (RSA )?PUBLIC KEY-----/.test(pem)) return undefined;
  try {
    const key = createPublicKey(pem);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === 'rsa' && bits >= 2048 ? key : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Token, timestamp, nonce and msg, sorted by their bytes and joined without a separator; `type` is
 * not signed. The order's token stays the one it was paid under, so old ones stay live for long.
 * Source: ecpay/pay-list/callback.
 */
function isSignedByEcpay(fields: JsonObject, { secrets }: App): boolean {
  const timestamp = textOf(fields.timestamp) ?? '';
  const given = textOf(fields.msg_signature) ?? '';
  const signed = [timestamp, textOf(fields.nonce) ?? '', textOf(fields.msg) ?? ''];
  const sign = (token: string) => sortedSha1([token, ...signed]);
  // With its length fixed, no digit can be moved between the timestamp and the nonce behind it.
  return isSignedBy(secrets.ecpayTokens, given, HEX.sha1, sign) && /^\d{10}$/.test(timestamp);
}

/** As ecpay, of token, TimeStamp, Nonce and Encrypt. Source: thirdparty/overview-guide/encryption. */
function isSignedByThirdParty(fields: JsonObject, { secrets }: App): boolean {
  const given = textOf(fields.MsgSignature) ?? '';
  const signed = [fields.TimeStamp, fields.Nonce, fields.Encrypt].map((one) => textOf(one) ?? '');
  const sign = (token: string) => sortedSha1([token, ...signed]);
  return isSignedBy(secrets.thirdPartyToken, given, HEX.sha1, sign);
}

function sortedSha1(parts: readonly string[]): string {
  const sorted = parts
    .map((part) => Buffer.from(part, 'utf8'))
    .sort((a, b) => Buffer.compare(a, b));
  return createHash('sha1').update(Buffer.concat(sorted)).digest('hex');
}

/**
 * `X-Douyin-Signature` = hex sha1(secret + raw body). The page says in one place that the secret is
 * the one issued with the webhooks and in another that it is the client secret: both are tried.
 * Source: basic-ability/webhook.
 */
function isSignedWebhook({ headers, body }: SignedRequest, { secrets }: App): boolean {
  const given = headers.get('x-douyin-signature') ?? '';
  const live = [...(secrets.webhookSecrets ?? []), ...(secrets.clientSecret ?? [])];
  return isSignedBy(live, given, HEX.sha1, (secret) =>
    createHash('sha1').update(secret, 'utf8').update(body).digest('hex'),
  );
}

/**
 * A delivery's identity. RSA and webhooks: the body, without the stamp, so that a repetition which
 * is stamped anew is the same delivery. The other two: what the signature covers, so that a copy with
 * another `type` or other spaces is none of its own.
 */
export function signedBytes({ headers, body }: SignedRequest): Uint8Array {
  if (headers.has('byte-signature')) return body;
  const read = quietBodyOf(body);
  if (read.family === 'ecpay') return joined(read.fields, ['timestamp', 'nonce', 'msg']);
  if (read.family === 'third_party') return joined(read.fields, ['TimeStamp', 'Nonce', 'Encrypt']);
  return body;
}

function joined(fields: JsonObject, names: readonly string[]): Uint8Array {
  return Buffer.from(JSON.stringify(names.map((name) => textOf(fields[name]))), 'utf8');
}
