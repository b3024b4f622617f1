import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { sealBytes, unsealBytes } from '../../crypto/seal.ts';
import {
  keys,
  SET_ASIDE_REASONS,
  type SetAsideReason,
  SHARDS,
  setAsidePartition,
} from '../keys.ts';
import type { Table } from '../table.ts';

/** The raw archive keeps personal data, so it ends. A stage may say otherwise: `bodyDays`. */
const ARCHIVE_DAYS = 90;

/** When what is archived now ends, in epoch seconds. */
export function archiveEnd(nowMs: number, days = ARCHIVE_DAYS): number {
  return Math.floor(nowMs / 1000) + days * 86_400;
}

/** The `about` of facts that a platform answered to a call of ours: no road from outside writes it so. */
export const TILL_ABOUT = '=till';

/** The same of facts that its records showed. */
export const RECORDS_ABOUT = '=records';

/** The same of what its bills say. */
export const BILLS_ABOUT = '=bills';

export const deliverySchema = z.object({
  deliveryId: z.string().regex(/^[0-9a-f]{64}$/),
  integration: z.string(),
  appKey: z.string(),
  receivedAt: z.string(),
  /** What the request said about itself outside its signed bytes: a path, a kind in the query. */
  about: z.string().optional(),
  /** The signed bytes. */
  body: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** Whether a delivery was dealt with: it is archived only after everything it stands for is written. */
export async function isArchived(table: Table, deliveryId: string): Promise<boolean> {
  return (await table.get(keys.delivery(deliveryId))) !== undefined;
}

/** How what a delivery said came to us. */
export interface DeliverySource {
  readonly isTill: boolean;
  readonly outcome: string;
}

/** @returns undefined for one that is not archived, or no longer */
export async function readSource(
  table: Table,
  deliveryId: string,
): Promise<DeliverySource | undefined> {
  const item = await table.get(keys.delivery(deliveryId), false);
  if (item === undefined) return undefined;
  return { isTill: item.about === TILL_ABOUT, outcome: String(item.outcome) };
}

/**
 * The histories that an archived delivery changed, so that they can be booked again. The look may be a moment
 * behind: what it misses is done once more, and every step of that may be repeated.
 * @returns undefined for one that is not archived
 */
export async function archivedChanges(
  table: Table,
  deliveryId: string,
): Promise<ArchivedChange[] | undefined> {
  const item = await table.get(keys.delivery(deliveryId), false);
  if (item === undefined) return undefined;
  return changesSchema.parse(item.changed ?? []).map((text) => ({
    of: text.startsWith('v') ? 'voucher' : 'order',
    id: text.slice(1),
  }));
}

export interface ArchivedChange {
  readonly of: 'voucher' | 'order';
  readonly id: string;
}

/** `v` or `o`, then the id: short, because an item is charged by its length. */
const changesSchema = z.array(z.string().regex(/^[vo]/));

export interface Outcome {
  readonly outcome: 'events' | 'hint' | 'kept' | SetAsideReason;
  readonly kind: string;
  readonly why?: string | undefined;
  /** The histories it changed, of its integration's platform. */
  readonly changed?: readonly ArchivedChange[] | undefined;
}

/**
 * The last write for a delivery: its bytes and what became of it, with an end. Doubling as the mark
 * that it is done, it costs a repeated delivery one read and no write.
 */
export async function archiveDelivery(
  table: Table,
  delivery: Delivery,
  { changed, ...outcome }: Outcome,
  nowMs: number,
  bodyDays?: number,
): Promise<void> {
  await table.put(keys.delivery(delivery.deliveryId), {
    ...(await pack(table, delivery)),
    ...outcome,
    changed: packChanges(changed),
    expiresAt: archiveEnd(nowMs, bodyDays),
  });
}

/**
 * What became of a delivery that was read again: on its archived item, which keeps its bytes and its
 * end, and on the set-aside lists. Written in this order, a crash leaves it to be done again.
 */
export async function amendArchive(
  table: Table,
  delivery: Delivery,
  { outcome, kind, why, changed }: Outcome,
  nowMs: number,
  bodyDays?: number,
): Promise<void> {
  const packed = packChanges(changed);
  const fields = {
    ...{ outcome, kind, why: why ?? null },
    // What it changed the first time stays known where it changes nothing now.
    ...(packed === undefined ? {} : { changed: packed }),
  };
  const there = { expression: 'attribute_exists(pk)' };
  const amended = await table.set(keys.delivery(delivery.deliveryId), fields, there);
  // Its time in the archive ended meanwhile: it is done all the same, and says so.
  if (!amended) {
    const written = { outcome, kind, why, changed };
    await archiveDelivery(table, delivery, written, nowMs, bodyDays);
  }
  for (const reason of SET_ASIDE_REASONS) {
    if (reason !== outcome) await table.delete(keys.setAside(reason, delivery.deliveryId));
  }
}

function packChanges(changed: readonly ArchivedChange[] = []): string[] | undefined {
  const texts = changed.map(({ of, id }) => `${of === 'voucher' ? 'v' : 'o'}${id}`);
  return texts.length === 0 ? undefined : texts;
}

/** Puts a delivery where people look for what could not be read. The bytes stay in the archive. */
export async function putSetAside(
  table: Table,
  reason: SetAsideReason,
  delivery: Delivery,
  outcome: Outcome,
  nowMs: number,
  bodyDays?: number,
): Promise<void> {
  const { deliveryId, integration, appKey, receivedAt } = delivery;
  const { changed: _changed, ...rest } = outcome;
  const fields = {
    ...{ deliveryId, integration, appKey, receivedAt },
    ...rest,
    expiresAt: archiveEnd(nowMs, bodyDays),
  };
  // Whatever stands: read again, it may be here for another reason.
  await table.put(keys.setAside(reason, deliveryId), fields, null);
}

/** How many deliveries stand on a set-aside list. */
export async function countSetAside(table: Table, reason: SetAsideReason): Promise<number> {
  return countShards(table, (shard) => setAsidePartition(reason, shard));
}

/**
 * A delivery as an item keeps it: its body sealed for its own id, so that none can be put in another's place. Bodies
 * over a few hundred bytes shrink to about half before, which is what a write is charged by.
 */
export async function pack(table: Table, delivery: Delivery): Promise<Record<string, unknown>> {
  const { deliveryId, integration, appKey, receivedAt, about, body } = delivery;
  const { keyId, secret } = await table.bodyKeys.newest();
  const zipped = gzipSync(body);
  const isZipped = zipped.byteLength < body.byteLength;
  const content = Buffer.concat([Uint8Array.of(isZipped ? 1 : 0), isZipped ? zipped : body]);
  const sealed = sealBytes(secret, whatOf(deliveryId), content);
  return { deliveryId, integration, appKey, receivedAt, about, keyId, sealed };
}

/**
 * The signed bytes of an archived delivery or a waiting hint.
 * @throws Problem `body-key-missing`, and when it has none or they are damaged
 */
export async function unpackBody(
  { bodyKeys }: Pick<Table, 'bodyKeys'>,
  { deliveryId, keyId, sealed }: Record<string, unknown>,
): Promise<Uint8Array> {
  if (!(sealed instanceof Uint8Array)) throw new Error('a stored delivery has no body');
  const { secret } = await bodyKeys.of(String(keyId));
  const opened = unsealBytes(secret, whatOf(String(deliveryId)), sealed);
  const content = opened.subarray(1);
  return opened[0] === 1 ? new Uint8Array(gunzipSync(content)) : content;
}

const whatOf = (deliveryId: string) => `delivery/${deliveryId}`;

/** How many items stand in all the shards of a list. */
export async function countShards(
  table: Table,
  partition: (shard: string) => string,
): Promise<number> {
  const counts = await Promise.all(SHARDS.map((shard) => table.count(partition(shard))));
  return counts.reduce((total, count) => total + count, 0);
}
