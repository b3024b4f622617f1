import type { SaleAmounts } from './amounts.ts';

/** What the sandbox's world is made of. Times are epoch ms, money is fen, ids are strings. */

export interface Merchant {
  readonly accountId: string;
  readonly name: string;
  /** False: the app gets 2119005 for everything of this merchant. */
  authorised: boolean;
}

export interface Store {
  readonly poiId: string;
  readonly accountId: string;
  readonly name: string;
  readonly city: string;
  /** The merchant's own id of the store. */
  readonly thirdId: string;
}

/** 1 group-buy meal, 2 cash voucher, 3 times card (次卡). */
export type GrouponType = 1 | 2 | 3;

export interface Product {
  readonly productId: string;
  readonly accountId: string;
  readonly name: string;
  readonly grouponType: GrouponType;
  /** How often one certificate can be used: 1 except for a times card. */
  readonly timesCount: number;
  /** The selling price before any discount. */
  readonly priceFen: number;
  /** The crossed-out price. */
  readonly marketPriceFen: number;
  readonly soldFromMs: number;
}

/** Where the sale came from, in the platform's own words: labels, not an enumeration. */
export interface SaleSource {
  readonly channel: string;
  readonly role: string;
  readonly creatorUid: string;
  readonly creatorDouyinUid: string;
  readonly creatorNickname: string;
}

export interface Order {
  readonly sequence: number;
  readonly orderId: string;
  readonly accountId: string;
  readonly product: Product;
  readonly buyerOpenId: string;
  readonly amounts: SaleAmounts;
  readonly createdAtMs: number;
  readonly paidAtMs: number;
  readonly source: SaleSource;
  /** The store the buyer looked at, which need not be the one that redeems. */
  readonly intentionPoiId: string;
  readonly certificates: readonly Certificate[];
}

export interface Certificate {
  readonly certificateId: string;
  readonly encryptedCode: string;
  readonly itemId: string;
  readonly orderId: string;
  readonly amounts: SaleAmounts;
  /** What each use is worth, by serial number − 1; adds up to `amounts`. */
  readonly serialAmounts: readonly SaleAmounts[];
  readonly startsAtMs: number;
  readonly expiresAtMs: number;
  /** Everything that ever happened to it, in order. Its state is a rollup of these. */
  readonly acts: readonly Act[];
}

interface ActCommon {
  /** Counts the acts of the whole world. */
  readonly sequence: number;
  readonly atMs: number;
}

export type Act = ActCommon &
  (
    | {
        readonly kind: 'redeemed';
        readonly verifyId: string;
        readonly poiId: string;
        readonly serial: number;
      }
    | { readonly kind: 'cancelled'; readonly verifyId: string }
    | { readonly kind: 'refund_requested'; readonly requestedFen: number }
    | { readonly kind: 'refund_refused' }
    | {
        readonly kind: 'refunded';
        readonly refundFen: number;
        /** True for a part after which the certificate goes on. */
        readonly isPartial?: boolean;
      }
  );

/** That a certificate was used; never changes, even when it is cancelled. */
export interface Redemption {
  /** Of the act: the cursor of verify_record/query. */
  readonly sequence: number;
  readonly verifyId: string;
  readonly certificateId: string;
  readonly poiId: string;
  readonly redeemedAtMs: number;
}

export interface Use {
  readonly verifyId: string;
  readonly poiId: string;
  /** 1-based; always 1 except for a times card. */
  readonly serial: number;
  readonly redeemedAtMs: number;
  readonly cancelledAtMs: number | null;
}

export interface CertificateState {
  /** Every use there ever was, in order of redemption. */
  readonly uses: readonly Use[];
  /** Those that were not cancelled. */
  readonly standing: readonly Use[];
  readonly refundRequested: boolean;
  /** All refunds together: when the latest was, their sum, and whether the certificate is done with. */
  readonly refund: {
    readonly atMs: number;
    readonly fen: number;
    readonly isWhole: boolean;
  } | null;
  readonly updatedAtMs: number | null;
}

/** Douyin lets a redemption be reversed for an hour. Source: certificate.cancel. */
export const REVERSAL_WINDOW_MS = 3_600_000;

export function rollUpActs(acts: readonly Act[]): CertificateState {
  const uses = new Map<string, Use>();
  let refundRequested = false;
  let refund = null as CertificateState['refund'];
  for (const act of acts) {
    switch (act.kind) {
      case 'redeemed': {
        const { verifyId, poiId, serial, atMs } = act;
        const use = { verifyId, poiId, serial, redeemedAtMs: atMs, cancelledAtMs: null };
        uses.set(verifyId, use);
        break;
      }
      case 'cancelled': {
        const use = uses.get(act.verifyId);
        if (use) uses.set(act.verifyId, { ...use, cancelledAtMs: act.atMs });
        break;
      }
      case 'refund_requested':
        refundRequested = true;
        break;
      case 'refund_refused':
        refundRequested = false;
        break;
      case 'refunded':
        refundRequested = false;
        refund = {
          atMs: act.atMs,
          fen: (refund?.fen ?? 0) + act.refundFen,
          isWhole: act.isPartial !== true,
        };
        break;
    }
  }
  const all = [...uses.values()];
  const standing = all.filter((use) => use.cancelledAtMs === null);
  return { uses: all, standing, refundRequested, refund, updatedAtMs: acts.at(-1)?.atMs ?? null };
}

/** The first serial number that no standing use takes; null when all are used. */
export function freeSerial(certificate: Certificate, state: CertificateState): number | null {
  const taken = new Set(state.standing.map((use) => use.serial));
  const free = certificate.serialAmounts.findIndex((_, index) => !taken.has(index + 1));
  return free === -1 ? null : free + 1;
}

/**
 * What a refund gives back to the buyer: a times card with uses left gives back those, everything
 * else gives back the whole; less what was given back before.
 */
export function refundableFen(certificate: Certificate, state: CertificateState): number {
  const taken = new Set(state.standing.map((use) => use.serial));
  const unused = certificate.serialAmounts.filter((_, index) => !taken.has(index + 1));
  const given = unused.length > 0 ? unused : certificate.serialAmounts;
  const givenFen = given.reduce((sum, amounts) => sum + amounts.payFen, 0);
  return Math.max(0, givenFen - (state.refund?.fen ?? 0));
}
