import * as z from 'zod';
import {
  amountsSchema,
  type EventDraft,
  type EventOf,
  givenId,
  idSchema,
} from '../../events/event.ts';
import type { ResolveContext } from './context.ts';

/**
 * The till (收银台): what a merchant's till asks Hexiao to redeem (核销) or take back (撤销核销) at a
 * platform, where that is our call. Platform-neutral: an integration says in words what it misses.
 */

/** What is said of one order or voucher where the platform's call wants it and nothing else names it. */
const orderSchema = z.strictObject({
  orderId: givenId().optional(),
  /** The developer's own numbers: of the order, and the one its buyer sees. */
  ownOrderId: givenId().optional(),
  shownOrderId: givenId().optional(),
  createdAt: z.iso.datetime({ offset: true }).optional(),
  /** The platform's id of the buyer: sent to it where it wants it, hashed here, and kept nowhere. */
  buyerId: givenId(256).optional(),
});

/** Who stands at the till, for the platform's record only. */
const accountSchema = z.strictObject({
  id: givenId(64),
  name: z.string().min(1).max(64),
});

/**
 * The caller's name of the act: the same again is the same act. Letters and digits, because platforms
 * take it as their own number of it.
 */
export const requestIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,64}$/, 'has 8 to 64 letters, digits, - and _');

const shownSchema = z.string().min(1).max(2_048);

export const redeemSchema = z
  .strictObject({
    requestId: requestIdSchema,
    /** The digits that the buyer shows … */
    code: shownSchema.optional(),
    /** … or what stands in the QR code. */
    encryptedData: shownSchema.optional(),
    /** Vouchers by name, where the platform's call names them. */
    vouchers: z
      .array(
        z.strictObject({
          voucherId: givenId(),
          code: shownSchema.optional(),
          amounts: amountsSchema.optional(),
        }),
      )
      .min(1)
      .max(100)
      .optional(),
    storeId: givenId(),
    storeName: z.string().min(1).max(128).optional(),
    storeAddress: z.string().min(1).max(256).optional(),
    /** How many of the code's vouchers. */
    count: z.int().min(1).max(100).default(1),
    merchantId: givenId().optional(),
    productId: givenId().optional(),
    account: accountSchema.optional(),
    order: orderSchema.default({}),
    /** What each voucher of this request is worth, in fen, where the platform's answer reports no amount. */
    amounts: amountsSchema.optional(),
    /** A coupon that the platform itself sold, redeemed by a mini-program's tool (核销工具). */
    isNativeCoupon: z.boolean().default(false),
  })
  .refine(
    ({ code, encryptedData }) => code === undefined || encryptedData === undefined,
    'give code or encryptedData, not both',
  )
  .refine(
    ({ code, encryptedData, vouchers, order }) =>
      [code, encryptedData, vouchers, order.orderId, order.ownOrderId].some(
        (one) => one !== undefined,
      ),
    'say what to redeem: code, encryptedData, vouchers or order',
  )
  .refine(
    ({ vouchers = [] }) => new Set(vouchers.map((one) => one.voucherId)).size === vouchers.length,
    'name each voucher once: a second use of one is a request of its own',
  )
  .refine(
    ({ count, vouchers }) => count === 1 || vouchers === undefined,
    'count is of a code’s vouchers: where they are named, each is used once',
  );
export type RedeemCommand = z.infer<typeof redeemSchema> & {
  /** Which of the code's vouchers, and each how often; `count` is their sum. Absent: the first that there are. */
  readonly chosen?: readonly VoucherUses[];
};

/** Of what a code was shown to stand for: see `prepare.ts`. */
export interface VoucherUses {
  readonly voucherId: string;
  readonly uses: number;
}

