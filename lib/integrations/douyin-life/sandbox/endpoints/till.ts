import * as z from 'zod';
import { amountRow } from '../amounts.ts';
import { ApiFailure, CODES, type Fields } from '../answers.ts';
import { type Certificate, freeSerial, type Order } from '../model.ts';
import { badParameter, fieldsOf, text } from '../query.ts';
import { Refusal, refusing } from '../refusal.ts';
import { skuRow } from '../rows.ts';
import type { World } from '../world.ts';
import type { Endpoint, EndpointContext } from './endpoint.ts';

/** What a buyer shows: the sandbox's own rule. */
export function codeOf({ certificateId }: Pick<Certificate, 'certificateId'>): string {
  return `9${certificateId}`;
}

/** The unused voucher behind a code. Source: certificate.prepare. */
function prepare({ world }: EndpointContext): Endpoint {
  let prepared = 0;
  return {
    name: 'certificate.prepare',
    path: '/goodlife/v1/fulfilment/certificate/prepare/',
    empty: { certificates: [] },
    read: (query) => {
      const found = behind(world, text(query, 'code') ?? text(query, 'encrypted_data') ?? '');
      if (found === undefined) throw new ApiFailure(CODES.refused, '券不可用');
      const { certificate, order } = found;
      const { timesCount } = order.product;
      const { state } = world.find(certificate.certificateId);
      prepared += 1;
      return {
        verify_token: `prepared-${prepared}`,
        order_id: order.orderId,
        certificates: [
          {
            encrypted_code: certificate.encryptedCode,
            certificate_id: certificate.certificateId,
            sku: skuRow(order.product),
            amount: amountRow(certificate.amounts, order.product.marketPriceFen),
            ...(timesCount > 1 && {
              time_card: { times_count: timesCount, times_used: state.standing.length },
            }),
          },
        ],
      };
    },
  };
}

const verifySchema = z.looseObject({
  verify_token: z.string().min(1),
  poi_id: z.string().min(1),
  encrypted_codes: z.array(z.string()).min(1).optional(),
  /** 三方码, which want their order. */
  codes: z.array(z.string()).min(1).optional(),
  order_id: z.string().min(1).optional(),
});

/** Redeems; the same token again is answered the same. Source: certificate.verify. */
function verify({ world }: EndpointContext): Endpoint {
  const byToken = new Map<string, Fields>();
  return {
    name: 'certificate.verify',
    path: '/goodlife/v1/fulfilment/certificate/verify/',
    method: 'POST',
    empty: { verify_results: [] },
    read: (_query, body) => {
      const fields = fieldsOf(verifySchema, body);
      const { verify_token, poi_id, encrypted_codes, codes, order_id } = fields;
      if ((codes === undefined) === (encrypted_codes === undefined)) throw badParameter('codes');
      if (codes !== undefined && order_id === undefined) throw badParameter('order_id');
      const own = codes?.map((code) => ownCode(world, code, order_id ?? ''));
      const answer = byToken.get(verify_token) ?? {
        verify_results: (own ?? encrypted_codes ?? []).map((code, index) => ({
          ...resultOf(world, code, poi_id),
          ...(codes && { code: codes[index] }),
        })),
      };
      byToken.set(verify_token, answer);
      return answer;
    },
  };
}

const cancelSchema = z.looseObject({
  verify_id: z.string().min(1),
  certificate_id: z.string().min(1),
  /** 分门店结算 forbids it. */
  cancel_token: z.undefined().optional(),
});

/** Takes a redemption back within the hour. Source: certificate.cancel. */
function cancel({ world }: EndpointContext): Endpoint {
  return {
    name: 'certificate.cancel',
    path: '/goodlife/v1/fulfilment/certificate/cancel/',
    method: 'POST',
    empty: {},
    read: (_query, body) => {
      const { verify_id } = fieldsOf(cancelSchema, body);
      return refusing(() => {
        world.cancel(verify_id);
        return {};
      });
    },
  };
}

export const TILL = [prepare, verify, cancel] as const;

/** The encrypted code behind one of the merchant's own. */
function ownCode(world: World, code: string, orderId: string): string {
  const found = vouchersOf(world).find(
    ({ order, certificate }) => order.orderId === orderId && codeOf(certificate) === code,
  );
  if (found === undefined) throw badParameter('codes');
  return found.certificate.encryptedCode;
}

/** Source: certificate.verify: 1208, used before. */
const USED_BEFORE = 1208;

function resultOf(world: World, encryptedCode: string, poiId: string): Fields {
  const found = vouchersOf(world).find(
    ({ certificate }) => certificate.encryptedCode === encryptedCode,
  );
  if (found === undefined) throw badParameter('encrypted_codes');
  const { certificateId } = found.certificate;
  const { accountId, orderId } = found.order;
  const named = { certificate_id: certificateId, account_id: accountId, order_id: orderId };
  try {
    return { result: 0, msg: '', ...named, verify_id: world.redeem(certificateId, poiId) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { result: USED_BEFORE, msg: error.message, ...named, verify_id: '' };
  }
}

interface Found {
  readonly order: Order;
  readonly certificate: Certificate;
}

function vouchersOf(world: World): Found[] {
  return [...world.orders.values()].flatMap((order) =>
    order.certificates.map((certificate) => ({ order, certificate })),
  );
}

function behind(world: World, code: string): Found | undefined {
  return vouchersOf(world).find(({ certificate }) => {
    if (codeOf(certificate) !== code) return false;
    const { state } = world.find(certificate.certificateId);
    return state.refund?.isWhole !== true && freeSerial(certificate, state) !== null;
  });
}
