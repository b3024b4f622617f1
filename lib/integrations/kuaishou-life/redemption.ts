import { fingerprint } from '../../crypto/hash.ts';
import { type EventDraft, NO_AMOUNTS, UNKNOWN_SALE } from '../../events/event.ts';
import { normalizeInstant } from '../../time/shanghai.ts';
import type { App } from '../kit/app.ts';
import type { VerifyResult } from './answers.ts';

/** Vouchers to be redeemed: the platform's, as prepare gave them, or the merchant's own codes. */
export type Codes =
  | { readonly encryptedCodes: readonly string[] }
  | { readonly codes: readonly string[] };

/** One call of certificate/verify. */
export type Redemption = Codes & {
  /** Names this act, so that it may be repeated; prepare's, or ours and new for each act. */
  readonly verifyToken: string;
  readonly poiId: string;
  readonly orderId: string;
  /** Required for an order of one code of the merchant's own; else the vouchers' names, where known. */
  readonly certificateIds?: readonly string[];
  readonly outOrderId?: string;
  /** When it was redeemed, ISO 8601 with an offset; the same again when the call is repeated. */
  readonly at: string;
};

/** The call's body in the platform's names. */
export function verifyBody(redemption: Redemption): Readonly<Record<string, unknown>> {
  const { certificateIds, outOrderId } = redemption;
  const codes =
    'codes' in redemption
      ? { codes: redemption.codes }
      : { encrypted_codes: redemption.encryptedCodes };
  return {
    verify_token: redemption.verifyToken,
    poi_id: redemption.poiId,
    order_id: redemption.orderId,
    ...codes,
    ...(certificateIds === undefined ? {} : { certificate_ids: certificateIds }),
    ...(outOrderId === undefined ? {} : { out_order_id: outOrderId }),
  };
}

/**
 * What a successful call redeemed. The platform reports no amount and no time of the act, so the events
 * are incomplete: its own record takes their place. A voucher that nothing names gives none.
 * @param results what the platform says of each voucher; undefined when it does not, then all were redeemed
 * @throws RangeError when `at` is no instant
 */
export function redeemedEvents(
  redemption: Redemption,
  results: readonly VerifyResult[] | undefined,
  app: App,
): EventDraft[] {
  const { orderId, verifyToken, poiId } = redemption;
  const common = {
    merchantId: app.settings.merchantId ?? app.appKey,
    orderId,
    occurredAt: normalizeInstant(redemption.at),
    isTimeEstimated: true as const,
    complete: false,
  };
  return actsOf(redemption, results).map(({ voucherId, verifyId }) => {
    // Without the platform's id of the act one is made up of the call's own, short and free of codes.
    const redemptionId = verifyId ?? `~${fingerprint(orderId, verifyToken, voucherId)}`;
    return {
      kind: 'voucher.redeemed',
      eventId: `redeemed:${redemptionId}`,
      ...common,
      voucherId,
      redemptionId,
      storeId: poiId,
      amounts: NO_AMOUNTS,
      unpriced: true,
      sale: UNKNOWN_SALE,
    };
  });
}

/** An absent result is success too: the call as a whole was one. */
const SUCCESS: ReadonlySet<unknown> = new Set([0, '0', undefined, null]);

interface Act {
  readonly voucherId: string;
  readonly verifyId: string | undefined;
}

function actsOf(redemption: Redemption, results: readonly VerifyResult[] | undefined): Act[] {
  const vouchers = vouchersOf(redemption);
  const all = vouchers.map((voucherId): Act => ({ voucherId, verifyId: undefined }));
  if (results === undefined) return all;
  const only = vouchers.length === 1 && results.length === 1 ? vouchers[0] : undefined;
  const redeemed = results.filter(({ result }) => SUCCESS.has(result));
  const named = redeemed.flatMap(({ certificate_id, code, verify_id }): Act[] => {
    const voucherId = certificate_id ?? only ?? code;
    return voucherId === undefined ? [] : [{ voucherId, verifyId: verify_id }];
  });
  // As many successes as vouchers: those requested, even when nothing says which is which.
  const isUnnamed = named.length < redeemed.length;
  return isUnnamed && redeemed.length === vouchers.length ? all : named;
}

/** By certificate where it is known, else by the merchant's own code. An encrypted code names nothing. */
function vouchersOf(redemption: Redemption): readonly string[] {
  const { certificateIds = [] } = redemption;
  if (certificateIds.length > 0) return certificateIds;
  return 'codes' in redemption ? redemption.codes : [];
}
