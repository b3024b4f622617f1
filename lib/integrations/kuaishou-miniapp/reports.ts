import { type Amounts, type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { normalizeInstant } from '../../time/shanghai.ts';
import type { App } from '../kit/app.ts';
import { originOf, type PaymentOrigin } from './origin.ts';
import type { CallFields } from './sign-call.ts';

/**
 * `order_status` of an order report. Of the platform's own list we report only these two:
 * 10 待使用 (a voucher not yet redeemed), 11 已使用. Source: comments copied from order/push.
 */
export const REPORT_STATUS = { unused: 10, used: 11 } as const;

/** An order as the platform shows it to its buyer; single-product orders only. Source: order/push. */
export interface ReportedOrder {
  /** The order's number as the buyer sees it, and the number of its pre-order. */
  readonly outBizOrderNo: string;
  readonly outOrderNo: string;
  readonly openId: string;
  /** Epoch ms, not later than now. */
  readonly createdAtMs: number;
  readonly orderPath?: string;
  readonly orderBackupUrl?: string;
  readonly productCoverImgId?: string;
  readonly poiId?: string;
  readonly productId?: string;
  readonly productCatalogCode?: number;
  readonly productCity?: string;
}

/** One act of redeeming an order, or of taking that back, as the one who did it knows it. */
export interface ReportedAct {
  /** Of the use: see `nextUse`. */
  readonly redemptionId: string;
  /** The platform's number of the order, as its payment notice reports it. */
  readonly ksOrderNo: string;
  /** When it happened, ISO 8601 with an offset; the same again when a report is repeated. */
  readonly at: string;
}

export interface ReportedRedemption extends ReportedAct {
  /** The store that redeemed; else the reported POI, else `settings.storeFrom` of the payment. */
  readonly storeId?: string;
  /** What its order is worth, where the caller knows it; else its payment says it, and the use waits for that. */
  readonly amounts?: Amounts;
  readonly payment?: PaymentOrigin;
}

/** A use or a reversal of an order, as far as its place among the uses depends on it. */
export interface KnownUse {
  readonly kind: string;
  readonly redemptionId?: string | null;
}

/**
 * The use that a report of "used" is about. The platform has no id of the act, so a use is named by its order
 * and its place among the order's uses: however many requests report it, and under whatever ids, it is one.
 * An order that stands as used is not used again.
 */
export function nextUse(ksOrderNo: string, known: readonly KnownUse[]): string {
  const idsOf = (kind: string) =>
    new Set(known.flatMap((one) => (one.kind === kind ? (one.redemptionId ?? []) : [])));
  const used = idsOf('voucher.redeemed');
  const reversed = idsOf('voucher.redemption_reversed');
  const standing = [...used].find((redemptionId) => !reversed.has(redemptionId));
  // A reversal may have come before its use.
  const place = new Set([...used, ...reversed]).size + 1;
  return standing ?? `${ksOrderNo}@${place}`;
}

/** The report's body in the platform's names. */
export function reportBody(
  order: ReportedOrder,
  status: (typeof REPORT_STATUS)[keyof typeof REPORT_STATUS],
): CallFields {
  return {
    out_biz_order_no: order.outBizOrderNo,
    out_order_no: order.outOrderNo,
    open_id: order.openId,
    order_create_time: order.createdAtMs,
    order_status: status,
    order_path: order.orderPath,
    order_backup_url: order.orderBackupUrl,
    product_cover_img_id: order.productCoverImgId,
    poi_id: order.poiId,
    product_id: order.productId,
    product_catalog_code: order.productCatalogCode,
    product_city: order.productCity,
  };
}

export function redeemedEvent(
  order: ReportedOrder,
  redemption: ReportedRedemption,
  app: App,
): EventDraft {
  const { storeId, sale } = originOf(redemption.payment ?? {}, app.settings);
  const { amounts } = redemption;
  return {
    kind: 'voucher.redeemed',
    eventId: `redeemed:${redemption.redemptionId}`,
    ...common(redemption, app),
    redemptionId: redemption.redemptionId,
    storeId: redemption.storeId ?? order.poiId ?? storeId,
    amounts: amounts ?? NO_AMOUNTS,
    ...(amounts === undefined && { complete: false, worthBy: 'order' as const }),
    sale: { ...sale, productId: order.productId ?? null },
    buyerId: order.openId,
  };
}

export function reversedEvent(act: ReportedAct, app: App): EventDraft {
  return {
    kind: 'voucher.redemption_reversed',
    eventId: `reversed:${act.redemptionId}`,
    ...common(act, app),
    redemptionId: act.redemptionId,
  };
}

/** An order stands for its only voucher, as in its refunds. */
function common({ ksOrderNo, at }: ReportedAct, app: App) {
  return {
    merchantId: app.settings.merchantId ?? app.appKey,
    orderId: ksOrderNo,
    voucherId: ksOrderNo,
    occurredAt: normalizeInstant(at),
    complete: true,
  };
}
