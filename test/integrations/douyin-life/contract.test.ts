import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import { signWebhook, World } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { sample } from '../../support/samples.ts';
import { contractSuite, rewrittenJson } from '../suite.ts';

const SECRET = 'test_client_secret_0001';
const ACK = '{"err_no":0,"err_tips":"success"}';

const app = (...clientSecret: string[]) => ({
  integration: 'douyin-life',
  appKey: 'aw0000000000test',
  secrets: { clientSecret },
  settings: { enrichment: 'pull' as const },
});

const paid = (orderId: string, extra = '', fen = '9900', at = '1760000000') =>
  JSON.stringify({
    event: 'life_trade_order_notify',
    content: `{"action":"pay_success","msg_time":${at}${extra},"order":{"order_id":${orderId},"account_id":"73","pay_amount":${fen}}}`,
  });

/** Sold, redeemed, reversed, redeemed again, and refunded after that. */
function life(seed: number): string[] {
  let nowMs = 1_760_000_000_000 + seed * 1_000;
  const world = new World({ clientKey: 'aw0000000000test', now: () => nowMs });
  const { accountId } = world.addMerchant({ name: '山月火锅' });
  const { poiId } = world.addStore({ accountId, name: '静安店', city: '上海' });
  const { productId } = world.addProduct({ accountId, name: '双人套餐', priceFen: 9_900 + seed });
  const [certificate] = world.sell({ productId }).certificates;
  const { certificateId } = certificate ?? { certificateId: '' };
  const later = () => {
    nowMs += 60_000;
  };
  later();
  const verifyId = world.redeem(certificateId, poiId);
  later();
  world.cancel(verifyId);
  later();
  world.redeem(certificateId, poiId);
  later();
  world.requestRefund(certificateId);
  later();
  world.refund(certificateId);
  return world.takeOutbox().map((message) => message.body);
}

contractSuite({
  integration: douyinLife,
  app: app(SECRET),
  rotated: app('newer', SECRET),
  revoked: app('newer'),
  sign(body) {
    const bytes = typeof body === 'string' ? new Uint8Array(Buffer.from(body, 'utf8')) : body;
    const headers = new Map([['x-douyin-signature', signWebhook(SECRET, bytes)]]);
    return { headers, query: new URLSearchParams(), body: bytes };
  },
  signature: {
    of: (request) => request.headers.get('x-douyin-signature') ?? '',
    replace(request, signature) {
      const headers = new Map(request.headers);
      headers.delete('x-douyin-signature');
      if (signature !== null) headers.set('x-douyin-signature', signature);
      return { ...request, headers };
    },
  },
  documented: [
    ['certificate-verify', 'hint'],
    ['certificate-verify-cancel', 'hint'],
    ['certificate-refund-success', 'hint'],
    ['order-pay-success', 'events'],
    ['after-sale-audit', 'events'],
    ['product-audit', 'kept'],
    ['partner-order', 'events'],
  ].map(([name = '', outcome]) => ({
    name,
    body: sample(name).body,
    outcome: outcome as 'hint' | 'events' | 'kept',
    ack: ACK,
  })),
  withId: (id) => paid(id),
  withExtra: (value) => paid('"1"', `,"extra":${value}`),
  idsOf: (reading) =>
    reading.outcome === 'events' ? reading.events.flatMap((event) => event.orderId ?? []) : [],
  unknownKind: '{"event":"life_of_brian","content":"{}"}',
  missingField: '{"event":"life_trade_order_notify","content":"{\\"action\\":\\"pay_success\\"}"}',
  life,
  rewritten: rewrittenJson,
  restamped: null,
  money: [
    { body: paid('"1"', '', '1'), fen: 1 },
    { body: paid('"1"', '', '"9900"'), fen: 9_900 },
    { body: paid('"1"', '', '123456789'), fen: 123_456_789 },
  ],
  times: [
    { body: paid('"1"', '', '1', '1760000000'), at: '2025-10-09T16:53:20.000+08:00' },
    { body: paid('"1"', '', '1', '"1760000000"'), at: '2025-10-09T16:53:20.000+08:00' },
    { body: paid('"1"', '', '1', '1760000000123'), at: '2025-10-09T16:53:20.123+08:00' },
  ],
  unreportedRefunds: [
    douyinLife.read(Buffer.from(sample('certificate-refund-success').body), app(SECRET)),
  ],
  // The platform looks at the status alone.
  isReceived: (status) => status === 200,
});
