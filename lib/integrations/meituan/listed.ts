import * as z from 'zod';
import { type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import type { JsonValue } from '../../json/parse.ts';
import { businessDayOf } from '../../time/shanghai.ts';
import { wireYuan } from '../kit/fields.ts';
import type { UnreadRow } from '../kit/platform-records.ts';
import { Misfit, misfitsIn } from '../kit/reading.ts';
import { unreadRow } from '../kit/rows.ts';
import { wireId } from '../kit/wire.ts';
import { type ConsumedContext, Places } from './consumed.ts';
import { presentOrNull, wireInstant } from './fields.ts';

/**
 * Used vouchers as querylistbydate reports them. It reports neither the order nor who paid which part, so what it
 * reports is an incomplete event: it waits for the record that our own call or the order's shares bring. Source: the SDK that the platform generates, ReceiptQueryListByDate and ReceiptGetConsumed.
 *
 * `refundStatus`: 0 未使用, 1 已使用, 4 未消费退, 6 已消费退. What was used and refunded was used; 0 and 4 report no use.
 */
const statusSchema = z
  .union([z.int().transform(String), z.string()])
  .pipe(z.enum(['0', '1', '4', '6']));

const rowSchema = z.looseObject({
  receiptCode: wireId,
  dealId: presentOrNull(wireId),
  /** Yuan: what the deal is sold for. */
  dealPrice: presentOrNull(wireYuan),
  flowId: presentOrNull(wireId),
  refundStatus: presentOrNull(statusSchema),
});
const usedSchema = rowSchema.extend({ verifyTime: wireInstant });

/** One use that a list shows. */
export interface ListedUse {
  readonly receiptCode: string;
  readonly redemptionId: string;
  readonly verifyTime: string;
  readonly dealId: string | null;
  readonly dealPriceFen: number | null;
  /** 已消费退: it was refunded after the use. */
  readonly isRefunded: boolean;
}

/**
 * `bizType` of one question: 普通团购, 次卡, 拼团. The platform refuses a question without one.
 */
export const BIZ_TYPES = { groupBuy: 0, timesCard: 201, groupPurchase: 203 } as const;

export interface ListedPage {
  /** How many rows all pages have; null where the answer does not say. */
  readonly total: number | null;
  /** How many of them this page had. */
  readonly rows: number;
  readonly uses: readonly ListedUse[];
  /** Rows that nobody can read. */
  readonly unread: readonly UnreadRow[];
}

const pageSchema = z.looseObject({
  data: z.looseObject({
    totalCount: presentOrNull(
      z.union([
        z.int(),
        z
          .string()
          .regex(/^\d{1,9}$/)
          .transform(Number),
      ]),
    ),
    records: z.array(z.unknown()),
  }),
});

/**
 * One page of a day.
 * @param date YYYY-MM-DD, which every row must be of
 * @throws Misfit where the answer has no list
 */
export function readList(answer: JsonValue, date: string): ListedPage {
  const parsed = pageSchema.safeParse(answer);
  if (!parsed.success) throw new Misfit(misfitsIn(parsed.error)[0] ?? 'data');
  const { totalCount: total, records } = parsed.data.data;
  const uses: ListedUse[] = [];
  const unread: UnreadRow[] = [];
  const places = new Places();
  for (const record of records) {
    const read = readRow(record, date, places);
    if (typeof read === 'string') unread.push(unreadRow(record, read, NAMES));
    else if (read !== undefined) uses.push(read);
  }
  return { total, rows: records.length, uses, unread };
}

const NAMES = { voucherId: 'receiptCode' };

/** @returns undefined: never used; a text: the field that does not fit */
function readRow(json: unknown, date: string, places: Places): ListedUse | string | undefined {
  const row = rowSchema.safeParse(json);
  const status = row.data?.refundStatus ?? null;
  if (status === '0' || status === '4') return undefined;
  const used = usedSchema.safeParse(json);
  if (!used.success) return misfitsIn(used.error)[0] ?? 'row';
  const { receiptCode, verifyTime, dealId, dealPrice: dealPriceFen, flowId } = used.data;
  if (businessDayOf(verifyTime) !== date) return 'verifyTime: another day than requested';
  const redemptionId = places.of(receiptCode, flowId ?? `${receiptCode}@${verifyTime}`);
  const isRefunded = status === '6';
  return { receiptCode, redemptionId, verifyTime, dealId, dealPriceFen, isRefunded };
}

/** What a listed use is by itself: incomplete, because neither its order nor who paid what is reported. */
export function listedEvent(
  { receiptCode, redemptionId, verifyTime, dealId, dealPriceFen }: ListedUse,
  { app, settings, storeId }: Omit<ConsumedContext, 'act'>,
): EventDraft & { readonly kind: 'voucher.redeemed' } {
  return {
    kind: 'voucher.redeemed',
    eventId: `redeemed:${redemptionId}`,
    merchantId: settings.merchantId ?? app.appKey,
    // The order is not reported; the record that completes the event brings it.
    orderId: receiptCode,
    voucherId: receiptCode,
    occurredAt: verifyTime,
    complete: false,
    redemptionId,
    storeId,
    amounts: { ...NO_AMOUNTS, originalFen: dealPriceFen ?? 0 },
    sale: { ...UNKNOWN_SALE, productId: dealId },
  };
}
