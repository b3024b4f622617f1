import { mapLimit } from '../../../async/map-limit.ts';
import type { JsonValue } from '../../../json/parse.ts';
import type { Answer } from '../../kit/integration.ts';
import { misfit } from '../../kit/reading.ts';
import type { CallbackRecords } from '../../kit/records.ts';
import { ASK_AGAIN, failure, NO_ORDER, success } from './envelope.ts';
import { preCreateSchema, statusQuerySchema } from './requests.ts';

/** Of 100 orders, so many are looked up at once: each is a few reads. */
const LOOKED_UP_AT_ONCE = 20;

/**
 * 订单状态查询: what we know of each order. An order we know nothing of is left out. `order_status` is
 * left out too: its numbers are published nowhere.
 */
export async function queryStatus(body: JsonValue, records: CallbackRecords): Promise<Answer> {
  const parsed = statusQuerySchema.safeParse(body);
  if (!parsed.success) return failure(ASK_AGAIN, misfit(parsed.error));
  const orderIds = [...new Set(parsed.data.order_ids)];
  const withCodes = parsed.data.scene === 'fulfil';
  const found = await mapLimit(orderIds, LOOKED_UP_AT_ONCE, async (orderId) => {
    const detail = await detailOf(orderId, withCodes, records);
    return detail === undefined ? [] : [[orderId, detail] as const];
  });
  return success({ result: Object.fromEntries(found.flat()) });
}

async function detailOf(orderId: string, withCodes: boolean, records: CallbackRecords) {
  const [codes, events] = await Promise.all([
    records.codesOf(orderId),
    records.eventsOf('order', orderId),
  ]);
  if (codes.length === 0 && events.length === 0) return undefined;
  const voucherIds = [...new Set(events.flatMap((event) => event.voucherId ?? []))];
  const states = await mapLimit(voucherIds, LOOKED_UP_AT_ONCE, (id) => records.voucherState(id));
  const total = codes.length > 0 ? codes.length : states.length;
  const countOf = (state: string) => states.filter((one) => one === state).length;
  // Fewer known than sold: to call the others "unused" could get used ones refunded.
  const areAllKnown = total > 0 && states.length === total && countOf('unknown') === 0;
  return {
    order_id: orderId,
    out_order_id: extOrderId(orderId),
    ...(withCodes && { codes }),
    ...(total > 0 && { total_quantity: total }),
    ...(areAllKnown && {
      used_quantity: countOf('redeemed'),
      refund_quantity: countOf('refunded'),
    }),
  };
}

/**
 * 预下单: our order's id is made of the platform's, so it is the same again. Nothing is refused: what
 * is on sale is the platform's own record.
 */
export function preCreateOrder(body: JsonValue): Answer {
  const parsed = preCreateSchema.safeParse(body);
  if (!parsed.success) return failure(NO_ORDER, misfit(parsed.error));
  return success({ ext_order_id: extOrderId(parsed.data.order_id) });
}

function extOrderId(orderId: string): string {
  return `hx${orderId}`;
}
