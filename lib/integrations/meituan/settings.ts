import * as z from 'zod';
import {
  type App,
  apiUrlSchema,
  type Secrets,
  secretsWithTokens,
  settingsWith,
} from '../kit/app.ts';
import { type CodeTable, codesSchema, tablesWith } from '../kit/platform-error.ts';

/** A field within a message: names or list positions, dotted, such as `refund.amount`. */
const fieldSchema = z.string().regex(/^[\w-]+(\.[\w-]+){0,15}$/, 'a dotted path');

/**
 * Where one kind of message says what. No readable page lists the fields within `message`, so
 * what an operator sees in the console's documentation goes here.
 */
const ruleSchema = z.strictObject({
  orderId: fieldSchema.default('orderId'),
  /** `receiptCode` or `couponCode` by default. */
  voucherId: fieldSchema.optional(),
  redemptionId: fieldSchema.optional(),
  refundId: fieldSchema.optional(),
  productId: fieldSchema.optional(),
  /** How many pieces were sold; one when absent. */
  count: fieldSchema.optional(),
  /** Of a question about several orders: where their list is. */
  orders: fieldSchema.optional(),
  /** `whole`: such a message is always about all of a voucher, and reports no amount. */
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

const nameSchema = z.string().regex(/^\w{1,64}$/, 'a field’s name');
const wordSchema = z.union([z.string().min(1).max(64), z.int()]);

/** How one type of question is answered, whose fields no readable page lists either. */
const answerSchema = z
  .strictObject({
    /** What of ours stands in each field of the answer. */
    fields: z.record(nameSchema, z.enum(['orderId', 'ownOrderId', 'code', 'codes', 'state'])),
    /** Of a question about several orders: the list in which these fields are, for each. */
    list: nameSchema.optional(),
    /** The platform's words for what became of a voucher. */
    states: z
      .strictObject({ unused: wordSchema, redeemed: wordSchema, refunded: wordSchema })
      .optional(),
  })
  .refine(
    ({ fields, states }) => states !== undefined || !Object.values(fields).includes('state'),
    'a state needs the platform’s words for it in `states`',
  );
export type AnswerRule = z.infer<typeof answerSchema>;

const typeSchema = z.string().regex(/^\d{1,16}$/);

export const meituanSettingsSchema = settingsWith('none', {
  /** How far a push's timestamp may be from our clock; unchecked when absent. */
  timestampWindowMs: z.int().min(1_000).max(86_400_000).optional(),
  /** Names beside the documented ones that the platform sends around `message`. */
  pushFields: z
    .array(z.string().regex(/^[A-Za-z]\w{0,63}$/))
    .max(50)
    .default([]),
  /** By message type; `keep` archives such messages without reading them. */
  messages: z.record(typeSchema, z.union([z.literal('keep'), ruleSchema])).default({}),
  /** By message type; `acknowledge`: somebody else answers, by the platform's own calls. */
  answers: z.record(typeSchema, z.union([z.literal('acknowledge'), answerSchema])).default({}),
  /** What a redemption without `platformAmount` or `merchantAmount` means by that. */
  absentSubsidy: z.enum(['zero', 'unknown']).default('zero'),
  /**
   * What payment shares of a card (次卡) are of: no page says whether of one use. `unknown`: a card's use that
   * only a list shows waits for its worth.
   */
  cardShares: z.enum(['use', 'unknown']).default('unknown'),
  /**
   * What a use of an ordinary deal is worth that only a list shows, where nobody reports its shares (no grant of 59):
   * `unknown`: it waits. `price`: the deal's price, as if the buyer paid all of it.
   */
  worthWithoutShares: z.enum(['unknown', 'price']).default('unknown'),
  /**
   * What names the store of an order's payment that only the list of orders shows. `none`: the payment is at no store.
   * `opPoiId`: that field, where the merchant's stores are known by the same id as pushes and tokens name them by.
   */
  orderStore: z.enum(['none', 'opPoiId']).default('none'),
  /** What a code of an answer means (`busy`: ask again): no table of them can be read. */
  codes: codesSchema.default({}),
  /** Whose calls redeem: 服务零售 (58), 到店餐饮 (1), or 点评北极星. */
  till: z.enum(['retail', 'dining', 'dianping']).default('retail'),
  dianpingAppKey: z.string().min(1).max(128).optional(),
  dianpingApiBaseUrl: apiUrlSchema.optional(),
});
export type MeituanSettings = z.infer<typeof meituanSettingsSchema>;

export function tablesOf({ codes }: MeituanSettings): readonly CodeTable[] {
  return tablesWith(codes);
}

/** The app's settings with their defaults; undefined when they were never checked and do not fit. */
export function settingsOf({ settings }: App): MeituanSettings | undefined {
  return meituanSettingsSchema.safeParse(settings).data;
}

/**
 * `signKey` is the developer's, for pushes and calls; `dianpingSecret` is 点评北极星's app secret. To redeem,
 * stores' tokens: `appAuthToken:<storeId>`, `dianpingSession:<storeId>`, or without a store for all. With
 * `refreshToken:<storeId>` beside the first, its token is renewed here. `customerAuthToken` and
 * `customerRefreshToken` are the same for the customer's orders (59).
 */
export const meituanSecretsSchema: z.ZodType<Secrets> = secretsWithTokens(
  ['signKey', 'dianpingSecret', 'customerAuthToken', 'customerRefreshToken'],
  ['appAuthToken', 'refreshToken', 'dianpingSession'],
  'storeId',
).refine(
  ({ signKey, dianpingSecret }) => signKey !== undefined || dianpingSecret !== undefined,
  'must have signKey or dianpingSecret',
);
