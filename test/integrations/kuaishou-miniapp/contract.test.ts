import { kuaishouMiniapp } from '../../../lib/integrations/kuaishou-miniapp/index.ts';
import { signNotice } from '../../../lib/integrations/kuaishou-miniapp/sandbox/index.ts';
import { contractSuite } from '../suite.ts';
import { APP, APP_SECRET, appOf, notice, payment, request, sample } from './make.ts';

const acked = (end: string) =>
  `{"result":1,"message_id":"11111111-2222-4333-8444-${end.repeat(12)}"}`;

contractSuite({
  integration: kuaishouMiniapp,
  app: APP,
  rotated: appOf({ appSecret: ['newer', APP_SECRET] }),
  revoked: appOf({ appSecret: ['newer'] }),
  sign: (body) => request(body, signNotice(APP_SECRET, body)),
  signature: {
    of: (signed) => signed.headers.get('kwaisign') ?? '',
    replace(signed, signature) {
      const headers = new Map(signed.headers);
      headers.delete('kwaisign');
      if (signature !== null) headers.set('kwaisign', signature);
      return { ...signed, headers };
    },
  },
  documented: (
    [
      ['payment', 'events', '5'],
      ['refund', 'events', '6'],
      ['settle', 'events', '7'],
      ['poi-audited', 'kept', '8'],
      ['authorize', 'kept', '9'],
      ['product-audited', 'kept', 'a'],
    ] as const
  ).map(([name, outcome, end]) => ({ name, body: sample(name).body, outcome, ack: acked(end) })),
  withId: (id) => payment(`"ks_order_no":${id},"order_amount":9900`),
  withExtra: (value) => payment(`"ks_order_no":"1","order_amount":9900,"extra":${value}`),
  idsOf: (reading) =>
    reading.outcome === 'events' ? reading.events.flatMap((event) => event.orderId ?? []) : [],
  unknownKind: notice('COUPON', '"status":"SUCCESS"'),
  missingField: payment('"ks_order_no":"1"'),
});
