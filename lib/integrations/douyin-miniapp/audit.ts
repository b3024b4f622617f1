import { auditBy } from '../kit/audit.ts';
import type { Audit, AuditContext } from '../kit/integration.ts';
import type { RefundRequest } from '../kit/records.ts';
import { ask } from './ask.ts';

/** A token, the call, and both once more where the token was refused. */
const PATIENCE_MS = 10_000;

/** `refund_audit_status`. Source: refund/merchant_audit_callback. */
const STATUS = { approved: 1, refused: 2 } as const;

/**
 * Reports how a refund was decided: the general system by the platform's id of it, the life services'
 * two by the number that we gave it. The version of the request says which system it came from.
 */
export async function auditRefund(request: RefundRequest, context: AuditContext): Promise<Audit> {
  const { status, refundId, reference, reason } = request;
  if (status === 'pending') return { outcome: 'wait', why: 'the refund is not decided yet' };
  const decision = {
    refund_audit_status: STATUS[status],
    ...(status === 'refused' ? { deny_message: reason ?? '' } : {}),
  };
  const call = { ...context, deadlineMs: context.now() + PATIENCE_MS };
  return auditBy(async () => {
    if (reference.version?.startsWith('3') === true) {
      const body = { refund_id: reference.refundId ?? refundId, ...decision };
      await ask(call, 'refund_audit_callback', 'general', body);
    } else {
      const body = { out_refund_no: reference.outRefundNo ?? '', ...decision };
      await ask(call, 'merchant_audit_callback', 'refund', body);
    }
  });
}
