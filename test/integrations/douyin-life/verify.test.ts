import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import type { App } from '../../../lib/integrations/kit/app.ts';
import type { SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { samplesOf } from '../../support/sample-files.ts';

const sampleSchema = z.object({
  source: z.string().min(1),
  secret: z.string(),
  body: z.string(),
  signature: z.string(),
});
/** Those of SPI requests are signed otherwise: spi-verify.test.ts. */
const samples = samplesOf('douyin-life', sampleSchema, (name) => !name.startsWith('spi-'));

const SECRET = 'test_client_secret_0001';
const BODY = '{"event":"x","content":"核销"}';
/** Of the documented vector: sha1 of the secret and the UTF-8 bytes of the body. */
const SIGNATURE = '8b2572bc2c200948cf0d5541237ffd71c40ece77';

function request(body: string | Uint8Array, signature?: string): SignedRequest {
  const headers = new Headers({ 'content-type': 'application/json', 'Msg-Id': 'x' });
  if (signature !== undefined) headers.append('X-Douyin-Signature', signature);
  return {
    headers: new Map(headers),
    query: new URLSearchParams(),
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  };
}

const appOf = (secrets: App['secrets']): App => ({
  integration: 'douyin-life',
  appKey: 'aw0000000000test',
  secrets,
  settings: { enrichment: 'pull' },
});

const isSigned = (signed: SignedRequest, ...clientSecret: string[]) =>
  douyinLife.verify(signed, appOf({ clientSecret }));

const sha1 = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

describe('a signature', () => {
  test.each(samples)(
    'of the documented $name is taken, and says where it is documented',
    (sample) => {
      expect(isSigned(request(sample.body, sample.signature), sample.secret)).toBe(true);
    },
  );

  test.each(samples)('of $name is refused with another secret', (sample) => {
    expect(isSigned(request(sample.body, sample.signature), 'another_secret')).toBe(false);
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['one digit short', SIGNATURE.slice(1)],
    ['one digit long', `${SIGNATURE}0`],
    ['in upper case', SIGNATURE.toUpperCase()],
    ['not hexadecimal', SIGNATURE.replace(/^./, 'g')],
    ['of another length, hexadecimal', 'ab'],
    ['the SHA-256 of the same', createHash('sha256').update(SECRET).update(BODY).digest('hex')],
    ['the HMAC-like body + secret', sha1(BODY, SECRET)],
    ['the hash of the body alone', sha1(BODY)],
    ['in base64', Buffer.from(SIGNATURE, 'hex').toString('base64')],
    ['wrong in its last digit', SIGNATURE.replace(/.$/, '8')],
    ['there twice', `${SIGNATURE}, ${SIGNATURE}`],
    ['with a prefix', `sha1=${SIGNATURE}`],
    ['of 40 accented letters', 'é'.repeat(40)],
  ])('is refused when it is %s', (_what, signature) => {
    expect(isSigned(request(BODY, signature), SECRET)).toBe(false);
  });

  test('sent in two headers is refused, even when both are right', () => {
    // Prepare
    const headers = new Headers();
    headers.append('x-douyin-signature', SIGNATURE);
    headers.append('x-douyin-signature', SIGNATURE);
    // Act, Assess
    expect(isSigned({ ...request(BODY), headers: new Map(headers) }, SECRET)).toBe(false);
  });

  test('is the same for every spelling of the header’s name', () => {
    const headers = new Map(new Headers({ 'x-dOUYIN-sIGNATURE': SIGNATURE }));
    expect(isSigned({ ...request(BODY), headers }, SECRET)).toBe(true);
  });

  test('covers every byte of the body', () => {
    // Prepare
    const bytes = new TextEncoder().encode(BODY);
    for (let at = 0; at < bytes.length; at += 1) {
      const tampered = Uint8Array.from(bytes);
      tampered[at] = (tampered[at] ?? 0) ^ 1;
      // Act, Assess
      expect(isSigned(request(tampered, SIGNATURE), SECRET)).toBe(false);
    }
    expect(isSigned(request(BODY, SIGNATURE), SECRET)).toBe(true);
  });

  test.each([
    ['a space behind it', `${BODY} `],
    ['a new line behind it', `${BODY}\n`],
    ['a byte order mark before it', `\ufeff${BODY}`],
    ['the same JSON written otherwise', '{"event":"x","content":"\\u6838\\u9500"}'],
    ['nothing', ''],
  ])('does not cover a body with %s', (_what, body) => {
    expect(isSigned(request(body, SIGNATURE), SECRET)).toBe(false);
  });

  test('is over the bytes as they came, also when they are no text', () => {
    // Prepare
    const bytes = Uint8Array.from([0xff, 0xfe, 0x00, 0x80]);
    const signature = sha1(SECRET, bytes);
    // Act, Assess
    expect(isSigned(request(bytes, signature), SECRET)).toBe(true);
    expect(isSigned(request('\ufffd\ufffd\u0000\ufffd', signature), SECRET)).toBe(false);
  });
});

describe('while a secret is rotated', () => {
  const byNew = sha1('new', BODY);
  const byOld = sha1('old', BODY);

  test('both are taken', () => {
    expect(isSigned(request(BODY, byNew), 'new', 'old')).toBe(true);
    expect(isSigned(request(BODY, byOld), 'new', 'old')).toBe(true);
  });

  test('the old one is refused once it is withdrawn', () => {
    expect(isSigned(request(BODY, byOld), 'new')).toBe(false);
  });

  test('one secret never runs into the body as another would', () => {
    // Prepare: "ne" + "w{…" hashes as "new" + "{…" does
    expect(isSigned(request(`w${BODY}`, byNew), 'new', 'old')).toBe(false);
  });

  test('nothing is taken when there is no secret at all', () => {
    expect(douyinLife.verify(request(BODY, sha1('', BODY)), appOf({}))).toBe(false);
    expect(isSigned(request(BODY, sha1('', BODY)))).toBe(false);
  });
});

describe('what operators write', () => {
  test('is one secret, or the live ones newest first', () => {
    expect(douyinLife.secrets.parse({ clientSecret: 'one' })).toEqual({ clientSecret: ['one'] });
    expect(douyinLife.secrets.parse({ clientSecret: ['new', 'old'] })).toEqual({
      clientSecret: ['new', 'old'],
    });
  });

  test.each([
    ['an empty secret', { clientSecret: '' }],
    ['an empty one among live ones', { clientSecret: ['new', ''] }],
    ['no live ones', { clientSecret: [] }],
    ['no secret', {}],
    ['a misspelt name', { clientSecrets: 'one' }],
    ['a number', { clientSecret: 1 }],
  ])('is refused with %s', (_what, secrets) => {
    expect(douyinLife.secrets.safeParse(secrets).success).toBe(false);
  });
});

describe('the check of the URL', () => {
  const answerTo = (body: string) => douyinLife.handshake(request(body))?.body;

  test('is answered as documented, signed or not', () => {
    // Prepare
    const body = '{"event":"verify_webhook","client_key":"aw0","content":{"challenge":12345}}';
    // Act
    const answer = douyinLife.handshake(request(body));
    // Assess
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"challenge":12345}',
    });
    expect(douyinLife.handshake(request(body, 'f'.repeat(40)))).toEqual(answer);
  });

  test.each([
    ['an object with a number', '{"challenge":12345}', '{"challenge":12345}'],
    ['an object with a text', '{"challenge":"12345"}', '{"challenge":"12345"}'],
    ['a string with a number', '"{\\"challenge\\":12345}"', '{"challenge":12345}'],
    ['a string with a text', '"{\\"challenge\\":\\"12345\\"}"', '{"challenge":"12345"}'],
    ['a text with quotes', '{"challenge":"a\\"b"}', '{"challenge":"a\\"b"}'],
    ['a text with leading zeros', '{"challenge":"007"}', '{"challenge":"007"}'],
    ['zero', '{"challenge":0}', '{"challenge":0}'],
    ['a 64-bit number', '{"challenge":7400000000000000001}', '{"challenge":7400000000000000001}'],
  ])('keeps the challenge in its type: %s', (_what, content, answer) => {
    expect(answerTo(`{"event":"verify_webhook","client_key":"","content":${content}}`)).toBe(
      answer,
    );
  });

  test.each([
    ['another event', '{"event":"x","content":{"challenge":1}}'],
    ['no challenge', '{"event":"verify_webhook","content":{}}'],
    ['no content', '{"event":"verify_webhook"}'],
    ['a list for a challenge', '{"event":"verify_webhook","content":{"challenge":[1]}}'],
    ['content that is no JSON', '{"event":"verify_webhook","content":"{"}'],
    ['no JSON', 'verify_webhook'],
    ['a list', '["verify_webhook"]'],
    ['nothing', ''],
    ['a key twice', '{"event":"x","event":"verify_webhook","content":{"challenge":1}}'],
  ])('is not answered to %s', (_what, body) => {
    expect(answerTo(body)).toBeUndefined();
  });

  test('is not read from a body longer than any check is', () => {
    const filling = 'x'.repeat(5_000);
    const body = `{"event":"verify_webhook","filling":"${filling}","content":{"challenge":1}}`;
    expect(answerTo(body)).toBeUndefined();
  });
});

test('what was received is acknowledged in the platform’s own words', () => {
  const answer = douyinLife.acknowledge(request(BODY));
  expect(answer.status).toBe(200);
  expect(answer.body).toBe('{"err_no":0,"err_tips":"success"}');
});

test('the delivery is the signed bytes and nothing else', () => {
  expect(douyinLife.signedBytes(request(BODY, SIGNATURE))).toEqual(new TextEncoder().encode(BODY));
});
