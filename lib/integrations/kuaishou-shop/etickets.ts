import { type Amounts, type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { type Sale, UNKNOWN_SALE } from '../../events/sale.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { App } from '../kit/app.ts';
import type { ShopSettings } from './settings.ts';
import { type WireValue, wireIdOf } from './wire-json.ts';

/**
 * 电子凭证: tickets of an order, with the fields of the platform's demo (SolutionA/B/CController,
 * EticketStatusEnum). We call consume and reverse; send, query and destroy come from the platform.
 */

export const TICKET_STATUS = {
  unused: 'UNUSED',
  consumed: 'CONSUMED',
  destroyed: 'DESTROYED',
} as const;

const TICKET_TYPE = 'DINING_OPEN_TICKET';

type IdsAs = 'number' | 'string';
type Payload = { readonly [name: string]: WireValue };

export interface UsedTicket {
  readonly id: string;
  readonly code: string;
  readonly num: number;
  /** Fen; whether it is what the buyer paid is not documented. */
  readonly goodsValueFen: number;
  /** What the ticket's use is worth, where the caller knows it from elsewhere. */
  readonly amounts?: Amounts;
}

export interface Consumption {
  readonly orderId: string;
  readonly tickets: readonly UsedTicket[];
  readonly consumedAtMs: number;
  readonly storeName: string;
  readonly storeAddress: string;
  readonly poiId: string;
  /** Ours, one for each act: a reversal names it. */
  readonly serial: string;
  readonly token: string;
  readonly sellerId?: string;
  readonly sale?: Partial<Sale>;
}

export interface Reversal {
  readonly orderId: string;
  readonly ticketIds: readonly string[];
  /** The serial of the use that is taken back. */
  readonly serial: string;
  readonly reason: string;
  readonly token: string;
  readonly sellerId?: string;
  /** When it was first requested, epoch ms; now when absent. */
  readonly atMs?: number;
}

export function consumePayload(consumption: Consumption, idsAs: IdsAs): Payload {
  const { orderId, tickets, serial, token } = consumption;
  return {
    oid: wireIdOf(orderId, idsAs),
    etickets: tickets.map(({ id, code, num, goodsValueFen }) => ({
      id: wireIdOf(id, idsAs),
      code,
      num,
      goodsValue: goodsValueFen,
      status: TICKET_STATUS.consumed,
    })),
    consumeTime: consumption.consumedAtMs,
    status: TICKET_STATUS.consumed,
    consumeType: 'consume',
    storeName: consumption.storeName,
    storeAddress: consumption.storeAddress,
    consumePoiId: consumption.poiId,
    eticketType: TICKET_TYPE,
    token,
    // Spelled so by the platform's demo; the reversal spells it serialNum.
    seriallNum: serial,
  };
}

export function reversePayload(reversal: Reversal, idsAs: IdsAs): Payload {
  return {
    oid: wireIdOf(reversal.orderId, idsAs),
    etickets: reversal.ticketIds.map((id) => ({ id: wireIdOf(id, idsAs) })),
    serialNum: reversal.serial,
    reason: reversal.reason,
    token: reversal.token,
  };
}

/**
 * One redemption for each ticket. Without an amount from somewhere they are incomplete, and wait: an
 * entry that was booked at nothing would stay so.
 */
export function consumptionEvents(
  consumption: Consumption,
  app: App,
  { goodsValue }: Pick<ShopSettings, 'goodsValue'>,
): EventDraft[] {
  const { orderId, serial, poiId, consumedAtMs, sale } = consumption;
  return consumption.tickets.map((ticket) => {
    const paidFen = goodsValue === 'paid' ? ticket.goodsValueFen : 0;
    const deduced = { ...NO_AMOUNTS, paidFen, originalFen: paidFen };
    return {
      kind: 'voucher.redeemed',
      eventId: `redeemed:${redemptionIdOf(serial, ticket.id)}`,
      merchantId: merchantOf(app, consumption.sellerId),
      orderId,
      voucherId: ticket.id,
      occurredAt: toInstant(consumedAtMs),
      complete: ticket.amounts !== undefined || goodsValue === 'paid',
      redemptionId: redemptionIdOf(serial, ticket.id),
      storeId: poiId === '' ? null : poiId,
      amounts: ticket.amounts ?? deduced,
      sale: { ...UNKNOWN_SALE, ...sale },
    };
  });
}

/** @param atMs when it was first requested: the answer does not say when it happened, so the events are incomplete */
export function reversalEvents(reversal: Reversal, atMs: number, app: App): EventDraft[] {
  const { orderId, serial } = reversal;
  return reversal.ticketIds.map((ticketId) => ({
    kind: 'voucher.redemption_reversed',
    eventId: `reversed:${redemptionIdOf(serial, ticketId)}`,
    merchantId: merchantOf(app, reversal.sellerId),
    orderId,
    voucherId: ticketId,
    ...{ occurredAt: toInstant(atMs), isTimeEstimated: true as const },
    complete: false,
    redemptionId: redemptionIdOf(serial, ticketId),
  }));
}

/** One serial may use several tickets at once, and each use is an act of its own. */
function redemptionIdOf(serial: string, ticketId: string): string {
  return `${serial}~${ticketId}`;
}

function merchantOf({ settings, appKey }: App, sellerId: string | undefined): string {
  return settings.merchantId ?? sellerId ?? appKey;
}
