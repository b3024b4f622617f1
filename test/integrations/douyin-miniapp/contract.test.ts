import { douyinMiniapp } from '../../../lib/integrations/douyin-miniapp/index.ts';
import {
  couponVerifyBody,
  couponVerifyCancelBody,
  paymentBody,
  preCreateOrderBody,
  preCreateRefundBody,
  refundBody,
  settleBody,
  signTrade,
} from '../../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import { contractSuite, rewrittenJson } from '../suite.ts';
import { app, OTHER_PAIR, PAIR, request, sample, signed } from './support.ts';

const keys = (...pems: string[]) => app({ platformPublicKeys: pems });

const trade = (msg: string) => JSON.stringify({ version: '2.0', msg, type: 'payment' });

const paid = (orderId: string, extra = '', fen = '9900', at = '1695109768000') =>
  trade(
    `{"app_id":"tt1","status":"SUCCESS","order_id":${orderId},"total_amount":${fen},"discount_amount":0,"event_time":${at}${extra}}`,
  );

/** Of two pieces, without an amount for either: only their sum is told. */
const REFUND_OF_TWO = JSON.stringify({
  version: '2.0',
  type: 'refund',
  msg: JSON.stringify({
    ...{ app_id: 'tt1', status: 'SUCCESS', order_id: 'ots1', refund_id: 'ot1' },
    ...{ out_refund_no: 'R1', refund_total_amount: 8_300, event_time: 1_795_281_300_000 },
    refund_item_detail: {
      item_order_quantity: 2,
      item_order_detail: [{ item_order_id: 'a' }, { item_order_id: 'b' }],
    },
  }),
});

/** Made, paid, used by the write-off tool and taken back, settled, refunded in two parts. */
function life(seed: number): string[] {
  const atMs = 1_760_000_000_000 + seed * 1_000;
  const order = { appId: 'tt1', orderId: `106${seed}`, outOrderNo: `out-${seed}` };
  const item = { itemOrderId: `107${seed}`, skuId: 'sku', priceFen: 9_900 };
  const made = { ...order, totalFen: 9_900, discountFen: seed, atMs };
  const refund = (n: number) => ({
    ...{ ...order, refundId: `108${seed}-${n}`, atMs: atMs + n },
    items: [{ itemOrderId: item.itemOrderId, refundFen: 1_000 * n }],
  });
  const coupon = { ...order, certificateId: `74${seed}`, verifyId: `75${seed}` };
  const settlement = { settleId: `109${seed}`, settledFen: 9_000, feeFen: 50, creatorFen: 0 };
  return [
    preCreateOrderBody(made, [item]),
    paymentBody(made),
    couponVerifyBody({ ...coupon, poiId: '66', atMs }),
    couponVerifyCancelBody(coupon),
    settleBody({ ...order, ...settlement, atMs }),
    preCreateRefundBody(refund(1)),
    refundBody(refund(1)),
    refundBody(refund(2), { status: 'FAIL' }),
  ];
}

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
  life,
  rewritten: rewrittenJson,
  // A repetition may have a timestamp and a nonce of its own.
  restamped: (body) =>
    request(body, signTrade(PAIR.privateKey, body, { timestamp: '1695269999', nonce: 'another' })),
  money: [
    { body: paid('"1"', '', '1'), fen: 1 },
    { body: paid('"1"', '', '"9900"'), fen: 9_900 },
    { body: paid('"1"', '', '123456789'), fen: 123_456_789 },
  ],
  times: [
    { body: paid('"1"', '', '1', '1695109768000'), at: '2023-09-19T15:49:28.000+08:00' },
    { body: paid('"1"', '', '1', '1695109768'), at: '2023-09-19T15:49:28.000+08:00' },
    {
      // The tool's notice alone tells seconds.
      body: couponVerifyBody({
        ...{ appId: 'tt1', orderId: '1', certificateId: '2', verifyId: '3', poiId: '4' },
        atMs: 1_695_109_768_999,
      }),
      at: '2023-09-19T15:49:28.000+08:00',
    },
  ],
  unreportedRefunds: [douyinMiniapp.read(Buffer.from(REFUND_OF_TWO), keys(PAIR.publicKey))],
  isReceived: (status, body) => status === 200 && /"err_no":0\b/.test(body),
  missingField: trade('{"status":"SUCCESS","order_id":"1","event_time":1695109768000}'),
});
