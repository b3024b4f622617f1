import type { JsonObject } from '../../../json/parse.ts';
import type { App } from '../../kit/app.ts';
import { jsonOf } from '../../kit/json.ts';
import type { CallbackRecords } from '../../kit/records.ts';
import { afterSaleAuditSchema, refundIdAfterUse } from '../payloads.ts';
import { AFTER_USE } from './about.ts';

/**
 * Files a refund request for a used 抖音码 voucher (`life_hermes_akte_after_sale_audit`). The message
 * takes no answer, so every decision goes by the audit call. What does not fit is left to `read`,
 * which quarantines it.
 */
export async function fileAfterUse(
  envelope: JsonObject,
  app: App,
  records: CallbackRecords,
): Promise<void> {
  if (envelope.event !== AFTER_USE) return;
  const { content } = envelope;
  const request = typeof content === 'string' ? jsonOf(content) : content;
  const parsed = afterSaleAuditSchema.safeParse(request);
  if (!parsed.success) return;
  const { account_id, order_id, certificate_id, refund_amount } = parsed.data;
  await records.fileRefund({
    integration: app.integration,
    appKey: app.appKey,
    merchantId: account_id,
    refundId: refundIdAfterUse(parsed.data),
    orderId: order_id,
    voucherIds: [certificate_id],
    requestedFen: refund_amount,
    // No deadline is documented for these.
    decideBy: null,
    reference: { call: 'akte', account_id, order_id, certificate_id },
    decisionBy: 'call',
  });
}
