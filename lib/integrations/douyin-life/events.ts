import { type Amounts, type EventDraft, NO_AMOUNTS, wholeFen } from '../../events/event.ts';
import { type Cps, type Sale, UNKNOWN_SALE } from '../../events/sale.ts';
import { shortId } from '../../events/short-id.ts';
import type { Hint } from '../kit/integration.ts';
import type { OrderRecord } from './answers.ts';
import { channelOf } from './channel.ts';
import { type Act, amountsOfAct, type VoucherFacts } from './facts.ts';
import { paidEvent } from './read.ts';
import { refundsOf } from './refunds.ts';

/** @returns undefined when the platform does not report what an act is worth */
export function eventsOfVoucher(facts: VoucherFacts): EventDraft[] | undefined {
  const redemptions: EventDraft[] = [];
  for (const [index, act] of facts.acts.entries()) {
    const amounts = amountsOfAct(facts.certificate, act, index);
    if (amounts === null) return undefined;
    redemptions.push(redeemed(facts, act, amounts));
  }
  const reversals = facts.acts.flatMap((act) =>
    act.reversed === null ? [] : reversed(facts, act),
  );
  return [...redemptions, ...reversals, ...refundsOf(facts)];
}

/** The payment, where the order query reports it: an amount that is not reported is not 0. */
export function paymentOfOrder(merchantId: string, order: OrderRecord | undefined): EventDraft[] {
  if (order === undefined || order.pay_time === null || order.pay_amount === null) return [];
  return [
    paidEvent({
      orderId: order.order_id,
      merchantId,
      paidAt: order.pay_time,
      paidFen: order.pay_amount,
      originalFen: order.original_amount,
      complete: true,
      buyerId: order.open_id,
    }),
  ];
}

function redeemed(facts: VoucherFacts, act: Act, amounts: Amounts): EventDraft {
  return {
    kind: 'voucher.redeemed',
    eventId: `redeemed:${act.verifyId}`,
    ...stream(facts),
    occurredAt: act.at,
    complete: true,
    redemptionId: act.verifyId,
    storeId: act.poiId,
    amounts,
    ...worthOf(facts),
    sale: saleOf(facts),
    ...(facts.order?.sku_name && { productName: facts.order.sku_name }),
    ...(facts.order?.open_id && { buyerId: facts.order.open_id }),
  };
}

/** Of the voucher, where it is reported: as much as all its uses together may come to. */
function worthOf({ certificate: { amount } }: VoucherFacts): { worthFen?: number } {
  return amount === null ? {} : { worthFen: wholeFen(amount) };
}

function reversed(facts: VoucherFacts, act: Act): EventDraft {
  return {
    kind: 'voucher.redemption_reversed',
    eventId: `reversed:${act.verifyId}`,
    ...stream(facts),
    occurredAt: act.reversed?.at ?? act.at,
    complete: act.reversed?.isExact ?? false,
    ...(act.reversed?.isExact !== true && { isTimeEstimated: true as const }),
    redemptionId: act.verifyId,
  };
}

function saleOf({ certificate, order, payment }: VoucherFacts): Sale {
  const sale = order?.order_sale_info ?? null;
  return {
    ...UNKNOWN_SALE,
    // A hash already: where the order was not queried, its payment knows the buyer.
    buyer: payment?.sale.buyer ?? null,
    productId: certificate.sku?.sku_id ?? order?.sku_id ?? null,
    channel: channelOf(sale?.sale_channel ?? null),
    channelRaw: sale?.sale_channel ?? null,
    creatorId: sale?.transfer_uid ?? null,
    contentId: order?.room_id ?? null,
    cps: cpsOf(sale?.sale_role ?? null),
  };
}

/** A creator sold it (达人); by which of the three kinds, and for how much, the order does not say. */
function cpsOf(role: string | null): Cps | null {
  return role !== null && /达人/.test(role) ? { kind: 'unknown', amountFen: null } : null;
}

function stream({ merchantId, orderId, certificate }: VoucherFacts) {
  return { merchantId, orderId, voucherId: certificate.certificate_id };
}

/**
 * What a hint says on its own, for apps without query permission: that something happened to a
 * voucher, without store, amount or id of the act.
 */
export function eventsOfHint(hint: Hint): EventDraft[] {
  const { merchantId, orderId, voucherId, occurredAt } = hint;
  const common = { merchantId, orderId, voucherId, occurredAt, complete: false };
  // Short enough to be an id whatever the voucher's.
  const act = `~${shortId(voucherId, 90)}@${Date.parse(occurredAt)}`;
  switch (hint.action) {
    case 'paid':
      return [];
    case 'redeemed':
      return [
        {
          kind: 'voucher.redeemed',
          eventId: `redeemed:${act}`,
          ...common,
          redemptionId: act,
          storeId: null,
          amounts: NO_AMOUNTS,
          sale: { productId: null, channel: 'unknown', channelRaw: null, creatorId: null },
        },
      ];
    case 'reversed':
      return [
        {
          kind: 'voucher.redemption_reversed',
          eventId: `reversed:${act}`,
          ...common,
          redemptionId: null,
        },
      ];
    case 'refunded':
      return [
        {
          kind: 'voucher.refunded',
          eventId: `refunded:${voucherId}`,
          ...common,
          refundedFen: null,
          takesBack: null,
          unusedFen: null,
        },
      ];
    default:
      return hint.action satisfies never;
  }
}
