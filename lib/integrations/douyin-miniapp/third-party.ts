import { createDecipheriv } from 'node:crypto';
import * as z from 'zod';
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
    const content = jsonOf(opened.json);
    if (content !== undefined) return content;
  }
  return undefined;
}

/** 43 characters of base64 without their `=`: 32 bytes. */
export const AES_KEY = /^[A-Za-z0-9+/]{43}$/;

const BLOCK = 16;
/** Padding is to 32 bytes, which AES's own unpadding would refuse. */
const MAX_PAD = 32;

/**
 * AES-256-CBC; the first block of the ciphertext is the IV. Inside: 16 random bytes, the length of
 * the JSON (4 bytes, big endian), the JSON, the id of the third-party app, padding.
 * @returns undefined when the key does not fit or the inside does not add up
 */
export function decrypt(
  encrypt: string,
  encodingAesKey: string,
): { json: Uint8Array; appId: string } | undefined {
  const bytes = Buffer.from(encrypt, 'base64');
  if (!AES_KEY.test(encodingAesKey) || bytes.toString('base64') !== encrypt) return undefined;
  if (bytes.byteLength < 4 * BLOCK || bytes.byteLength % BLOCK !== 0) return undefined;
  const key = Buffer.from(`${encodingAesKey}=`, 'base64');
  const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, BLOCK));
  decipher.setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes.subarray(BLOCK)), decipher.final()]);
  const pad = padded.at(-1) ?? 0;
  if (pad < 1 || pad > MAX_PAD || pad > padded.byteLength) return undefined;
  if (padded.subarray(-pad).some((byte) => byte !== pad)) return undefined;
  const plain = padded.subarray(0, -pad);
  if (plain.byteLength < BLOCK + 4) return undefined;
  const end = BLOCK + 4 + plain.readUInt32BE(BLOCK);
  if (end >= plain.byteLength) return undefined;
  return { json: plain.subarray(BLOCK + 4, end), appId: plain.subarray(end).toString('utf8') };
}
