import { type Amounts, type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { type Sale, UNKNOWN_SALE } from '../../events/sale.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { App } from '../kit/app.ts';
import { PlatformError } from '../kit/platform-error.ts';
import { storeFrom } from '../kit/store-from.ts';
import type { VerifyResult } from './answers.ts';
import { merchantOf } from './settings.ts';

/** Where our own call says that a voucher was used: the platform believes the caller. */
export interface Poi {
  readonly shopName?: string;
  /** The platform's id of the store. */
  readonly poiId?: string;
  /** The developer's own. */
  readonly ownShopId?: string;
}

/** What the caller knows of a piece that the platform's answer does not report. */
export interface Worth {
  readonly amounts: Amounts;
  readonly sale?: Sale;
}

export interface Redeeming {
  readonly orderId: string;
  readonly poi: Poi;
  /** The app's merchant by default. */
  readonly merchantId?: string;
  /** The buyer's open_id, where the order reported it: it is hashed, and kept nowhere. */
  readonly buyerId?: string;
  /** When it was requested, epoch ms, where the answer reports no time; now when absent. */
  readonly atMs?: number;
  /** Sold in the closed loop, whose records say what it is worth. */
  readonly isNativeCoupon?: boolean;
  /** By voucher id. A redemption whose worth nobody reports waits, unbooked, until its order says it. */
  readonly worth?: ReadonlyMap<string, Worth>;
}

/** A piece that the platform did not redeem. */
export interface Unredeemed {
  readonly voucherId: string;
  readonly code: number;
}

const MAX_POI_INFO_BYTES = 1_024;

/** The wire's names of a store. */
function poiFields({ shopName, poiId, ownShopId }: Poi): Record<string, string> {
  return {
    ...(shopName === undefined ? {} : { shop_name: shopName }),
    ...(ownShopId === undefined ? {} : { ext_valid_shop_id: ownShopId }),
    ...(poiId === undefined ? {} : { valid_poi_id_str: poiId }),
  };
}

/** `poi_info`: JSON in a string of at most 1024 bytes. Source: douyin-code/delivery-verify. */
export function poiInfo(poi: Poi): string {
  const text = JSON.stringify(poiFields(poi));
  if (Buffer.byteLength(text) <= MAX_POI_INFO_BYTES) return text;
  throw new PlatformError('poi_info is over 1024 bytes', { retryable: false });
}

/**
 * The answer's acts as events, with the ids that a notice of them would have. Times are cut to whole
 * seconds, which is what the notices report.
 * @param voucherOf undefined when a result is of no piece of the request
 */
export function redemptionsOf(
  what: string,
  results: readonly VerifyResult[],
  redeeming: Redeeming,
  {
    app,
    nowMs,
    voucherOf,
  }: {
    app: App;
    nowMs: number;
    voucherOf: (result: VerifyResult) => string | undefined;
  },
): { events: EventDraft[]; unredeemed: Unredeemed[] } {
  const events: EventDraft[] = [];
  const unredeemed: Unredeemed[] = [];
  for (const result of results) {
    const voucherId = voucherOf(result);
    if (voucherId === undefined) throw unknownShape(what, 'item_order_id');
    if (result.result_code !== 0) {
      unredeemed.push({ voucherId, code: result.result_code });
      continue;
    }
    if (result.verify_id === null) throw unknownShape(what, 'verify_id');
    const worth = redeeming.worth?.get(voucherId);
    const atMs = result.verify_time === null ? nowMs : Date.parse(result.verify_time);
    events.push({
      kind: 'voucher.redeemed',
      eventId: `redeemed:${result.verify_id}`,
      merchantId: redeeming.merchantId ?? merchantOf(app, {}),
      orderId: redeeming.orderId,
      voucherId,
      occurredAt: toInstant(Math.floor(atMs / 1000) * 1000),
      ...(result.verify_time === null && { isTimeEstimated: true as const }),
      complete: worth !== undefined,
      redemptionId: result.verify_id,
      storeId: redeeming.poi.poiId ?? storeFrom(app.settings, poiFields(redeeming.poi)),
      amounts: worth?.amounts ?? NO_AMOUNTS,
      ...(worth === undefined && !redeeming.isNativeCoupon && { worthBy: 'piece' as const }),
      sale: worth?.sale ?? UNKNOWN_SALE,
      ...(redeeming.buyerId === undefined ? {} : { buyerId: redeeming.buyerId }),
    });
  }
  return { events, unredeemed };
}

/** The act may be done all the same: the same token asks for its answer again. */
function unknownShape(what: string, field: string): PlatformError {
  return new PlatformError(`${what} answered in an unknown shape at verify_results.${field}`, {
    retryable: true,
  });
}
