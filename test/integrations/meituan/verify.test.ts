import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readForm } from '../../../lib/integrations/meituan/form.ts';
import { meituan } from '../../../lib/integrations/meituan/index.ts';
import { signedForm, signPush } from '../../../lib/integrations/meituan/sandbox/index.ts';
import { signDianping, signMeituan } from '../../../lib/integrations/meituan/sign.ts';
import { verify } from '../../../lib/integrations/meituan/verify.ts';
import { appWith, callSamples, KEY, pushSample, pushSamples, request } from './support.ts';

const { body: BODY, sign: SIGN } = pushSample('order-refund');
const UNSIGNED = BODY.replace(/&sign=.*$/, '');

const isTaken = (body: string | Uint8Array, app = appWith()) => meituan.verify(request(body), app);
const signedWith = (sign: string) => `${UNSIGNED}&sign=${encodeURIComponent(sign)}`;

describe('a push', () => {
  test.each(pushSamples)('as documented ($name) is taken', (sample) => {
    expect(isTaken(sample.body, appWith({}, { signKey: sample.signKey }))).toBe(true);
  });

  test.each(pushSamples)('($name) is refused with another key', (sample) => {
    expect(isTaken(sample.body, appWith({}, { signKey: 'another' }))).toBe(false);
  });

  test('is signed over the documented text', () => {
    const text =
      'test_sign_key_MTbusinessId58developerId100001message{"orderId":"5026112200000000001",' +
      '"receiptCode":"0112345678901","refundAmount":"99.00"}' +
      'msgIda1b2c3d4-0000-4000-8000-000000000001msgType5810173opBizCodeop_test_0001' +
      'timestamp1795312800';
    expect(createHash('sha1').update(text).digest('hex')).toBe(SIGN);
  });

  test.each([
    ['empty', ''],
    ['one digit short', SIGN.slice(1)],
    ['one digit long', `${SIGN}0`],
    ['in upper case', SIGN.toUpperCase()],
    ['not hexadecimal', SIGN.replace(/^./, 'g')],
    ['wrong in its last digit', SIGN.replace(/.$/, '2')],
    ['there twice in one field', `${SIGN},${SIGN}`],
    ['with a space before it', ` ${SIGN}`],
    ['a SHA-256', createHash('sha256').update('x').digest('hex')],
    ['of 40 accented letters', 'é'.repeat(40)],
    ['in base64', Buffer.from(SIGN, 'hex').toString('base64')],
  ])('is refused when its signature is %s', (_what, sign) => {
    expect(isTaken(signedWith(sign))).toBe(false);
  });

  test.each([
    ['without a signature', UNSIGNED],
    ['with its signature under another name', BODY.replace('&sign=', '&signature=')],
    ['with two signatures, even when both are right', `${BODY}&sign=${SIGN}`],
    ['with two messages', `${BODY}&message=x`],
    ['with another field', `${BODY}&extra=1`],
    ['without one of its fields', BODY.replace('&timestamp=1795312800', '')],
    ['whose message was written anew', BODY.replace('%2C', '%2C%20')],
    ['with another store', BODY.replace('op_test_0001', 'op_test_0002')],
    ['in another spelling of a name', BODY.replace('opBizCode', 'opbizcode')],
    ['after a byte order mark', `\ufeff${BODY}`],
    ['after an encoded byte order mark', `%EF%BB%BF${BODY}`],
    ['with CRLF behind it', `${BODY}\r\n`],
    ['as JSON', JSON.stringify(Object.fromEntries(new URLSearchParams(BODY)))],
    ['of nothing', ''],
    ['with a broken percent sign', BODY.replace('%7B', '%7')],
    ['with bytes that are no UTF-8', BODY.replace('%7B', '%FF')],
    ['with an encoded half character', BODY.replace('%7B', '%ED%A0%80')],
    ['with too many fields', `${BODY}${'&a='.repeat(200)}`],
  ])('is refused %s', (_what, body) => {
    expect(isTaken(body)).toBe(false);
  });

  test('covers every byte of the body', () => {
    // Prepare
    const bytes = Buffer.from(BODY);
    for (let at = 0; at < bytes.length; at += 1) {
      const tampered = Buffer.from(bytes);
      tampered[at] = (tampered[at] ?? 0) ^ 1;
      // Act, Assess
      expect(isTaken(tampered)).toBe(false);
    }
    expect(isTaken(bytes)).toBe(true);
  });

  test('of another developer is refused, though the key is the same', () => {
    expect(isTaken(BODY, { ...appWith(), appKey: '100002' })).toBe(false);
    const legacy = signedForm(KEY, { developer_id: '100002', invokeType: '5810173' });
    expect(isTaken(legacy)).toBe(false);
  });

  test('that names no developer is taken: not every callback does', () => {
    expect(isTaken(signedForm(KEY, { ePoiId: 'SH001', appAuthToken: 't' }))).toBe(true);
  });

  test('is the same delivery, however it is encoded, and in whatever order', () => {
    // Prepare
    const reordered = [...new URLSearchParams(BODY)].reverse();
    const other = new URLSearchParams(reordered).toString().replaceAll('%7B', '%7b');
    // Act, Assess
    expect(isTaken(other)).toBe(true);
    expect(meituan.signedBytes(request(other))).toEqual(meituan.signedBytes(request(BODY)));
  });

  test('cut in other places is another delivery, though the signed text is the same', () => {
    // Prepare: "businessId" = "58" becomes "businessId5" = "8"
    const cut = BODY.replace('businessId=58', 'businessId5=8');
    // Act, Assess
    expect(isTaken(cut)).toBe(true);
    expect(meituan.signedBytes(request(cut))).not.toEqual(meituan.signedBytes(request(BODY)));
  });

  test('may have empty fields, which are not under the signature and say nothing', () => {
    const padded = `${BODY}&ePoiId=&empty`;
    expect(isTaken(padded)).toBe(true);
    expect(meituan.signedBytes(request(padded))).toEqual(meituan.signedBytes(request(BODY)));
  });

  test('may have values in any script, raw or percent-encoded', () => {
    const fields = { message: '{"name":"核销 & 退 = 🍲"}', msgType: '5810149' };
    const encoded = signedForm(KEY, fields);
    expect(isTaken(encoded)).toBe(true);
    expect(isTaken(`message=核+销&sign=${signPush(KEY, { message: '核 销' })}`)).toBe(true);
  });

  test('is never taken because of chance', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(isTaken(bytes)).toBe(false);
      }),
    );
  });
});

