import * as z from 'zod';
import { base64Bytes, openAesCbc, unwrapContent } from '../../crypto/aes-envelope.ts';
import type { JsonValue } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { Reading } from '../kit/integration.ts';
import { jsonOf } from '../kit/json.ts';
import { malformed } from '../kit/reading.ts';
import { readAs } from './reading.ts';
import { settingsOf } from './settings.ts';
import { wireWord } from './wire.ts';

/**
 * 第三方平台 events: who authorised us, tickets, audits. About no money, so they are kept; the archive
 * has them as they came, encrypted. Source: thirdparty/overview-guide/encryption.
 */
const KNOWN = new Set([
  'PUSH',
  'AUTHORIZED',
  'UPDATE_AUTHORIZED',
  'UNAUTHORIZED',
  'BIND_AWEME_USER',
  // The platform's own spelling.
  'SELT_MOUNT_BIND',
  'PACKAGE_AUDIT',
  'APPLY_CAPACITY',
  'SEARCH_TAG_AUDIT_RESULT',
  'SCOPE_QUOTA_AUDIT_RESULT',
]);

const eventSchema = z.looseObject({ Event: wireWord });

export function readThirdParty(encrypted: JsonValue | undefined, app: App): Reading {
  const kind = 'third-party';
  const content = decrypted(typeof encrypted === 'string' ? encrypted : '', app);
  if (content === undefined) return malformed(kind, 'Encrypt does not open with any live key');
  return readAs({ kind, content, app, receivedAt: null }, eventSchema, ({ Event }) => ({
    outcome: KNOWN.has(Event) || Event.startsWith('MODIFY_APP_') ? 'kept' : 'unknown',
    kind: `${kind}/${Event}`,
  }));
}

/** @returns undefined when no live key opens it */
function decrypted(encrypt: string, app: App): JsonValue | undefined {
  const mustBe = settingsOf(app).thirdPartyAppId;
  for (const key of app.secrets.thirdPartyAesKey ?? []) {
    const opened = decrypt(encrypt, key);
    if (opened === undefined || (mustBe !== undefined && opened.appId !== mustBe)) continue;
    const content = jsonOf(opened.content);
    if (content !== undefined) return content;
  }
  return undefined;
}

/** 43 characters of base64 without their `=`: 32 bytes. */
export const AES_KEY = /^[A-Za-z0-9+/]{43}$/;

/**
 * The first block of the ciphertext is the IV; padding is to 32 bytes.
 * @returns undefined when the key does not fit or the inside does not add up
 */
export function decrypt(
  encrypt: string,
  encodingAesKey: string,
): { readonly content: Uint8Array; readonly appId: string } | undefined {
  const bytes = base64Bytes(encrypt);
  if (!AES_KEY.test(encodingAesKey) || bytes === undefined) return undefined;
  const key = Buffer.from(`${encodingAesKey}=`, 'base64');
  const plain = openAesCbc(bytes.subarray(16), { key, iv: bytes.subarray(0, 16), block: 32 });
  return plain && unwrapContent(plain);
}
