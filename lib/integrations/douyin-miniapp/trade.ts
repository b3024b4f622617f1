import { type Amounts, NO_AMOUNTS } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import type { Reading } from '../kit/integration.ts';
import { events, malformed } from '../kit/reading.ts';
import {
  paymentResultSchema,
  paymentSchema,
  preCreateOrderSchema,
  settlementSchema,
  settleResultSchema,
} from './payloads.ts';
import { type Message, readAs, streamOf } from './reading.ts';
import { settingsOf } from './settings.ts';

/** An order's making, payment and settlement. A status that nobody knows is parked. */

export function orderCreated(message: Message): Reading {
  return readAs(message, preCreateOrderSchema, (order) => {
    const amounts = amountsOf(order.total_amount, order.discount ?? 0);
    if (amounts === undefined) return malformed(message.kind, 'did not fit: discount');
    const pieces = order.item_order_info_list?.map(
      ({ item_order_id: voucherId, price: priceFen }) => {
        return { voucherId, priceFen };
      },
    );
    return events(message.kind, {
      kind: 'order.created',
      eventId: `created:${order.order_id}`,
      ...streamOf(message, order),
      voucherId: null,
      occurredAt: order.create_order_time,
      complete: true,
      amounts,
      ...(pieces && { pieces }),
    });
  });
}

export function paymentResult(message: Message): Reading {
  return readAs(message, paymentResultSchema, (result) => {
    const kind = `${message.kind}/${result.status}`;
    if (result.status === 'SUCCESS') return orderPaid({ ...message, kind });
    if (result.status !== 'CANCEL') return { outcome: 'unknown', kind };
    return events(kind, {
      kind: 'order.cancelled',
      eventId: `cancelled:${result.order_id}`,
      ...streamOf(message, result),
      voucherId: null,
      occurredAt: result.event_time,
      complete: true,
    });
  });
}

function orderPaid(message: Message): Reading {
  const { kind, app } = message;
  return readAs(message, paymentSchema, (payment) => {
    const amounts = amountsOf(payment.total_amount, payment.discount_amount ?? 0);
    if (amounts === undefined) return malformed(kind, 'did not fit: discount_amount');
    // Diamonds are no fen: nobody here may count them as money.
    if (payment.currency === 'DIAMOND') return { outcome: 'kept', kind: `${kind}/DIAMOND` };
    if (payment.currency !== null && payment.currency !== 'CNY') {
      return malformed(kind, 'did not fit: currency');
    }
    const ofTool = payment.order_source === FULFILLMENT_TOOL;
    if (ofTool && settingsOf(app).fulfillmentToolPayments === 'kept') {
      return { outcome: 'kept', kind: `${kind}/${FULFILLMENT_TOOL}` };
    }
    return events(kind, {
      kind: 'order.paid',
      eventId: `paid:${payment.order_id}`,
      ...streamOf(message, payment),
      voucherId: null,
      occurredAt: payment.event_time,
      complete: true,
      amounts,
      sale: { ...UNKNOWN_SALE, contentId: payment.item_id },
    });
  });
}

/** The write-off tool's orders stand for native coupons, sold in the closed loop. */
const FULFILLMENT_TOOL = 'fulfillment_tool';

export function settleResult(message: Message): Reading {
  return readAs(message, settleResultSchema, (result) => {
    const kind = `${message.kind}/${result.status}`;
    if (result.status === 'FAIL') return { outcome: 'kept', kind };
    if (result.status !== 'SUCCESS') return { outcome: 'unknown', kind };
    return readAs({ ...message, kind }, settlementSchema, (settlement) =>
      events(kind, {
        kind: 'settlement.posted',
        eventId: `settled:${settlement.settle_id}`,
        ...streamOf(message, settlement),
        voucherId: null,
        occurredAt: settlement.event_time,
        complete: true,
        settlementId: settlement.settle_id,
        settledFen: settlement.settle_amount,
        feeFen: settlement.rake,
        creatorFen: settlement.commission,
      }),
    );
  });
}

/**
 * The buyer pays total − discount. Who funds the discount is not reported, so it is neither the
 * platform's nor the merchant's here; the original still shows it.
 * @returns undefined when the discount is more than the total
 */
function amountsOf(totalFen: number, discountFen: number): Amounts | undefined {
  if (discountFen > totalFen) return undefined;
  return { ...NO_AMOUNTS, paidFen: totalFen - discountFen, originalFen: totalFen };
}
