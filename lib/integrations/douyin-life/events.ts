import {
  type Amounts,
  type EventDraft,
  NO_AMOUNTS,
  type Sale,
  UNKNOWN_SALE,
} from '../../events/event.ts';
import type { Hint } from '../integration.ts';
import {
  CERTIFICATE_STATUS,
  type CertificateRecord,
  ITEM_REFUNDED,
  type OrderRecord,
} from './answers.ts';
import { channelOf } from './channel.ts';
import { type Act, amountsOfAct, isTimesCard } from './facts.ts';
import { paidEvent } from './read.ts';

/** A voucher with everything told about it, ready to become events. */
export interface VoucherFacts {
  readonly merchantId: string;
  readonly orderId: string;
  readonly certificate: CertificateRecord;
  readonly acts: readonly Act[];
  readonly order: OrderRecord | undefined;
  readonly hints: readonly Hint[];
}

/** @returns undefined when the platform does not tell what an act is worth */
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
  return [...redemptions, ...reversals, ...refunded(facts)];
}

/** The payment, where the order query tells it. */
export function paymentOfOrder(merchantId: string, order: OrderRecord | undefined): EventDraft[] {
  if (order === undefined || order.pay_time === null) return [];
  return [
    paidEvent({
      orderId: order.order_id,
      merchantId,
      paidAt: order.pay_time,
      paidFen: order.pay_amount ?? 0,
      originalFen: order.original_amount,
      complete: true,
    }),
  ];
}

function redeemed(facts: VoucherFacts, act: Act, amounts: Amounts): EventDraft {
  return {
    kind: 'voucher.redeemed',
    eventId: `redeemed:${act.verifyId}`,
    ...subject(facts),
    occurredAt: act.at,
    complete: true,
    redemptionId: act.verifyId,
    storeId: act.poiId,
    amounts,
    sale: saleOf(facts),
  };
}

function reversed(facts: VoucherFacts, act: Act): EventDraft {
  return {
    kind: 'voucher.redemption_reversed',
    eventId: `reversed:${act.verifyId}`,
    ...subject(facts),
    occurredAt: act.reversed?.at ?? act.at,
    complete: act.reversed?.told ?? false,
    redemptionId: act.verifyId,
  };
}

/**
 * A refund takes back what was never used first, then the latest uses that still stand. A plain
 * voucher has one use at most, so it is either before or after use.
 */
function refunded(facts: VoucherFacts): EventDraft[] {
  const { certificate, order, hints } = facts;
  const item = order?.certificate?.find((one) => one.certificate_id === certificate.certificate_id);
  const whole =
    certificate.status === CERTIFICATE_STATUS.refunded || item?.item_status === ITEM_REFUNDED;
  if (!whole && (item?.refund_amount ?? 0) === 0) return [];
  const told = item?.refund_time ?? hints.find((hint) => hint.action === 'refunded')?.occurredAt;
  if (told === undefined || told === null) return [];
  return [
    {
      kind: 'voucher.refunded',
      eventId: `refunded:${certificate.certificate_id}`,
      ...subject(facts),
      occurredAt: told,
      complete: true,
      refundedFen: item?.refund_amount ?? null,
      ...splitRefund(facts, item?.refund_amount ?? null),
    },
  ];
}

interface RefundSplit {
  takesBack: { redemptionId: string; paidFen: number | null }[];
  unusedFen: number;
}

function splitRefund(facts: VoucherFacts, refundFen: number | null): RefundSplit {
  const { certificate } = facts;
  const standing = facts.acts
    .map((act, index) => ({ act, paidFen: amountsOfAct(certificate, act, index)?.paidFen ?? 0 }))
    .filter(({ act }) => act.reversed === null);
  const paidFen = certificate.amount?.paidFen ?? 0;
  if (!isTimesCard(certificate)) {
    const latest = standing.at(-1);
    if (latest === undefined) return { takesBack: [], unusedFen: refundFen ?? paidFen };
    const all = refundFen === null || refundFen >= latest.paidFen;
    const take = { redemptionId: latest.act.verifyId, paidFen: all ? null : refundFen };
    return { takesBack: [take], unusedFen: 0 };
  }
  const usedFen = standing.reduce((sum, use) => sum + use.paidFen, 0);
  const unusedFen = Math.max(0, paidFen - usedFen);
  // A card is refunded for what is left of it, unless the platform says more.
  let left = (refundFen ?? unusedFen) - unusedFen;
  const takesBack: RefundSplit['takesBack'] = [];
  for (const use of standing.toReversed()) {
    if (left <= 0) break;
    const all = left >= use.paidFen;
    takesBack.push({ redemptionId: use.act.verifyId, paidFen: all ? null : left });
    left -= use.paidFen;
  }
  return { takesBack, unusedFen: Math.min(refundFen ?? unusedFen, unusedFen) };
}

function saleOf({ certificate, order }: VoucherFacts): Sale {
  const sale = order?.order_sale_info ?? null;
  return {
    ...UNKNOWN_SALE,
    productId: certificate.sku?.sku_id ?? order?.sku_id ?? null,
    channel: channelOf(sale?.sale_channel ?? null),
    channelRaw: sale?.sale_channel ?? null,
    creatorId: sale?.transfer_uid ?? null,
  };
}

function subject({ merchantId, orderId, certificate }: VoucherFacts) {
  return { merchantId, orderId, voucherId: certificate.certificate_id };
}

/**
 * What a hint tells on its own, for apps without query permission: that something happened to a
 * voucher, without store, amount or id of the act.
 */
export function eventsOfHint(hint: Hint): EventDraft[] {
  const { merchantId, orderId, voucherId, occurredAt } = hint;
  const common = { merchantId, orderId, voucherId, occurredAt, complete: false };
  // Short enough to be an id whatever the voucher's.
  const act = `~${voucherId.slice(-90)}@${Date.parse(occurredAt)}`;
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
