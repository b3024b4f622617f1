import * as z from 'zod';
import { givenId } from '../../events/id.ts';
import { liveSecretSchema, settingsWith } from '../kit/app.ts';
import type { Integration } from '../kit/integration.ts';
import { auditRefund } from './audit.ts';
import { bills } from './bills.ts';
import { eventsOfHint } from './events.ts';
import { REVERSAL_WINDOW_MS } from './facts.ts';
import { prepare, QR } from './prepare.ts';
import { read } from './read.ts';
import { douyinLifeReceiver } from './receiver.ts';
import { records } from './records.ts';
import { resolve } from './resolve.ts';
import { redeem, reverse } from './till.ts';

/** Douyin life services, closed loop: 抖音来客 (merchants) and 抖音林客 (providers). */
export const douyinLife = {
  ...douyinLifeReceiver,
  loop: 'closed',
  reversalWindowMs: REVERSAL_WINDOW_MS,
  secrets: z.strictObject({ clientSecret: liveSecretSchema }),
  settings: settingsWith('pull', {
    /** `stable` where other programs ask for the app's tokens too; see kit/douyin/token.ts. */
    clientToken: z.enum(['client', 'stable']).default('client'),
    /** Whether SPI requests that carry only the URL's old MD5 `sign` are taken; see verify.ts. */
    oldSpiSign: z.enum(['accept', 'refuse']).default('refuse'),
    /** What 发券 is answered when the pool has no code: result 2, result 0, or "ask again". */
    whenNoCode: z.enum(['fail', 'pending', 'retry']).default('fail'),
    /** The 来客 root account of a chain, sent as the header `Rpc-Transit-Life-Account`. */
    rootAccountId: givenId().optional(),
    /** The same of an app that many merchants authorised: by `account_id`, before `rootAccountId`. */
    rootAccounts: z.record(givenId(), givenId()).optional(),
    /** `read`: what its ledgers say of each use is kept beside it, for one call in 50 uses and a write a use. */
    bills: z.enum(['read', 'none']).default('none'),
    /** Sent as the header `X-Stress-Tag`, which no page at hand documents: traffic of a load test. */
    stressTag: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'has 1 to 64 letters, digits, _, . and -')
      .optional(),
    /** Whether a reversal carries a `cancel_token`: 分门店结算 forbids it. */
    cancelToken: z.boolean().default(false),
    /** What an order's `refund_amount` of a voucher is: all its refunds, or the latest; see refunds.ts. */
    refundAmount: z.enum(['total', 'latest']).default('total'),
    /** `unpaid`: a plain use of a paid voucher is booked without its channel and creator; see order-query.ts. */
    orderQuery: z.enum(['always', 'unpaid']).default('always'),
  }),
  read,
  resolve: (hints, context) => resolve(hints, context),
  records: ({ settings }) => (settings.bills === 'read' ? { ...records, bills } : records),
  fromHint: eventsOfHint,
  auditRefund,
  prepare,
  qr: QR,
  redeem,
  reverse,
} satisfies Integration;
