import * as z from 'zod';
import { idSchema, type Platform, platformSchema } from '../../events/id.ts';
import { keys, productsPartition } from '../keys.ts';
import type { Table } from '../table.ts';

const word = z.string().nullable().default(null);

/** What a platform sells under one id: learned from events, and named and linked by the operator. */
export const productSchema = z.object({
  platform: platformSchema,
  productId: idSchema,
  /** Whose sale it was seen in first; null where no sale of it came yet. */
  merchantId: word,
  /** As the platform calls it, where it told. */
  platformName: word,
  /** The operator's own name of it. */
  name: word,
  category: word,
  /** The dish or service that it is, at whatever platform. */
  supplyId: word,
  /** When its first sale was recorded; null where none came yet. */
  seenAt: word,
});
export type Product = z.infer<typeof productSchema>;

/** What people call it: the operator's word before the platform's. */
export function productName({ name, platformName }: Product): string | null {
  return name ?? platformName;
}

/** Of a sale: what it says of the product. */
export interface SoldProduct {
  readonly platform: Platform;
  readonly productId: string;
  readonly merchantId: string;
  readonly platformName: string | null;
  readonly seenAt: string;
}

/** Longer than any title that a platform shows. */
const MAX_NAME = 200;
const MAX_NOTED = 50_000;

/** What this worker has noted, and whether with a name; forgetting costs a read each. */
const noted = new WeakMap<Table, Map<string, boolean>>();

/** Notes a product that was sold, once; and once more when its name is told. What the operator said stays. */
export async function noteProduct(table: Table, sold: SoldProduct): Promise<void> {
  const { platform, productId } = sold;
  const platformName = sold.platformName?.trim().slice(0, MAX_NAME) || null;
  const known = noted.get(table) ?? new Map<string, boolean>();
  noted.set(table, known);
  const key = JSON.stringify([platform, productId]);
  const before = known.get(key);
  if (before === true || (before === false && platformName === null)) return;
  const place = keys.product(platform, productId);
  const item = await table.get(place, false);
  const standing = item === undefined ? undefined : productSchema.parse(item);
  const isNamed = standing !== undefined && standing.platformName !== null;
  if (standing?.seenAt == null || (platformName !== null && !isNamed)) {
    const { merchantId, seenAt } = sold;
    const learned = standing?.seenAt == null ? { merchantId, seenAt } : {};
    const told = platformName === null ? {} : { platformName };
    await table.set(place, { platform, productId, ...learned, ...told }, ALWAYS);
  }
  if (known.size >= MAX_NOTED) known.clear();
  known.set(key, isNamed || platformName !== null);
}

/** Attributes of their own: what is learned and what is said never overwrite one another. */
const ALWAYS = { expression: 'attribute_exists(pk) OR attribute_not_exists(pk)' };

/** Writes what the operator says of a product, whole: null where nothing is said. */
export async function putProduct(
  table: Table,
  said: Pick<Product, 'platform' | 'productId' | 'name' | 'category' | 'supplyId'>,
): Promise<void> {
  const { platform, productId } = said;
  await table.set(keys.product(platform, productId), said, ALWAYS);
}

export async function readProduct(
  table: Table,
  platform: Platform,
  productId: string,
): Promise<Product | undefined> {
  const item = await table.get(keys.product(platform, productId));
  return item === undefined ? undefined : productSchema.parse(item);
}

/** No id sorts after it. */
const LAST = '\u{10FFFF}';

/** A platform's products, by their ids. @param after goes on after this id */
export async function* productsOf(
  table: Table,
  platform: Platform,
  after?: string,
): AsyncGenerator<Product> {
  const pk = productsPartition(platform);
  const start = after === undefined ? null : keys.product(platform, after).sk;
  const beyond = start === null ? {} : { between: [start, LAST] as const };
  for await (const item of table.query(pk, { ...beyond, consistent: false })) {
    if (item.sk !== start) yield productSchema.parse(item);
  }
}
