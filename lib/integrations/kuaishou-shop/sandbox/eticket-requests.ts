import { type WireValue, wireIdOf } from '../wire-json.ts';

/**
 * What the platform asks an issuer of tickets (发码, 查券, 销毁), with the fields of its demo, for whoever
 * plays the platform. ../answer.ts answers them.
 */

type IdsAs = 'number' | 'string';
type Payload = { readonly [name: string]: WireValue };

export interface SendRequest {
  readonly orderId: string;
  readonly sellerId: string;
  readonly num: number;
  readonly itemId: string;
  readonly skuId: string;
  readonly itemTitle: string;
  readonly sendType: 'virtual' | 'delivery';
  readonly token: string;
  readonly ext?: string;
  readonly spCode?: string;
  readonly validity: Validity;
}

/** `certExpireType`: 1 fixed start and end, 2 fixed end, 3 days. */
export type Validity =
  | { readonly type: 1; readonly startsAtMs: number; readonly endsAtMs: number }
  | { readonly type: 2; readonly endsAtMs: number }
  | { readonly type: 3; readonly days: number };

export function sendPayload(send: SendRequest, idsAs: IdsAs): Payload {
  const { orderId, sellerId, num, itemId, skuId, itemTitle, sendType, token, ext, spCode } = send;
  return {
    oid: wireIdOf(orderId, idsAs),
    sellerId: wireIdOf(sellerId, idsAs),
    num,
    itemId: wireIdOf(itemId, idsAs),
    skuId: wireIdOf(skuId, idsAs),
    itemTitle,
    sendType,
    eticketType: 'DINING_OPEN_TICKET',
    token,
    ext,
    spCode,
    ...validityFields(send.validity),
  };
}

function validityFields(validity: Validity): Payload {
  const certExpireType = validity.type;
  switch (validity.type) {
    case 1:
      return {
        certExpireType,
        certStartTime: validity.startsAtMs,
        certEndTime: validity.endsAtMs,
      };
    case 2:
      return { certExpireType, certEndTime: validity.endsAtMs };
    case 3:
      return { certExpireType, certExpDays: validity.days };
    default:
      return validity satisfies never;
  }
}

export interface TicketQuery {
  readonly orderId: string;
  readonly ticketId: string;
  readonly sendType: 'virtual' | 'delivery';
  readonly spCode?: string;
}

export function queryPayload(query: TicketQuery, idsAs: IdsAs): Payload {
  return {
    oid: wireIdOf(query.orderId, idsAs),
    eticketId: wireIdOf(query.ticketId, idsAs),
    eticketType: 'DINING_OPEN_TICKET',
    sendType: query.sendType,
    spCode: query.spCode,
  };
}

export interface DestroyRequest {
  readonly orderId: string;
  readonly tickets: readonly {
    readonly id: string;
    readonly num: number;
    readonly goodsValueFen: number;
  }[];
  readonly reason: string;
  readonly serial: string;
  readonly token: string;
  readonly spCode?: string;
}

/** A refund, as the platform reports it to the issuer of the tickets. */
export function destroyPayload(destroy: DestroyRequest, idsAs: IdsAs): Payload {
  return {
    oid: wireIdOf(destroy.orderId, idsAs),
    etickets: destroy.tickets.map(({ id, num, goodsValueFen }) => ({
      id: wireIdOf(id, idsAs),
      num,
      goodsValue: goodsValueFen,
    })),
    reason: destroy.reason,
    spCode: destroy.spCode,
    serialNum: destroy.serial,
    token: destroy.token,
  };
}
