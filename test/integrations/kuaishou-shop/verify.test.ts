import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kuaishouShop } from '../../../lib/integrations/kuaishou-shop/index.ts';
import { sealMessage } from '../../../lib/integrations/kuaishou-shop/sandbox/index.ts';
import { sign } from '../../../lib/integrations/kuaishou-shop/sign.ts';
import {
  APP_KEY,
  appWith,
  callSamples,
  messageSample,
  messageSamples,
  OTHER_SECRET,
  plaintext,
  request,
  SECRET,
} from './support.ts';

const { body: BODY, plaintext: PLAINTEXT } = messageSample('order-pay-success');

/** The body as encoders of other libraries write it. */
const inLines = (length: number, ending: string) =>
  (BODY.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join(ending);

const isTaken = (body: string | Uint8Array, app = appWith()) =>
  kuaishouShop.verify(request(body), app);

describe('a message', () => {
  test.each(messageSamples)('as documented ($name) is opened, byte for byte', (sample) => {
    expect(isTaken(sample.body, appWith({ messageSecret: sample.messageSecret }))).toBe(true);
    expect(sealMessage(sample.messageSecret, sample.plaintext)).toBe(sample.body);
  });

  test.each(messageSamples)('($name) is refused with another secret', (sample) => {
    expect(isTaken(sample.body, appWith({ messageSecret: OTHER_SECRET }))).toBe(false);
  });

  test('of another app is refused, though the secret opens it', () => {
    expect(isTaken(BODY, { ...appWith(), appKey: 'ks699000000000000004' })).toBe(false);
  });

  test.each([
    ['without an app key', PLAINTEXT.replace('"appKey"', '"appkey"')],
    ['with a longer app key', PLAINTEXT.replace(APP_KEY, `${APP_KEY}0`)],
    ['with the app key in upper case', PLAINTEXT.replace(APP_KEY, APP_KEY.toUpperCase())],
    ['with a number for an app key', PLAINTEXT.replace(`"${APP_KEY}"`, '699')],
    ['with two app keys', PLAINTEXT.replace('{', `{"appKey":"${APP_KEY}",`)],
    ['with the app key in the prototype', `{"__proto__":{"appKey":"${APP_KEY}"}}`],
    ['that is a list', `[{"appKey":"${APP_KEY}"}]`],
    ['that is no JSON', 'kwaishop'],
    ['that is nothing', ''],
    ['with something behind it', `${PLAINTEXT}x`],
    ['nested without an end', `{"appKey":"${APP_KEY}","a":${'['.repeat(100_000)}`],
  ])('%s is refused', (_what, text) => {
    expect(isTaken(sealMessage(SECRET, text))).toBe(false);
  });

  test('that is no text is refused', () => {
    const bytes = Buffer.concat([Buffer.from(`{"appKey":"${APP_KEY}","a":"`), Buffer.from([0xff])]);
    expect(isTaken(sealMessage(SECRET, bytes))).toBe(false);
  });

  test.each([
    ['empty', ''],
    ['blank', ' \r\n'],
    ['shorter by a digit', BODY.slice(1)],
    ['shorter by a cipher block', BODY.slice(0, -24)],
    ['longer', `${BODY}AAAA`],
    ['in lines of several lengths', `${BODY.slice(0, 40)}\r\n${BODY.slice(40)}`],
    ['in lines with an empty one', inLines(76, '\r\n\r\n')],
    ['in lines with two endings', `${inLines(76, '\r\n').replace('\r\n', '\n')}\r\n`],
    ['in lines that are cut within four digits', inLines(75, '\n')],
    ['in lines with spaces', inLines(76, ' \n')],
    ['after a byte order mark', `\ufeff${BODY}`],
    ['in the alphabet of addresses', BODY.replaceAll('+', '-').replaceAll('/', '_')],
    ['in hexadecimal', Buffer.from(BODY, 'base64').toString('hex')],
    ['in quotes', `"${BODY}"`],
    ['with a new line behind it', `${BODY}\n`],
    ['with CRLF behind it', `${BODY}\r\n`],
    ['with a space before it', ` ${BODY}`],
    ['spelled with other left-over bits', BODY.replace(/.=$/, 'l=')],
    ['in two copies', `${BODY}${BODY}`],
    ['in upper case', BODY.toUpperCase()],
    ['the plain text', PLAINTEXT],
  ])('is refused when it comes %s', (_what, body) => {
    expect(isTaken(body)).toBe(false);
  });

  test.each([
    ['76 digits and CRLF', inLines(76, '\r\n')],
    ['76 digits and a line feed', inLines(76, '\n')],
    ['64 digits and an ending on the last', `${inLines(64, '\n')}\n`],
    ['76 digits and CRLF on the last', `${inLines(76, '\r\n')}\r\n`],
  ])('in lines of %s is read, and is the same delivery', (_what, body) => {
    expect(isTaken(body)).toBe(true);
    expect(kuaishouShop.read(Buffer.from(body), appWith())).toEqual(
      kuaishouShop.read(Buffer.from(BODY), appWith()),
    );
    expect(kuaishouShop.signedBytes(request(body))).toEqual(Buffer.from(BODY));
  });

  test('of the console’s test, which names no app, is taken, and nothing else without an app', () => {
    expect(isTaken(sealMessage(SECRET, '{"test":true}'))).toBe(true);
    expect(isTaken(sealMessage(SECRET, '{"test":false}'))).toBe(false);
    expect(isTaken(sealMessage(SECRET, '{"test":true,"event":"kwaishop_order_paySuccess"}'))).toBe(
      false,
    );
    const sealed = Buffer.from(sealMessage(SECRET, '{"test":true}'));
    expect(kuaishouShop.read(sealed, appWith())).toMatchObject({ outcome: 'kept' });
  });

  test('changed by one bit where its app key stands is refused', () => {
    // Prepare
    const ciphertext = Buffer.from(BODY, 'base64');
    const at = PLAINTEXT.indexOf(APP_KEY);
    for (let byte = at; byte < at + APP_KEY.length; byte += 1) {
      const tampered = Buffer.from(ciphertext);
      tampered[byte] = (tampered[byte] ?? 0) ^ 1;
      // Act, Assess
      expect(isTaken(tampered.toString('base64'))).toBe(false);
    }
  });

  test('is never taken because of chance: no bytes that nobody sealed are', () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 512 });
    fc.assert(
      fc.property(bytes, (some) => {
        expect(isTaken(some)).toBe(false);
        const blocks = some.slice(0, some.length - (some.length % 16));
        expect(isTaken(Buffer.from(blocks).toString('base64'))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('while a secret is rotated', () => {
  test('messages under both are taken', () => {
    const app = appWith({ messageSecret: [OTHER_SECRET, SECRET] });
    expect(isTaken(BODY, app)).toBe(true);
    expect(isTaken(sealMessage(OTHER_SECRET, PLAINTEXT), app)).toBe(true);
  });

  test('those under the old one are refused once it is withdrawn, and read as unreadable', () => {
    const app = appWith({ messageSecret: OTHER_SECRET });
    expect(isTaken(BODY, app)).toBe(false);
    expect(kuaishouShop.read(Buffer.from(BODY), app)).toEqual({
      outcome: 'malformed',
      kind: 'unreadable',
      why: 'no live message secret opens it for this app',
    });
  });

  test('nothing is taken when there is no message secret', () => {
    expect(isTaken(BODY, appWith({ signSecret: 's' }))).toBe(false);
    expect(isTaken(BODY, { ...appWith(), secrets: { messageSecret: [''] } })).toBe(false);
    expect(isTaken(BODY, { ...appWith(), secrets: { messageSecret: ['c2hvcnQ='] } })).toBe(false);
  });

  test.each([16, 24, 32])('a key of %i bytes opens what it sealed', (length) => {
    const secret = Buffer.alloc(length, 7).toString('base64');
    const body = sealMessage(secret, plaintext('x', '{}'));
    expect(isTaken(body, appWith({ messageSecret: secret }))).toBe(true);
  });
});

describe('what operators write', () => {
  test('is one secret or the live ones, of those the app needs', () => {
    expect(kuaishouShop.secrets.parse({ messageSecret: SECRET })).toEqual({
      messageSecret: [SECRET],
    });
    expect(kuaishouShop.secrets.parse({ signSecret: ['new', 'old'], accessToken: 't' })).toEqual({
      signSecret: ['new', 'old'],
      accessToken: ['t'],
    });
  });

  test.each([
    ['nothing', {}],
    ['an empty secret', { signSecret: '' }],
    ['a secret under another name', { msgSecret: SECRET }],
    ['a message secret that is no key', { messageSecret: 'secret' }],
    ['a message secret of 15 bytes', { messageSecret: Buffer.alloc(15).toString('base64') }],
  ])('is refused when it is %s', (_what, secrets) => {
    expect(kuaishouShop.secrets.safeParse(secrets).success).toBe(false);
  });

  test('of settings is nothing at all, or what fits', () => {
    expect(kuaishouShop.settings.parse({})).toMatchObject({ enrichment: 'pull', idsAs: 'number' });
    expect(kuaishouShop.settings.safeParse({ signMethod: 'SHA1' }).success).toBe(false);
    expect(kuaishouShop.settings.safeParse({ orderQuery: { method: 'm' } }).success).toBe(false);
  });
});

test('what was received is acknowledged byte for byte, heartbeats too', () => {
  const answer = kuaishouShop.acknowledge();
  expect(answer).toEqual({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"result":1}',
  });
});

test('the console’s bare test of the address is answered, and nothing else is unsigned', () => {
  const words = { status: 200, body: '{"result":1}' };
  expect(kuaishouShop.handshake(request('{"test":true}'))).toMatchObject(words);
  expect(kuaishouShop.handshake(request(' {"test" : true}\n'))).toMatchObject(words);
  for (const body of [BODY, '', '{}', '{"test":false}', '{"test":true,"a":1}', '[true]', 'null']) {
    expect(kuaishouShop.handshake(request(body)), body).toBeUndefined();
  }
  expect(kuaishouShop.handshake({ ...request('{"test":true}'), spi: 'x/send' })).toBeUndefined();
});

describe('the signature of a call', () => {
  test.each(callSamples)(
    '($name) is the documented one',
    ({ params, signSecret, sign: wanted }) => {
      const method = params.signMethod === 'MD5' ? 'MD5' : 'HMAC_SHA256';
      expect(sign(params, signSecret, method)).toBe(wanted);
    },
  );

  test('does not depend on the order in which the parameters are given', () => {
    expect(sign({ b: '2', a: '1' }, 's', 'MD5')).toBe(sign({ a: '1', b: '2' }, 's', 'MD5'));
  });
});

test('the delivery is the bytes as they came', () => {
  expect(kuaishouShop.signedBytes(request(BODY))).toEqual(Buffer.from(BODY));
});
