import * as z from 'zod';
import {
  type Amounts,
  type EventDraft,
  isMadeUp,
  NO_AMOUNTS,
  UNKNOWN_SALE,
} from '../../events/event.ts';
import { shortId } from '../../events/short-id.ts';
import type { JsonValue } from '../../json/parse.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { ActAnswer } from '../kit/act-answer.ts';
import type { App } from '../kit/app.ts';
import { wireYuan } from '../kit/fields.ts';
import { wireId } from '../kit/wire.ts';
import { presentOrNull, wireInstant } from './fields.ts';
import type { MeituanSettings } from './settings.ts';

/**
 * A used voucher as consume reports it, and 点评北极星's list. `paymentDetail` is the order's,
 * repeated on each voucher, so it is not read: to sum it would count it once for each.
 */
const recordSchema = z.looseObject({
  orderId: wireId,
  receiptCode: wireId,
  dealId: presentOrNull(wireId),
  bizType: presentOrNull(wireId),
  /** Yuan: what the deal is sold for. `dealMarketPrice` is what it is said to be worth. */
  dealPrice: presentOrNull(wireYuan),
  platformAmount: presentOrNull(wireYuan),
  merchantAmount: presentOrNull(wireYuan),
  tgTimesCardFlag: presentOrNull(z.boolean()),
  timesCardUnitPrice: presentOrNull(wireYuan),
  flowId: presentOrNull(wireId),
  verifyTime: presentOrNull(wireInstant),
});
type ConsumedRecord = z.infer<typeof recordSchema>;

/** `bizType` of a card with several uses (次卡): of consume's answer, and of lists. */
const TIMES_CARDS = new Set(['205', '201']);

export interface Consumed extends ActAnswer {
  /** Records with too little in them to become an event. */
  readonly unread: number;
}

/** What is known of the records besides themselves. */
export interface ConsumedContext {
  readonly app: App;
  readonly settings: MeituanSettings;
  readonly storeId: string | null;
  /**
   * The call that made the uses; absent for what was only looked up. Its id names an act that the
   * platform gives no id, its time one without a time.
   */
  readonly act?: { readonly requestId: string; readonly atMs: number };
}

/** One redemption for each record. */
export function readConsumed(
  answer: JsonValue,
  records: readonly unknown[] | null,
  context: ConsumedContext,
): Consumed {
  const places = new Places();
  const events = (records ?? [])
    .map((record) => redeemed(record, context, places))
    .filter((event) => event !== undefined);
  // A use whose answer nobody can read has happened all the same.
  const expected = records?.length ?? 1;
  return { answer, events, unread: expected - events.length };
}

/**
 * Several uses of one voucher in one answer, under one flow or none: the place among them belongs to the
 * identity of each. The first has none, so that a voucher used once is named alike on every road.
 */
export class Places {
  private readonly counts = new Map<string, number>();

  of(voucherId: string, redemptionId: string): string {
    const key = JSON.stringify([voucherId, redemptionId]);
    const place = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, place);
    return place === 1 ? redemptionId : `${redemptionId}~${place}`;
  }
}

function redeemed(json: unknown, context: ConsumedContext, places: Places): EventDraft | undefined {
  const record = recordSchema.safeParse(withCamelNames(json)).data;
  if (record === undefined) return undefined;
  const { act, app, settings, storeId } = context;
  const named = redemptionIdOf(record, act?.requestId);
  const occurredAt = record.verifyTime ?? (act === undefined ? null : toInstant(act.atMs));
  if (named === null || occurredAt === null) return undefined;
  const redemptionId = places.of(record.receiptCode, named);
  const amounts = amountsOf(record, settings);
  return {
    kind: 'voucher.redeemed',
    eventId: `redeemed:${redemptionId}`,
    merchantId: settings.merchantId ?? app.appKey,
    orderId: record.orderId,
    voucherId: record.receiptCode,
    occurredAt,
    ...(record.verifyTime === null && { isTimeEstimated: true as const }),
    // An act without an id of the platform's gives way to the platform's own record of it.
    complete: amounts !== null && !isMadeUp(redemptionId),
    redemptionId,
    storeId,
    amounts: amounts ?? NO_AMOUNTS,
    ...(amounts === null && { unpriced: true }),
    sale: { ...UNKNOWN_SALE, productId: record.dealId },
  };
}

/** The flow's id; else the voucher's with the platform's time of the act; else our call's. */
function redemptionIdOf(
  { flowId, receiptCode, verifyTime }: ConsumedRecord,
  requestId: string | undefined,
): string | null {
  if (flowId !== null) return flowId;
  if (verifyTime !== null) return `${receiptCode}@${verifyTime}`;
  return requestId === undefined ? null : madeUpId(receiptCode, requestId);
}

/** For an act that only our call names: one code may be used, taken back and used again. A request's id has 64 letters. */
export function madeUpId(code: string, requestId: string): string {
  return `~${shortId(code, 60)}@${requestId}`;
}

/**
 * What one use is worth: the deal's price, or a use's of a card, of which platform and merchant paid
 * their parts and the buyer the rest. Null when the record does not say.
 */
function amountsOf(record: ConsumedRecord, settings: MeituanSettings): Amounts | null {
  const isCard = record.tgTimesCardFlag === true || TIMES_CARDS.has(record.bizType ?? '');
  const originalFen = isCard ? record.timesCardUnitPrice : record.dealPrice;
  const { platformAmount, merchantAmount } = record;
  const isSplitKnown = platformAmount !== null && merchantAmount !== null;
  if (originalFen === null || (!isSplitKnown && settings.absentSubsidy === 'unknown')) return null;
  const platformDiscountFen = platformAmount ?? 0;
  const merchantDiscountFen = merchantAmount ?? 0;
  const paidFen = originalFen - platformDiscountFen - merchantDiscountFen;
  // More subsidy than price: the parts are of something else than one use.
  if (paidFen < 0) return null;
  return { ...NO_AMOUNTS, paidFen, platformDiscountFen, merchantDiscountFen, originalFen };
}

/** Dianping writes the same names in snake case. */
function withCamelNames(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [camel(name), value]));
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The use that a reversal takes back, as its own event reported it. */
export interface Reversible {
  readonly redemptionId: string;
  readonly orderId: string;
}

/** @param atMs when it was first requested: the answer does not say when it happened, so the event is incomplete */
export function reversedEvent(
  voucherId: string,
  { redemptionId, orderId }: Reversible,
  atMs: number,
  { settings, appKey }: App,
): EventDraft {
  return {
    kind: 'voucher.redemption_reversed',
    eventId: `reversed:${redemptionId}`,
    merchantId: settings.merchantId ?? appKey,
    orderId,
    voucherId,
    ...{ occurredAt: toInstant(atMs), isTimeEstimated: true },
    complete: false,
    // The record that took a made-up act's place is taken back with it.
    redemptionId: isMadeUp(redemptionId) ? null : redemptionId,
  };
}
