import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { App } from '../../lib/integrations/kit/app.ts';
import type {
  Answer,
  Audit,
  AuditContext,
  Receiver,
  SignedRequest,
} from '../../lib/integrations/kit/integration.ts';
import type { CallbackRecords, RefundRequest } from '../../lib/integrations/kit/records.ts';
import { parseJsonBytes } from '../../lib/json/parse.ts';

/**
 * The smallest platform that has synchronous callbacks: what the core does for every platform is
 * tested with it, apart from any real one's words.
 */

export const SPI_APP: App = {
  integration: 'plain',
  appKey: 'plain-app',
  secrets: { secret: ['a secret of the tests'] },
  settings: { enrichment: 'none' },
};

export const signPlain = (body: string, secret = 'a secret of the tests') =>
  createHash('sha256').update(secret).update(body).digest('hex');

const question = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('codes'), merchant: z.string(), order: z.string(), count: z.int() }),
  z.object({
    ask: z.literal('refund'),
    merchant: z.string(),
    order: z.string(),
    refund: z.string(),
    decisionBy: z.enum(['answer', 'call', 'none']),
  }),
  z.object({ ask: z.literal('nothing') }),
  z.object({ ask: z.literal('trouble') }),
]);
export type Question = z.infer<typeof question>;

const words = (status: number, body: object): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function answer(
  request: SignedRequest,
  _app: App,
  records: CallbackRecords,
): Promise<Answer | undefined> {
  const asked = question.parse(parseJsonBytes(request.body));
  switch (asked.ask) {
    case 'codes': {
      const { merchant: merchantId, order: orderId, count } = asked;
      return words(200, await records.issueCodes({ merchantId, orderId, productId: null, count }));
    }
    case 'refund': {
      const { status } = await records.fileRefund({
        ...{ integration: SPI_APP.integration, appKey: SPI_APP.appKey },
        ...{ merchantId: asked.merchant, refundId: asked.refund, orderId: asked.order },
        ...{ voucherIds: [], requestedFen: null, decideBy: null, reference: {} },
        decisionBy: asked.decisionBy,
      });
      return words(200, { status });
    }
    case 'trouble':
      throw new Error('the table is out of reach');
    case 'nothing':
      return undefined;
    default:
      return asked satisfies never;
  }
}

export const plainReceiver: Receiver = {
  name: SPI_APP.integration,
  platform: 'douyin',
  handshake: ({ query }) => (query.has('hello') ? words(200, { hello: true }) : undefined),
  verify: ({ headers, body }, { secrets }) =>
    (secrets.secret ?? []).some(
      (secret) => headers.get('x-plain-sign') === signPlain(Buffer.from(body).toString(), secret),
    ),
  signedBytes: ({ body }) => body,
  acknowledge: () => words(200, { ok: true }),
  answer,
  busy: ({ spi }) => (spi === undefined ? undefined : words(200, { ok: false, again: true })),
  about: ({ spi }) => spi,
};

/** A platform's audit call that a test lets fail for a while. */
export class PlainAudits {
  readonly told: RefundRequest[] = [];
  next: Audit = { outcome: 'notified' };

  readonly integration = {
    auditRefund: async (request: RefundRequest, { app }: AuditContext): Promise<Audit> => {
      if (app.appKey !== request.appKey) throw new Error('another app was asked');
      if (this.next.outcome === 'notified') this.told.push(request);
      return this.next;
    },
  };
}
