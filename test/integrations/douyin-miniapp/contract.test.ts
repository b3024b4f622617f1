import { douyinMiniapp } from '../../../lib/integrations/douyin-miniapp/index.ts';
import { contractSuite } from '../suite.ts';
import { app, OTHER_PAIR, PAIR, sample, signed } from './support.ts';

const keys = (...pems: string[]) => app({ platformPublicKeys: pems });

const trade = (msg: string) => JSON.stringify({ version: '2.0', msg, type: 'payment' });

const paid = (orderId: string, extra = '') =>
  trade(
    `{"app_id":"tt1","status":"SUCCESS","order_id":${orderId},"total_amount":9900,"discount_amount":1100,"event_time":1695109768000${extra}}`,
  );

const ACK = '{"err_no":0,"err_tips":"success"}';

contractSuite({
  integration: douyinMiniapp,
  app: keys(PAIR.publicKey),
  rotated: keys(OTHER_PAIR.publicKey, PAIR.publicKey),
  revoked: keys(OTHER_PAIR.publicKey),
  sign: (body) => signed(body),
  signature: {
    of: ({ headers }) => headers.get('byte-signature') ?? '',
    replace(request, signature) {
      const headers = new Map(request.headers);
      headers.delete('byte-signature');
      if (signature !== null) headers.set('byte-signature', signature);
      return { ...request, headers };
    },
  },
  documented: [
    'payment-signed',
    'payment-cancelled',
    'pre-create-order',
    'pre-create-refund',
    'refund',
    'settle',
    'coupon-verify',
  ].map((name) => ({ name, body: sample(name).body, outcome: 'events' as const, ack: ACK })),
  withId: (id) => paid(id),
  withExtra: (value) => paid('"1"', `,"extra":${value}`),
  idsOf: (reading) =>
    reading.outcome === 'events' ? reading.events.flatMap((event) => event.orderId ?? []) : [],
  unknownKind: '{"version":"2.0","msg":"{}","type":"coupon_of_brian"}',
  missingField: trade('{"status":"SUCCESS","order_id":"1","event_time":1695109768000}'),
});
