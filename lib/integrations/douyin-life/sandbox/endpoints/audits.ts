import * as z from 'zod';
import { fieldsOf } from '../query.ts';
import { Refusal, refusing } from '../refusal.ts';
import { authorised, type Endpoint, type EndpointContext } from './endpoint.ts';

const id = z.string().min(1);

const fulfilmentSchema = z.looseObject({
  after_sale_id: id,
  result: z.union([z.literal(1), z.literal(2)]),
  reason: z.string().default(''),
});

/** Decides a refund of third-party codes. Source: tripartite.code/refund.audit. */
function refundAudit({ world }: EndpointContext): Endpoint {
  return {
    name: 'refund.audit',
    path: '/goodlife/v1/fulfilment/refund/audit/',
    method: 'POST',
    empty: {},
    read: (_query, body) => {
      const { after_sale_id, result, reason } = fieldsOf(fulfilmentSchema, body);
      return refusing(() => {
        const audit = { id: after_sale_id, isAllowed: result === 1, reason };
        world.decideRefund(world.afterSale(after_sale_id), audit);
        return {};
      });
    },
  };
}

const afterSaleSchema = z.looseObject({
  account_id: id,
  order_id: id,
  certificate_id: id,
  audit_status: z.boolean(),
  reject_reason: z.string().default(''),
});

/** Decides a refund after use. Source: akte/after_sale/order/audit. */
function afterSaleAudit({ world }: EndpointContext): Endpoint {
  return {
    name: 'after_sale.audit',
    path: '/goodlife/v1/akte/after_sale/order/audit/',
    method: 'POST',
    empty: {},
    read: (_query, body) => {
      const fields = fieldsOf(afterSaleSchema, body);
      const { account_id, order_id, certificate_id, audit_status, reject_reason } = fields;
      authorised(world, account_id);
      return refusing(() => {
        const { order } = world.find(certificate_id);
        if (order.orderId !== order_id || order.accountId !== account_id) {
          throw new Refusal(`certificate ${certificate_id} is not of this order`);
        }
        const audit = { id: certificate_id, isAllowed: audit_status, reason: reject_reason };
        world.decideRefund([certificate_id], audit);
        return {};
      });
    },
  };
}

export const AUDITS = [refundAudit, afterSaleAudit] as const;
