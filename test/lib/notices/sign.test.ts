import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { isSecret, newSecret } from '../../../lib/notices/secrets.ts';
import { publicKeyOf, signedHeaders } from '../../../lib/notices/sign.ts';

const BODY =
  '{"type":"entry.booked","timestamp":"2025-10-09T16:53:20+08:00","data":{"名":"山月火锅"}}';
const atSeconds = Math.floor(Date.now() / 1000);
const message = { id: 'evt_2KWPBgLlAfxdpx2AI54pPJ85f4W', atSeconds, body: BODY };

describe('a signed message', () => {
  test('is what the published library verifies, with the new secret and with the one before', () => {
    const [before, now] = [newSecret(), newSecret()];
    const headers = signedHeaders(message, [now, before]);

    expect(new Webhook(now).verify(BODY, headers)).toEqual(JSON.parse(BODY));
    expect(new Webhook(before).verify(BODY, headers)).toEqual(JSON.parse(BODY));
    expect(() => new Webhook(newSecret()).verify(BODY, headers)).toThrow();
    expect(() => new Webhook(now).verify(BODY.replace('booked', 'Booked'), headers)).toThrow();
    expect(() =>
      new Webhook(now).verify(BODY, { ...headers, 'webhook-id': 'evt_other' }),
    ).toThrow();
  });

  test('is signed as the library signs: a secret of the specification’s own example', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const [first] = signedHeaders(message, [secret])['webhook-signature']?.split(' ') ?? [];

    expect(first).toBe(new Webhook(secret).sign(message.id, new Date(atSeconds * 1000), BODY));
  });

  test('has an ed25519 signature that the public key alone verifies', () => {
    const secret = newSecret();
    const text = signedHeaders(message, [secret])['webhook-signature'] ?? '';
    const signature =
      text
        .split(' ')
        .find((one) => one.startsWith('v1a,'))
        ?.slice(4) ?? '';
    const publicKey = publicKeyOf(secret);
    const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const isOf = (content: string) =>
      verify(null, Buffer.from(content), key, Buffer.from(signature, 'base64'));

    expect(isOf(`${message.id}.${atSeconds}.${BODY}`)).toBe(true);
    expect(isOf(`${message.id}.${atSeconds + 1}.${BODY}`)).toBe(false);
    expect(publicKeyOf(newSecret())).not.toBe(publicKey);
  });
});

test('a secret is whsec_ and the base64 of 24 to 64 bytes', () => {
  const of = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
  const good = [newSecret(), of(24), of(64)];
  const bad = [
    of(23),
    of(65),
    newSecret().slice(6),
    `${of(24)}=`,
    'whsec_',
    of(24).replace('B', '-'),
  ];

  expect(good.map(isSecret)).toEqual(good.map(() => true));
  expect(bad.map(isSecret)).toEqual(bad.map(() => false));
});
