import { meituan } from '../../../lib/integrations/meituan/index.ts';
import { signPush } from '../../../lib/integrations/meituan/sandbox/index.ts';
import { contractSuite } from '../suite.ts';
import { appReading, form, KEY, pushSample, request } from './support.ts';

const ACK = '{"code":0,"message":"success"}';
const SIGN = /&sign=([^&]*)$/;

const app = appReading({ 5810173: { amount: { field: 'refundAmount', unit: 'yuan' } } });
const withKeys = (...signKey: string[]) => ({ ...app, secrets: { signKey } });

const text = (body: string | Uint8Array) => Buffer.from(body).toString('utf8');
const unsigned = (signed: string) => signed.replace(SIGN, '');

const refund = (fields: string) =>
  unsigned(form('5810173', `{${fields},"receiptCode":"r1","refundAmount":"99.00"}`));

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
});
