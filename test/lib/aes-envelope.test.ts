import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { base64Bytes, isAesKey, openAesCbc, unwrapContent } from '../../lib/crypto/aes-envelope.ts';

const vectorSchema = z.object({ encrypt: z.string(), plaintext: z.string(), appId: z.string() });
const vectors = z
  .object({ encodingAesKey: z.string(), wechat: vectorSchema, xhs: vectorSchema })
  .loose()
  .parse(JSON.parse(readFileSync(new URL('vectors/aes-envelope.json', import.meta.url), 'utf8')));

const KEY = Buffer.from(`${vectors.encodingAesKey}=`, 'base64');
const OF_KEY = { key: KEY, iv: KEY.subarray(0, 16), block: 32 };

/** As a platform seals, padding by hand. */
function sealed(plain: Uint8Array, { key, iv, block }: typeof OF_KEY): Uint8Array {
  const pad = block - (plain.byteLength % block);
  const cipher = createCipheriv(`aes-${key.byteLength * 8}-cbc`, key, iv).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]);
}

describe('an AES-CBC envelope', () => {
  test.each(['wechat', 'xhs'] as const)('of %s opens to its text and its app', (name) => {
    const { encrypt, plaintext, appId } = vectors[name];
    const plain = openAesCbc(base64Bytes(encrypt) ?? new Uint8Array(), OF_KEY);
    const inside = plain && unwrapContent(plain);
    expect(Buffer.from(inside?.content ?? []).toString('utf8')).toBe(plaintext);
    expect(inside?.appId).toBe(appId);
  });

  test('opens whatever was sealed, under any key, IV and block', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const hows = fc.record({
      key: fc.constantFrom(16, 24, 32).chain(bytes),
      iv: bytes(16),
      block: fc.constantFrom(16, 32),
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), hows, (plain, how) => {
        const all = { ...how, key: Buffer.from(how.key), iv: Buffer.from(how.iv) };
        expect(Buffer.from(openAesCbc(sealed(plain, all), all) ?? [])).toEqual(Buffer.from(plain));
      }),
    );
  });

  test('gives nothing for a length, a key, an IV or a padding that does not fit', () => {
    const right = sealed(Buffer.from('a message'), OF_KEY);
    expect(openAesCbc(right, OF_KEY)).toBeDefined();
    expect(openAesCbc(right.subarray(1), OF_KEY)).toBeUndefined();
    expect(openAesCbc(new Uint8Array(), OF_KEY)).toBeUndefined();
    expect(openAesCbc(right, { ...OF_KEY, key: KEY.subarray(0, 15) })).toBeUndefined();
    expect(openAesCbc(right, { ...OF_KEY, iv: KEY.subarray(0, 12) })).toBeUndefined();
    // Padded to 32 bytes by 23: no block of 16 has that.
    expect(openAesCbc(right, { ...OF_KEY, block: 16 })).toBeUndefined();
    const other = createHash('sha256').update('another key').digest();
    expect(openAesCbc(right, { ...OF_KEY, key: other })).toBeUndefined();
  });

  test('gives no content whose length does not add up', () => {
    const inside = (length: number) => {
      const head = Buffer.alloc(20);
      head.writeUInt32BE(length, 16);
      return unwrapContent(Buffer.concat([head, Buffer.from('{}app')]));
    };
    expect(inside(2)?.appId).toBe('app');
    for (const length of [5, 6, 2 ** 32 - 1]) expect(inside(length)).toBeUndefined();
    expect(unwrapContent(new Uint8Array(19))).toBeUndefined();
  });

  test('takes keys of three lengths, in base64 and nothing else', () => {
    for (const length of [16, 24, 32]) {
      expect(isAesKey(Buffer.alloc(length, 7).toString('base64'))).toBe(true);
    }
    for (const key of ['', 'x', Buffer.alloc(20, 7).toString('base64'), 'é'.repeat(22)]) {
      expect(isAesKey(key)).toBe(false);
    }
  });
});
