import { unpackBody } from '../deliveries/archive.ts';
import { openedHints } from '../deliveries/waiting-hints.ts';
import { keys, PARTITION, PREFIX, SET_ASIDE_REASONS } from '../keys.ts';
import type { Item, Table } from '../table.ts';

/** Whose personal data goes. Nothing here is kept. */
export interface Whose {
  readonly platform: string;
  readonly orderIds: ReadonlySet<string>;
  readonly voucherIds: ReadonlySet<string>;
  /** The platform's integrations, by name: whose deliveries are searched. */
  readonly integrations: ReadonlySet<string>;
  /** What a raw body that is theirs contains. */
  readonly needles: readonly Buffer[];
  /** The buyer's keyed hashes, one an integration. */
  readonly buyers: ReadonlySet<string>;
}

/** Stands on everything that was erased. */
export interface Mark {
  readonly erasedBy: string;
  readonly erasedAt: string;
}

/** What an item came to: `deliveryId` of a body that is gone, now or by this erasure before. */
export interface Erased {
  readonly deliveryId?: string | undefined;
  /** A delivery of theirs that still waits for its platform's answer: nothing of it was erased. */
  readonly awaits?: string | undefined;
  readonly event?: boolean;
  readonly entry?: boolean;
}

/** Shorter ids are in many a body by chance; their deliveries are found through their events. */
const MIN_NEEDLE = 8;

/** An id in the ways that a body may spell it: as it is, in JSON, in a form. */
export function needlesOf(ids: readonly string[]): Buffer[] {
  const spelled = ids
    .filter((id) => id.length >= MIN_NEEDLE)
    .flatMap((id) => [id, JSON.stringify(id).slice(1, -1), encodeURIComponent(id)]);
  return [...new Set(spelled)].map((text) => Buffer.from(text, 'utf8'));
}

/** Erases what is personal of one item of the table, if it is theirs. Doing it again changes nothing. */
export async function eraseItem(
  table: Table,
  item: Item,
  whose: Whose,
  mark: Mark,
): Promise<Erased> {
  if (item.pk.startsWith(PARTITION.delivery) || item.pk.startsWith(PARTITION.hint)) {
    const isTheirs = item.erasedBy === mark.erasedBy || (await hasNeedle(table, item, whose));
    return isTheirs ? eraseDelivery(table, String(item.deliveryId), mark) : {};
  }
  if (item.platform !== whose.platform) return {};
  if (item.sk.startsWith(PREFIX.event)) return eraseEvent(table, item, whose, mark);
  if (item.pk.startsWith(PARTITION.ledger)) return eraseEntry(table, item, whose, mark);
  return {};
}

/**
 * Their deliveries that wait for their platform's answer, as far as the bodies show whose they are.
 * @param deadlineMs epoch ms by our own clock: it ends then, wherever it is
 */
export async function* theirHints(
  table: Table,
  whose: Whose,
  deadlineMs: number,
): AsyncGenerator<string> {
  for await (const hint of openedHints(table)) {
    if (Date.now() >= deadlineMs) return;
    if (whose.integrations.has(hint.integration) && isIn(hint.body, whose)) yield hint.deliveryId;
  }
}

async function hasNeedle(table: Table, item: Item, whose: Whose): Promise<boolean> {
  if (item.erasedBy !== undefined || !whose.integrations.has(String(item.integration)))
    return false;
  return isIn(await unpackBody(table, item), whose);
}

function isIn(body: Uint8Array, { needles }: Pick<Whose, 'needles'>): boolean {
  const bytes = Buffer.from(body);
  return needles.some((needle) => bytes.includes(needle));
}

/**
 * Overwrites the bytes of a delivery with the mark. What it came to stays; it leaves the set-aside lists, as
 * it cannot be read again. One that waits for its platform's answer stays whole, because money may come of it:
 * the erasure waits with it.
 */
async function eraseDelivery(table: Table, deliveryId: string, mark: Mark): Promise<Erased> {
  // In this order: it is archived before it ends to wait.
  if ((await table.get(keys.hint(deliveryId))) !== undefined) return { awaits: deliveryId };
  const archived = await table.get(keys.delivery(deliveryId));
  if (archived === undefined) return {};
  if (archived.erasedBy === undefined) {
    const { sealed: _sealed, keyId: _keyId, about: _about, ...rest } = archived;
    const there = { expression: 'attribute_exists(pk)' };
    await table.put(keys.delivery(deliveryId), { ...rest, ...mark }, there);
  }
  for (const reason of SET_ASIDE_REASONS) await table.delete(keys.setAside(reason, deliveryId));
  const isOurs = archived.erasedBy === undefined || archived.erasedBy === mark.erasedBy;
  return isOurs ? { deliveryId } : {};
}

async function eraseEvent(table: Table, item: Item, whose: Whose, mark: Mark): Promise<Erased> {
  const buyer = buyerOf(item);
  const isTheirs = isOfTheirs(item, buyer, whose) || item.erasedBy === mark.erasedBy;
  if (!isTheirs) return {};
  const { deliveryId } = item;
  return {
    event: buyer === null ? item.erasedBy === mark.erasedBy : await eraseBuyer(table, item, mark),
    ...(typeof deliveryId === 'string' ? await eraseDelivery(table, deliveryId, mark) : {}),
  };
}

/** A complete report of the fact may take an incomplete one's place meanwhile. */
const MAX_TRIES = 5;

async function eraseBuyer(table: Table, first: Item, mark: Mark): Promise<true> {
  let item: Item | undefined = first;
  for (let tries = 0; tries < MAX_TRIES && item !== undefined; tries += 1) {
    const buyer = buyerOf(item);
    if (buyer === null) return true;
    const sale = { ...(item.sale as object), buyer: null };
    const guard = {
      expression: '#complete = :complete AND #sale.#buyer = :buyer',
      names: { '#complete': 'complete', '#sale': 'sale', '#buyer': 'buyer' },
      values: { ':complete': item.complete, ':buyer': buyer },
    };
    if (await table.set(item, { sale, ...mark }, guard)) return true;
    item = await table.get(first);
  }
  throw new Error('an event changed whenever its buyer was to be erased');
}

async function eraseEntry(table: Table, item: Item, whose: Whose, mark: Mark): Promise<Erased> {
  const buyer = typeof item.buyer === 'string' ? item.buyer : null;
  if (buyer === null) return { entry: item.erasedBy === mark.erasedBy };
  if (!isOfTheirs(item, buyer, whose)) return {};
  const there = { expression: 'attribute_exists(pk)' };
  return { entry: await table.set(item, { buyer: null, ...mark }, there) };
}

function isOfTheirs(item: Item, buyer: string | null, whose: Whose): boolean {
  return (
    whose.orderIds.has(String(item.orderId)) ||
    whose.voucherIds.has(String(item.voucherId)) ||
    (buyer !== null && whose.buyers.has(buyer))
  );
}

function buyerOf({ sale }: Item): string | null {
  const buyer = typeof sale === 'object' && sale !== null && 'buyer' in sale ? sale.buyer : null;
  return typeof buyer === 'string' ? buyer : null;
}