test('a form is read as browsers write it', () => {
  const pairs = fc.uniqueArray(
    fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
    { selector: ([name]) => name, minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(pairs, (fields) => {
      const body = Buffer.from(new URLSearchParams(fields).toString());
      expect([...(readForm(body) ?? [])]).toEqual(fields);
    }),
  );
});

describe('while a key is rotated', () => {
  const byNew = signedForm('new', { msgType: '5810149' });
  const byOld = signedForm('old', { msgType: '5810149' });

  test('both are taken', () => {
    const app = appWith({}, { signKey: ['new', 'old'] });
    expect(isTaken(byNew, app)).toBe(true);
    expect(isTaken(byOld, app)).toBe(true);
  });

  test('the old one is refused once it is withdrawn', () => {
    expect(isTaken(byOld, appWith({}, { signKey: 'new' }))).toBe(false);
  });

  test('nothing is taken when there is no key', () => {
    const unsigned = signedForm('', { msgType: '5810149' });
    expect(isTaken(unsigned, appWith({}, { dianpingSecret: 'x' }))).toBe(false);
    expect(isTaken(unsigned, { ...appWith(), secrets: {} })).toBe(false);
  });
});

describe('the time of a push', () => {
  const at = (timestamp: string, windowMs: number | undefined, nowMs: number) => {
    const settings = windowMs === undefined ? {} : { timestampWindowMs: windowMs };
    const body = signedForm(KEY, { msgType: '5810149', timestamp });
    return verify(request(body), appWith(settings), nowMs);
  };

  test('is not looked at unless an operator says so', () => {
    expect(at('1', undefined, 1_795_312_800_000)).toBe(true);
    expect(at('', undefined, 0)).toBe(true);
  });

  test.each([
    ['in seconds', '1795312800', true],
    ['in milliseconds', '1795312800000', true],
    ['at the edge before', '1795312740', true],
    ['at the edge after', '1795312860', true],
    ['too early', '1795312739', false],
    ['too late', '1795312861', false],
    ['absent', '', false],
    ['no number', 'now', false],
    ['negative', '-1795312800', false],
  ])('%s counts in a window of a minute', (_what, timestamp, isIn) => {
    expect(at(timestamp, 60_000, 1_795_312_800_000)).toBe(isIn);
  });
});

describe('the signature of a call', () => {
  test.each(callSamples)('($name) is the documented one', ({ scheme, secret, params, sign }) => {
    const signCall = scheme === 'dianping' ? signDianping : signMeituan;
    expect(signCall(secret, Object.entries(params))).toBe(sign);
  });

  test('leaves out signatures and empty values, whatever the order', () => {
    const pairs: [string, string][] = [
      ['b', '2'],
      ['sign', 'x'],
      ['c', ''],
      ['signature', 'y'],
      ['a', '1'],
    ];
    const clean: [string, string][] = [
      ['a', '1'],
      ['b', '2'],
    ];
    expect(signMeituan('k', pairs)).toBe(signMeituan('k', clean));
    expect(signDianping('k', pairs)).toBe(signDianping('k', clean));
  });
});

describe('what operators write', () => {
  test('is one of the secrets at least, each one or the live ones', () => {
    expect(meituan.secrets.parse({ signKey: 'one' })).toEqual({ signKey: ['one'] });
    expect(meituan.secrets.parse({ signKey: ['new', 'old'], dianpingSecret: 'd' })).toEqual({
      signKey: ['new', 'old'],
      dianpingSecret: ['d'],
    });
    for (const secrets of [{}, { signKey: '' }, { sign_key: 'x' }, { signKey: [] }]) {
      expect(meituan.secrets.safeParse(secrets).success).toBe(false);
    }
  });

  test('of settings is nothing at all, or what fits', () => {
    expect(meituan.settings.parse({})).toMatchObject({ enrichment: 'none', messages: {} });
    for (const messages of [
      { refund: 'keep' },
      { 5810173: 'drop' },
      { 5810173: { amount: 'all' } },
      { 5810173: { amount: { field: 'a' } } },
      { 5810173: { orderId: 'a..b' } },
      { 5810173: { order: 'a' } },
    ]) {
      expect(meituan.settings.safeParse({ messages }).success).toBe(false);
    }
  });
});

test('no check of the URL is known, so none is answered', () => {
  expect(meituan).not.toHaveProperty('handshake');
});
