import type { SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { meituan } from '../../../lib/integrations/meituan/index.ts';
import { signPush } from '../../../lib/integrations/meituan/sandbox/index.ts';
import { contractSuite } from '../suite.ts';
import { appReading, form, KEY, pushSample, request } from './support.ts';

const ACK = '{"code":0,"message":"success"}';
const SIGN = /&sign=([^&]*)$/;

const at = 'happenedAt';
const app = appReading({
  5810173: { amount: 'whole' },
  4610002: { amount: { field: 'amount', unit: 'yuan' }, at },
  4610018: { amount: { field: 'amount', unit: 'fen' }, at },
});
const withKeys = (...signKey: string[]) => ({ ...app, secrets: { signKey } });

const text = (body: string | Uint8Array) => Buffer.from(body).toString('utf8');
const unsigned = (signed: string) => signed.replace(SIGN, '');

const refund = (fields: string) =>
  unsigned(form('5810173', `{${fields},"receiptCode":"r1","refundAmount":"99.00"}`));

const paid = (yuan: string, when = '1760000000') =>
  unsigned(form('4610002', `{"orderId":1,"amount":${yuan},"happenedAt":${when}}`));

/** A delivery is paid and done; a voucher of the same order is issued, asked back and refunded. */
function life(seed: number): string[] {
  const orderId = `5026${seed}`;
  const done = `"orderId":"${orderId}","happenedAt":${1_760_000_000 + seed}`;
  const voucher = `"orderId":"${orderId}","receiptCode":"r${seed}"`;
  return [
    form('4610002', `{${done},"amount":"99.0"}`),
    form('4610018', `{${done},"amount":9900}`),
    form('5910031', `{${voucher}}`),
    form('5910029', `{${voucher}}`),
    form('5810173', `{${voucher},"refundAmount":9.9}`),
  ].map(unsigned);
}

/** Form encoding is not signed, what it carries is: a message written anew is another text. */
function rewritten(signed: SignedRequest): SignedRequest[] {
  const fields = new URLSearchParams(text(signed.body));
  const message = JSON.parse(fields.get('message') ?? '{}') as object;
  return [
    JSON.stringify(message, null, 1),
    `${JSON.stringify(message)} `,
    JSON.stringify(message).replace(/"(\w)/, '"\\u00$1'),
  ].map((one) => {
    fields.set('message', one);
    return request(fields.toString());
  });
}

contractSuite({
  integration: meituan,
  app,
  rotated: withKeys('newer', KEY),
  revoked: withKeys('newer'),
  sign(body) {
    const fields = Object.fromEntries(new URLSearchParams(text(body)));
    return request(`${text(body)}&sign=${signPush(KEY, fields)}`);
  },
  signature: {
    of: ({ body }) => SIGN.exec(text(body))?.[1] ?? '',
    replace(signed, signature) {
      const body = unsigned(text(signed.body));
      const sign = signature === null ? '' : `&sign=${encodeURIComponent(signature)}`;
      return { ...signed, body: request(`${body}${sign}`).body };
    },
  },
  documented: (
    [
      ['order-refund', 'events', ACK],
      ['store-map', 'events', '{"data":"success"}'],
      ['delivery-timeout', 'events', ACK],
      ['delivery-rejected', 'events', ACK],
      ['coupon-refund-request', 'events', ACK],
      ['operate-device', 'kept', ACK],
      ['reservation', 'kept', ACK],
      ['store-changed', 'kept', ACK],
      ['chat', 'kept', ACK],
      ['till-order', 'kept', '{"code":1,"message":"not supported"}'],
      ['payment-result', 'malformed', ACK],
    ] as const
  ).map(([name, outcome, ack]) => ({
    name,
    body: unsigned(pushSample(name).body),
    outcome,
    ack,
  })),
  withId: (id) => refund(`"orderId":${id}`),
  withExtra: (value) => refund(`"orderId":1,"extra":${value}`),
  idsOf: (reading) =>
    reading.outcome === 'events' ? reading.events.flatMap((event) => event.orderId ?? []) : [],
  unknownKind: unsigned(form('5899999', '{}')),
  missingField: unsigned(form('5810173', '{"receiptCode":"r1"}')),
  life,
  rewritten,
  restamped: null,
  money: (
    [
      ['"99"', 9_900],
      ['"99.0"', 9_900],
      ['99.9', 9_990],
      ['4.35', 435],
      ['1.1', 110],
      ['"0.05"', 5],
      ['19.99', 1_999],
      ['"1234567.89"', 123_456_789],
    ] as const
  ).map(([yuan, fen]) => ({ body: paid(yuan), fen })),
  times: [
    { body: paid('1', '1760000000'), at: '2025-10-09T16:53:20.000+08:00' },
    { body: paid('1', '1760000000123'), at: '2025-10-09T16:53:20.123+08:00' },
    { body: paid('1', '"2025-10-09 16:53:20"'), at: '2025-10-09T16:53:20.000+08:00' },
  ],
  // How much, and not of what: used or never used.
  unreportedRefunds: [meituan.read(Buffer.from(refund('"orderId":1')), app)],
  isReceived: (status, body) => status === 200 && /"code":0\b/.test(body),
});
