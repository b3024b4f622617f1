import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityToken, readIdentityToken } from '../../lib/identity/code.ts';
import { photoHash } from '../../lib/identity/photo.ts';
import { proofKeyOf, publicOf } from '../../lib/proof/keys.ts';
import { IS_LONG, runs } from '../support/long.ts';

/** An identity code is whole or nothing: no change of it is one of ours. */

const KEYS = ['a', 'b', 'c'].map((one) =>
  proofKeyOf(`${one} key of the tests, and of nothing else`),
);
const [NEWEST, OLDER, STRANGE] = KEYS as [(typeof KEYS)[0], (typeof KEYS)[0], (typeof KEYS)[0]];
const PUBLISHED = [NEWEST, OLDER].map(({ publicKey }) => publicOf(publicKey));
const CODES = Array.from({ length: 16 }, (_, index) => ({
  codeId: `idc_${Buffer.alloc(12, index * 15 + 1).toString('base64url')}`,
  endsAtSeconds: 1_790_000_000 + index,
}));
const TOKENS = CODES.map((code, index) => identityToken(code, index % 2 === 0 ? NEWEST : OLDER));
const GENUINE = new Set(TOKENS);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const token = fc.constantFrom(...TOKENS);
const place = fc.nat(111);

/** Every way in which somebody would come to one: by a slip, by a scanner, or on purpose. */
const mutated = fc.oneof(
  fc
    .tuple(token, place, fc.constantFrom(...ALPHABET.split(''), '=', '+', '%', '字'))
    .map(([text, at, letter]) => text.slice(0, at) + letter + text.slice(at + 1)),
  fc.tuple(token, place, fc.nat(7)).map(([text, at, bit]) => {
    const bytes = Buffer.from(text, 'base64url');
    const spot = at % bytes.length;
    bytes[spot] = (bytes[spot] ?? 0) ^ (1 << bit);
    return bytes.toString('base64url');
  }),
  // What one says before another's signature: a later end, another id.
  fc.tuple(token, token, place).map(([one, other, at]) => one.slice(0, at) + other.slice(at)),
  fc.tuple(token, place).map(([text, at]) => text.slice(0, at)),
  fc.tuple(token, fc.string({ maxLength: 4 })).map(([text, more]) => text + more),
  fc
    .tuple(token, fc.uint8Array({ minLength: 64, maxLength: 64 }))
    .map(([text, signature]) =>
      Buffer.concat([Buffer.from(text, 'base64url').subarray(0, 20), signature]).toString(
        'base64url',
      ),
    ),
  fc.uint8Array({ minLength: 84, maxLength: 84 }).map((b) => Buffer.from(b).toString('base64url')),
);

describe('an identity code', () => {
  it('is read as it was made, by whichever key of the deployment', () => {
    expect(TOKENS.map((text) => readIdentityToken(text, PUBLISHED))).toEqual(CODES);
    expect(TOKENS.every((text) => text.length === 112)).toBe(true);
  });

  it('is nobody’s where a byte of it was changed: 0 of 1,000,000 with HEXIAO_LONG=10', () => {
    let forged = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        if (GENUINE.has(text)) return true;
        forged += 1;
        return readIdentityToken(text, PUBLISHED) === undefined;
      }),
      { numRuns: IS_LONG ? runs(100_000) : 4_000 },
    );
    expect(forged).toBeGreaterThan(1_000);
  });

  it('of a key that is not ours, or no more, is nobody’s', () => {
    const code = CODES[0] as (typeof CODES)[0];
    expect(readIdentityToken(identityToken(code, STRANGE), PUBLISHED)).toBeUndefined();
    const forged = { ...STRANGE, keyId: NEWEST.keyId };
    expect(readIdentityToken(identityToken(code, forged), PUBLISHED)).toBeUndefined();
    expect(readIdentityToken(TOKENS[0] ?? '', [publicOf(OLDER.publicKey)])).toBeUndefined();
    // What signs a statement’s head signs no code: the same bytes without our purpose.
    const bytes = Buffer.from(TOKENS[0] ?? '', 'base64url').subarray(0, 20);
    const other = Buffer.from(NEWEST.sign(bytes.toString('base64url')), 'base64url');
    const text = Buffer.concat([bytes, other]).toString('base64url');
    expect(readIdentityToken(text, PUBLISHED)).toBeUndefined();
  });
});

describe('a photo', () => {
  const png = (width: number, height: number, tail = '49454e44ae426082') => {
    const head = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const size = Buffer.alloc(8);
    size.writeUInt32BE(width);
    size.writeUInt32BE(height, 4);
    return Buffer.concat([head, size, Buffer.alloc(20), Buffer.from(tail, 'hex')]);
  };
  const jpeg = (side: number) => {
    const frame = Buffer.from('ffc000110800000000030000', 'hex');
    frame.writeUInt16BE(side, 5);
    frame.writeUInt16BE(side, 7);
    return Buffer.concat([
      Buffer.from('ffd8ffe000040000', 'hex'),
      frame,
      Buffer.alloc(16),
      Buffer.from('ffd9', 'hex'),
    ]);
  };

  it('has a hash, and what is none has nothing', () => {
    expect(photoHash(png(64, 64))).toMatch(/^[0-9a-f]{64}$/);
    expect(photoHash(jpeg(200))).toMatch(/^[0-9a-f]{64}$/);
    const none = [png(63, 64), jpeg(8), png(64, 64, ''), jpeg(200).subarray(0, -1)];
    const texts = ['', '<svg/>', 'GIF89a', '\u00ff\u00d8'].map((text) =>
      Buffer.from(text, 'latin1'),
    );
    for (const bytes of [...none, ...texts]) expect(photoHash(bytes)).toBeUndefined();
  });
});
