import { describe, expect, test } from 'vitest';
import { douyinMiniapp } from '../../../lib/integrations/douyin-miniapp/index.ts';
import { PAIR, request, sample, signed } from './support.ts';

const AES_KEY = sample('third-party-ticket').encodingAesKey;

describe('what operators write', () => {
  test('is any of the secrets, each one or the live ones newest first', () => {
    expect(douyinMiniapp.secrets.parse({ platformPublicKeys: PAIR.publicKey })).toEqual({
      platformPublicKeys: [PAIR.publicKey],
    });
    expect(
      douyinMiniapp.secrets.parse({
        ecpayTokens: ['new', 'old'],
        thirdPartyToken: 't',
        thirdPartyAesKey: AES_KEY,
      }),
    ).toEqual({ ecpayTokens: ['new', 'old'], thirdPartyToken: ['t'], thirdPartyAesKey: [AES_KEY] });
  });

  test.each([
    ['no secret at all', {}],
    ['an empty token', { ecpayTokens: '' }],
    ['no live ones', { ecpayTokens: [] }],
    ['a misspelt name', { ecpayToken: 't' }],
    ['a private key for a public one', { platformPublicKeys: PAIR.privateKey }],
    ['a public key that is none', { platformPublicKeys: 'MIIBIjANBgkq' }],
    ['a token of the third-party platform without its key', { thirdPartyToken: 't' }],
    ['a key of the third-party platform without its token', { thirdPartyAesKey: AES_KEY }],
    ['a short key', { thirdPartyToken: 't', thirdPartyAesKey: AES_KEY.slice(1) }],
  ])('is refused with %s', (_what, secrets) => {
    expect(douyinMiniapp.secrets.safeParse(secrets).success).toBe(false);
  });

  test('asks for nothing: every setting has its default', () => {
    expect(douyinMiniapp.settings.parse({})).toEqual({
      enrichment: 'none',
      merchantFrom: 'app_id',
      timestampWindowHours: 168,
      couponVerifyType: 'coupon_verify',
      answers: {},
      refundTakesBack: 'standing',
      fulfillmentToolPayments: 'kept',
      staleTokenCodes: [2190002, 2190008],
    });
  });

  test.each([
    { merchantfrom: 'app_id' },
    { merchantFrom: 'seller' },
    { apiBaseUrl: 'ftp://x' },
    { refundTakesBack: null },
  ])('is refused with the setting %j', (settings) => {
    expect(douyinMiniapp.settings.safeParse(settings).success).toBe(false);
  });
});

describe('what was received is acknowledged', () => {
  const bodyOf = (body: string) => douyinMiniapp.acknowledge(request(body));
  const OK = {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"err_no":0,"err_tips":"success"}',
  };

  test.each(['payment-signed', 'refund', 'settle', 'coupon-verify-cancel', 'ecpay-payment'])(
    '%s with the documented words',
    (name) => {
      expect(bodyOf(sample(name).body)).toEqual(OK);
    },
  );

  test.each(['pre-create-order', 'pre-create-refund', 'book-accept-timeout'])(
    '%s, which asks for more, as received',
    (name) => {
      expect(bodyOf(sample(name).body)).toEqual(OK);
    },
  );

  test('a third-party event with the plain word', () => {
    expect(bodyOf(sample('third-party-ticket').body)).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: 'success',
    });
  });

  test('an order of 随心团 in its own words', () => {
    const body = '{"version":"3.0","msg":"{}","type":"/ext/waimai/order/notify_pay"}';
    expect(bodyOf(body).body).toBe('{"error_code":0,"description":""}');
    expect(bodyOf(body.replace('/ext/', '/msg/'))).toEqual(OK);
  });

  test('a webhook, and whatever was signed and is no JSON, in the usual form', () => {
    expect(bodyOf('{"event":"user_subscribe_action"}')).toEqual(OK);
    expect(douyinMiniapp.acknowledge(signed('x'))).toEqual(OK);
  });
});

describe('the check of the URL', () => {
  const answerTo = (body: string) => douyinMiniapp.handshake(request(body));

  test('is answered as documented', () => {
    expect(answerTo(sample('webhook-verify').body)).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"challenge":12345}',
    });
  });

  test.each([
    ['an object with a text', '{"challenge":"12345"}', '{"challenge":"12345"}'],
    ['a string with a number', '"{\\"challenge\\":12345}"', '{"challenge":12345}'],
    ['a 64-bit number', '{"challenge":7400000000000000001}', '{"challenge":7400000000000000001}'],
  ])('keeps the challenge in its type: %s', (_what, content, answer) => {
    const body = `{"event":"verify_webhook","client_key":"","content":${content}}`;
    expect(answerTo(body)?.body).toBe(answer);
  });

  test.each([
    ['another event', '{"event":"x","content":{"challenge":1}}'],
    ['no challenge', '{"event":"verify_webhook","content":{}}'],
    ['no content', '{"event":"verify_webhook"}'],
    ['content that is no JSON', '{"event":"verify_webhook","content":"{"}'],
    ['a payment', sample('payment-signed').body],
    ['nothing', ''],
    [
      'a long one',
      `{"event":"verify_webhook","content":{"challenge":1},"x":"${'x'.repeat(5000)}"}`,
    ],
  ])('is not answered to %s', (_what, body) => {
    expect(answerTo(body)).toBeUndefined();
  });
});
