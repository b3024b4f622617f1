import type { EventDraft } from '../../../events/event.ts';
import type { JsonValue } from '../../../json/parse.ts';
import type { App } from '../../kit/app.ts';
import type { Reading } from '../../kit/integration.ts';
import { malformed, withoutTime } from '../../kit/reading.ts';
import type { Operation } from './operation.ts';
import {
  AUDIT_RESULT,
  issueSchema,
  merchantOf,
  NO_MERCHANT,
  preCreateSchema,
  refundApplySchema,
  refundIdOf,
  refundNoticeSchema,
  statusQuerySchema,
  voucherIdsOf,
} from './requests.ts';

interface SpiMessage {
  readonly operation: Operation;
  readonly body: JsonValue;
  readonly app: App;
  readonly receivedAt: string | undefined;
}

/**
 * What an SPI request reports besides its question. None carries the time of what it reports, so its events are
 * as of when it came, and incomplete.
 */
export function readSpi(message: SpiMessage): Reading {
  const { operation, body } = message;
  const kind = `spi/${operation}`;
  switch (operation) {
    case 'tripartite_code':
      return issued(kind, message);
    case 'refund_apply':
      return refundRequested(kind, message);
    case 'refund_notice':
      return refundDecided(kind, message);
    case 'status_query':
    case 'pre_create_order': {
      const schema = operation === 'status_query' ? statusQuerySchema : preCreateSchema;
      const parsed = schema.safeParse(body);
      return parsed.success ? { outcome: 'kept', kind } : malformed(kind, parsed.error);
    }
    case 'async_cancel_fulfil':
      return { outcome: 'kept', kind };
    default:
      return operation satisfies never;
  }
}

/**
 * Incomplete also because what was answered is not in it: an empty pool issues nothing. The payment is
 * not read from here: the order message reports it, and two notifications of it could differ.
 */
function issued(kind: string, { body, app, receivedAt }: SpiMessage): Reading {
  const parsed = issueSchema.safeParse(body);
  if (!parsed.success) return malformed(kind, parsed.error);
  const { order_id: orderId, sku, vouchers } = parsed.data;
  const merchantId = merchantOf(parsed.data, app);
  if (merchantId === undefined) return malformed(kind, NO_MERCHANT);
  const voucherIds = voucherIdsOf(vouchers);
  if (voucherIds.length === 0) return { outcome: 'kept', kind };
  if (receivedAt === undefined) return withoutTime(kind);
  const events = voucherIds.map(
    (voucherId): EventDraft => ({
      kind: 'voucher.issued',
      eventId: `issued:${voucherId}`,
      ...{ merchantId, orderId, voucherId, occurredAt: receivedAt, complete: false },
      productId: sku?.sku_id ?? null,
    }),
  );
  return { outcome: 'events', kind, events };
}

function refundRequested(kind: string, { body, app, receivedAt }: SpiMessage): Reading {
  const parsed = refundApplySchema.safeParse(body);
  if (!parsed.success) return malformed(kind, parsed.error);
  const { order_id: orderId, vouchers, refund_amount } = parsed.data;
  const merchantId = merchantOf(parsed.data, app);
  if (merchantId === undefined) return malformed(kind, NO_MERCHANT);
  const voucherIds = voucherIdsOf(vouchers);
  if (voucherIds.length === 0) return { outcome: 'kept', kind };
  if (receivedAt === undefined) return withoutTime(kind);
  const after_sale_id = parsed.data.after_sale_id ?? parsed.data.biz_uniq_key;
  const refundId = refundIdOf({ order_id: orderId, after_sale_id, voucherIds });
  const events = voucherIds.map(
    (voucherId): EventDraft => ({
      kind: 'voucher.refund_requested',
      eventId: `refund_requested:${refundId}:${voucherId}`,
      ...{ merchantId, orderId, voucherId, occurredAt: receivedAt, complete: false },
      refundId,
      // Of several vouchers the request reports only the sum.
      requestedFen: voucherIds.length === 1 ? refund_amount : null,
    }),
  );
  return { outcome: 'events', kind, events };
}

/** A refusal ends the request. An agreement is kept: its money comes with the refund itself. */
function refundDecided(kind: string, { body, app, receivedAt }: SpiMessage): Reading {
  const parsed = refundNoticeSchema.safeParse(body);
  if (!parsed.success) return malformed(kind, parsed.error);
  const { order_id: orderId, after_sale_id, notice_list } = parsed.data;
  const refused = notice_list.filter((one) => one.audit_result === AUDIT_RESULT.refused);
  if (voucherIdsOf(refused).length === 0) return { outcome: 'kept', kind };
  const merchantId = merchantOf(parsed.data, app);
  if (merchantId === undefined) return malformed(kind, NO_MERCHANT);
  const refundId = refundIdOf({
    order_id: orderId,
    after_sale_id,
    voucherIds: voucherIdsOf(notice_list),
  });
  const events: EventDraft[] = [];
  for (const { certificate_id: voucherId, audit_time } of refused) {
    const occurredAt = audit_time ?? receivedAt;
    if (voucherId === null) continue;
    if (occurredAt === undefined) return withoutTime(kind);
    events.push({
      kind: 'voucher.refund_failed',
      eventId: `refund_failed:${refundId}:${voucherId}${audit_time === null ? '' : `@${Date.parse(audit_time)}`}`,
      ...{ merchantId, orderId, voucherId, occurredAt, complete: audit_time !== null },
      refundId,
    });
  }
  return { outcome: 'events', kind, events };
}
