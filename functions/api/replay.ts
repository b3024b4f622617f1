import { mapLimit } from '../../lib/async/map-limit.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { type IntakeMessage, MESSAGE_VERSION, packBody } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import type { Delivery } from '../../lib/store/deliveries/archive.ts';
import {
  type Archived,
  type ArchiveWindow,
  archivedWithin,
  readArchived,
} from '../../lib/store/deliveries/replays.ts';
import { listSetAside } from '../../lib/store/deliveries/set-aside.ts';
import type { SetAsideReason } from '../../lib/store/keys.ts';
import { scanPositionSchema } from '../../lib/store/scan.ts';
import type { Cursors } from './cursors.ts';
import type { ApiDeps } from './deps.ts';
import { readPosition } from './input.ts';
import { deliveryIdSchema } from './routes/set-aside.ts';

export interface Replayed {
  /** What was requested and found. */
  readonly matched: number;
  /** Of it, sent to be read again; 0 in a dry run. */
  readonly sent: number;
  /** Of it, not in the archive any more, or erased on a buyer's request. */
  readonly expired: number;
  readonly erased: number;
  /** Items looked at. */
  readonly scanned: number;
  /** The cursor to go on with; null when nothing is left. */
  readonly next: string | null;
}

/** Where it goes on, and how the next one is written. */
export interface ReplayCursor {
  readonly cursor: string | null | undefined;
  readonly cursors: Cursors;
}

/** Deliveries of one request from a set-aside list: each is a read and a part of a send. */
const PER_REQUEST = 200;
const READS_AT_ONCE = 16;
/** Well within the function's time-out. */
const BUDGET_MS = 6_000;

/** What stands on a set-aside list, all of it or of one integration or kind. */
export async function replaySetAside(
  {
    setAside,
    integration,
    kind,
  }: { setAside: SetAsideReason; integration?: string | undefined; kind?: string | undefined },
  { cursor, cursors }: ReplayCursor,
  dryRun: boolean,
  deps: ApiDeps,
): Promise<Replayed> {
  const wanted: string[] = [];
  let scanned = 0;
  let last: string | undefined;
  let next: string | null = null;
  for await (const one of listSetAside(
    deps.table,
    setAside,
    readPosition(cursor && cursors.open(cursor), deliveryIdSchema),
  )) {
    if (wanted.length === PER_REQUEST) {
      next = cursors.write(last);
      break;
    }
    scanned += 1;
    last = one.deliveryId;
    const isWanted =
      (integration === undefined || one.integration === integration) &&
      (kind === undefined || one.kind === kind);
    if (isWanted) wanted.push(one.deliveryId);
  }
  return { ...(await replayIds(wanted, dryRun, deps)), scanned, next };
}

export async function replayIds(
  deliveryIds: readonly string[],
  dryRun: boolean,
  deps: ApiDeps,
): Promise<Replayed> {
  const archived = await mapLimit([...new Set(deliveryIds)], READS_AT_ONCE, (id) =>
    readArchived(deps.table, id),
  );
  return { ...(await send(archived, dryRun, deps)), scanned: archived.length, next: null };
}

/** An app's deliveries within a window: reads the whole table, some seconds' worth a request. */
export async function replayWindow(
  window: ArchiveWindow,
  { cursor, cursors }: ReplayCursor,
  dryRun: boolean,
  deps: ApiDeps,
): Promise<Replayed> {
  const deadlineMs = Date.now() + BUDGET_MS;
  let position = readPosition(cursor && cursors.open(cursor), scanPositionSchema) ?? null;
  let all: Replayed = { matched: 0, sent: 0, expired: 0, erased: 0, scanned: 0, next: null };
  do {
    const page = await archivedWithin(deps.table, window, position);
    const counts = await send(page.archived, dryRun, deps);
    position = page.next;
    all = {
      matched: all.matched + counts.matched,
      sent: all.sent + counts.sent,
      expired: all.expired + counts.expired,
      erased: all.erased + counts.erased,
      scanned: all.scanned + page.scanned,
      next: position === null ? null : cursors.write(position),
    };
  } while (position !== null && Date.now() < deadlineMs);
  return all;
}

async function send(
  archived: readonly Archived[],
  dryRun: boolean,
  { sqs, queues }: ApiDeps,
): Promise<Pick<Replayed, 'matched' | 'sent' | 'expired' | 'erased'>> {
  const deliveries = archived.filter((one) => typeof one === 'object');
  const count = (why: 'expired' | 'erased') => archived.filter((one) => one === why).length;
  if (!dryRun) {
    const intake = new Queue<IntakeMessage>(sqs, queues.intake.url);
    try {
      await intake.sendAll(deliveries.map(messageOf));
    } catch (cause) {
      const detail =
        'Not all of them were sent. Ask again with the same cursor: twice is harmless.';
      throw new Problem('queue-unavailable', detail, { cause });
    }
  }
  return {
    matched: archived.length,
    sent: dryRun ? 0 : deliveries.length,
    expired: count('expired'),
    erased: count('erased'),
  };
}

function messageOf({ body, about, ...delivery }: Delivery): IntakeMessage {
  return {
    ...{ type: 'delivery', v: MESSAGE_VERSION },
    ...delivery,
    ...packBody(body),
    ...(about === undefined ? {} : { about }),
    again: true,
  };
}
