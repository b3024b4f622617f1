import type { Channel } from '../events/channel.ts';
import type { EventOf } from '../events/event.ts';
import { type Entry, type Explanation, UNKNOWN_STORE } from '../ledger/entry.ts';
import { joinIds } from '../ledger/entry-id.ts';
import { dealOut, proportion, WHOLE_BP } from '../money/fen.ts';
import { businessDayOf } from '../time/shanghai.ts';
import type { Attributable } from './attributable.ts';
import { considerContracts } from './candidates.ts';
import {
  type ContractVersion,
  compareInstants,
  isOurForm,
  knownAt,
  UNATTRIBUTED,
} from './contract.ts';
import { basisFen, type NumberedPolicy, type Policy } from './policy.ts';

/** Attributing again, with what was known later. */
export interface Restating {
  readonly restatementId: string;
  /** Contracts and policy recorded at or before this instant are known. */
  readonly asOf: string;
  /** By event id: see `Marker`. */
  readonly channels?: Readonly<Record<string, Channel>> | undefined;
}

/**
 * Books one fact: (event, the merchant's contract log, policy) → entries that sum to the event's GMV.
 *
 * Only contract versions recorded before the event was are considered. So the answer depends on
 * immutable inputs alone: two workers, or one worker twice, book the same entries however often the
 * contracts change in between. What a later contract says about the past comes by a restatement.
 */
export function attribute(
  event: Attributable,
  log: readonly ContractVersion[],
  policy: Policy | NumberedPolicy,
  restating: Restating | null = null,
): Entry[] {
  const instant = restating?.asOf ?? event.recordedAt;
  const known = knownAt(log, instant);
  const placed = placedAt(event, instant, restating);
  const shares = shareOut(placed, known, policy);
  const weights = shares.map((share) => share.shareBp);
  const gmvFen = basisFen(event.amounts, policy);
  const amounts = deal(gmvFen, weights);
  const paid = deal(event.amounts.paidFen, weights);
  const common = {
    basis: policy.basis,
    basisFen: gmvFen,
    candidates: known.length,
    policy: 'version' in policy ? policy.version : 0,
  };
  const providers = shares.map(providerOf);
  return shares.map((share, index) =>
    entryOf(placed, share, restating, {
      // Of a provider's contracts that share one use, the first counts it.
      count: isRedemption(placed) && providers.indexOf(providerOf(share)) === index ? 1 : 0,
      amountFen: amounts[index] ?? 0,
      paidFen: paid[index] ?? 0,
      explanation: {
        rule: share.rule,
        shareBp: share.shareBp,
        rateBp: rateOf(share.contract, event),
        ...common,
      },
    }),
  );
}

/** The event with its store as it was known at an instant, and its channel as a restatement knows it. */
export function placedAt(
  event: Attributable,
  instant: string,
  restating: Pick<Restating, 'channels'> | null,
): Attributable {
  const channel = restating?.channels?.[event.eventId] ?? event.sale.channel;
  const sale = { ...event.sale, channel };
  return { ...event, storeId: storeOf(event, instant), sale };
}

/** The store as it was known at an instant: a later report may have named it. */
function storeOf({ storeId, storeReportedAt }: Attributable, instant: string): string | null {
  return storeReportedAt === undefined || compareInstants(storeReportedAt, instant) <= 0
    ? storeId
    : null;
}

function isRedemption(event: Attributable): event is EventOf<'voucher.redeemed'> {
  return event.kind === 'voucher.redeemed';
}

function providerOf({ contract }: Share): string {
  return contract?.providerId ?? UNATTRIBUTED;
}

interface Share {
  contract: ContractVersion | null;
  shareBp: number;
  rule: Explanation['rule'];
}

/** The first mode that covers the event takes it; what nobody claims is `unattributed`. */
function shareOut(event: Attributable, known: readonly ContractVersion[], policy: Policy): Share[] {
  const shares: Share[] = [];
  let leftBp = WHOLE_BP;
  for (const { contract, verdict, shareBp } of considerContracts(event, known, policy)) {
    if (verdict !== 'taken') continue;
    const rule = contract.mode === 'special' ? 'special-contract' : 'agency-contract';
    shares.push({ contract, shareBp, rule });
    leftBp -= shareBp;
  }
  if (leftBp > 0) {
    const nobody = shares.length === 0 ? 'no-contract' : 'rest-of-share';
    shares.push({ contract: null, shareBp: leftBp, rule: nobody });
  }
  return shares;
}

/** Nearly everything is one provider's, whole. */
function deal(amountFen: number, weights: readonly number[]): number[] {
  return weights.length === 1 ? [amountFen] : dealOut(amountFen, weights);
}

/** A product without a rate earns nothing where the commission is by product. */
export function rateOf(contract: ContractVersion | null, event: Attributable): number {
  if (contract === null) return 0;
  if (contract.commission === 'account') return contract.rateBp;
  const { productId } = event.sale;
  if (productId === null || !Object.hasOwn(contract.productRates, productId)) return 0;
  return contract.productRates[productId] ?? 0;
}

function dayOf(instant: string): string {
  return isOurForm(instant) ? instant.slice(0, 10) : businessDayOf(instant);
}

function entryOf(
  event: Attributable,
  share: Share,
  restating: Restating | null,
  booked: Pick<Entry, 'count' | 'amountFen' | 'paidFen' | 'explanation'>,
): Entry {
  const redemption = isRedemption(event) ? event : null;
  const contractId = share.contract?.contractId ?? null;
  // One act of the platform's may use several vouchers, under one id.
  const voucher = event.voucherId === null ? [] : [event.voucherId];
  const parts = [event.eventId, ...voucher, contractId ?? UNATTRIBUTED];
  return {
    entryId: joinIds(...parts, ...(restating === null ? [] : [restating.restatementId])),
    providerId: providerOf(share),
    platform: event.platform,
    merchantId: event.merchantId,
    storeId: event.storeId ?? UNKNOWN_STORE,
    orderId: event.orderId,
    voucherId: event.voucherId,
    redemptionId: redemption?.redemptionId ?? null,
    eventId: event.eventId,
    kind: redemption === null ? 'payment' : 'redemption',
    occurredAt: event.occurredAt,
    businessDay: dayOf(event.occurredAt),
    // Providers are paid on what is redeemed, so a payment earns nothing yet.
    commissionFen:
      redemption === null ? 0 : proportion(booked.amountFen, booked.explanation.rateBp, WHOLE_BP),
    contractId,
    contractVersion: share.contract?.version ?? null,
    reverses: null,
    reversesAt: null,
    corrects: null,
    restatementId: restating?.restatementId ?? null,
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
