import type { EventDraft } from '../../events/event.ts';
import type { Reading } from '../kit/integration.ts';
import { events } from '../kit/reading.ts';
import { preCreateRefundSchema, type RefundResult, refundResultSchema } from './payloads.ts';
import { type Message, readAs, streamOf } from './reading.ts';
import { settingsOf } from './settings.ts';

/** Refunds, requested and done. One message may be about several pieces: each is an event. */

export function refundRequested(message: Message): Reading {
  return readAs(message, preCreateRefundSchema, (refund) =>
    events(
      message.kind,
      ...partsOf(refund).map(
        ({ voucherId, amountFen }): EventDraft => ({
          kind: 'voucher.refund_requested',
          eventId: `refund_requested:${refund.refund_id}:${voucherId}`,
          ...streamOf(message, refund),
          voucherId,
          occurredAt: refund.create_refund_time,
          complete: true,
          requestedFen: amountFen,
        }),
      ),
    ),
  );
}

export function refundResult(message: Message): Reading {
  return readAs(message, refundResultSchema, (refund) => {
    const kind = `${message.kind}/${refund.status}`;
    const parts = partsOf(refund);
    const common = {
      ...streamOf(message, refund),
      occurredAt: refund.event_time,
      complete: true,
    };
    switch (refund.status) {
      case 'SUCCESS':
        return events(kind, ...parts.map((part) => refunded(message, refund, part, common)));
      case 'FAIL':
        return events(
          kind,
          ...parts.map(
            ({ voucherId }): EventDraft => ({
              kind: 'voucher.refund_failed',
              eventId: `refund_failed:${refund.refund_id}:${voucherId}`,
              ...common,
              voucherId,
              refundId: refund.refund_id,
            }),
          ),
        );
      default:
        return { outcome: 'unknown', kind };
    }
  });
}

/**
 * The message does not say whether the voucher was used. So whatever stands of its redemptions is
 * taken back, which the voucher's history knows; and the buyer's money leaves the payment, unless the
 * order was settled already, which it only is after use. One that names no piece is the order's: booking spreads
 * it over the pieces that were used.
 */
function refunded(
  { app }: Message,
  refund: RefundResult,
  { voucherId, amountFen, isWholeOrder }: Part,
  common: Pick<EventDraft, 'merchantId' | 'occurredAt' | 'complete'> & { orderId: string },
): EventDraft {
  const standing = settingsOf(app).refundTakesBack === 'standing';
  const ofOrder = refund.is_all_settled ? 'used' : 'any';
  return {
    kind: 'voucher.refunded',
    eventId: `refunded:${refund.refund_id}:${voucherId}`,
    ...common,
    // What stands is a guess where nobody says how much: the same refund told again with its amount corrects it.
    complete: amountFen !== null,
    voucherId,
    refundedFen: amountFen,
    takesBack: standing && !isWholeOrder ? null : [],
    unusedFen: refund.is_all_settled && standing ? 0 : amountFen,
    ...(standing && isWholeOrder ? { ofOrder } : {}),
  };
}

interface Part {
  readonly voucherId: string;
  readonly amountFen: number | null;
  /** Not one piece's: the order's id stands for the voucher. */
  readonly isWholeOrder: boolean;
}

/**
 * A refund by item order, those named twice added up. One that names none is the whole order's, whose
 * id then stands for the voucher.
 */
function partsOf(
  refund: Pick<RefundResult, 'order_id' | 'refund_total_amount' | 'refund_item_detail'>,
): Part[] {
  const items = refund.refund_item_detail;
  const total = refund.refund_total_amount;
  if (items.length === 0)
    return [{ voucherId: refund.order_id, amountFen: total, isWholeOrder: true }];
  const byItem = Map.groupBy(items, (item) => item.item_order_id);
  const isWholeOrder = false;
  return [...byItem].map(([voucherId, same]) => {
    const amounts = same.map((item) => item.refund_amount).filter((fen) => fen !== null);
    const sum = amounts.reduce((all, fen) => all + fen, 0);
    if (amounts.length === same.length) return { voucherId, amountFen: sum, isWholeOrder };
    return { voucherId, amountFen: byItem.size === 1 ? total : null, isWholeOrder };
  });
}
