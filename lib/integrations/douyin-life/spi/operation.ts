import type { JsonValue } from '../../../json/parse.ts';
import { isObject } from '../../kit/json.ts';

/** What a synchronous callback asks, by the platform's own words for it. */
export const OPERATIONS = [
  'pre_create_order',
  'tripartite_code',
  'refund_apply',
  'refund_notice',
  'status_query',
  'async_cancel_fulfil',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Another name that paths have for one of them. */
const ALIASES: ReadonlyMap<string, Operation> = new Map([
  ...OPERATIONS.map((name) => [name, name] as const),
  ['order_query', 'status_query'],
]);

/** As the platform names all of its operations: `life.trade.order_delay`. */
const PLATFORMS_NAME = /^[a-z_][a-z0-9_]*(\.[a-z0-9_]+){2,}$/;

/**
 * The operation that the path names. Where the path names none of the platform's, the one whose
 * documented shape the body has. A path that names another of theirs (`cert.asset.lock`,
 * `life.trade.order_delay`) is that other: its body may look like one of ours, and is not.
 * @param path what follows the app key in the URL that the operator configured for this SPI
 */
export function operationOf(path: string | undefined, body: JsonValue): Operation | undefined {
  const parts = (path ?? '').toLowerCase().split('/');
  const named = parts.flatMap((part) => part.split('.')).findLast((word) => ALIASES.has(word));
  if (named !== undefined) return ALIASES.get(named);
  return parts.some((part) => PLATFORMS_NAME.test(part)) ? undefined : operationOfBody(body);
}

export function isOperation(name: string): name is Operation {
  return OPERATIONS.some((one) => one === name);
}

/**
 * By what its page documents of the body: everything that makes it this request and no other. 撤销核销
 * 异步回调 is documented nowhere, so only a path names it; a list of vouchers alone is no refund request,
 * because the requests about gifting (券资产) list them too.
 */
export function operationOfBody(body: JsonValue): Operation | undefined {
  if (!isObject(body) || 'event' in body) return undefined;
  if (Array.isArray(body.order_ids)) return 'status_query';
  if (!('order_id' in body)) return undefined;
  if (Array.isArray(body.notice_list)) return 'refund_notice';
  if (isObject(body.sku)) return 'tripartite_code';
  if ('create_order_time' in body) return 'pre_create_order';
  const isAfterSale = 'after_sale_id' in body || 'biz_uniq_key' in body;
  return isAfterSale && listOf(body) !== undefined ? 'refund_apply' : undefined;
}

/** The list of a refund request's vouchers: its key is not confirmed, so these are all read. */
const LISTS = [
  'certificates',
  'certificate_list',
  'certificate',
  'vouchers',
  'voucher_list',
  'refund_info_list',
  'refund_list',
];

/** The vouchers that a body lists, under whichever key. */
export function listOf(body: object): unknown[] | undefined {
  const fields = new Map(Object.entries(body));
  return LISTS.map((key) => fields.get(key)).find((value) => Array.isArray(value));
}
