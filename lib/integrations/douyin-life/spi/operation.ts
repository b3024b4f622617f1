import type { JsonValue } from '../../../json/parse.ts';

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

/** Other names that paths have for the same. */
const ALIASES: readonly (readonly [string, Operation])[] = [
  ...OPERATIONS.map((name) => [name, name] as const),
  ['order_query', 'status_query'],
];

/**
 * The operation that the path names, else the one whose shape the body has.
 * @param path what follows the app key in the URL that the operator configured for this SPI
 */
export function operationOf(path: string | undefined, body: JsonValue): Operation | undefined {
  const named = path?.toLowerCase() ?? '';
  return ALIASES.find(([word]) => named.includes(word))?.[1] ?? operationOfBody(body);
}

export function isOperation(name: string): name is Operation {
  return OPERATIONS.some((one) => one === name);
}

/** Told apart by fields that only one of them has. */
export function operationOfBody(body: JsonValue): Operation | undefined {
  if (!isObject(body) || 'event' in body) return undefined;
  if (Array.isArray(body.notice_list)) return 'refund_notice';
  if (Array.isArray(body.order_ids)) return 'status_query';
  if (!('order_id' in body) && !('verify_id' in body)) return undefined;
  if ('verify_id' in body) return 'async_cancel_fulfil';
  if (isObject(body.sku)) return 'tripartite_code';
  if ('create_order_time' in body) return 'pre_create_order';
  if (listOf(body) !== undefined) return 'refund_apply';
  return undefined;
}

export function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
