import { DEFAULT_ACKNOWLEDGEMENT } from '../../../lib/integrations/kuaishou-life/acknowledge.ts';
import { kuaishouLife } from '../../../lib/integrations/kuaishou-life/index.ts';
import { signDelivery } from '../../../lib/integrations/kuaishou-life/sandbox/index.ts';
import { contractSuite, rewrittenJson } from '../suite.ts';
import { appOf, request, SPI } from './make.ts';

const named = (fields: string) => `{"event":"something",${fields}}`;

contractSuite({
  integration: kuaishouLife,
  app: appOf({ signSecret: [SPI.secret] }),
  rotated: appOf({ signSecret: ['newer', SPI.secret] }),
  revoked: appOf({ signSecret: ['newer'] }),
  sign(body) {
    const plain = request(body, SPI.query);
    const query = new URLSearchParams(plain.query);
    query.set('sign', signDelivery(SPI.secret, Object.fromEntries(plain.query), plain.body));
    return { ...plain, query };
  },
  signature: {
    of: ({ query }) => query.get('sign') ?? '',
    replace(signed, signature) {
      const query = new URLSearchParams(signed.query);
      query.delete('sign');
      if (signature !== null) query.set('sign', signature);
      return { ...signed, query };
    },
  },
  documented: [{ name: 'spi', body: SPI.body, outcome: 'unknown', ack: DEFAULT_ACKNOWLEDGEMENT }],
  // None of its messages is documented, so none is read.
  withId: null,
  idsOf: () => [],
  unknownKind: named('"a":1'),
  missingField: null,
  withExtra: (value) => named(`"extra":${value}`),
  life: null,
  rewritten: rewrittenJson,
  restamped: null,
  money: null,
  times: null,
  unreportedRefunds: [],
  // Not documented either: these are the words of its own answers.
  isReceived: (status, body) => status === 200 && /"error_code":0\b/.test(body),
});