export const reverseSchema = z.strictObject({
  requestId: requestIdSchema,
  voucherId: givenId(),
  /** The latest that stands when absent. */
  redemptionId: givenId().optional(),
  /** As the redemption's answer reported it. */
  orderId: givenId().optional(),
  /** The platform's second name of the voucher, as the redemption's answer reported it. */
  certificateId: givenId().optional(),
  storeId: givenId().optional(),
  merchantId: givenId().optional(),
  productId: givenId().optional(),
  account: accountSchema.optional(),
  order: orderSchema.default({}),
  reason: z.string().min(1).max(200).default('撤销核销'),
});
export type ReverseCommand = z.infer<typeof reverseSchema>;

/** A requested piece that was not done. */
export interface NotDone {
  /** Absent where the platform does not say which one it left. */
  readonly voucherId?: string;
  /** The platform's own code; `not-told` where its answer passes the piece over. */
  readonly code: string;
  /** In words, for whoever stands at the till. */
  readonly reason: string;
}

/** What a till may need to know later: which act, of which voucher, of which order. */
export const actSchema = z.object({
  voucherId: idSchema,
  redemptionId: idSchema,
  orderId: idSchema,
  /** The platform's second name of the voucher, where its reversal wants it. */
  certificateId: idSchema.optional(),
});
export type TillAct = z.infer<typeof actSchema>;

export type TillOutcome =
  | {
      readonly outcome: 'done';
      readonly events: readonly EventDraft[];
      readonly acts: readonly TillAct[];
      /** Pieces of the same request that the platform did not redeem. */
      readonly notDone?: readonly NotDone[];
      /** Uses that have happened, and of which the platform's answer reports too little for an event. */
      readonly unread?: number;
      /** Two requests may get the same act in their answers. */
      readonly isShared?: true;
      /** The acts are another request's: this one brings their worth, and did nothing itself. */
      readonly isAnothers?: true;
    }
  /**
   * It was not done. Final only when the platform said so of this very act, whichever try of it: what a
   * setting or the request lacks may be there at the next try.
   */
  | { readonly outcome: 'refused'; readonly why: string; readonly isFinal: boolean }
  /** Nobody knows whether it happened: the same request again finds out, and does it once. */
  | { readonly outcome: 'unavailable'; readonly why: string; readonly retryAfterMs?: number };

/** What is remembered between a request and its repetition, such as the platform's own token of the act. */
export type TillNotes = Readonly<Record<string, unknown>>;

/** A use of a voucher or its reversal, as the till or the voucher's events know it. */
export interface KnownAct {
  readonly kind: 'voucher.redeemed' | 'voucher.redemption_reversed';
  readonly redemptionId: string;
  readonly orderId: string;
  readonly merchantId: string;
  readonly storeId: string | null;
  readonly productId: string | null;
  readonly occurredAt: string;
}

export interface TillContext extends Omit<ResolveContext, 'answers'> {
  /** Epoch ms: when this request first came, the same for its repetitions. */
  readonly startedAtMs: number;
  /**
   * What an earlier try noted before it called the platform. Absent: no try got so far, so nothing
   * that the platform did is this request's.
   */
  readonly notes: TillNotes | undefined;
  /** Notes durably before the platform is called. @throws when another worker goes on with the request */
  readonly note: (notes: TillNotes) => Promise<TillNotes>;
  /** The till's own acts of a voucher, also those that the pipeline has not come to yet. */
  readonly actsOf: (voucherId: string) => Promise<readonly KnownAct[]>;
  /** Keeps every other request from using a voucher until this one's answer is kept. @returns false: another is at it */
  readonly claimUse: (voucherId: string) => Promise<boolean>;
  /** Whether something is still on its way to our records, of whatever voucher. */
  readonly mayLag: () => Promise<boolean>;
  /** Whose a registered store is. */
  readonly merchantOfStore: (storeId: string) => Promise<string | undefined>;
  /** The payment of an order, where we know it. */
  readonly payment: (orderId: string) => Promise<EventOf<'order.paid'> | undefined>;
}
