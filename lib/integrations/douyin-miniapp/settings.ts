import * as z from 'zod';
import { givenId } from '../../events/event.ts';
import { type App, settingsWith } from '../kit/app.ts';

/** Longer than any id of the platform's, for checking that what is filled in still fits. */
const LONGEST_ID = 'x'.repeat(128);

/**
 * A page of the mini-program. `{orderId}`, `{outOrderNo}` and `{refundId}` in a parameter are filled
 * in. Source: pre-order/callback: no `/` in front, each at most 512 bytes.
 */
const entrySchema = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(512)
    .refine((path) => !path.startsWith('/'), 'does not begin with /')
    .refine((path) => Buffer.byteLength(path) <= 512, 'has at most 512 bytes'),
  params: z
    .record(z.string().min(1).max(64), z.string().max(256))
    .refine(
      (params) => Buffer.byteLength(JSON.stringify(params).replace(/\{\w+\}/g, LONGEST_ID)) <= 512,
      'has at most 512 bytes as JSON, with ids of 128 characters',
    )
    .default({}),
});
export type Entry = z.infer<typeof entrySchema>;

/** What the extension points are answered with; those not set are acknowledged without data. */
const answersSchema = z.strictObject({
  order: z
    .strictObject({
      payExpireSeconds: z.int().positive().max(2_592_000),
      entry: entrySchema,
      /** The receiving merchant (进件) of every order; the platform's choice when absent. */
      merchantUid: givenId().optional(),
    })
    .optional(),
  refund: z.strictObject({ entry: entrySchema }).optional(),
  /** For a booking that nobody accepted in time. */
  booking: z
    .strictObject({ result: z.int(), msg: z.string().max(200).default(''), acceptType: z.int() })
    .optional(),
});

/** What the platform's pages leave open, each with what is done unless an operator knows better. */
const own = {
  /** Which of the ids in a message is the merchant, where `merchantId` is not set. */
  merchantFrom: z.enum(['app_id', 'merchant_uid']).default('app_id'),
  /** The `type` of the write-off tool's redemption notice, whose constant the pages do not show. */
  couponVerifyType: z.string().min(1).max(64).default('coupon_verify'),
  /** What a refund does to redemptions of its voucher; `nothing` for apps that sell times cards. */
  refundTakesBack: z.enum(['standing', 'nothing']).default('standing'),
  /** Whether payments of the write-off tool's orders are booked: the sale was a native one. */
  fulfillmentToolPayments: z.enum(['kept', 'booked']).default('kept'),
  /** What decrypted third-party events must end with; not compared when absent. */
  thirdPartyAppId: givenId().optional(),
  /**
   * How far the signed time of an RSA-signed or ecpay message may be from our clock, in hours. The longest
   * documented repetitions run for 3 days (pre_create_refund), and whether they are stamped anew is not said.
   */
  timestampWindowHours: z.union([z.literal('off'), z.int().min(1).max(8_760)]).default(168),
  /** Answers that mean "ask for a new token". */
  staleTokenCodes: z.array(z.int()).max(20).default([2190002, 2190008]),
  /** The 来客 root account, sent as `Rpc-Transit-Life-Account` by an app with the write-off tool (核销工具). */
  rootAccountId: givenId().optional(),
  answers: answersSchema.default({}),
};

/** Nothing here is a hint, so nothing is queried. */
export const miniappSettingsSchema = settingsWith('none', own);

const ownSchema = z.object(own);
export type OwnSettings = z.infer<typeof ownSchema>;

/** This integration's settings of an app, defaults where the app has none that fit. */
export function settingsOf(app: App): OwnSettings {
  const parsed = ownSchema.safeParse(app.settings);
  return parsed.success ? parsed.data : ownSchema.parse({});
}

/** The merchant of a message: the app's, else the one it names, else the app itself. */
export function merchantOf(
  app: App,
  named: { readonly app_id?: string | null; readonly merchant_uid?: string | null },
): string {
  const receiving = settingsOf(app).merchantFrom === 'merchant_uid' ? named.merchant_uid : null;
  return app.settings.merchantId ?? receiving ?? named.app_id ?? app.appKey;
}
