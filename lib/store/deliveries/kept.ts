import { keys } from '../keys.ts';
import type { Item, Table } from '../table.ts';
import { unpackBody } from './archive.ts';

/** A delivery as it is kept: in the archive, or waiting for its platform's answer. */
export interface KeptDelivery {
  readonly deliveryId: string;
  readonly integration: string;
  readonly appKey: string;
  readonly receivedAt: string;
  readonly state: 'archived' | 'waiting';
  /** What became of it, and its kind; null while it waits. */
  readonly outcome: string | null;
  readonly kind: string | null;
  readonly why: string | null;
  readonly erasedAt: string | null;
  /** The signed bytes; null where they were erased. */
  readonly body: Uint8Array | null;
}

/** @returns undefined where nothing is kept of that id */
export async function readKept(
  table: Table,
  deliveryId: string,
): Promise<KeptDelivery | undefined> {
  const archived = await table.get(keys.delivery(deliveryId));
  if (archived !== undefined) return toKept(table, archived, 'archived');
  const waiting = await table.get(keys.hint(deliveryId));
  return waiting === undefined ? undefined : toKept(table, waiting, 'waiting');
}

async function toKept(
  table: Table,
  item: Item,
  state: KeptDelivery['state'],
): Promise<KeptDelivery> {
  const text = (name: string) => (typeof item[name] === 'string' ? item[name] : null);
  return {
    deliveryId: String(item.deliveryId),
    integration: String(item.integration),
    appKey: String(item.appKey),
    receivedAt: String(item.receivedAt),
    state,
    ...{ outcome: text('outcome'), kind: text('kind'), why: text('why') },
    erasedAt: text('erasedAt'),
    body: item.erasedBy === undefined ? await unpackBody(table, item) : null,
  };
}
