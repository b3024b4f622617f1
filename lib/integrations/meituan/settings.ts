import * as z from 'zod';
import { type App, liveSecretSchema, type Secrets, settingsSchema } from '../app.ts';

/** A field within a message: names or list positions, dotted, such as `refund.amount`. */
const fieldSchema = z.string().regex(/^[\w-]+(\.[\w-]+){0,15}$/, 'a dotted path');

/**
 * Where one kind of message says what. No page that can be read tells the fields within `message`, so
 * what an operator sees in the console's documentation goes here.
 */
const ruleSchema = z.strictObject({
  orderId: fieldSchema.default('orderId'),
  /** `receiptCode` or `couponCode` unless told. */
  voucherId: fieldSchema.optional(),
  redemptionId: fieldSchema.optional(),
  refundId: fieldSchema.optional(),
  /** `whole`: such a message is always about all of a voucher, and tells no amount. */
  amount: z
    .union([
      z.literal('whole'),
      z.strictObject({ field: fieldSchema, unit: z.enum(['yuan', 'fen']) }),
    ])
    .optional(),
  at: fieldSchema.optional(),
  /** Whether such refunds are of vouchers not used yet, or of used ones. */
  use: z.enum(['before', 'after']).optional(),
  /** Only with one of these values the message says that it happened. */
  when: z
    .strictObject({ field: fieldSchema, in: z.array(z.string().min(1).max(64)).min(1).max(20) })
    .optional(),
});
export type Rule = z.infer<typeof ruleSchema>;

export const meituanSettingsSchema = settingsSchema.extend({
  apiBaseUrl: z.url({ protocol: /^https?$/ }).optional(),
  enrichment: z.enum(['pull', 'none']).default('none'),
  /** How far a push's timestamp may be from our clock; unchecked when absent. */
  timestampWindowMs: z.int().min(1_000).max(86_400_000).optional(),
  /** By message type; `keep` archives such messages without reading them. */
  messages: z
    .record(z.string().regex(/^\d{1,16}$/), z.union([z.literal('keep'), ruleSchema]))
    .default({}),
  /** What a redemption without `platformAmount` or `merchantAmount` means by that. */
  absentSubsidy: z.enum(['zero', 'unknown']).default('zero'),
  dianpingAppKey: z.string().min(1).max(128).optional(),
  dianpingApiBaseUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type MeituanSettings = z.infer<typeof meituanSettingsSchema>;

/** The app's settings with their defaults; undefined when they were never checked and do not fit. */
export function settingsOf({ settings }: App): MeituanSettings | undefined {
  return meituanSettingsSchema.safeParse(settings).data;
}

/** `signKey` is the developer's, for pushes and calls; `dianpingSecret` is 点评北极星's app secret. */
export const meituanSecretsSchema: z.ZodType<Secrets> = z
  .strictObject({
    signKey: liveSecretSchema.optional(),
    dianpingSecret: liveSecretSchema.optional(),
  })
  .transform((secrets): Secrets => {
    const told = Object.entries(secrets).flatMap(([name, live]) => (live ? [[name, live]] : []));
    return Object.fromEntries(told);
  })
  .refine((secrets) => Object.keys(secrets).length > 0, 'must have at least one secret');
