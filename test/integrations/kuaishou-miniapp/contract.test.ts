import { kuaishouMiniapp } from '../../../lib/integrations/kuaishou-miniapp/index.ts';
import {
  paymentNotice,
  refundNotice,
  settleNotice,
  signNotice,
} from '../../../lib/integrations/kuaishou-miniapp/sandbox/index.ts';
import { contractSuite, rewrittenJson } from '../suite.ts';
import { APP, APP_ID, APP_SECRET, appOf, notice, payment, request, sample } from './make.ts';

const acked = (end: string) =>
  `{"result":1,"message_id":"11111111-2222-4333-8444-${end.repeat(12)}"}`;

const told = (fen: string, at: string) =>
  notice(
    'PAYMENT',
    `"status":"SUCCESS","ks_order_no":"1","order_amount":${fen}`,
    `"timestamp":${at}`,
  );

/** Paid, settled, given back in two parts, a third one failing. */
function life(seed: number): string[] {
  const ksOrderNo = `12${seed}`;
  const sender = (n: number) => ({
    ...{ appId: APP_ID, appSecret: APP_SECRET },
    ...{ atMs: 1_760_000_000_000 + seed * 1_000 + n, messageId: `m${seed}-${n}` },
  });
  const refund = (n: number) => ({
    ...{ ksOrderNo, ksRefundNo: `14${seed}-${n}`, outRefundNo: `out${n}`, amountFen: 100 * n },
  });
  const settled = { ksOrderNo, ksSettleNo: `13${seed}`, outSettleNo: 'out', amountFen: 9_000 };
  return [
    paymentNotice({ ksOrderNo, outOrderNo: 'out', amountFen: 9_900 + seed }, sender(0)),
    settleNotice(settled, sender(1)),
    refundNotice(refund(1), sender(2)),
    refundNotice(refund(2), sender(3)),
    refundNotice({ ...refund(3), status: 'FAILED' }, sender(4)),
  ].map((posted) => posted.body);
}

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
  life,
  rewritten: rewrittenJson,
  restamped: null,
  money: [
    { body: told('1', '1760000000000'), fen: 1 },
    { body: told('"9900"', '1760000000000'), fen: 9_900 },
    { body: told('123456789', '1760000000000'), fen: 123_456_789 },
  ],
  times: [
    { body: told('1', '1760000000123'), at: '2025-10-09T16:53:20.123+08:00' },
    { body: told('1', '"1760000000123"'), at: '2025-10-09T16:53:20.123+08:00' },
    { body: told('1', '1760000000'), at: '2025-10-09T16:53:20.000+08:00' },
  ],
  unreportedRefunds: [],
  isReceived: (status, body) =>
    status === 200 && /^\{"result":1,"message_id":"[^"]+"\}$/.test(body),
});
