import { keys, PARTITION } from '../keys.ts';
import { type ScanPosition, scanPage } from '../scan.ts';
import type { Item, Table } from '../table.ts';
import { type Delivery, deliverySchema, unpackBody } from './archive.ts';

/**
 * A delivery as the archive still has it, or why it cannot be read again: its time is over, or a
 * buyer had it erased.
 */
export type Archived = Delivery | 'expired' | 'erased';

export async function readArchived(table: Table, deliveryId: string): Promise<Archived> {
  const item = await table.get(keys.delivery(deliveryId));
  return item === undefined ? 'expired' : toArchived(table, item);
}

export interface ArchiveWindow {
  readonly integration: string;
  readonly appKey: string;
  /** Instants in our one form: `from` is included, `to` is not. */
  readonly from: string;
  readonly to: string;
}

export interface ArchivePage {
  readonly archived: readonly Archived[];
  /** Items looked at. */
  readonly scanned: number;
  readonly next: ScanPosition | null;
}

/**
 * One page of an app's deliveries that came within a window. The archive is kept by id alone, because
 * an index would cost one more write for every delivery ever; so this reads the whole table, page by
 * page, and replaying a window is an errand and no habit.
 */
export async function archivedWithin(
  table: Table,
  { integration, appKey, from, to }: ArchiveWindow,
  position: ScanPosition | null,
): Promise<ArchivePage> {
  const page = await scanPage(table, position, {
    expression: `begins_with(pk, :archive) AND integration = :integration AND appKey = :appKey
      AND receivedAt >= :from AND receivedAt < :to`,
    values: {
      ':archive': PARTITION.delivery,
      ':integration': integration,
      ':appKey': appKey,
      ':from': from,
      ':to': to,
    },
  });
  const archived = await Promise.all(page.items.map((item) => toArchived(table, item)));
  return { archived, scanned: page.scanned, next: page.next };
}

async function toArchived(table: Table, item: Item): Promise<Delivery | 'erased'> {
  if (item.erasedBy !== undefined) return 'erased';
  return deliverySchema.parse({ ...item, body: await unpackBody(table, item) });
}
