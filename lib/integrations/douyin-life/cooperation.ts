import type { EventDraft } from '../../events/event.ts';
import { shortId } from '../../events/short-id.ts';
import type { Reading } from '../kit/integration.ts';
import { contentOf, events, malformed, withoutTime } from '../kit/reading.ts';
import { authWithBindSchema, partnerCommissionSchema, partnerOrderSchema } from './payloads.ts';
import type { Message } from './reading.ts';

/** Who works for whom: authorisations, cooperations (代运营) and their commissions. */

/** A store was bound; without a store it is an authorisation, which moves nothing. */
export function storeBound({ kind, content, receivedAt }: Message): Reading {
  const parsed = authWithBindSchema.safeParse(contentOf(content));
  if (!parsed.success) return malformed(kind, parsed.error);
  const { account_id, poi_id, out_shop_id } = parsed.data;
  if (poi_id === null) return { outcome: 'kept', kind };
  if (receivedAt === undefined) return withoutTime(kind);
  const event: EventDraft = {
    kind: 'store.bound',
    eventId: idOf('store_bound', account_id, poi_id, out_shop_id ?? '-'),
    merchantId: account_id,
    ...NO_ORDER,
    occurredAt: receivedAt,
    complete: false,
    storeId: poi_id,
    ownStoreId: out_shop_id,
  };
  return events(kind, event);
}

const NO_ORDER = { orderId: null, voucherId: null } as const;

/** Source: paterner/orderget. Refused, ended early and cancelled have numbers that nobody published. */
const STATES = new Map<number, 'contract.proposed' | 'contract.accepted' | 'contract.ended'>([
  [102, 'contract.proposed'],
  [301, 'contract.accepted'],
  [302, 'contract.accepted'],
  [201, 'contract.ended'],
]);

export function cooperationChanged({ kind, content }: Message): Reading {
  const parsed = partnerOrderSchema.safeParse(contentOf(content));
  if (!parsed.success) return malformed(kind, parsed.error);
  const { order_id, merchant_id, partner_id, status, event_time } = parsed.data;
  const named = STATES.get(status);
  if (named === undefined) return { outcome: 'kept', kind: `${kind}/${status}` };
  const event: EventDraft = {
    kind: named,
    eventId: idOf('cooperation', order_id, String(status)),
    merchantId: merchant_id,
    ...NO_ORDER,
    occurredAt: event_time,
    complete: true,
    cooperationId: order_id,
    partnerId: partner_id,
    state: String(status),
  };
  return events(`${kind}/${status}`, event);
}

/** Nobody documents its fields: what does not have these is parked until somebody does. */
export function commissionChanged(message: Message): Reading {
  const { kind, content, app, receivedAt } = message;
  const parsed = partnerCommissionSchema.safeParse(contentOf(content));
  if (!parsed.success) return { outcome: 'unknown', kind };
  const { order_id, record_id, product_id, commission_ratio, status, event_time } = parsed.data;
  const { merchant_id, account_id } = parsed.data;
  const merchantId = merchant_id ?? account_id ?? app.settings.merchantId;
  const occurredAt = event_time ?? receivedAt;
  if (merchantId === undefined || occurredAt === undefined) return { outcome: 'unknown', kind };
  const event: EventDraft = {
    kind: 'commission.changed',
    eventId: idOf('commission', order_id, record_id, status ?? '-'),
    merchantId,
    ...NO_ORDER,
    occurredAt,
    complete: event_time !== null,
    cooperationId: order_id,
    changeId: record_id,
    productId: product_id,
    rateBp: commission_ratio,
    state: status ?? 'unknown',
  };
  return events(kind, event);
}

/** Parts are escaped, so that no `/` in one makes it look like two, and short enough for an event's id. */
function idOf(what: string, ...parts: string[]): string {
  return `${what}:${parts.map((part) => shortId(encodeURIComponent(part), 90)).join('/')}`;
}
