import { businessDayAt, instantToMs } from '../../../../time/shanghai.ts';
import { amountRow } from '../amounts.ts';
import type { Fields } from '../answers.ts';
import { seconds } from '../messages.ts';
import type { Redemption } from '../model.ts';
import { integer, list, requiredInteger } from '../query.ts';
import { canCancel, certificateStatus, serialAmountRow, skuRow, VERIFY_TYPE_API } from '../rows.ts';
import type { World } from '../world.ts';
import { type Endpoint, type EndpointContext, requiredMerchant } from './endpoint.ts';

/**
 * Every redemption of a merchant, the cancelled ones too, oldest first. The record names neither the
 * order nor the store: to know the store one asks per store. Source: certificate.verifyrecord.query.
 */
export function verifyRecordQuery({ world, now }: EndpointContext): Endpoint {
  return {
    name: 'verify_record.query',
    path: '/goodlife/v1/fulfilment/certificate/verify_record/query/',
    empty: { total: 0, records: [] },
    read: (query) => {
      const { accountId } = requiredMerchant(world, query);
      const size = requiredInteger(query, 'size', { min: 1, max: 20 });
      const cursor = requiredInteger(query, 'cursor', { min: 0, max: Number.MAX_SAFE_INTEGER });
      const isWanted = filterOf(query, now());
      const found = (world.redemptions.get(accountId) ?? []).filter(isWanted);
      const page = found.filter(({ sequence }) => sequence > cursor).slice(0, size);
      return { total: found.length, records: page.map((one) => recordRow(one, world, now())) };
    },
  };
}

function filterOf(query: URLSearchParams, nowMs: number): (redemption: Redemption) => boolean {
  const poiIds = new Set(list(query, 'poi_ids'));
  const fromS = integer(query, 'start_time') ?? todayS(nowMs);
  const untilS = integer(query, 'end_time') ?? Number.POSITIVE_INFINITY;
  return ({ poiId, redeemedAtMs }) => {
    const redeemedAtS = seconds(redeemedAtMs);
    const isInTime = redeemedAtS >= fromS && redeemedAtS <= untilS;
    return isInTime && (poiIds.size === 0 || poiIds.has(poiId));
  };
}

/** "Not given means today": of Asia/Shanghai. */
function todayS(nowMs: number): number {
  return seconds(instantToMs(`${businessDayAt(nowMs)}T00:00:00+08:00`));
}

/**
 * `amount` is the certificate's; what one use of a times card is worth stands in
 * `verify_amount_info.times_card_serial_amount`.
 */
function recordRow(redemption: Redemption, world: World, nowMs: number): Fields {
  const { certificate, order, state } = world.find(redemption.certificateId);
  const { product } = order;
  const use = state.uses.find(({ verifyId }) => verifyId === redemption.verifyId);
  if (!use) throw new RangeError(`redemption ${redemption.verifyId} has no act`);
  return {
    cursor: String(redemption.sequence),
    verify_id: use.verifyId,
    certificate_id: certificate.certificateId,
    verify_time: seconds(use.redeemedAtMs),
    verify_type: VERIFY_TYPE_API,
    /** 1 valid, 2 revoked. */
    status: use.cancelledAtMs === null ? 1 : 2,
    certificate_status: certificateStatus(certificate, state),
    can_cancel: canCancel(use, state, nowMs),
    cancel_time: use.cancelledAtMs === null ? 0 : seconds(use.cancelledAtMs),
    code: '',
    amount: amountRow(certificate.amounts, product.marketPriceFen),
    sku: skuRow(product),
    ...(product.timesCount > 1 && {
      verify_amount_info: {
        times_card_serial_amount: serialAmountRow(certificate, product, use.serial),
      },
    }),
  };
}
