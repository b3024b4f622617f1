import type { JsonValue } from '../../../json/parse.ts';
import type { App } from '../../kit/app.ts';
import type { Answer } from '../../kit/integration.ts';
import { misfit } from '../../kit/reading.ts';
import type { CallbackRecords } from '../../kit/records.ts';
import { ASK_AGAIN, failure, success } from './envelope.ts';
import { issueSchema, merchantOf, NO_MERCHANT, voucherIdsOf } from './requests.ts';

/** `data.result`. Source: tripartite.code/create. */
const RESULT = { issuing: 0, issued: 1, failed: 2 } as const;

/**
 * 发券: codes of the merchant's pool, the same again for the same order. Where the request lists its
 * vouchers each gets its code; otherwise the codes come as the older list.
 */
export async function issue(body: JsonValue, app: App, records: CallbackRecords): Promise<Answer> {
  const parsed = issueSchema.safeParse(body);
  if (!parsed.success) return failure(ASK_AGAIN, misfit(parsed.error));
  const { order_id: orderId, sku, vouchers } = parsed.data;
  const merchantId = merchantOf(parsed.data, app);
  if (merchantId === undefined) return failure(ASK_AGAIN, NO_MERCHANT);
  const voucherIds = voucherIdsOf(vouchers);
  const count = voucherIds.length > 0 ? voucherIds.length : (parsed.data.count ?? 1);
  const productId = sku?.sku_id ?? null;
  const issued = await records.issueCodes({ merchantId, orderId, productId, count });
  if (issued.outcome !== 'issued') return withoutCode(app);
  const { codes } = issued;
  if (codes.length < count) return failure(ASK_AGAIN, 'the order was given fewer codes before');
  if (voucherIds.length === 0) return success({ result: RESULT.issued, codes });
  const certificates = voucherIds.map((certificate_id, index) => ({
    certificate_id,
    code: codes[index],
  }));
  return success({ result: RESULT.issued, certificates });
}

/** What we answer the platform when the pool has no code, by `settings.whenNoCode`. */
function withoutCode({ settings }: App): Answer {
  switch (settings.whenNoCode) {
    case 'pending':
      return success({ result: RESULT.issuing });
    case 'retry':
      return failure(ASK_AGAIN, 'no code at the moment');
    default:
      return success({ result: RESULT.failed });
  }
}
