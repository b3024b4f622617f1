import type { Event, EventOf, EventSource, Platform } from '../events/event.ts';
import { readEvents } from '../store/ledger/events.ts';
import type { Table } from '../store/table.ts';

/** An amount that the platform reported, in fen, and how it came to us. */
export interface ReportedAmount {
  readonly fen: number;
  readonly source: EventSource;
}

/**
 * What the platform took or gave of a voucher's use beside its GMV. Null: nobody reported it, or it is hidden from us, which is
 * not the same as 0. The platform's figures are estimates until it settles; nothing of ours is computed from them.
 */
export interface PlatformCharges {
  /** 平台技术服务费. */
  readonly fee: ReportedAmount | null;
  /** 达人佣金. */
  readonly creator: ReportedAmount | null;
  /** 服务商佣金, as the platform has it: not our own commission. */
  readonly provider: ReportedAmount | null;
}

export const NO_CHARGES: PlatformCharges = { fee: null, creator: null, provider: null };

/** A use of a voucher, as a line of a statement names it. */
export interface BilledUse {
  readonly platform: Platform;
  readonly voucherId: string;
  readonly orderId: string;
  /** Null: the whole voucher. */
  readonly redemptionId: string | null;
}

/**
 * What was billed of a use, by its voucher's and its order's events: two reads. For a statement's columns
 * 平台技术服务费, 达人佣金 and 服务商佣金: show null as unknown.
 */
export async function billedCharges(table: Table, use: BilledUse): Promise<PlatformCharges> {
  const { platform, voucherId, orderId } = use;
  const [ofVoucher, ofOrder] = await Promise.all([
    readEvents(table, { of: 'voucher', platform, id: voucherId }),
    readEvents(table, { of: 'order', platform, id: orderId }),
  ]);
  return chargesIn(ofVoucher, ofOrder, use.redemptionId);
}

/**
 * The same of events that were read already. The voucher's own bills go first; then the order's settlement, and its
 * sale's commission, where the order is this one voucher's: of several nobody says whose part is whose.
 * @param redemptionId null: of the whole voucher
 */
export function chargesIn(
  ofVoucher: readonly Event[],
  ofOrder: readonly Event[],
  redemptionId: string | null,
): PlatformCharges {
  const lines = linesOf(ofVoucher, redemptionId);
  const billed: PlatformCharges = {
    fee: sumOf(lines, 'feeFen'),
    creator: sumOf(lines, 'creatorFen'),
    provider: sumOf(lines, 'providerFen'),
  };
  if (!isOneUse(ofVoucher, ofOrder)) return billed;
  const settlements = ofOrder.filter((event) => event.kind === 'settlement.posted');
  const [payment] = ofOrder.filter((event) => event.kind === 'order.paid');
  const promised = payment?.sale.cps?.amountFen ?? null;
  return {
    fee: billed.fee ?? sumOf(settlements, 'feeFen'),
    creator:
      billed.creator ??
      sumOf(settlements, 'creatorFen') ??
      (promised === null ? null : { fen: promised, source: payment?.source ?? 'webhook' }),
    provider: billed.provider,
  };
}

type Billed = EventOf<'voucher.billed'>;

/** Each line as it was reported last. A use may have several: of a voucher for several goods (通兑券) they are added up. */
function linesOf(events: readonly Event[], redemptionId: string | null): Billed[] {
  const latest = new Map<string, Billed>();
  for (const event of events) {
    if (event.kind !== 'voucher.billed') continue;
    if (redemptionId !== null && event.redemptionId !== null) {
      if (event.redemptionId !== redemptionId) continue;
    }
    const before = latest.get(event.billId);
    if (before === undefined || Date.parse(before.recordedAt) <= Date.parse(event.recordedAt)) {
      latest.set(event.billId, event);
    }
  }
  return [...latest.values()];
}

/** Unknown as soon as one line does not report it. */
function sumOf<K extends string>(
  lines: readonly ({ readonly [name in K]: number | null } & Pick<Event, 'source'>)[],
  name: K,
): ReportedAmount | null {
  const [first] = lines;
  if (first === undefined) return null;
  let fen = 0;
  for (const line of lines) {
    const part: number | null = line[name];
    if (part === null) return null;
    fen += part;
  }
  return { fen, source: first.source ?? 'webhook' };
}

/** Whether the order is one voucher's, and that was used once: then what is reported of the order is of this use. */
function isOneUse(ofVoucher: readonly Event[], ofOrder: readonly Event[]): boolean {
  const uses = ofVoucher.filter((event) => event.kind === 'voucher.redeemed');
  if (uses.length > 1) return false;
  const [first] = [...ofVoucher, ...ofOrder];
  // A platform that sells one voucher an order names it so.
  if (ofVoucher.some(({ voucherId, orderId }) => voucherId === orderId)) return true;
  const created = ofOrder.find((event) => event.kind === 'order.created');
  return first !== undefined && created?.pieces?.length === 1;
}
