import { describe, expect, test } from 'vitest';
import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import {
  signSpi,
  signSpiTheOldWay,
  signWebhook,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import type { SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { appOf, SECRET, type SpiSample, spiRequest, spiSample } from './support.ts';

const NAMES = [
  'issue',
  'refund-apply',
  'refund-notice',
  'pre-create-order',
  'status-query',
  'no-body',
];

/** Published with the rules of the signature; the samples must carry these and no others. */
const PUBLISHED: Record<string, string> = {
  issue: 'e5199285df129ab55ac5f3ae009bc99b3bd9b7253d0201338dd65d35436782b1',
  'refund-apply': '73497565be9d30eb1b1fc6f9e01d62999e2fe56de064cbcc9f7d652a5a871d18',
  'refund-notice': '64e2742354be287179e6dab076122c0c4b0827659243c6ed37f84f30fb470e7d',
  'no-body': '753510c41cc766663c84fe9472e0471ddea8fed3a7c34b34c8d3cfdffb357286',
};

const ACCEPTING = appOf({ oldSpiSign: 'accept' });
const apply: SpiSample = spiSample('refund-apply');
const good = () => spiRequest(apply, { new: apply.signature });
const isTaken = (request: SignedRequest, app = appOf()) => douyinLife.verify(request, app);

const signed = (query: string, body = apply.body) => {
  const params = new URLSearchParams(query);
  return spiRequest({ query, body }, { new: signSpi(SECRET, params, body) });
};

describe('an SPI request', () => {
  test.each(NAMES)('with the signature of the sample %s is taken', (name) => {
    const sample = spiSample(name);
    expect(sample.signature).toBe(PUBLISHED[name] ?? sample.signature);
    expect(isTaken(spiRequest(sample, { new: sample.signature }))).toBe(true);
    expect(isTaken(spiRequest(sample, { new: sample.signature }), appOf({}, 'another'))).toBe(
      false,
    );
  });

  test('brings the old signature along, which then counts for nothing', () => {
    expect(isTaken(spiRequest(apply, { new: apply.signature, old: 'whatever' }))).toBe(true);
    expect(isTaken(spiRequest(apply, { new: apply.signature, old: apply.oldSignature }))).toBe(
      true,
    );
  });

  test('is refused when any byte of its body is another', () => {
    // Prepare
    const request = good();
    for (let at = 0; at < request.body.length; at += 1) {
      const body = Uint8Array.from(request.body);
      body[at] = (body[at] ?? 0) ^ 1;
      // Act, Assess
      expect(isTaken({ ...request, body })).toBe(false);
    }
  });

  test.each([
    ['another value', 'client_key=aw0000000000test&timestamp=1760000000124'],
    ['another name', 'client_keys=aw0000000000test&timestamp=1760000000123'],
    ['one parameter less', 'client_key=aw0000000000test'],
    ['one parameter more', 'client_key=aw0000000000test&timestamp=1760000000123&op=x'],
    ['none', ''],
  ])('is refused with %s in its query', (_what, query) => {
    expect(isTaken(spiRequest({ ...apply, query }, { new: apply.signature }))).toBe(false);
  });

  test('is taken whatever the order of its query, and with further parameters that were signed', () => {
    const query = 'timestamp=1760000000123&client_key=aw0000000000test';
    expect(isTaken(spiRequest({ ...apply, query }, { new: apply.signature }))).toBe(true);
    expect(isTaken(signed('op=refund+apply&zone=%E4%B8%8A&client_key=k&timestamp=1'))).toBe(true);
  });

  test.each([
    ['its body in the query', 'client_key=k&timestamp=1&http_body=x', ''],
    [
      'its body within a value',
      `client_key=k&timestamp=${encodeURIComponent('1&http_body=x')}`,
      '',
    ],
    ['a parameter within a value', `client_key=${encodeURIComponent('k&timestamp=1')}`, 'x'],
    ['a = in a name', 'client_key%3Dk=v&timestamp=1', 'x'],
    ['bytes that are no text', 'client_key=k%80&timestamp=1', 'x'],
    ['a control character', 'client_key=k%00&timestamp=1', 'x'],
    ['a parameter told twice', 'client_key=k&client_key=k&timestamp=1', 'x'],
  ])('is refused with %s, which could be signed as another request', (_what, query, body) => {
    const params = new URLSearchParams(query);
    const request = spiRequest({ query, body }, { new: signSpi(SECRET, params, body) });
    expect(isTaken(request)).toBe(false);
  });

  test.each([
    ['empty', ''],
    ['in upper case', apply.signature.toUpperCase()],
    ['short', apply.signature.slice(1)],
    ['doubled', `${apply.signature}, ${apply.signature}`],
    ['the old one', apply.oldSignature],
    ['wrong in its last digit', apply.signature.replace(/.$/, '0')],
  ])('is refused when its signature is %s', (_what, signature) => {
    expect(isTaken(spiRequest(apply, { new: signature }), ACCEPTING)).toBe(false);
  });

  test('is taken with each live secret and with none that was withdrawn', () => {
    expect(isTaken(good(), appOf({}, 'newer', SECRET))).toBe(true);
    expect(isTaken(good(), appOf({}, 'newer'))).toBe(false);
    expect(isTaken(good(), { ...appOf(), secrets: {} })).toBe(false);
  });
});

describe('the old signature alone', () => {
  const old = (signature = apply.oldSignature) => spiRequest(apply, { old: signature });

  test('is refused unless the app takes it', () => {
    expect(isTaken(old())).toBe(false);
    expect(isTaken(old(), appOf({ oldSpiSign: 'refuse' }))).toBe(false);
    expect(isTaken(old(), ACCEPTING)).toBe(true);
    expect(douyinLife.settings.parse({})).toMatchObject({ oldSpiSign: 'refuse' });
  });

  test.each([
    ['another digit', apply.oldSignature.replace(/.$/, '0')],
    ['upper case', apply.oldSignature.toUpperCase()],
    ['the new one', apply.signature],
    ['nothing', ''],
  ])('is refused with %s', (_what, signature) => {
    expect(isTaken(old(signature), ACCEPTING)).toBe(false);
  });

  test('is refused when it is there twice', () => {
    const request = old();
    request.query.append('sign', apply.oldSignature);
    expect(isTaken(request, ACCEPTING)).toBe(false);
  });
});

describe('a signature of one family', () => {
  const webhook = signWebhook(SECRET, apply.body);

  test('does not stand in for a wrong one of the other', () => {
    const both = (life: string, douyin: string) =>
      isTaken(spiRequest(apply, { new: life, webhook: douyin }), ACCEPTING);
    expect(both(apply.signature, webhook)).toBe(true);
    expect(both('0'.repeat(64), webhook)).toBe(false);
    expect(both(apply.signature, '0'.repeat(40))).toBe(false);
  });

  test('a right old one does not mend a wrong new one', () => {
    const request = spiRequest(apply, { new: '0'.repeat(64), old: apply.oldSignature });
    expect(isTaken(request, ACCEPTING)).toBe(false);
  });

  test('in the other’s place is refused', () => {
    expect(isTaken(spiRequest(apply, { new: webhook }), ACCEPTING)).toBe(false);
    expect(isTaken(spiRequest(apply, { webhook: apply.signature }), ACCEPTING)).toBe(false);
  });
});

describe('the delivery of an SPI request', () => {
  const identity = (query: string, body = apply.body) =>
    Buffer.from(douyinLife.signedBytes(spiRequest({ query, body }, { new: 'x' }))).toString();

  test('is the same when the platform stamps and signs it anew', () => {
    const first = identity('client_key=a&timestamp=1');
    expect(identity('timestamp=2&client_key=a&sign=z')).toBe(first);
    expect(identity('client_key=b&timestamp=1')).not.toBe(first);
    expect(identity('client_key=a&timestamp=1', `${apply.body} `)).not.toBe(first);
  });

  test('is another for another operation, whose path nothing signs', () => {
    // A body that names no operation by its shape, and one that does.
    for (const body of ['{"order_id":"1","certificates":[{"certificate_id":"7"}]}', apply.body]) {
      const at = (spi: string, query = 'client_key=a&timestamp=1') =>
        Buffer.from(
          douyinLife.signedBytes(spiRequest({ query, body }, { new: 'x' }, spi)),
        ).toString();
      const first = at('cert.asset.lock');
      expect(at('fulfilment.order.refund_apply')).not.toBe(first);
      expect(at('refund_notice')).not.toBe(at('refund_apply'));
      // Asked again, and by another spelling of the same operation, it is the same.
      expect(at('cert.asset.lock', 'client_key=a&timestamp=2')).toBe(first);
      expect(at('refund_apply')).toBe(at('/fulfilment.order.refund_apply'));
    }
  });

  test('is none of a webhook with the same body', () => {
    const body = spiRequest(apply, { webhook: 'x' });
    expect(Buffer.from(douyinLife.signedBytes(body)).toString()).toBe(apply.body);
    expect(identity('client_key=a')).not.toBe(apply.body);
  });
});

test('the sandbox signs the old way as the vector says', () => {
  const query = new URLSearchParams(apply.query);
  expect(signSpiTheOldWay(SECRET, query, apply.body)).toBe('8f9991432858b89b0182f1c0577d1f38');
});
