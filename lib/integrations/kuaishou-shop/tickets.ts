import type { EventDraft } from '../../events/event.ts';
import type { App } from '../kit/app.ts';
import type { Reading } from '../kit/integration.ts';
import { jsonOf } from '../kit/json.ts';
import { events, malformed, withoutTime } from '../kit/reading.ts';
import { settingsOf } from './settings.ts';
import { ACTIONS } from './spi.ts';
import { destroySchema } from './ticket-payloads.ts';

/**
 * What a ticket request (电子凭证) reports, besides its question: 销毁 is a refund. It names no time, so
 * it happened when it came.
 */
export function readTicketRequest(
  action: string,
  body: Uint8Array,
  { app, receivedAt }: { readonly app: App; readonly receivedAt: string | undefined },
): Reading {
  const kind = `eticket/${action}`;
  if (action !== 'destroy') {
    const isKnown = ACTIONS.some((one) => one === action);
    return { outcome: isKnown ? 'kept' : 'unknown', kind };
  }
  const parsed = destroySchema.safeParse(jsonOf(body));
  if (!parsed.success) return malformed(kind, parsed.error);
  if (receivedAt === undefined) return withoutTime(kind);
  const { oid, sellerId, etickets, serialNum } = parsed.data;
  const isPaid = settingsOf(app)?.goodsValue === 'paid';
  const refunds = etickets.map(
    ({ id, goodsValue }): EventDraft => ({
      kind: 'voucher.refunded',
      // One serial may destroy several tickets, and each is a refund of its own.
      eventId: `refunded:${serialNum}~${id}`,
      merchantId: app.settings.merchantId ?? sellerId ?? app.appKey,
      orderId: oid,
      voucherId: id,
      occurredAt: receivedAt,
      complete: false,
      refundedFen: isPaid ? (goodsValue ?? null) : null,
      // Whether it was used is not reported: whatever stands of it is taken back.
      takesBack: null,
      unusedFen: null,
    }),
  );
  return events(kind, ...refunds);
}
