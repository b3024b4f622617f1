import * as z from 'zod';
import { idSchema } from '../../events/event.ts';
import { type App, settingsSchema } from '../app.ts';

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
  thirdPartyAppId: idSchema.optional(),
  /** Answers that mean "ask for a new token". */
  staleTokenCodes: z.array(z.int()).max(20).default([2190002, 2190008]),
};

// Strict: a setting with a slip in its name must not be taken for granted.
export const miniappSettingsSchema = z.strictObject({
  ...settingsSchema.shape,
  apiBaseUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Nothing here is a hint, so nothing is asked. */
  enrichment: z.enum(['pull', 'none']).default('none'),
  ...own,
});

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
