import * as z from 'zod';
import { idSchema, platformSchema } from '../../events/id.ts';
import { type CheckedPlace, checkedPrefix, keys, type MerchantRef } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * `complete`: all that the platform records is ours, and nothing else. `repaired`: so it is since we took in
 * what we lacked. `different`: differences are open. `checking`: what we lacked is on its way. `unchecked`: it
 * could not be read whole. `unverifiable`: the platform lists no such records.
 */
const DAY_STATUSES = [
  'complete',
  'repaired',
  'different',
  'checking',
  'unchecked',
  'unverifiable',
] as const;

const amount = { count: z.int(), fen: z.int() };
const oursSchema = z.object(amount);
/** Null fen: the platform does not report what they are worth. */
const theirsSchema = z.object({ ...amount, fen: z.int().nullable() });

/** Redemptions of a day that were not reversed; what they are worth is the buyer's and the platform's money. */
const sidesSchema = z.object({ ours: oursSchema, theirs: theirsSchema.nullable() });
export type Sides = z.infer<typeof sidesSchema>;

export const checkedDaySchema = z.object({
  platform: platformSchema,
  merchantId: idSchema,
  integration: z.string(),
  appKey: z.string(),
  /** Null: the merchant's day, with all its stores. */
  storeId: idSchema.nullable(),
  businessDay: z.iso.date(),
  status: z.enum(DAY_STATUSES),
  /** Why it is not complete, in the words of the reconciliation's reasons; null where nothing is to say. */
  reason: z.string().max(300).nullable(),
  ...sidesSchema.shape,
  /** By store, where the day is its merchant's; null: no store was named. */
  stores: z.array(sidesSchema.extend({ storeId: z.string().nullable() })),
  /** Facts that the platform records and that we lacked, and those of them that were taken in. */
  found: z.int(),
  repaired: z.int(),
  /** Differences that are open. */
  differences: z.int(),
  /** Our redemptions of the day: how many a webhook or our own call brought, and how many only asking. */
  byWebhook: z.int(),
  byAsking: z.int(),
  /** How long after the act the latest of those came that only asking brought; null without any. */
  latestSeconds: z.int().nullable(),
  /** How many rows each list had. */
  rows: z.record(z.string(), z.int()),
  /** The integration's lists that were read. */
  source: z.string(),
  checkedAt: z.string(),
});
export type CheckedDay = z.infer<typeof checkedDaySchema>;

/** Of two readings of one day the newer stands. @returns false where a newer one stood */
export function putCheckedDay(table: Table, checked: CheckedDay): Promise<boolean> {
  return table.put(keys.checkedDay(checked.businessDay, checked), checked, {
    expression: 'attribute_not_exists(pk) OR checkedAt <= :checkedAt',
    values: { ':checkedAt': checked.checkedAt },
  });
}

/** That a day could not be read replaces no reading of it. */
export async function putUnread(table: Table, checked: CheckedDay): Promise<void> {
  await table.put(keys.checkedDay(checked.businessDay, checked), checked, {
    expression: 'attribute_not_exists(pk) OR #status = :unchecked',
    names: { '#status': 'status' },
    values: { ':unchecked': 'unchecked' },
  });
}

/** @returns false when it was read again meanwhile */
export function settleCheckedDay(
  table: Table,
  { businessDay, checkedAt, ...of }: CheckedPlace & { businessDay: string; checkedAt: string },
  fields: Partial<CheckedDay>,
): Promise<boolean> {
  return table.set(keys.checkedDay(businessDay, of), fields, {
    expression: 'checkedAt = :read',
    values: { ':read': checkedAt },
  });
}

export async function readCheckedDay(
  table: Table,
  day: string,
  of: CheckedPlace,
): Promise<CheckedDay | undefined> {
  const item = await table.get(keys.checkedDay(day, of));
  return item === undefined ? undefined : checkedDaySchema.parse(item);
}

/**
 * A day's readings in the order of platform, merchant, integration and store, each with its sort key.
 * @param of only this merchant's, or this platform's where it names no merchant
 * @param after only those after this sort key
 */
export async function* checkedDays(
  table: Table,
  day: string,
  of: MerchantRef | { readonly platform: string } | undefined,
  after = '',
): AsyncGenerator<{ readonly checked: CheckedDay; readonly sk: string }> {
  const { pk } = keys.checkedDay(day, { ...NOWHERE, ...of });
  const between = betweenOf(of, after);
  if (between === undefined) return;
  for await (const item of table.query(pk, { between, consistent: false })) {
    if (item.sk === after) continue;
    yield { checked: checkedDaySchema.parse(item), sk: item.sk };
  }
}

const NOWHERE = { platform: '', merchantId: '', integration: '', appKey: '', storeId: null };

/** Sort keys from the first that is wanted to the last; undefined where none is left. */
export function betweenOf(
  of: MerchantRef | { readonly platform: string } | undefined,
  after: string,
): readonly [string, string] | undefined {
  const prefix = of === undefined ? '' : 'merchantId' in of ? checkedPrefix(of) : `${of.platform}#`;
  // After every character that a key begins with.
  const end = `${prefix}\u{10ffff}`;
  const begin = after > prefix ? after : prefix === '' ? ' ' : prefix;
  return begin < end ? [begin, end] : undefined;
}
