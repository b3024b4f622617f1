import type { SaleAmounts } from './amounts.ts';
import type { GrouponType, Product, SaleSource } from './model.ts';
import { Refusal } from './refusal.ts';

/** How long a certificate can be used after its sale. */
export const VALID_MS = 90 * 86_400_000;

/** A bound on what one order buys, so that a slip of the finger stays small. */
const COUNT_MAX = 1000;

export interface NewProduct {
  readonly accountId: string;
  readonly name: string;
  readonly priceFen: number;
  readonly marketPriceFen?: number;
  readonly grouponType?: GrouponType;
  /** More than 1 makes it a times card (次卡). */
  readonly timesCount?: number;
  readonly productId?: string;
}

/** Amounts are those of the whole order. original_amount is always the sum of the four. */
export interface SaleRequest {
  readonly productId: string;
  /** How many certificates; 1 by default. */
  readonly count?: number;
  /** By default: the price less the discounts. */
  readonly payFen?: number;
  readonly platformDiscountFen?: number;
  readonly merchantTicketFen?: number;
  readonly paymentDiscountFen?: number;
  /** `sale_channel` as the platform labels it. */
  readonly channel?: string;
  /** `sale_role`: 商家 is the value that was seen. */
  readonly role?: string;
  /** `transfer_uid`. */
  readonly creatorUid?: string;
  /** `transfer_douyin_uid`, sparser than the other. */
  readonly creatorDouyinUid?: string;
  readonly creatorNickname?: string;
  readonly intentionPoiId?: string;
  readonly buyerOpenId?: string;
}

/** @throws Refusal when a count or an amount cannot be */
export function saleAmounts(sale: SaleRequest, product: Product, count: number): SaleAmounts {
  if (!Number.isSafeInteger(count) || count < 1 || count > COUNT_MAX) {
    throw new Refusal(`an order has 1 to ${COUNT_MAX} certificates, not ${count}`);
  }
  const { platformDiscountFen = 0, merchantTicketFen = 0, paymentDiscountFen = 0 } = sale;
  const discountsFen = platformDiscountFen + merchantTicketFen + paymentDiscountFen;
  const payFen = sale.payFen ?? product.priceFen * count - discountsFen;
  const amounts = { payFen, platformDiscountFen, merchantTicketFen, paymentDiscountFen };
  for (const [name, fen] of Object.entries(amounts)) {
    if (!Number.isSafeInteger(fen) || fen < 0) {
      throw new Refusal(`${name} is whole fen from 0, not ${fen}`);
    }
  }
  return amounts;
}

export function saleSource(sale: SaleRequest): SaleSource {
  return {
    channel: sale.channel ?? '',
    role: sale.role ?? '商家',
    creatorUid: sale.creatorUid ?? '',
    creatorDouyinUid: sale.creatorDouyinUid ?? '',
    creatorNickname: sale.creatorNickname ?? '',
  };
}
