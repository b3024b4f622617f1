import { kuaishouShop } from '../../../lib/integrations/kuaishou-shop/index.ts';
import {
  orderAddedMessage,
  orderMessage,
  refundMessage,
  sealMessage,
} from '../../../lib/integrations/kuaishou-shop/sandbox/index.ts';
import { contractSuite } from '../suite.ts';
import {
  APP_KEY,
  appWith,
  messageSamples,
  OTHER_SECRET,
  plaintext,
  request,
  SECRET,
} from './support.ts';

const OUTCOMES: Readonly<Record<string, 'hint' | 'events'>> = {
  'order-pay-success': 'hint',
  'aftersales-update-refund': 'hint',
  'aftersales-add-refund': 'events',
  'order-fail': 'events',
};

const paid = (info: string) =>
  sealMessage(SECRET, plaintext('kwaishop_order_paySuccess', `{${info}}`));

/** 销毁: what was given back is not told, nor of what. */
const DESTROYED = '{"oid":1,"etickets":[{"id":"1-1","num":1}],"serialNum":"s1","token":"t"}';

/** Ordered, paid, on its way, refunded and so ended. */
function life(seed: number): string[] {
  let nowMs = 1_760_000_000_000 + seed * 1_000;
  const now = () => {
    nowMs += 1_000;
    return nowMs;
  };
  const shop = { appKey: APP_KEY, messageSecret: SECRET, sellerId: 2_160_000_001, now };
  const orderId = 2_632_600_000_000_000 + seed;
  return [
    orderAddedMessage(shop, orderId),
    orderMessage(shop, 'paySuccess', orderId),
    orderMessage(shop, 'delivering', orderId),
    refundMessage(shop, 'addRefund', orderId),
    refundMessage(shop, 'updateRefund', orderId),
    orderMessage(shop, 'orderFail', orderId),
  ];
}

contractSuite({
  integration: kuaishouShop,
  app: appWith(),
  rotated: appWith({ messageSecret: [OTHER_SECRET, SECRET] }),
  revoked: appWith({ messageSecret: OTHER_SECRET }),
  // A body is sealed as a whole, and nothing else authenticates it.
  sign: request,
  signature: null,
  documented: messageSamples.map(({ name, body }) => ({
    name,
    body,
    outcome: OUTCOMES[name] ?? 'kept',
    ack: '{"result":1}',
  })),
  withId: (id) => paid(`"oid":${id}`),
  withExtra: (value) => paid(`"oid":1,"extra":${value}`),
  idsOf: (reading) => (reading.outcome === 'hint' ? [reading.hint.orderId] : []),
  unknownKind: sealMessage(SECRET, plaintext('kwaishop_order_dreamtOf', '{}')),
  missingField: paid('"sellerId":1'),
  life,
  // Base64 as no encoder writes it: in uneven lines, without its end, for addresses, with a space.
  rewritten: (signed) => {
    const text = Buffer.from(signed.body).toString('latin1');
    const lines = `${text.slice(0, 40)}\n${text.slice(40)}`;
    const unpadded = `${text.replace(/=+$/, '')}====`;
    return [lines, unpadded, `${text}\n`, ` ${text}`, `"${text}"`].map((one) => request(one));
  },
  restamped: null,
  // What an order cost is for its query to tell.
  money: null,
  times: [
    { body: paid('"oid":1,"updateTime":1760000000123'), at: '2025-10-09T16:53:20.123+08:00' },
    { body: paid('"oid":1,"updateTime":"1760000000123"'), at: '2025-10-09T16:53:20.123+08:00' },
    { body: paid('"oid":1,"updateTime":1760000000'), at: '2025-10-09T16:53:20.000+08:00' },
  ],
  unreportedRefunds: [
    kuaishouShop.read(
      Buffer.from(DESTROYED),
      appWith(),
      '2026-11-22T10:00:00.000+08:00',
      'eticket/destroy',
    ),
  ],
  isReceived: (status, body) => status === 200 && body === '{"result":1}',
});
