import { keys } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';
import { versionOfDay } from './provider-day.ts';

/**
 * When a provider's day needs its dimensions rolled up again. A day has a version: how many entries its buckets
 * have seen, which only grows. Its item also keeps up to which version its dimensions know it, and for which
 * version they were last requested. Whoever changes the day, and whoever has rolled up its dimensions, writes
 * first and compares after. So of any two side by side at least one sees what the other wrote, and a request
 * cannot get lost between them. What loses a message on its way is found by the same versions: `daysBehind`.
 */
const KNOWN = 'dimensionsUpTo';
const STORES = 'storesUpTo';
const REQUESTED = 'requestedUpTo';
const REQUESTED_AT = 'requestedAtMs';
const RESENT = 'resent';

/** A request that was not worked on for so long is taken for lost: tries end 25 minutes after its delay. */
const LOST_AFTER_MS = 45 * 60_000;

/** Five minutes for its delay (DIMENSIONS_DELAY_SECONDS), and four for its worker. */
const FIRST_WAIT_MS = 9 * 60_000;
const LONGEST_WAIT_MS = 86_400_000;

/**
 * Requests a day's dimensions where they know less than the day, unless a request is on its way that will
 * make them know more than they do. Dying in between costs a request too many.
 * @param request sends the message
 * @param written the day as the caller's own write left it; read where it is absent
 */
export async function requestIfBehind(
  table: Table,
  { providerId, day }: { providerId: string; day: string },
  request: () => Promise<void>,
  now: () => number,
  written?: Item,
): Promise<void> {
  const key = keys.providerDay(providerId, day);
  const item = written ?? (await table.get(key));
  if (item === undefined) return;
  const version = versionOfDay(item);
  if (version <= knownUpTo(item)) return;
  const nowMs = now();
  if (isRequested(item, nowMs)) return;
  await request();
  // After the request, so that what stands here was sent.
  await table.set(key, { [REQUESTED]: version, [REQUESTED_AT]: nowMs, [RESENT]: 0 }, EXISTS);
}

/** Whether a day's dimensions know less than the day, be their request on its way or lost. */
export function isBehind(item: Item): boolean {
  return versionOfDay(item) > knownUpTo(item);
}

/**
 * Whether a day is over and what is kept of each of its stores (`store-shards.ts`) knows less than the day: that is written
 * when no more comes, at first by the sweep after midnight.
 */
export function lacksStores(item: Item): boolean {
  return versionOfDay(item) > storesUpTo(item);
}

/** Up to which version of the day its shards know it; 0 before they were ever written. */
export function storesUpTo(item: Item): number {
  return Number(item[STORES] ?? 0);
}

/**
 * Notes up to which version of the day its shards know it.
 * @param before what stood when the day was read
 * @returns false where somebody else wrote shards of the day meanwhile: what this one left as it stood may be older
 */
export async function noteStores(
  table: Table,
  { providerId, day }: { providerId: string; day: string },
  upTo: number,
  before: number,
): Promise<boolean> {
  const isFirst = before === 0;
  return table.set(
    keys.providerDay(providerId, day),
    { [STORES]: upTo },
    {
      expression: `attribute_exists(pk) AND ${isFirst ? 'attribute_not_exists(#s)' : '#s = :before'}`,
      names: { '#s': STORES },
      values: isFirst ? {} : { ':before': before },
    },
  );
}

/** When the request of a day that is behind is taken for lost and sent again: each time later. Epoch ms. */
export function resendAtMs(item: Item): number {
  const requestedAt = item[REQUESTED_AT];
  if (requestedAt === undefined) return 0;
  const waitMs = FIRST_WAIT_MS * 2 ** Math.min(Number(item[RESENT] ?? 0), 20);
  return Number(requestedAt) + Math.min(waitMs, LONGEST_WAIT_MS);
}

/** Before the request is sent again. @returns false when somebody requested it since it was read */
export async function putOffResend(table: Table, item: Item, nowMs: number): Promise<boolean> {
  const at = item[REQUESTED_AT];
  return table.set(
    { pk: item.pk, sk: item.sk },
    {
      [REQUESTED]: versionOfDay(item),
      [REQUESTED_AT]: nowMs,
      [RESENT]: Number(item[RESENT] ?? 0) + 1,
    },
    {
      expression: at === undefined ? 'attribute_not_exists(#at)' : '#at = :at',
      names: { '#at': REQUESTED_AT },
      values: at === undefined ? {} : { ':at': at },
    },
  );
}

/** Changes whenever a day or what its dimensions know of it does: `<entries seen>.<entries known>`. */
export function markOfDay(item: Item | undefined): string {
  return item === undefined ? '0.0' : `${versionOfDay(item)}.${knownUpTo(item)}`;
}

/**
 * Notes up to which version of the day its dimensions know it. Never goes back.
 * @param needsShards false: its summary has all its stores, so nothing more is to be written of them
 * @returns the day as this left it; undefined where somebody had noted as much
 */
export async function noteRolledUp(
  table: Table,
  { providerId, day }: { providerId: string; day: string },
  upTo: number,
  needsShards = true,
): Promise<Item | undefined> {
  return table.setAndGet(
    keys.providerDay(providerId, day),
    needsShards ? { [KNOWN]: upTo } : { [KNOWN]: upTo, [STORES]: upTo },
    {
      expression: 'attribute_exists(pk) AND (attribute_not_exists(#k) OR #k < :upTo)',
      names: { '#k': KNOWN },
      values: { ':upTo': upTo },
    },
  );
}

/** Notes it also where that goes back: what stood had counted too much. */
export async function noteMended(
  table: Table,
  { providerId, day }: { providerId: string; day: string },
  upTo: number,
): Promise<void> {
  await table.set(keys.providerDay(providerId, day), { [KNOWN]: upTo }, EXISTS);
}

/** Up to which version of the day its dimensions know it; 0 before they were ever rolled up. */
function knownUpTo(item: Item): number {
  return Number(item[KNOWN] ?? 0);
}

function isRequested(item: Item, nowMs: number): boolean {
  const isNew = nowMs < Number(item[REQUESTED_AT] ?? 0) + LOST_AFTER_MS;
  return isNew && Number(item[REQUESTED] ?? 0) > knownUpTo(item);
}

const EXISTS = { expression: 'attribute_exists(pk)' };
