import * as z from 'zod';
import { channelSchema } from './channel.ts';
import { idSchema } from './id.ts';

/**
 * What a creator (达人) earns by: `product` 商品分佣, `advertising` 广告分成, `lead` 线索分销. The amount in
 * fen is the platform's own figure, null where it reports none: it is a dimension, never a provider's money.
 */
export const cpsSchema = z.object({
  kind: z.enum(['product', 'advertising', 'lead', 'unknown']),
  amountFen: z.int().nullable(),
});
export type Cps = z.infer<typeof cpsSchema>;

/** How the sale came about: a dimension of the event. */
export const saleSchema = z.object({
  productId: idSchema.nullable(),
  channel: channelSchema,
  channelRaw: z.string().nullable(),
  /** What the integration itself read in that word, where the app's channel map said another channel. */
  channelRead: channelSchema.optional(),
  creatorId: idSchema.nullable(),
  /** The video or live room that brought the buyer. */
  contentId: idSchema.nullable().default(null),
  cps: cpsSchema.nullable().default(null),
  /** A keyed hash of the platform's id of the buyer: enough to count repeat purchases, and no more. */
  buyer: z.string().max(64).nullable().default(null),
});
export type Sale = z.infer<typeof saleSchema>;

export const UNKNOWN_SALE: Sale = {
  productId: null,
  channel: 'unknown',
  channelRaw: null,
  creatorId: null,
  contentId: null,
  cps: null,
  buyer: null,
};
