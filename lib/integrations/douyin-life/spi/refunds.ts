import type { JsonValue } from '../../../json/parse.ts';
import { DAY_MS, toInstant } from '../../../time/shanghai.ts';
import type { App } from '../../kit/app.ts';
import type { Answer } from '../../kit/integration.ts';
import { misfit } from '../../kit/reading.ts';
import type { CallbackRecords } from '../../kit/records.ts';
import { ASK_AGAIN, failure, success } from './envelope.ts';
import {
  AUDIT_RESULT,
  merchantOf,
  NO_MERCHANT,
  type RefundNotice,
  refundApplySchema,
  refundIdOf,
  refundNoticeSchema,
  voucherIdsOf,
} from './requests.ts';

/**
 * `data.result` of a refund request. 2 would refuse: we never do here, since a refusal of vouchers
 * without a code must bring the codes along. It goes by the audit call.
 */
const RESULT = { pending: 0, allowed: 1 } as const;

/** One page says that a pending request passes by itself after 24 h, another 72 h: the sooner counts. */
const DECIDE_WITHIN_MS = DAY_MS;

/** 退款申请: filed once, allowed at once where the merchant's policy says so, else pending. */
export async function applyForRefund(
  body: JsonValue,
  app: App,
  records: CallbackRecords,
): Promise<Answer> {
  const parsed = refundApplySchema.safeParse(body);
  if (!parsed.success) return failure(ASK_AGAIN, misfit(parsed.error));
  const { order_id: orderId, vouchers, refund_amount } = parsed.data;
  const merchantId = merchantOf(parsed.data, app);
  if (merchantId === undefined) return failure(ASK_AGAIN, NO_MERCHANT);
  const after_sale_id = parsed.data.after_sale_id ?? parsed.data.biz_uniq_key;
  const voucherIds = voucherIdsOf(vouchers);
  // An order that was never given a code is to be answered "pending", whatever is decided.
  const isUnissued = vouchers?.some((one) => one.code === null) ?? false;
  const isStrange = isUnissued && (await records.codesOf(orderId)).length === 0;
  const filed = await records.fileRefund({
    integration: app.integration,
    appKey: app.appKey,
    merchantId,
    refundId: refundIdOf({ order_id: orderId, after_sale_id, voucherIds }),
    orderId,
    voucherIds,
    requestedFen: refund_amount,
    decideBy: toInstant(records.now() + DECIDE_WITHIN_MS),
    reference: { call: 'fulfilment', ...(after_sale_id === null ? {} : { after_sale_id }) },
    decisionBy: isStrange ? 'call' : 'answer',
  });
  const isAllowed = filed.status === 'approved' && !isStrange;
  return success({ result: isAllowed ? RESULT.allowed : RESULT.pending });
}

/** 信息同步: the platform decided by itself (a deadline, its staff, 来客), and wants no decision. */
export async function noteRefund(body: JsonValue, records: CallbackRecords): Promise<Answer> {
  const parsed = refundNoticeSchema.safeParse(body);
  if (!parsed.success) return failure(ASK_AGAIN, misfit(parsed.error));
  const decision = decisionOf(parsed.data);
  if (decision === undefined) return success();
  for (const refundId of await refundsMeant(parsed.data, records)) {
    if ((await records.refundRequest(refundId)) === undefined) continue;
    const request = { refundId, orderId: parsed.data.order_id };
    await records.closeRefund(request, decision, decision === 'refused' ? '平台审核未通过' : '');
  }
  return success();
}

/** One request is never agreed to in part, so one voucher agreed to means the whole. */
function decisionOf({ notice_list }: RefundNotice): 'approved' | 'refused' | undefined {
  if (notice_list.some((one) => one.audit_result === AUDIT_RESULT.agreed)) return 'approved';
  const isRefused = notice_list.some((one) => one.audit_result === AUDIT_RESULT.refused);
  return isRefused ? 'refused' : undefined;
}

/** The notice names the after-sale only where it has several vouchers; else their latest requests. */
async function refundsMeant(notice: RefundNotice, records: CallbackRecords): Promise<Set<string>> {
  const { order_id, after_sale_id, notice_list } = notice;
  const voucherIds = voucherIdsOf(notice_list);
  const meant = new Set([refundIdOf({ order_id, after_sale_id, voucherIds })]);
  if (after_sale_id !== null) return meant;
  for (const voucherId of voucherIds) {
    const requests = (await records.eventsOf('voucher', voucherId)).filter(
      (event) => event.kind === 'voucher.refund_requested',
    );
    const latest = requests.at(-1)?.refundId;
    if (latest) meant.add(latest);
  }
  return meant;
}
