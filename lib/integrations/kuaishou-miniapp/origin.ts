import * as z from 'zod';
import { type Channel, type Sale, UNKNOWN_SALE } from '../../events/event.ts';
import { JsonError, parseJson } from '../../json/parse.ts';
import type { Settings } from '../app.ts';
import { storeFrom } from '../store-from.ts';
import { absentAsNull, wireId, wireWord } from './payloads.ts';

/** The fields of a payment that say where the order came from. Source: epay/appendix. */
export interface PaymentOrigin {
  /** What the order was created with, echoed; where a merchant puts its store. */
  readonly attach?: unknown;
  /** A string holding JSON, or "". */
  readonly extra_info?: unknown;
}

export interface Origin {
  readonly storeId: string | null;
  readonly sale: Sale;
}

/** Where an order came from: its store by `settings.storeFrom`, and the content and creator behind it. */
export function originOf(payment: PaymentOrigin, settings: Pick<Settings, 'storeFrom'>): Origin {
  return { storeId: storeFrom(settings, { ...payment }), sale: saleOf(payment.extra_info) };
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
});

/** Money does not wait for it: what cannot be read is an unknown sale. */
function saleOf(extraInfo: unknown): Sale {
  const parsed = extraInfoSchema.safeParse(readQuietly(extraInfo));
  if (!parsed.success) return UNKNOWN_SALE;
  const { item_type, author_id } = parsed.data;
  return {
    ...UNKNOWN_SALE,
    channel: CHANNELS.get(item_type ?? '') ?? 'unknown',
    channelRaw: item_type,
    creatorId: author_id,
  };
}

function readQuietly(extraInfo: unknown): unknown {
  if (typeof extraInfo !== 'string') return extraInfo;
  try {
    return parseJson(extraInfo);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
