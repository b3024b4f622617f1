import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import { signWebhook } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { sample } from '../../support/samples.ts';
import { contractSuite } from '../suite.ts';

const SECRET = 'test_client_secret_0001';
const ACK = '{"err_no":0,"err_tips":"success"}';

const app = (...clientSecret: string[]) => ({
  integration: 'douyin-life',
  appKey: 'aw0000000000test',
  secrets: { clientSecret },
  settings: { enrichment: 'pull' as const },
});

const paid = (orderId: string, extra = '') =>
  JSON.stringify({
    event: 'life_trade_order_notify',
    content: `{"action":"pay_success","msg_time":1760000000${extra},"order":{"order_id":${orderId},"account_id":"73","pay_amount":9900}}`,
  });

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
    ['auth-with-bind', 'kept'],
    ['partner-order', 'unknown'],
  ].map(([name = '', outcome]) => ({
    name,
    body: sample(name).body,
    outcome: outcome as 'hint' | 'events' | 'kept' | 'unknown',
    ack: ACK,
  })),
  withId: (id) => paid(id),
  withExtra: (value) => paid('"1"', `,"extra":${value}`),
  idsOf: (reading) =>
    reading.outcome === 'events' ? reading.events.flatMap((event) => event.orderId ?? []) : [],
  unknownKind: '{"event":"life_of_brian","content":"{}"}',
  missingField: '{"event":"life_trade_order_notify","content":"{\\"action\\":\\"pay_success\\"}"}',
});
