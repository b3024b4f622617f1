import { fingerprint } from '../../crypto/hash.ts';
import { type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import { normalizeInstant } from '../../time/shanghai.ts';
import type { App } from '../kit/app.ts';
import type { NotDone } from '../kit/till.ts';
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

/** What a successful call came to. */
export interface Redeemed {
  /** One redemption for each voucher that was redeemed. */
  readonly events: EventDraft[];
  /** Requested vouchers that the platform refused. */
  readonly notDone: readonly NotDone[];
  /** Redeemed vouchers that nothing names. */
  readonly unread: number;
}

/**
 * What a successful call redeemed. The platform reports no amount and no time of the act, so the events
 * are incomplete: its own record takes their place.
 * @param results what the platform says of each voucher; undefined when it does not, then all were redeemed
 * @throws RangeError when `at` is no instant
 */
export function verifiedOf(
  redemption: Redemption,
  results: readonly VerifyResult[] | undefined,
  app: App,
): Redeemed {
  const { orderId, verifyToken, poiId } = redemption;
  const common = {
    merchantId: app.settings.merchantId ?? app.appKey,
    orderId,
    occurredAt: normalizeInstant(redemption.at),
    isTimeEstimated: true as const,
    complete: false,
  };
  const { acts, ...others } = actsOf(redemption, results);
  const events = acts.map(({ voucherId, verifyId }): EventDraft => {
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
  return { events, ...others };
}

/** An absent result is success too: the call as a whole was one. */
const SUCCESS: ReadonlySet<unknown> = new Set([0, '0', undefined, null]);

interface Act {
  readonly voucherId: string;
  readonly verifyId: string | undefined;
}

type Acts = Omit<Redeemed, 'events'> & { readonly acts: readonly Act[] };

function actsOf(redemption: Redemption, results: readonly VerifyResult[] | undefined): Acts {
  const vouchers = vouchersOf(redemption);
  const all = vouchers.map((voucherId): Act => ({ voucherId, verifyId: undefined }));
  // An encrypted code that nothing names has been redeemed all the same.
  if (results === undefined) return { acts: all, notDone: [], unread: all.length === 0 ? 1 : 0 };
  const nameOf = namesIn(redemption, results.length);
  const redeemed = results.filter(({ result }) => SUCCESS.has(result));
  const named = redeemed.flatMap((row): Act[] => {
    const voucherId = nameOf(row);
    return voucherId === undefined ? [] : [{ voucherId, verifyId: row.verify_id }];
  });
  const unread = redeemed.length - named.length;
  // As many successes as vouchers: those requested, even when nothing says which is which.
  if (unread > 0 && redeemed.length === vouchers.length)
    return { acts: all, notDone: [], unread: 0 };
  const notDone = results
    .filter(({ result }) => !SUCCESS.has(result))
    .map((row) => refusedRow(row.result, nameOf(row)));
  const answered = new Set([...named, ...notDone].map(({ voucherId }) => voucherId));
  // Of those that no row names, one may be the success that names nothing.
  const missing = unread > 0 ? [] : vouchers.filter((voucherId) => !answered.has(voucherId));
  const passedOver = notDone.some(({ voucherId }) => voucherId === undefined) ? [] : missing;
  notDone.push(...passedOver.map((voucherId) => ({ voucherId, ...NOT_TOLD })));
  return { acts: named, notDone, unread };
}

/**
 * Which requested voucher a row is about: the one whose certificate it names, or whose code; the only one that was
 * requested; a code by itself only where vouchers have no other name.
 */
function namesIn(redemption: Redemption, rows: number): (row: VerifyResult) => string | undefined {
  const { certificateIds = [] } = redemption;
  const codes = 'codes' in redemption ? redemption.codes : [];
  const isPaired = certificateIds.length === codes.length;
  const byCode = new Map(isPaired ? codes.map((code, at) => [code, certificateIds[at]]) : []);
  const vouchers = vouchersOf(redemption);
  const only = vouchers.length === 1 && rows === 1 ? vouchers[0] : undefined;
  return ({ certificate_id, code }) => {
    const own = certificateIds.length === 0 ? code : undefined;
    return certificate_id ?? (code === undefined ? undefined : byCode.get(code)) ?? only ?? own;
  };
}

/** The platform's own words are not repeated: they may name the code. */
function refusedRow(result: unknown, voucherId: string | undefined): NotDone {
  const code = /^-?\w{1,16}$/.test(String(result)) ? String(result) : 'unreadable';
  const reason = 'the platform did not redeem it';
  return { ...(voucherId !== undefined && { voucherId }), code, reason };
}

const NOT_TOLD = {
  code: 'not-told',
  reason: 'the platform’s answer does not show it as redeemed',
};

/** By certificate where it is known, else by the merchant's own code. An encrypted code names nothing. */
function vouchersOf(redemption: Redemption): readonly string[] {
  const { certificateIds = [] } = redemption;
  if (certificateIds.length > 0) return certificateIds;
  return 'codes' in redemption ? redemption.codes : [];
}
