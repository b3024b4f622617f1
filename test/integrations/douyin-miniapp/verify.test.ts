import { createHash, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { douyinMiniapp } from '../../../lib/integrations/douyin-miniapp/index.ts';
import {
  ecpayBody,
  makeKeyPair,
  signTrade,
  signWebhook,
  sortedSha1,
  thirdPartyBody,
} from '../../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import type { SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { app, OTHER_PAIR, PAIR, request, STAMP, sample, signed } from './support.ts';

const verifies = (one: SignedRequest, secrets: Record<string, readonly string[]>) =>
  douyinMiniapp.verify(one, app(secrets));

const changed = (one: SignedRequest, ...headers: [string, string | null][]): SignedRequest => {
  const map = new Map(one.headers);
  for (const [name, value] of headers) {
    if (value === null) map.delete(name);
    else map.set(name, value);
  }
  return { ...one, headers: map };
};

const changedBody = (one: SignedRequest, from: string, to: string): SignedRequest => ({
  ...one,
  body: new Uint8Array(Buffer.from(Buffer.from(one.body).toString('utf8').replace(from, to))),
});

describe('an RSA signature', () => {
  const vector = sample('payment-signed');
  const keys = { platformPublicKeys: [vector.publicKey] };
  const documented = () => request(vector.body, vector.headers);
  const own = { platformPublicKeys: [PAIR.publicKey] };

  test('of the fixed vector is taken', () => {
    expect(verifies(documented(), keys)).toBe(true);
  });

  test('of the fixed vector is over the three lines whose hash it reports', () => {
    const { headers, body } = vector;
    const lines = `${headers['byte-timestamp']}\n${headers['byte-nonce-str']}\n${body}\n`;
    expect(createHash('sha256').update(lines).digest('hex')).toBe(vector.stringToSignSha256);
  });

  test('of the fixed vector is refused with another key, or none', () => {
    expect(verifies(documented(), own)).toBe(false);
    expect(verifies(documented(), {})).toBe(false);
    expect(verifies(documented(), { platformPublicKeys: ['no key'] })).toBe(false);
    expect(verifies(documented(), { ecpayTokens: ['t'], clientSecret: ['s'] })).toBe(false);
  });

  test.each([
    ['body', (one: SignedRequest) => changedBody(one, '9900', '9901')],
    ['timestamp', (one: SignedRequest) => changed(one, ['byte-timestamp', '1695261184'])],
    ['nonce', (one: SignedRequest) => changed(one, ['byte-nonce-str', STAMP.nonce.slice(1)])],
    ['missing timestamp', (one: SignedRequest) => changed(one, ['byte-timestamp', null])],
    ['missing nonce', (one: SignedRequest) => changed(one, ['byte-nonce-str', null])],
    ['doubled timestamp', (one: SignedRequest) => changed(one, ['byte-timestamp', '1, 1'])],
    ['empty signature', (one: SignedRequest) => changed(one, ['byte-signature', ''])],
  ])('is refused with another %s', (_what, change) => {
    expect(verifies(change(documented()), keys)).toBe(false);
  });

  test('does not take a body for a part of the nonce', () => {
    // Prepare: the same bytes to sign, cut elsewhere
    const body = 'first\nsecond';
    const one = signed(body);
    const moved = changed(request('second'), [
      'byte-signature',
      one.headers.get('byte-signature') ?? '',
    ]);
    const cut = changed(
      moved,
      ['byte-timestamp', STAMP.timestamp],
      ['byte-nonce-str', `${STAMP.nonce}\nfirst`],
    );
    // Act, Assess
    expect(verifies(one, own)).toBe(true);
    expect(verifies(cut, own)).toBe(false);
  });

  test.each([
    ['without the last line feed', (lines: string) => lines.slice(0, -1)],
    ['with a line feed more', (lines: string) => `${lines}\n`],
    ['with carriage returns', (lines: string) => lines.replaceAll('\n', '\r\n')],
    ['of an outbound call’s five lines', (lines: string) => `POST\n/callback\n${lines}`],
  ])('%s in what it covers is refused', (_what, change) => {
    // Prepare
    const lines = `${STAMP.timestamp}\n${STAMP.nonce}\nx\n`;
    const by = (text: string) => sign('sha256', Buffer.from(text), PAIR.privateKey);
    const one = (text: string) =>
      changed(signed('x'), ['byte-signature', by(text).toString('base64')]);
    // Act, Assess
    expect(verifies(one(lines), own)).toBe(true);
    expect(verifies(one(change(lines)), own)).toBe(false);
  });

  test('of a body that was parsed and written again is refused', () => {
    const body = '{"msg":"{\\"a\\":\\"x\\\\u0026y\\"}" ,"type":"payment","version":"2.0"}';
    const one = signed(body);
    const again = request(JSON.stringify(JSON.parse(body)), Object.fromEntries(one.headers));
    expect(verifies(one, own)).toBe(true);
    expect(verifies(again, own)).toBe(false);
  });

  test('is taken once in base64 and in no other spelling of the same bytes', () => {
    const one = signed(vector.body);
    const right = one.headers.get('byte-signature') ?? '';
    const url = Buffer.from(right, 'base64').toString('base64url');
    const hex = Buffer.from(right, 'base64').toString('hex');
    for (const wrong of [right.replace(/=+$/, ''), `${right}=`, url, hex, `${right} `]) {
      expect(verifies(changed(one, ['byte-signature', wrong]), own), wrong.slice(-6)).toBe(false);
    }
  });

  test('is tried with every live key, and not with a withdrawn one', () => {
    const one = signed(vector.body);
    const both = { platformPublicKeys: [OTHER_PAIR.publicKey, PAIR.publicKey] };
    expect(verifies(one, both)).toBe(true);
    expect(verifies(one, { platformPublicKeys: [OTHER_PAIR.publicKey] })).toBe(false);
  });

  test.each(['ecpay-payment', 'third-party-ticket', 'webhook-verify'])(
    'never vouches for another system’s message: %s',
    (name) => {
      expect(verifies(signed(sample(name).body), own)).toBe(false);
    },
  );

  test('of a key too short to trust is refused', () => {
    const short = makeKeyPair(1024);
    const one = signed(vector.body, short.privateKey);
    expect(verifies(one, { platformPublicKeys: [short.publicKey] })).toBe(false);
  });
});

describe('an ecpay signature', () => {
  const vector = sample('ecpay-payment');
  const tokens = { ecpayTokens: [vector.token] };

  test.each(['ecpay-payment', 'ecpay-official-vector'])('of %s is taken', (name) => {
    const { body, token } = sample(name);
    expect(verifies(request(body), { ecpayTokens: [token] })).toBe(true);
    expect(verifies(request(body), { ecpayTokens: ['newer', token] })).toBe(true);
    expect(verifies(request(body), { ecpayTokens: ['newer'] })).toBe(false);
    expect(verifies(request(body), {})).toBe(false);
  });

  test('is over the pieces in the order of their bytes, whichever comes first', () => {
    expect(sortedSha1('b', 'a', 'é', 'Z')).toBe(createHash('sha1').update('Zabé').digest('hex'));
    for (const token of ['0first', '~last', 'Middle', '令牌']) {
      const body = ecpayBody(token, 'payment', { a: 1 }, { timestamp: '1602507471', nonce: '797' });
      expect(verifies(request(body), { ecpayTokens: [token] })).toBe(true);
    }
  });

  test('is taken with a timestamp written as a number', () => {
    const body = vector.body.replace('"timestamp":"1602507471"', '"timestamp":1602507471');
    expect(verifies(request(body), tokens)).toBe(true);
  });

  test.each([
    ['another amount', (body: string) => body.replace('9980', '9981')],
    ['another timestamp', (body: string) => body.replace('1602507471', '1602507472')],
    ['another nonce', (body: string) => body.replace('"797"', '"798"')],
    ['no nonce', (body: string) => body.replace('"nonce":"797",', '')],
    ['the signature in upper case', (body: string) => upper(body)],
    ['a short signature', (body: string) => body.replace(vector.signature, 'd65accf3')],
    ['no signature', (body: string) => body.replace(vector.signature, '')],
    ['a signature that is no text', (body: string) => body.replace(`"${vector.signature}"`, '{}')],
    ['the signature twice', (body: string) => body.replace('{', '{"msg_signature":"0",')],
    ['a version, which makes it another system’s', (body: string) => withVersion(body)],
    ['a digit moved from the nonce', (body: string) => moved(body)],
  ])('is refused with %s', (_what, change) => {
    expect(change(vector.body)).not.toBe(vector.body);
    expect(verifies(request(change(vector.body)), tokens)).toBe(false);
  });

  const upper = (body: string) => body.replace(vector.signature, vector.signature.toUpperCase());
  const withVersion = (body: string) => body.replace('{', '{"version":"2.0",');
  const moved = (body: string) =>
    body.replace('"1602507471"', '"16025074717"').replace('"797"', '"97"');

  test('does not stand in for an RSA signature that is there and wrong', () => {
    expect(verifies(request(vector.body, { 'byte-signature': 'AAAA' }), tokens)).toBe(false);
  });

  test('makes one delivery of every copy whose signed pieces are the same', () => {
    const idOf = (body: string) =>
      Buffer.from(douyinMiniapp.signedBytes(request(body))).toString('hex');
    expect(idOf(vector.body.replace('"type":"payment"', '"type":"refund"'))).toBe(
      idOf(vector.body),
    );
    expect(idOf(`${vector.body} `)).toBe(idOf(vector.body));
    expect(idOf(vector.body.replace('9980', '9981'))).not.toBe(idOf(vector.body));
  });
});

describe('the signed time', () => {
  const DAY_MS = 86_400_000;
  const trade = {
    one: signed(sample('payment-signed').body),
    atMs: Number(STAMP.timestamp) * 1000,
  };
  const ecpay = { one: request(sample('ecpay-payment').body), atMs: 1_602_507_471_000 };
  const secrets = {
    platformPublicKeys: [PAIR.publicKey],
    ecpayTokens: [sample('ecpay-payment').token],
  };
  const taken = (one: SignedRequest, nowMs: number, hours?: number | 'off') => {
    const settings = hours === undefined ? {} : { timestampWindowHours: hours };
    const { timestampWindowHours: _, ...own } = app(secrets).settings;
    return douyinMiniapp.verify(one, { ...app(secrets), settings: { ...own, ...settings } }, nowMs);
  };

  test.each([
    ['RSA', trade],
    ['ecpay', ecpay],
  ])(
    'of %s is within a week of our clock, unless the app says otherwise',
    (_what, { one, atMs }) => {
      // The longest documented repetitions run for three days.
      for (const days of [-7, -3, 0, 3, 7]) expect(taken(one, atMs + days * DAY_MS)).toBe(true);
      expect(taken(one, atMs + 7 * DAY_MS + 1)).toBe(false);
      expect(taken(one, atMs - 7 * DAY_MS - 1)).toBe(false);
      expect(taken(one, atMs + 3_600_000, 1)).toBe(true);
      expect(taken(one, atMs + 3_600_001, 1)).toBe(false);
      expect(taken(one, atMs + 9_999 * DAY_MS, 'off')).toBe(true);
    },
  );

  test('has a default, which a setting may change within bounds', () => {
    const { settings } = douyinMiniapp;
    expect(settings.parse({})).toMatchObject({ timestampWindowHours: 168 });
    for (const wrong of [0, 8_761, 1.5, 'none']) {
      expect(settings.safeParse({ timestampWindowHours: wrong }).success).toBe(false);
    }
  });
});

describe('a third-party signature', () => {
  const stamp = { timestamp: '1535551395', nonce: '4464221' };

  test.each(['third-party-ticket-sdk', 'third-party-ticket'])('of %s is taken', (name) => {
    const { body, token } = sample(name);
    expect(verifies(request(body), { thirdPartyToken: [token] })).toBe(true);
    expect(verifies(request(body), { thirdPartyToken: ['newer', token] })).toBe(true);
    expect(verifies(request(body), { thirdPartyToken: ['newer'] })).toBe(false);
    expect(verifies(request(body), { ecpayTokens: [token] })).toBe(false);
  });

  test.each(['TimeStamp', 'Nonce', 'Encrypt', 'MsgSignature'])(
    'is refused with another %s, or without it',
    (field) => {
      const { body, token } = sample('third-party-ticket');
      const fields = JSON.parse(body) as Record<string, string>;
      const other = { ...fields, [field]: `${fields[field]}0` };
      const { [field]: _gone, ...without } = fields;
      for (const one of [other, without]) {
        expect(verifies(request(JSON.stringify(one)), { thirdPartyToken: [token] })).toBe(false);
      }
    },
  );

  test('as the sandbox makes it is taken', () => {
    const { token, encodingAesKey, appId } = sample('third-party-ticket');
    const body = thirdPartyBody({ token, encodingAesKey, appId }, { Event: 'PUSH' }, stamp);
    expect(verifies(request(body), { thirdPartyToken: [token] })).toBe(true);
  });
});

describe('a webhook’s signature', () => {
  const vector = sample('webhook-verify');
  const header = (signature: string) => ({ 'X-Douyin-Signature': signature });
  const documented = request(vector.body, header(vector.signature));

  test('is taken with a webhook secret, or with the client secret', () => {
    expect(verifies(documented, { webhookSecrets: [vector.secret] })).toBe(true);
    expect(verifies(documented, { clientSecret: [vector.secret] })).toBe(true);
    expect(verifies(documented, { webhookSecrets: ['newer', vector.secret] })).toBe(true);
    expect(verifies(documented, { webhookSecrets: ['newer'] })).toBe(false);
    expect(verifies(documented, {})).toBe(false);
  });

  test.each(['', vector.signature.toUpperCase(), vector.signature.slice(1), 'g'.repeat(40)])(
    'is refused as "%s"',
    (signature) => {
      const one = request(vector.body, header(signature));
      expect(verifies(one, { webhookSecrets: [vector.secret] })).toBe(false);
    },
  );

  test.each([
    ['a trade', sample('payment-signed').body],
    ['an ecpay payment', sample('ecpay-payment').body],
    ['a third-party event', sample('third-party-ticket').body],
  ])('never vouches for %s', (_what, body) => {
    const one = request(body, header(signWebhook('s', body)));
    expect(verifies(one, { webhookSecrets: ['s'], clientSecret: ['s'] })).toBe(false);
  });
});

describe('a request that nobody signed', () => {
  test.each(['', 'x', '[]', '{}', sample('payment-signed').body, '{"a":1,"a":2}'])(
    'is refused: %s',
    (body) => {
      const all = {
        platformPublicKeys: [PAIR.publicKey],
        ecpayTokens: ['t'],
        webhookSecrets: ['w'],
        thirdPartyToken: ['t'],
        clientSecret: ['c'],
      };
      expect(verifies(request(body), all)).toBe(false);
    },
  );
});

describe('a repetition that is stamped anew', () => {
  test('is the same delivery', () => {
    const { body } = sample('refund');
    const later = request(
      body,
      signTrade(PAIR.privateKey, body, { timestamp: '1695261999', nonce: 'another' }),
    );
    expect(verifies(later, { platformPublicKeys: [PAIR.publicKey] })).toBe(true);
    expect(douyinMiniapp.signedBytes(later)).toEqual(douyinMiniapp.signedBytes(signed(body)));
  });
});
