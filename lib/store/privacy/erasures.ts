import * as z from 'zod';
import { keys } from '../keys.ts';
import { scanPage, scanPositionSchema } from '../scan.ts';
import type { Table } from '../table.ts';
import { type Erased, eraseItem, type Whose } from './erase.ts';

/**
 * The receipt of what was erased on a buyer's request: what was requested, found and erased, and never the
 * data. The buyer's own id is not in it. It is also how far the work has come.
 */
export const erasureSchema = z.object({
  erasureId: z.string(),
  platform: z.string(),
  orderIds: z.array(z.string()),
  voucherIds: z.array(z.string()),
  /** Whether a buyer's id was searched for. */
  byBuyer: z.boolean(),
  reason: z.string(),
  requestedBy: z.string(),
  requestedAt: z.string(),
  /** Null while there is more to look at. */
  finishedAt: z.string().nullable(),
  /** Items looked at. */
  scanned: z.int(),
  found: z.object({ deliveries: z.int(), events: z.int(), entries: z.int() }),
  /**
   * Deliveries that must be read first: theirs that wait for the platform's answer, and those of its platform
   * that stood among the dead letters when it was last begun, of which each may be theirs. It is not finished
   * while there is one.
   */
  awaits: z.array(z.string()),
  /** The same, where a dead letter names no delivery, or there was no time to look at all. */
  awaitsOthers: z.boolean(),
  /** Whose bytes were erased; the first of them where there are very many. */
  deliveryIds: z.array(z.string()),
  /** How often it was gone on with: the item's version. */
  step: z.int(),
  position: scanPositionSchema.nullable(),
});
export type Erasure = z.infer<typeof erasureSchema>;

/** What fits an item many times over. */
const MAX_LISTED = 2_000;

export async function readErasure(table: Table, erasureId: string): Promise<Erasure | undefined> {
  const item = await table.get(keys.erasure(erasureId));
  return item === undefined ? undefined : erasureSchema.parse(item);
}

/** @returns the receipt as it stands, which another request may have begun at the same moment */
export async function beginErasure(
  table: Table,
  request: Omit<Erasure, keyof typeof NOTHING_YET | 'step'>,
): Promise<Erasure> {
  const begun: Erasure = { ...request, ...NOTHING_YET, step: 0 };
  await table.put(keys.erasure(request.erasureId), begun);
  return (await readErasure(table, request.erasureId)) ?? begun;
}

/** Begins anew with a finished one: something of theirs may have come since. */
export async function repeatErasure(table: Table, standing: Erasure): Promise<Erasure> {
  return save(table, { ...standing, ...NOTHING_YET });
}

const NOTHING_YET = {
  ...{ finishedAt: null, scanned: 0, position: null },
  ...{ found: { deliveries: 0, events: 0, entries: 0 }, deliveryIds: [] as string[] },
  ...{ awaits: [] as string[], awaitsOthers: false },
};

/** What waits, or stands among the dead letters, and cannot be erased there: it would never be booked. */
export type Awaited = Pick<Erasure, 'awaits' | 'awaitsOthers'>;

/**
 * Begins a way through the table. What is awaited now is written by a later worker, behind or ahead of
 * where this way is; so only a way that began with nothing awaited ends the erasure.
 */
export async function beginWay(
  table: Table,
  standing: Erasure,
  awaited: Awaited,
): Promise<Erasure> {
  return save(table, { ...standing, ...awaited, position: null });
}

/**
 * Goes through the table from where the receipt says, until the end or the deadline. The receipt is
 * written last: after a crash the same items are looked at again, and counted once.
 * @param deadlineMs epoch ms by our own clock
 */
export async function continueErasure(
  table: Table,
  standing: Erasure,
  whose: Whose,
  now: string,
  deadlineMs: number,
): Promise<Erasure> {
  const mark = { erasedBy: standing.erasureId, erasedAt: now };
  let erasure = standing;
  do {
    const page = await scanPage(table, erasure.position);
    for (const item of page.items)
      erasure = count(erasure, await eraseItem(table, item, whose, mark));
    erasure = {
      ...erasure,
      scanned: erasure.scanned + page.scanned,
      position: page.next,
      finishedAt: page.next === null && isAlone(erasure) ? now : null,
    };
  } while (erasure.position !== null && Date.now() < deadlineMs);
  return save(table, erasure);
}

/** Nothing is awaited. */
export function isAlone({ awaits, awaitsOthers }: Awaited): boolean {
  return awaits.length === 0 && !awaitsOthers;
}

/** @returns what stands: another request may have gone on with it at the same time, and erased the same */
async function save(table: Table, erasure: Erasure): Promise<Erasure> {
  const next = { ...erasure, step: erasure.step + 1 };
  const saved = await table.put(keys.erasure(erasure.erasureId), next, {
    expression: 'step = :step',
    values: { ':step': erasure.step },
  });
  return saved ? next : ((await readErasure(table, erasure.erasureId)) ?? next);
}

function count(erasure: Erasure, { deliveryId, awaits, event, entry }: Erased): Erasure {
  const { deliveryIds, found } = erasure;
  const isNew = deliveryId !== undefined && !deliveryIds.includes(deliveryId);
  return {
    ...erasure,
    ...(awaits === undefined ? {} : awaitingToo(erasure, awaits)),
    deliveryIds:
      isNew && deliveryIds.length < MAX_LISTED ? [...deliveryIds, deliveryId] : deliveryIds,
    found: {
      deliveries: found.deliveries + (isNew ? 1 : 0),
      events: found.events + (event === true ? 1 : 0),
      entries: found.entries + (entry === true ? 1 : 0),
    },
  };
}

/** It came to wait since this way was begun. */
function awaitingToo({ awaits, awaitsOthers }: Awaited, deliveryId: string): Awaited {
  if (awaits.includes(deliveryId)) return { awaits, awaitsOthers };
  if (awaits.length < MAX_LISTED) return { awaits: [...awaits, deliveryId], awaitsOthers };
  return { awaits, awaitsOthers: true };
}
