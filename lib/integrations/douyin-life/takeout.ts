import type { EventDraft } from '../../events/event.ts';
import type { Reading } from '../kit/integration.ts';
import { contentOf, events, malformed, withoutTime } from '../kit/reading.ts';
import { takeoutBillSchema } from './payloads.ts';
import type { Message } from './reading.ts';

/**
 * The bill of a delivery order (随心团). It names no merchant: without `settings.merchantId` it is kept.
 * A bill that was changed reports what changed, and not whether its figures are the old or the new ones.
 */
export function billPosted({ kind, content, app, receivedAt }: Message): Reading {
  const parsed = takeoutBillSchema.safeParse(contentOf(content));
  if (!parsed.success) return malformed(kind, parsed.error);
  const { order, account_id, amount_change } = parsed.data;
  if (isChange(amount_change)) return { outcome: 'kept', kind: `${kind}/amount_change` };
  const merchantId = account_id ?? app.settings.merchantId;
  if (merchantId === undefined) return { outcome: 'kept', kind };
  if (receivedAt === undefined) return withoutTime(kind);
  const event: EventDraft = {
    kind: 'settlement.posted',
    eventId: `settlement:${order.order_id}`,
    merchantId,
    orderId: order.order_id,
    voucherId: null,
    occurredAt: receivedAt,
    complete: false,
    settlementId: order.order_id,
    settledFen: order.estimated_order_income,
    feeFen: order.commission_amount ?? null,
    creatorFen: null,
  };
  return events(kind, event);
}

/** An absent change is sent as nothing, as an empty object, or as zeros. */
function isChange(change: unknown): boolean {
  if (typeof change !== 'object' || change === null) return false;
  return Object.values(change).some((value) => Number(value) !== 0);
}
