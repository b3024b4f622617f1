import { amountRow } from '../amounts.ts';
import type { Fields } from '../answers.ts';
import type { Lag } from '../faults.ts';
import { seconds } from '../messages.ts';
import {
  type Act,
  type Certificate,
  type CertificateState,
  type Order,
  rollUpActs,
  type Use,
} from '../model.ts';
import { badParameter, text } from '../query.ts';
import { canCancel, certificateStatus, serialAmountRow, skuRow, VERIFY_TYPE_API } from '../rows.ts';
import type { World } from '../world.ts';
import { authorised, type Endpoint, type EndpointContext } from './endpoint.ts';

/** Every voucher of an order with all its redemptions. Source: certificate.query. */
export function certificateQuery(context: EndpointContext): Endpoint {
  const { world, faults, now } = context;
  const visible = lagging(context);
  return {
    name: 'certificate.query',
    path: '/goodlife/v1/fulfilment/certificate/query/',
    empty: { certificates: [] },
    read: (query) => {
      const accountId = text(query, 'account_id');
      if (accountId !== null) authorised(world, accountId);
      const found = wanted(world, query);
      if (!found || (accountId !== null && found.order.accountId !== accountId)) {
        return { certificates: [] };
      }
      authorised(world, found.order.accountId);
      const rows = found.certificates.map((certificate) => {
        const state = rollUpActs(visible(certificate.acts));
        return certificateRow(
          { order: found.order, certificate, state, nowMs: now() },
          faults.options,
        );
      });
      return { certificates: rows };
    },
  };
}

interface Wanted {
  readonly order: Order;
  readonly certificates: readonly Certificate[];
}

/** By order_id xor encrypted_code. */
function wanted(world: World, query: URLSearchParams): Wanted | null {
  const orderId = text(query, 'order_id');
  const encryptedCode = text(query, 'encrypted_code');
  if ((orderId === null) === (encryptedCode === null)) {
    throw badParameter('exactly one of order_id and encrypted_code');
  }
  if (orderId !== null) {
    const order = world.orders.get(orderId);
    return order ? { order, certificates: order.certificates } : null;
  }
  for (const order of world.orders.values()) {
    const certificates = order.certificates.filter((one) => one.encryptedCode === encryptedCode);
    if (certificates.length > 0) return { order, certificates };
  }
  return null;
}

interface Seen {
  readonly order: Order;
  readonly certificate: Certificate;
  readonly state: CertificateState;
  readonly nowMs: number;
}

interface RowOptions {
  readonly omitPoi: boolean;
  readonly omitCancelled: boolean;
}

function certificateRow(seen: Seen, options: RowOptions): Fields {
  const { certificate, state } = seen;
  const { product } = seen.order;
  const uses = options.omitCancelled ? state.standing : state.uses;
  const records = uses.map((use) => useRow(use, seen, options));
  const latest = records.at(-1);
  return {
    certificate_id: certificate.certificateId,
    encrypted_code: certificate.encryptedCode,
    status: certificateStatus(certificate, state),
    start_time: seconds(certificate.startsAtMs),
    expire_time: seconds(certificate.expiresAtMs),
    sku: skuRow(product),
    amount: amountRow(certificate.amounts, product.marketPriceFen),
    ...(product.timesCount > 1 && {
      time_card: {
        times_count: product.timesCount,
        times_used: state.standing.length,
        serial_amount_list: certificate.serialAmounts.map((_, index) =>
          serialAmountRow(certificate, product, index + 1),
        ),
      },
    }),
    ...(latest && { verify: latest }),
    verify_records: records,
  };
}

function useRow(use: Use, seen: Seen, options: RowOptions): Fields {
  return {
    verify_id: use.verifyId,
    certificate_id: seen.certificate.certificateId,
    verify_time: seconds(use.redeemedAtMs),
    verify_type: VERIFY_TYPE_API,
    can_cancel: canCancel(use, seen.state, seen.nowMs),
    ...(!options.omitPoi && { poi_id: use.poiId }),
    verifier_unique_id: '',
    ...(seen.order.product.timesCount > 1 && { times_card_serial_num: use.serial }),
  };
}

/** Hides acts that are younger than the lag. They come into view in the order they happened. */
function lagging(context: EndpointContext): (acts: readonly Act[]) => readonly Act[] {
  const queriesSince = new Map<number, number>();
  return (acts) => {
    const { lag } = context.faults.options;
    const firstHidden = acts.findIndex(
      (act) => isTooYoung(act, lag, context.now()) || isQueriedTooSeldom(act, lag, queriesSince),
    );
    if (lag.queries !== undefined) {
      for (const { sequence } of acts) {
        queriesSince.set(sequence, (queriesSince.get(sequence) ?? 0) + 1);
      }
    }
    return firstHidden === -1 ? acts : acts.slice(0, firstHidden);
  };
}

function isTooYoung(act: Act, lag: Lag, nowMs: number): boolean {
  return nowMs < act.atMs + (lag.ms ?? 0);
}

function isQueriedTooSeldom(
  act: Act,
  lag: Lag,
  queriesSince: ReadonlyMap<number, number>,
): boolean {
  return (queriesSince.get(act.sequence) ?? 0) < (lag.queries ?? 0);
}
