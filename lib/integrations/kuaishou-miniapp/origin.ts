import * as z from 'zod';
import type { Channel } from '../../events/channel.ts';
import { type Cps, type Sale, UNKNOWN_SALE } from '../../events/sale.ts';
import type { Settings } from '../kit/app.ts';
import { jsonOf } from '../kit/json.ts';
import { storeFrom } from '../kit/store-from.ts';
import { absentAsNull, wireFen, wireId, wireWord } from './payloads.ts';

/** The fields of a payment that say where the order came from. Source: epay/appendix. */
export interface PaymentOrigin {
  /** What the order was created with, echoed; where a merchant puts its store. */
  readonly attach?: unknown;
  /** A string holding JSON, or "". */
  readonly extra_info?: unknown;
  /** Whether a creator earns by it (分销), and what it is expected to be. */
  readonly enable_promotion?: unknown;
  readonly promotion_amount?: unknown;
}

export interface Origin {
  readonly storeId: string | null;
  readonly sale: Sale;
}

/** Where an order came from: its store by `settings.storeFrom`, and the content and creator behind it. */
export function originOf(payment: PaymentOrigin, settings: Pick<Settings, 'storeFrom'>): Origin {
  const sale = { ...saleOf(payment.extra_info), cps: cpsOf(payment) };
  return { storeId: storeFrom(settings, { ...payment }), sale };
}

/** `item_type`: a creator's live room or video; `UNKNOWN` for neither. */
const CHANNELS: ReadonlyMap<string, Channel> = new Map([
  ['LIVE', 'live'],
  ['VIDEO', 'short_video'],
]);

/** Each field by itself: one that is not understood takes nothing from the other. */
const extraInfoSchema = z.looseObject({
  item_type: absentAsNull(wireWord).catch(null),
  author_id: absentAsNull(wireId).catch(null),
  item_id: absentAsNull(wireId).catch(null),
});

/** Money does not wait for it: what cannot be read is an unknown sale. */
function saleOf(extraInfo: unknown): Sale {
  const parsed = extraInfoSchema.safeParse(
    typeof extraInfo === 'string' ? jsonOf(extraInfo) : extraInfo,
  );
  if (!parsed.success) return UNKNOWN_SALE;
  const { item_type, author_id, item_id } = parsed.data;
  return {
    ...UNKNOWN_SALE,
    channel: CHANNELS.get(item_type ?? '') ?? 'unknown',
    channelRaw: item_type,
    creatorId: author_id,
    contentId: item_id,
  };
}

const promotionSchema = z.looseObject({
  enable_promotion: z.union([z.literal(true), z.literal('true')]),
  promotion_amount: absentAsNull(wireFen).catch(null),
});

/** The payment's figure is an estimate; the settlement reports what the creator got. */
function cpsOf(payment: PaymentOrigin): Cps | null {
  const parsed = promotionSchema.safeParse(payment);
  return parsed.success ? { kind: 'product', amountFen: parsed.data.promotion_amount } : null;
}
