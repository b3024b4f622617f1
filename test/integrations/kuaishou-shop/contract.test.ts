import { kuaishouShop } from '../../../lib/integrations/kuaishou-shop/index.ts';
import { sealMessage } from '../../../lib/integrations/kuaishou-shop/sandbox/index.ts';
import { contractSuite } from '../suite.ts';
import { appWith, messageSamples, OTHER_SECRET, plaintext, request, SECRET } from './support.ts';

const OUTCOMES: Readonly<Record<string, 'hint' | 'events'>> = {
  'order-pay-success': 'hint',
  'aftersales-update-refund': 'hint',
  'aftersales-add-refund': 'events',
  'order-fail': 'events',
};

const paid = (info: string) =>
  sealMessage(SECRET, plaintext('kwaishop_order_paySuccess', `{${info}}`));

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
});
