import { type Sale, UNKNOWN_SALE } from '../../events/event.ts';
import type { CpsItem } from './answers.ts';

/**
 * One piece's sale as `query_cps` tells it, for the `worth` of its redemption. The creator is named by
 * the 抖音号, which can change; the content does not. The commission is of a plan that hangs on a
 * product (商品分佣). Source: query-info/query-cps.
 */
export function saleOf(items: readonly CpsItem[], itemOrderId: string): Sale {
  const item =
    items.find((one) => one.itemOrderId === itemOrderId) ??
    // An order of one piece need not name it.
    (items.length === 1 && items[0]?.itemOrderId === null ? items[0] : undefined);
  if (item === undefined) return UNKNOWN_SALE;
  const { creatorId, contentId, commissionFen } = item;
  return {
    ...UNKNOWN_SALE,
    creatorId,
    contentId,
    cps: { kind: 'product', amountFen: commissionFen },
  };
}
