import * as z from 'zod';
import { isAesKey } from '../../crypto/aes-envelope.ts';
import { type App, liveSecretSchema, presentOnly, type Secrets, settingsWith } from '../kit/app.ts';
import { codesSchema } from '../kit/platform-error.ts';

/** A field within an answer: names or list positions, dotted, such as `data.orders.0.status`. */
const fieldSchema = z.string().regex(/^[\w-]+(\.[\w-]+){0,15}$/, 'a dotted path');

/**
 * How one method of the OpenAPI is called. The public sources give signature and host, and hardly any
 * method: what the console's documentation says goes here.
 */
export const endpointSchema = z.strictObject({
  method: z.string().regex(/^[\w.]{1,128}$/),
  path: z.string().regex(/^\/[\w./-]{1,200}$/),
  http: z.enum(['GET', 'POST']).default('GET'),
  version: z.string().min(1).max(8).default('1'),
});
export type Endpoint = z.infer<typeof endpointSchema>;

/** A question about one order, and where its answer says what. */
const querySchema = endpointSchema.extend({
  idField: z.string().min(1).max(64).default('oid'),
  answer: z.strictObject({
    statusField: fieldSchema,
    /** The statuses that mean that the money moved, as texts. */
    doneStatuses: z.array(z.string().min(1).max(64)).min(1).max(20),
    amountField: fieldSchema,
    amountUnit: z.enum(['fen', 'yuan']),
    atField: fieldSchema.optional(),
    refundIdField: fieldSchema.optional(),
  }),
});
export type Query = z.infer<typeof querySchema>;

export const shopSettingsSchema = settingsWith('pull', {
  signMethod: z.enum(['HMAC_SHA256', 'MD5']).default('HMAC_SHA256'),
  /** `result` of an answer that is a success. */
  successResult: z.string().min(1).max(16).default('1'),
  /** What a `result` means, where the platform's published tables lack it or are wrong. */
  codes: codesSchema.default({}),
  /** Whether ids in the parameters of our calls are JSON numbers or strings. */
  idsAs: z.enum(['number', 'string']).default('number'),
  /** Calls a second and method, over all workers. */
  callsPerSecond: z.number().positive().max(1_000).default(10),
  /** `paid`: a ticket's `goodsValue` is what its buyer paid, in fen. `ignore`: it is not known to be. */
  goodsValue: z.enum(['paid', 'ignore']).default('ignore'),
  /**
   * How ticket requests (电子凭证) are authenticated, which the platform does not document. `path`: by
   * an address that only it knows, with the secret `eticketSecret` in it.
   */
  eticketAuth: z.enum(['refuse', 'path']).default('refuse'),
  /** `result` of our answers to them that are a success; a failure is -1. */
  eticketSuccess: z.int().min(0).max(1_000_000).default(1),
  /** The name of the tickets in an answer. */
  eticketList: z
    .string()
    .regex(/^\w{1,64}$/)
    .default('etickets'),
  /** Whether every deduction of stock is granted; stock is not kept here. */
  eticketDeduct: z.enum(['refuse', 'accept']).default('refuse'),
  orderQuery: querySchema.optional(),
  refundQuery: querySchema.optional(),
  consumeEndpoint: endpointSchema.optional(),
  reverseEndpoint: endpointSchema.optional(),
});
export type ShopSettings = z.infer<typeof shopSettingsSchema>;

/** The app's settings with their defaults; undefined when they were never checked and do not fit. */
export function settingsOf({ settings }: App): ShopSettings | undefined {
  return shopSettingsSchema.safeParse(settings).data;
}

/**
 * `messageSecret` (消息密钥) opens what comes, `signSecret` signs what we ask, `accessToken` is the
 * seller's, for it: somebody obtains it outside of Hexiao. `eticketSecret` is in the addresses that the
 * platform sends ticket requests to.
 */
export const shopSecretsSchema: z.ZodType<Secrets> = z
  .strictObject({
    messageSecret: liveSecretSchema
      .refine((live) => live.every(isAesKey), 'must be the base64 of 16, 24 or 32 bytes')
      .optional(),
    signSecret: liveSecretSchema.optional(),
    accessToken: liveSecretSchema.optional(),
    /** Of its own: an address is written into logs on its way, and must not give a signing key away. */
    eticketSecret: liveSecretSchema
      .refine(
        (live) => live.every((secret) => /^[\w-]{32,128}$/.test(secret)),
        'must be 32 to 128 letters, digits, - and _',
      )
      .optional(),
  })
  .transform(presentOnly)
  .refine((secrets) => Object.keys(secrets).length > 0, 'must have at least one secret');
