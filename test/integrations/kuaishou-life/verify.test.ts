import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { App } from '../../../lib/integrations/kit/app.ts';
import { kuaishouLife } from '../../../lib/integrations/kuaishou-life/index.ts';
import { delivery, signDelivery } from '../../../lib/integrations/kuaishou-life/sandbox/index.ts';
import { appOf, request, SPI, utf8 } from './make.ts';

const { secret: SECRET, query: QUERY, body: BODY, signature: SIGNATURE } = SPI;
const PAIRS = Object.fromEntries(new URLSearchParams(QUERY));
const APP = appOf({ signSecret: [SECRET] });

const signedQuery = (signature: string, query = QUERY) => `${query}&sign=${signature}`;

const isSigned = (query: string, body: string | Uint8Array = BODY, app: App = APP) =>
  kuaishouLife.verify(request(body, query), app);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a signature', () => {
  test('is the documented one, wherever in the query it stands', () => {
    expect(SIGNATURE).toBe('c1645ffcafd76c6cdcf1b70196628b09bd8aaa413bef3763fd9839f722324414');
    expect(isSigned(signedQuery(SIGNATURE))).toBe(true);
    expect(isSigned(`sign=${SIGNATURE}&${QUERY}`)).toBe(true);
  });

  test('does not mind the order of the query', () => {
    const turned = QUERY.split('&').toReversed().join('&');
    expect(isSigned(signedQuery(SIGNATURE, turned))).toBe(true);
  });

  test.each([
    ['empty', ''],
    ['one digit short', SIGNATURE.slice(1)],
    ['one digit long', `${SIGNATURE}0`],
    ['in upper case', SIGNATURE.toUpperCase()],
    ['not hexadecimal', SIGNATURE.replace(/^./, 'g')],
    ['wrong in its last digit', SIGNATURE.replace(/.$/, '5')],
    ['in base64', Buffer.from(SIGNATURE, 'hex').toString('base64url')],
    ['with a space in front', `+${SIGNATURE}`],
    ['of the body alone', sha256(BODY)],
    ['without the &', sha256(`${SECRET}${QUERY}&http_body=${BODY}`)],
    ['without the body’s name', sha256(`${SECRET}&${QUERY}&${BODY}`)],
    ['with the secret behind', sha256(`${QUERY}&http_body=${BODY}&${SECRET}`)],
    ['over the query with sign', sha256(`${SECRET}&sign=&${QUERY}&http_body=${BODY}`)],
    ['of 64 accented letters', 'é'.repeat(64)],
  ])('is refused when it is %s', (_what, signature) => {
    expect(isSigned(signedQuery(signature))).toBe(false);
  });

  test('is refused when it is missing, twice, or in a header nobody named', () => {
    expect(isSigned(QUERY)).toBe(false);
    expect(isSigned(`${signedQuery(SIGNATURE)}&sign=${SIGNATURE}`)).toBe(false);
    expect(isSigned(`${signedQuery(SIGNATURE)}&sign=`)).toBe(false);
    expect(kuaishouLife.verify(request(BODY, QUERY, { sign: SIGNATURE }), APP)).toBe(false);
  });

  test('is looked for in the header that the settings name, and then nowhere else', () => {
    const app = appOf({ signSecret: [SECRET] }, { signatureHeader: 'x-sign' });
    const inHeader = (value: string) => request(BODY, QUERY, { 'X-Sign': value });
    expect(kuaishouLife.verify(inHeader(SIGNATURE), app)).toBe(true);
    expect(kuaishouLife.verify(inHeader(`${SIGNATURE}, ${SIGNATURE}`), app)).toBe(false);
    expect(kuaishouLife.verify(inHeader(SIGNATURE.toUpperCase()), app)).toBe(false);
    expect(isSigned(signedQuery(SIGNATURE), BODY, app)).toBe(false);
  });

  test('covers every byte of the body', () => {
    // Prepare
    const bytes = utf8(BODY);
    for (let at = 0; at < bytes.length; at += 1) {
      const tampered = bytes.slice();
      tampered[at] = (tampered[at] ?? 0) ^ 1;
      // Act, Assess
      expect(isSigned(signedQuery(SIGNATURE), tampered)).toBe(false);
    }
  });

  test.each([
    ['written anew', JSON.stringify(JSON.parse(BODY), null, 1)],
    ['a byte order mark before it', `\ufeff${BODY}`],
    ['a new line behind it', `${BODY}\r\n`],
    ['nothing', ''],
  ])('does not cover a body with %s', (_what, body) => {
    expect(isSigned(signedQuery(SIGNATURE), body)).toBe(false);
  });

  test('of a body with a byte order mark and new lines is taken, when it covers them', () => {
    const body = `\ufeff${BODY}\r\n`;
    expect(isSigned(signedQuery(signDelivery(SECRET, PAIRS, body)), body)).toBe(true);
  });

  test.each([
    ['another value', 'app_key=ks690000000000000002&timestamp=1795312801'],
    ['one parameter less', 'app_key=ks690000000000000002'],
    ['one parameter more', `${QUERY}&x=1`],
    ['an empty one more', `${QUERY}&x=`],
    ['a name in other letters', QUERY.replace('app_key', 'App_key')],
  ])('covers the query: %s is refused', (_what, query) => {
    expect(isSigned(signedQuery(SIGNATURE, query))).toBe(false);
  });

  test('is refused over a query that means two things', () => {
    // Prepare: which of the two was signed, nobody can tell
    const twice = 'a=1&a=2';
    for (const covered of ['a=1', 'a=2', 'a=1&a=2']) {
      const sign = sha256(`${SECRET}&${covered}&http_body=${BODY}`);
      // Act, Assess
      expect(isSigned(signedQuery(sign, twice))).toBe(false);
    }
  });

  test('never lets the query run into the body', () => {
    // Prepare: the same bytes under the signature, cut elsewhere
    const body = 'x&http_body=y';
    const sign = sha256(`${SECRET}&a=1&http_body=${body}`);
    // Act, Assess
    expect(isSigned(signedQuery(sign, 'a=1'), body)).toBe(true);
    expect(isSigned(signedQuery(sign, 'a=1&http_body=x'), 'y')).toBe(false);
  });

  test('is taken over no query and no body', () => {
    expect(isSigned(`sign=${signDelivery(SECRET, {}, '')}`, '')).toBe(true);
  });

  test.each([
    ['a space', 'a b', 'a+b'],
    ['a plus', 'a+b', 'a%2Bb'],
    ['what browsers leave', "~!*'()", '%7E%21%2A%27%28%29'],
    ['what nobody encodes', '-_.Az09', '-_.Az09'],
    ['Chinese', '核销', '%E6%A0%B8%E9%94%80'],
    ['an emoji', '🍲', '%F0%9F%8D%B2'],
    ['a slash and an ampersand', '/&=', '%2F%26%3D'],
  ])('encodes %s as PHP does', (_what, value, encoded) => {
    // Prepare
    const sign = sha256(`${SECRET}&k=${encoded}&http_body=${BODY}`);
    const query = new URLSearchParams({ k: value, sign });
    // Act, Assess
    expect(kuaishouLife.verify(request(BODY, query), APP)).toBe(true);
  });

  test('of whatever the sandbox sends is taken, and of nothing else', () => {
    const query = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      { maxKeys: 5 },
    );
    fc.assert(
      fc.property(query, fc.string({ unit: 'grapheme' }), (pairs, body) => {
        const { sign: _sign, http_body: _body, ...rest } = pairs;
        const posted = delivery(SECRET, rest, body);
        expect(isSigned(posted.query, posted.body)).toBe(true);
        expect(isSigned(posted.query, `${posted.body} `)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('while a secret is rotated', () => {
  const both = appOf({ signSecret: ['new', SECRET] });

  test('both are taken', () => {
    expect(isSigned(signedQuery(SIGNATURE), BODY, both)).toBe(true);
    expect(isSigned(signedQuery(signDelivery('new', PAIRS, BODY)), BODY, both)).toBe(true);
  });

  test('the old one is refused once it is withdrawn, and everything without a secret', () => {
    expect(isSigned(signedQuery(SIGNATURE), BODY, appOf({ signSecret: ['new'] }))).toBe(false);
    const bare = signedQuery(signDelivery('', PAIRS, BODY));
    for (const secrets of [{}, { signSecret: [] }, { appSecret: [SECRET] }]) {
      expect(isSigned(bare, BODY, appOf(secrets))).toBe(false);
      expect(isSigned(signedQuery(SIGNATURE), BODY, appOf(secrets))).toBe(false);
    }
  });
});

describe('the delivery', () => {
  test('is what the signature covers: query and body, without the signature', () => {
    const bytes = kuaishouLife.signedBytes(request(BODY, signedQuery(SIGNATURE)));
    expect(Buffer.from(bytes).toString('utf8')).toBe(`${QUERY}&http_body=${BODY}`);
  });

  test('is no handshake', () => {
    expect(kuaishouLife).not.toHaveProperty('handshake');
  });
});

describe('what operators write', () => {
  test.each([
    [{ signSecret: 'a' }, { signSecret: ['a'] }],
    [{ signSecret: ['new', 'old'] }, { signSecret: ['new', 'old'] }],
    [{ appSecret: 'b' }, { appSecret: ['b'] }],
  ])('is the live secrets of what it uses: %j', (written, secrets) => {
    expect(kuaishouLife.secrets.parse(written)).toEqual(secrets);
  });

  test.each([
    ['nothing', {}],
    ['an empty secret', { signSecret: '' }],
    ['no live ones', { signSecret: [] }],
    ['a misspelt name', { signSecret: 'a', signsecret: 'b' }],
  ])('is refused with %s', (_what, secrets) => {
    expect(kuaishouLife.secrets.safeParse(secrets).success).toBe(false);
  });

  test('needs no settings, and tells a slip in their names or values', () => {
    expect(kuaishouLife.settings.parse({})).toEqual({
      enrichment: 'none',
      codes: {},
      timesCards: false,
      acknowledgement: '{"data":{"error_code":0,"description":"success"}}',
    });
    for (const settings of [
      { acknowledgment: '{}' },
      { acknowledgement: 'ok' },
      { signatureHeader: 'X-Sign' },
      { apiBaseUrl: 'ftp://x' },
      { tokenBaseUrl: 'x' },
    ]) {
      expect(kuaishouLife.settings.safeParse(settings).success).toBe(false);
    }
  });
});
