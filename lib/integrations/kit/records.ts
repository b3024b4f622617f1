import * as z from 'zod';
import { type Event, idSchema, platformSchema } from '../../events/event.ts';

/**
 * Our own records, as an integration needs them to answer its platform's synchronous callbacks. Each
 * write behind it is one conditional put of one item, named by the platform's own id of the order or
 * refund, so that every question may be repeated and gets the same answer.
 */
export interface CallbackRecords {
  /** Epoch ms. */
  readonly now: () => number;
  /** Codes of the merchant's pool for an order: the same ones again for the same order. */
  issueCodes(order: CodeOrder): Promise<Issue>;
  /** The codes an order was given, in the order they were given; empty where none was. */
  codesOf(orderId: string): Promise<readonly string[]>;
  /**
   * Files a refund request once, decided by the merchant's policy where that can decide. One whose id
   * another order's request has already is filed under an id of its own: take it from what is returned.
   */
  fileRefund(claim: RefundClaim): Promise<RefundRequest>;
  refundRequest(refundId: string): Promise<RefundRequest | undefined>;
  /**
   * The platform decided a request itself (its deadline passed, its own staff did): it is pending no
   * longer, and the platform need not be notified. Another order's request of the same id stays as it is.
   */
  closeRefund(
    request: { readonly refundId: string; readonly orderId: string },
    decision: 'approved' | 'refused',
    reason: string,
  ): Promise<void>;
  /** Every event of one voucher or order, oldest first. */
  eventsOf(of: 'voucher' | 'order', id: string): Promise<readonly Event[]>;
  /** What became of a voucher, by its events. `unknown`: no event of it has reached us. */
  voucherState(voucherId: string): Promise<VoucherState>;
}

export type VoucherState = 'unknown' | 'unused' | 'redeemed' | 'refunded';

export interface CodeOrder {
  readonly merchantId: string;
  readonly orderId: string;
  readonly productId: string | null;
  /** How many codes, at least 1. */
  readonly count: number;
}

/** `empty`: the pool has fewer than requested, and nothing was given. `no-pool`: the merchant has none. */
export type Issue =
  | { readonly outcome: 'issued'; readonly codes: readonly string[] }
  | { readonly outcome: 'empty' }
  | { readonly outcome: 'no-pool' };

export interface RefundClaim {
  /** The app that received the request; the decision is reported to its platform. */
  readonly integration: string;
  readonly appKey: string;
  readonly merchantId: string;
  /** The platform's id of the request. */
  readonly refundId: string;
  readonly orderId: string;
  /** Empty where the platform names only the order. */
  readonly voucherIds: readonly string[];
  readonly requestedFen: number | null;
  /** When the platform decides by itself; null where it does not say. */
  readonly decideBy: string | null;
  /** The platform's own figures and names that its audit call wants back. No personal data, no codes. */
  readonly reference: Readonly<Record<string, string>>;
  /**
   * `answer`: an approval by policy stands in the answer to the callback. `call`: every decision is
   * reported by the audit call. `none`: the platform wants no decision, so it counts as approved and reported.
   */
  readonly decisionBy: 'answer' | 'call' | 'none';
}

/** A refund that the platform asks us about. Status `pending` waits for the operator. */
export const refundRequestSchema = z.object({
  platform: platformSchema,
  integration: z.string(),
  appKey: z.string(),
  merchantId: idSchema,
  refundId: idSchema,
  orderId: idSchema,
  voucherIds: z.array(idSchema),
  requestedFen: z.int().nullable(),
  decideBy: z.string().nullable(),
  reference: z.record(z.string(), z.string()),
  requestedAt: z.iso.datetime({ offset: true }),
  status: z.enum(['pending', 'approved', 'refused']),
  decidedBy: z.enum(['policy', 'operator', 'platform']).nullable(),
  decidedAt: z.iso.datetime({ offset: true }).nullable(),
  /** Why it was refused, in words for the buyer; null otherwise. */
  reason: z.string().max(200).nullable(),
  /** When the platform was notified of the decision; null while it still must be. */
  notifiedAt: z.iso.datetime({ offset: true }).nullable(),
});
export type RefundRequest = z.infer<typeof refundRequestSchema>;
