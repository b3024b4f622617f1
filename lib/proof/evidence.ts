import type { Event } from '../events/event.ts';
import type { Evidence } from '../ledger/statement.ts';
import { normalizeInstant } from '../time/shanghai.ts';
import { asciiJson, shortHash } from './text.ts';

/** What a statement's line keeps of the fact that it comes from, taken down when the month is closed. */
export function evidenceOf(event: Event | undefined, takesBack: string | null): Evidence {
  const { deliveryId = null } = event ?? {};
  return {
    event: event === undefined ? null : eventHash(event),
    delivery: deliveryId === null ? null : shortDelivery(deliveryId),
    takesBack: takesBack === null ? null : shortHash(takesBack),
  };
}

/**
 * What names a fact without saying anything of it. Nothing of a buyer is in it; the operator, who is
 * shown the delivery's id, can compute it again.
 */
function eventHash(event: Event): string {
  const { kind, platform, merchantId, orderId, voucherId, eventId, deliveryId } = event;
  const amounts = 'amounts' in event ? event.amounts : null;
  return shortHash(
    asciiJson([
      ...[kind, platform, merchantId, orderId, voucherId, eventId],
      normalizeInstant(event.occurredAt),
      ...(amounts === null
        ? []
        : [
            ...[amounts.paidFen, amounts.platformDiscountFen, amounts.merchantDiscountFen],
            ...[amounts.paymentDiscountFen, amounts.originalFen],
          ]),
      deliveryId,
    ]),
  );
}

/** A delivery's id is the hash of what the platform sent, in hex. */
function shortDelivery(deliveryId: string): string {
  return Buffer.from(deliveryId, 'hex').toString('base64url').slice(0, 22);
}
