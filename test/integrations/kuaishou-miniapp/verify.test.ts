import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { App } from '../../../lib/integrations/kit/app.ts';
import { kuaishouMiniapp } from '../../../lib/integrations/kuaishou-miniapp/index.ts';
import {
  signEncrypted,
  signNotice,
} from '../../../lib/integrations/kuaishou-miniapp/sandbox/index.ts';
import {
  APP,
  APP_SECRET,
  appOf,
  MESSAGE_KEY,
  MESSAGE_TOKEN,
  request,
  sample,
  samples,
  utf8,
} from './make.ts';

const { body: PAYMENT, signature: PLAIN } = sample('payment');
const { body: ENCRYPTED, signature: SHA1 } = sample('encrypted-payment');

const isSigned = (body: string | Uint8Array, signature?: string, app: App = APP) =>
  kuaishouMiniapp.verify(request(body, signature), app);

const md5 = (...parts: string[]) => createHash('md5').update(parts.join('')).digest('hex');

describe('a signature', () => {
  test.each(samples)('of the documented $name is taken', ({ body, signature, secrets }) => {
    const live = Object.fromEntries(Object.entries(secrets).map(([name, one]) => [name, [one]]));
    expect(isSigned(body, signature, appOf(live))).toBe(true);
  });

  test('is the one that is documented', () => {
    expect(PLAIN).toBe('83ab933d75f827b530e1aa95abdd6c1c');
    expect(sample('refund').signature).toBe('918d581b78e9d715e42c986585fe24b6');
    expect(sample('settle').signature).toBe('60dff4772f0d7d2dfc93bcc73190c520');
    expect(SHA1).toBe('db1634b3aa9f597179faa40c0586ff77167b622a');
    expect([utf8(PAYMENT).length, utf8(sample('refund').body).length]).toEqual([496, 351]);
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['one digit short', PLAIN.slice(1)],
    ['one digit long', `${PLAIN}0`],
    ['in upper case', PLAIN.toUpperCase()],
    ['not hexadecimal', PLAIN.replace(/^./, 'g')],
    ['the secret in front', md5(APP_SECRET, PAYMENT)],
    ['the hash of the body alone', md5(PAYMENT)],
    ['with a separator', md5(PAYMENT, '&', APP_SECRET)],
    ['in base64', Buffer.from(PLAIN, 'hex').toString('base64')],
    ['there twice', `${PLAIN}, ${PLAIN}`],
    ['with the token for a secret', signNotice(MESSAGE_TOKEN, PAYMENT)],
    ['a SHA-1 with the secret for a token', signEncrypted(APP_SECRET, PAYMENT)],
    ['of 32 accented letters', 'é'.repeat(32)],
  ])('is refused when it is %s', (_what, signature) => {
    expect(isSigned(PAYMENT, signature)).toBe(false);
  });

  test('covers the bytes as they came: the same JSON written otherwise is refused', () => {
    // Prepare: what a reader that writes the JSON anew would sign
    const refund = sample('refund');
    const escaped = refund.body.replace(/[^ -~]/gu, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
    const spaced = JSON.stringify(JSON.parse(refund.body), null, 1);
    // Act, Assess
    for (const body of [escaped, spaced, `\ufeff${refund.body}`, `${refund.body}\r\n`]) {
      expect(JSON.parse(body.replace('\ufeff', ''))).toEqual(JSON.parse(refund.body));
      expect(isSigned(body, refund.signature)).toBe(false);
    }
  });

  test('of a body with a byte order mark and new lines is taken, when it covers them', () => {
    const body = `\ufeff${PAYMENT}\r\n`;
    expect(isSigned(body, signNotice(APP_SECRET, body))).toBe(true);
  });

  test('of an encrypted event covers every byte', () => {
    // Prepare
    const bytes = utf8(ENCRYPTED);
    for (let at = 0; at < bytes.length; at += 1) {
      const tampered = bytes.slice();
      tampered[at] = (tampered[at] ?? 0) ^ 1;
      // Act, Assess
      expect(isSigned(tampered, SHA1)).toBe(false);
    }
    expect(isSigned(bytes, SHA1)).toBe(true);
  });

  test.each([
    ['one digit short', SHA1.slice(1)],
    ['in upper case', SHA1.toUpperCase()],
    ['cut to an MD5', SHA1.slice(0, 32)],
    ['the MD5 with the token', md5(ENCRYPTED, MESSAGE_TOKEN)],
  ])('of an encrypted event is refused when it is %s', (_what, signature) => {
    expect(isSigned(ENCRYPTED, signature)).toBe(false);
  });
});

describe('while a secret is rotated', () => {
  const both = appOf({ appSecret: ['new', APP_SECRET], messageToken: ['new', MESSAGE_TOKEN] });

  test('both are taken, of either kind', () => {
    expect(isSigned(PAYMENT, PLAIN, both)).toBe(true);
    expect(isSigned(PAYMENT, signNotice('new', PAYMENT), both)).toBe(true);
    expect(isSigned(ENCRYPTED, SHA1, both)).toBe(true);
    expect(isSigned(ENCRYPTED, signEncrypted('new', ENCRYPTED), both)).toBe(true);
  });

  test('the old one is refused once it is withdrawn', () => {
    expect(isSigned(PAYMENT, PLAIN, appOf({ appSecret: ['new'] }))).toBe(false);
    expect(isSigned(ENCRYPTED, SHA1, appOf({ messageToken: ['new'] }))).toBe(false);
  });

  test('nothing is taken when there is no secret at all', () => {
    expect(isSigned(PAYMENT, md5(PAYMENT), appOf({}))).toBe(false);
    expect(isSigned(PAYMENT, md5(PAYMENT), appOf({ appSecret: [], messageToken: [] }))).toBe(false);
    expect(isSigned(ENCRYPTED, SHA1, appOf({ appSecret: [APP_SECRET] }))).toBe(false);
  });
});

describe('what operators write', () => {
  test.each([
    [{ appSecret: 'a' }, { appSecret: ['a'] }],
    [{ appSecret: ['new', 'old'] }, { appSecret: ['new', 'old'] }],
    [{ messageToken: 't' }, { messageToken: ['t'] }],
    [
      { messageToken: 't', messageKey: MESSAGE_KEY },
      { messageToken: ['t'], messageKey: [MESSAGE_KEY] },
    ],
  ])('is the live secrets of what it uses: %j', (written, secrets) => {
    expect(kuaishouMiniapp.secrets.parse(written)).toEqual(secrets);
  });

  test.each([
    ['nothing', {}],
    ['a key and nothing that verifies', { messageKey: MESSAGE_KEY }],
    ['a key that is no AES key', { messageToken: 't', messageKey: 'c2hvcnQ' }],
    ['a key that is no base64', { messageToken: 't', messageKey: '-'.repeat(43) }],
    ['an empty secret', { appSecret: '' }],
    ['no live ones', { appSecret: [] }],
    ['a misspelt name', { appSecret: 'a', messagetoken: 't' }],
  ])('is refused with %s', (_what, secrets) => {
    expect(kuaishouMiniapp.secrets.safeParse(secrets).success).toBe(false);
  });

  test('needs no settings, and tells a slip in their names', () => {
    expect(kuaishouMiniapp.settings.parse({})).toMatchObject({
      enrichment: 'none',
      keptEvents: [],
      epayPath: '/openapi/mp/developer/epay',
      epayBody: 'json',
      signReports: false,
    });
    for (const settings of [{ keptEvent: [] }, { epayPath: 'epay/' }, { apiBaseUrl: 'ftp://x' }]) {
      expect(kuaishouMiniapp.settings.safeParse(settings).success).toBe(false);
    }
  });
});

test('no delivery is a handshake, and its bytes are its identity', async () => {
  const signed = request(PAYMENT, PLAIN);
  expect(kuaishouMiniapp).not.toHaveProperty('handshake');
  expect(kuaishouMiniapp.signedBytes(signed)).toEqual(utf8(PAYMENT));
});
