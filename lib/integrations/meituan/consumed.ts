import * as z from 'zod';
import { type Amounts, type EventDraft, isMadeUp, NO_AMOUNTS } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import { shortId } from '../../events/short-id.ts';
import type { JsonValue } from '../../json/parse.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { ActAnswer } from '../kit/act-answer.ts';
import type { App } from '../kit/app.ts';
import { wireYuan } from '../kit/fields.ts';
import { unknownYet } from '../kit/till-outcome.ts';
import { wireId } from '../kit/wire.ts';
import { known, UNREAD, unlessUnread, wireFlag, wireInstant } from './fields.ts';
import type { MeituanSettings } from './settings.ts';

/**
 * A used voucher as consume reports it, and 点评北极星's list. `paymentDetail` is the order's,
 * repeated on each voucher, so it is not read: to sum it would count it once for each.
 */
const recordSchema = z.looseObject({
  orderId: unlessUnread(wireId),
  receiptCode: unlessUnread(wireId),
  dealId: unlessUnread(wireId),
  dealTitle: unlessUnread(z.string().max(512)),
  bizType: unlessUnread(wireId),
  /** Yuan: what the deal is sold for. `dealMarketPrice` is what it is said to be worth. */
  dealPrice: unlessUnread(wireYuan),
  platformAmount: unlessUnread(wireYuan),
  merchantAmount: unlessUnread(wireYuan),
  tgTimesCardFlag: unlessUnread(wireFlag),
  timesCardUnitPrice: unlessUnread(wireYuan),
  flowId: unlessUnread(wireId),
  verifyTime: unlessUnread(wireInstant),
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
   * platform gives no id, its time one without a time, its code a voucher without one.
   */
  readonly act?: { readonly requestId: string; readonly atMs: number; readonly code: string };
}

/**
 * One redemption for each record. What our call made has happened, whatever of its answer nobody can read: it is
 * recorded with what is known of it, and waits. Of what was only looked up such a record is counted.
 * @param records null where the answer has no list of them
 * @throws PlatformError that is retryable, where a call is answered with an empty list: nobody knows what it did
 */
export function readConsumed(
  answer: JsonValue,
  records: readonly unknown[] | null,
  context: ConsumedContext,
): Consumed {
  const { act } = context;
  if (act !== undefined && records?.length === 0) {
    throw unknownYet('the platform answers a success that lists no use: look the code up there');
  }
  const rows = records ?? [act === undefined ? undefined : {}];
  const places = new Places();
  const events = rows
    .map((record) => redeemed(record, context, places))
    .filter((event) => event !== undefined);
  return { answer, events, unread: rows.length - events.length };
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
  const { act, app, settings, storeId } = context;
  const read = recordSchema.safeParse(withCamelNames(json)).data;
  const record = read ?? (act === undefined ? undefined : recordSchema.parse({}));
  if (record === undefined) return undefined;
  const receiptCode = known(record.receiptCode) ?? act?.code ?? null;
  const verifyTime = known(record.verifyTime);
  const occurredAt = verifyTime ?? (act === undefined ? null : toInstant(act.atMs));
  if (receiptCode === null || occurredAt === null) return undefined;
  const named = redemptionIdOf({ receiptCode, verifyTime, flowId: known(record.flowId) }, act);
  // A record that was only looked up names its order: without one it is another shape.
  const orderId = known(record.orderId) ?? (act === undefined ? null : receiptCode);
  if (named === null || orderId === null) return undefined;
  const redemptionId = places.of(receiptCode, named);
  const amounts = amountsOf(record, settings);
  return {
    kind: 'voucher.redeemed',
    eventId: `redeemed:${redemptionId}`,
    merchantId: settings.merchantId ?? app.appKey,
    orderId,
    voucherId: receiptCode,
    occurredAt,
    ...(verifyTime === null && { isTimeEstimated: true as const }),
    // An act without an id of the platform's gives way to the platform's own record of it.
    complete: amounts !== null && !isMadeUp(redemptionId),
    redemptionId,
    storeId,
    amounts: amounts ?? NO_AMOUNTS,
    ...(amounts === null && { unpriced: true }),
    sale: { ...UNKNOWN_SALE, productId: known(record.dealId) },
    productName: known(record.dealTitle),
  };
}

/** The flow's id; else the voucher's with the platform's time of the act; else our call's. */
function redemptionIdOf(
  {
    flowId,
    receiptCode,
    verifyTime,
  }: Readonly<Record<'flowId' | 'verifyTime', string | null>> & { readonly receiptCode: string },
  act: ConsumedContext['act'],
): string | null {
  if (flowId !== null) return flowId;
  if (verifyTime !== null) return `${receiptCode}@${verifyTime}`;
  return act === undefined ? null : madeUpId(receiptCode, act.requestId);
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
  const { bizType, tgTimesCardFlag, platformAmount, merchantAmount } = record;
  const isUnread = [bizType, tgTimesCardFlag, platformAmount, merchantAmount].includes(UNREAD);
  if (isUnread) return null;
  const isCard = tgTimesCardFlag === true || TIMES_CARDS.has(known(bizType) ?? '');
  const originalFen = known(isCard ? record.timesCardUnitPrice : record.dealPrice);
  const isSplitKnown = platformAmount !== null && merchantAmount !== null;
  if (originalFen === null || (!isSplitKnown && settings.absentSubsidy === 'unknown')) return null;
  const platformDiscountFen = known(platformAmount) ?? 0;
  const merchantDiscountFen = known(merchantAmount) ?? 0;
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
