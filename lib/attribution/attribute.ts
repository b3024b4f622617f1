import type { EventOf } from '../events/event.ts';
import { type Entry, type Explanation, UNKNOWN_STORE } from '../ledger/entry.ts';
import { dealOut, proportion, WHOLE_BP } from '../money/fen.ts';
import { businessDayOf } from '../time/shanghai.ts';
import { type ContractVersion, inForceAt, knownAt, UNATTRIBUTED } from './contract.ts';
import { basisFen, type Policy } from './policy.ts';

/** The facts that open entries of their own; everything else mirrors those entries. */
export type Attributable = EventOf<'voucher.redeemed'> | EventOf<'order.paid'>;

/**
 * Books one fact: (event, the merchant's contract log, policy) → entries that sum to the event's GMV.
 *
 * Only contract versions recorded before the event was are considered. So the answer depends on
 * immutable inputs alone: two workers, or one worker twice, book the same entries however often the
 * contracts change in between. What a later contract says about the past is a restatement's business.
 */
export function attribute(
  event: Attributable,
  log: readonly ContractVersion[],
  policy: Policy,
): Entry[] {
  const known = knownAt(log, event.recordedAt).filter((c) => inForceAt(c, event.occurredAt));
  const shares = shareOut(known);
  const amountFen = basisFen(event.amounts, policy);
  const amounts = dealOut(
    amountFen,
    shares.map((share) => share.shareBp),
  );
  const paid = dealOut(
    event.amounts.paidFen,
    shares.map((share) => share.shareBp),
  );
  return shares.map((share, index) =>
    entryOf(event, share, {
      amountFen: amounts[index] ?? 0,
      paidFen: paid[index] ?? 0,
      explanation: {
        rule: share.rule,
        basis: policy.basis,
        basisFen: amountFen,
        shareBp: share.shareBp,
        rateBp: share.contract?.rateBp ?? 0,
        candidates: known.length,
      },
    }),
  );
}

interface Share {
  contract: ContractVersion | null;
  shareBp: number;
  rule: Explanation['rule'];
}

/** Special contracts are asked before agencies; what nobody claims is `unattributed`. */
function shareOut(inForce: readonly ContractVersion[]): Share[] {
  const special = inForce.filter((contract) => contract.mode === 'special');
  const chosen = special.length > 0 ? special : inForce.filter((c) => c.mode === 'agency');
  const rule = special.length > 0 ? 'special-contract' : 'agency-contract';
  const shares: Share[] = [];
  let leftBp = WHOLE_BP;
  for (const contract of chosen) {
    // Registration refuses shares over the whole; should two ever stand, the earlier keeps its part.
    const shareBp = Math.min(contract.shareBp, leftBp);
    if (shareBp === 0) continue;
    shares.push({ contract, shareBp, rule });
    leftBp -= shareBp;
  }
  if (leftBp > 0) {
    const nobody = shares.length === 0 ? 'no-contract' : 'rest-of-share';
    shares.push({ contract: null, shareBp: leftBp, rule: nobody });
  }
  return shares;
}

function entryOf(
  event: Attributable,
  share: Share,
  booked: Pick<Entry, 'amountFen' | 'paidFen' | 'explanation'>,
): Entry {
  const redeemed = event.kind === 'voucher.redeemed';
  const contractId = share.contract?.contractId ?? null;
  return {
    entryId: `${event.eventId}~${contractId ?? UNATTRIBUTED}`,
    providerId: share.contract?.providerId ?? UNATTRIBUTED,
    platform: event.platform,
    merchantId: event.merchantId,
    storeId: event.storeId ?? UNKNOWN_STORE,
    orderId: event.orderId,
    voucherId: event.voucherId,
    redemptionId: redeemed ? event.redemptionId : null,
    eventId: event.eventId,
    kind: redeemed ? 'redemption' : 'payment',
    occurredAt: event.occurredAt,
    businessDay: businessDayOf(event.occurredAt),
    count: redeemed ? 1 : 0,
    // Providers are paid on what is redeemed, so a payment earns nothing yet.
    commissionFen: redeemed
      ? proportion(booked.amountFen, share.contract?.rateBp ?? 0, WHOLE_BP)
      : 0,
    contractId,
    contractVersion: share.contract?.version ?? null,
    mirrors: null,
    loop: event.loop,
    channel: event.sale.channel,
    productId: event.sale.productId,
    creatorId: event.sale.creatorId,
    cpsKind: event.sale.cps?.kind ?? null,
    buyer: event.sale.buyer,
    complete: event.complete,
    ...booked,
  };
}
