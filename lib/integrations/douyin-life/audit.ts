import { auditBy } from '../kit/audit.ts';
import type { Audit, AuditContext } from '../kit/integration.ts';
import type { RefundRequest } from '../kit/records.ts';
import { DouyinLifeClient } from './client.ts';

/** One call and perhaps a token before it; each is cut off sooner by itself. */
const WITHIN_MS = 10_000;

/** Longer ones are cut: no page says how long a reason may be. */
const MAX_REASON = 200;

/**
 * Reports to the platform how a refund request was decided: of 三方码 by `fulfilment/refund/audit`, of 抖音码
 * after use by `after_sale/order/audit`, as the request's reference says.
 */
export async function auditRefund(request: RefundRequest, context: AuditContext): Promise<Audit> {
  if (request.status === 'pending') return refused('nobody has decided this request');
  const { reference, voucherIds, status } = request;
  const deadlineMs = context.now() + WITHIN_MS;
  const client = new DouyinLifeClient({ ...context, deadlineMs });
  const isAllowed = status === 'approved';
  const reason = (request.reason ?? '').slice(0, MAX_REASON);
  if (reference.call === 'akte') {
    const { account_id: accountId, order_id: orderId, certificate_id: certificateId } = reference;
    if (!accountId || !orderId || !certificateId) return refused(INCOMPLETE);
    const call = { accountId, orderId, certificateId, isAllowed, reason };
    return auditBy(() => client.auditAfterSale(call));
  }
  const { after_sale_id: afterSaleId } = reference;
  if (!afterSaleId) return refused(INCOMPLETE);
  const call = { afterSaleId, certificateIds: voucherIds, isAllowed, reason };
  return auditBy(() => client.auditFulfilment(call));
}

const INCOMPLETE =
  'the request came without the ids that the audit call wants: decide it in 抖音来客 instead';

function refused(why: string): Audit {
  return { outcome: 'refused', why };
}
