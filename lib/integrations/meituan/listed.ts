import * as z from 'zod';
import { type EventDraft, NO_AMOUNTS, UNKNOWN_SALE } from '../../events/event.ts';
import type { JsonValue } from '../../json/parse.ts';
import { wireYuan } from '../kit/fields.ts';
import { wireId } from '../kit/wire.ts';
import type { Consumed, ConsumedContext } from './consumed.ts';
import { presentOrNull, wireInstant } from './fields.ts';

/**
 * Used vouchers as querylistbydate reports them. It reports neither the order nor who paid which part, so what it
 * reports is an incomplete event: it waits for the record that our own call or the order's query brings. Source: the SDK that the platform generates, ReceiptQueryListByDate and ReceiptGetConsumed.
 */
const rowSchema = z.looseObject({
  receiptCode: wireId,
  verifyTime: wireInstant,
  dealId: presentOrNull(wireId),
  /** Yuan: what the deal is sold for. */
  dealPrice: presentOrNull(wireYuan),
  /** Of lists only. */
  flowId: presentOrNull(wireId),
  refundStatus: presentOrNull(wireId),
});

/**
 * `refundStatus`: 0 未使用, 1 已使用, 4 未消费退, 6 已消费退. What was used and refunded was used; the other two
 * report no use.
 */
const NEVER_USED = new Set(['0', '4']);

/**
 * `bizType` of one question: 普通团购, 次卡, 拼团. The platform refuses a question without one.
 * @public what pulls a day's redemptions asks for each of them
 */
export const BIZ_TYPES = { groupBuy: 0, timesCard: 201, groupPurchase: 203 } as const;

/** One redemption for each row that reports a use. */
export function readListed(
  answer: JsonValue,
  rows: readonly unknown[],
  context: Omit<ConsumedContext, 'act'>,
): Consumed {
  const read = rows.map((row) => readRow(row, context));
  return {
    answer,
    events: read.flatMap((one) => (one === undefined || one === 'never-used' ? [] : one)),
    unread: read.filter((one) => one === undefined).length,
  };
}

function readRow(
  json: unknown,
  { app, settings, storeId }: Omit<ConsumedContext, 'act'>,
): EventDraft | 'never-used' | undefined {
  const parsed = rowSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const { receiptCode, verifyTime, dealId, dealPrice, flowId, refundStatus } = parsed.data;
  if (refundStatus !== null && NEVER_USED.has(refundStatus)) return 'never-used';
  const redemptionId = flowId ?? `${receiptCode}@${verifyTime}`;
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
    amounts: { ...NO_AMOUNTS, originalFen: dealPrice ?? 0 },
    sale: { ...UNKNOWN_SALE, productId: dealId },
  };
}
