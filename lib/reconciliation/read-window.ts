import type { EventDraft } from '../events/event.ts';
import { unknownShape } from '../integrations/kit/platform-error.ts';
import type {
  PlatformRecord,
  RecordsList,
  RecordsPage,
  RecordsPass,
  RecordsSource,
  RecordsWindow,
  UnreadRow,
} from '../integrations/kit/platform-records.ts';
import { requestedBy } from '../integrations/kit/platform-requests.ts';
import type { Reconciler } from './deps.ts';
import { patiently } from './patience.ts';

/** Records that are held at once; a window with more is read in shorter ones. */
const MAX_RECORDS = 1_000;

/** Of one list, whatever its pages hold. */
const MAX_PAGES = 200;

/** A list that changed is read again, so often within one run. */
const READINGS = 3;

export interface WindowReading {
  /** `changed`: its lists kept changing. `too-long`: it is to be read in shorter windows. */
  readonly outcome: 'whole' | 'changed' | 'too-long';
  readonly records: readonly PlatformRecord[];
  /** What the lists show beside them. */
  readonly facts: readonly EventDraft[];
  /** Rows that nobody can read, with their list. */
  readonly unread: readonly ListedUnread[];
  /** How many rows each list had. */
  readonly rows: Readonly<Record<string, number>>;
  /** Lists without any row, where that may be an outage. */
  readonly perhapsOut: readonly string[];
}

/** A row that nobody can read, of such a list. */
export type ListedUnread = UnreadRow & { readonly list: string };

/** Reads every list of a window, from its first page to its last. @throws PlatformError */
export async function readWindow(
  source: RecordsSource,
  of: RecordsWindow,
  pass: RecordsPass,
  reconciler: Reconciler,
): Promise<WindowReading> {
  const records = new Map<string, PlatformRecord>();
  const facts: EventDraft[] = [];
  const unread: ListedUnread[] = [];
  const rows: Record<string, number> = {};
  const perhapsOut: string[] = [];
  for (const list of source.lists.filter(({ passes }) => passes?.includes(pass) ?? true)) {
    const left = MAX_RECORDS - records.size;
    const reading = await readList(list, of, left, reconciler);
    if (reading.outcome !== 'whole') {
      return { outcome: reading.outcome, records: [], facts: [], unread: [], rows, perhapsOut };
    }
    facts.push(...reading.facts);
    unread.push(...reading.unread.map((row) => ({ ...row, list: list.name })));
    rows[list.name] = (rows[list.name] ?? 0) + reading.rows;
    if (reading.rows === 0 && list.empty === 'may-be-outage') perhapsOut.push(list.name);
    for (const record of reading.records) records.set(keyOf(record), record);
  }
  return { outcome: 'whole', records: [...records.values()], facts, unread, rows, perhapsOut };
}

interface ListReading {
  readonly outcome: WindowReading['outcome'];
  readonly records: readonly PlatformRecord[];
  readonly facts: readonly EventDraft[];
  readonly unread: readonly UnreadRow[];
  readonly rows: number;
}

async function readList(
  list: RecordsList,
  of: RecordsWindow,
  maxRecords: number,
  reconciler: Reconciler,
): Promise<ListReading> {
  for (let left = READINGS; left > 0; left -= 1) {
    const reading = await readOnce(list, of, maxRecords, reconciler);
    if (reading.outcome !== 'changed') return reading;
  }
  return { outcome: 'changed', records: [], facts: [], unread: [], rows: 0 };
}

async function readOnce(
  list: RecordsList,
  of: RecordsWindow,
  maxRecords: number,
  reconciler: Reconciler,
): Promise<ListReading> {
  const records = new Map<string, PlatformRecord>();
  const facts: EventDraft[] = [];
  const unread = new Map<string, UnreadRow>();
  const failed = (outcome: 'changed' | 'too-long') => {
    return { outcome, records: [], facts: [], unread: [], rows: 0 };
  };
  let cursor: string | null = null;
  let total: number | undefined;
  let rows = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const at: string | null = cursor;
    const { context } = reconciler;
    const answer: RecordsPage = await patiently(() => list.page(of, at, context), reconciler);
    // Pages are read one after the other: the last call is this page's.
    const request = context.requests?.latest();
    if (answer.changed === true) return failed('changed');
    if (page > 0 && answer.total !== undefined && answer.total !== total) return failed('changed');
    total = answer.total;
    // Its first page says how many there are: the others are not read in vain.
    if (page === 0 && answer.next !== null && (total ?? 0) > maxRecords) return failed('too-long');
    const ofPage = answer.rows ?? answer.records.length + (answer.unread?.length ?? 0);
    rows += ofPage;
    for (const row of answer.unread ?? []) unread.set(row.rowId, row);
    refuseOtherShape(list, answer, ofPage);
    // Twice on two pages: rows came in between, and others may have been passed over.
    if (page > 0 && answer.records.some((one) => records.has(keyOf(one)))) return failed('changed');
    for (const record of answer.records) records.set(keyOf(record), { ...record, request });
    facts.push(...requestedBy(answer.facts ?? [], request === undefined ? [] : [request]));
    if (records.size > maxRecords) return failed('too-long');
    if (answer.next === null) {
      const isWhole = total === undefined || total === rows;
      return isWhole
        ? {
            ...{ outcome: 'whole', records: [...records.values()], facts, rows },
            unread: [...unread.values()],
          }
        : failed('changed');
    }
    if (answer.next === cursor) return failed('changed');
    cursor = answer.next;
  }
  return failed('too-long');
}

/** A page of which no row can be read is no page with bad rows: its list has another shape now. */
function refuseOtherShape(list: RecordsList, { unread = [] }: RecordsPage, rows: number): void {
  // One of another merchant can be read.
  const misfits = unread.filter(({ why }) => why === undefined);
  const [first, ...others] = misfits;
  if (first === undefined || others.length === 0 || misfits.length < rows) return;
  throw unknownShape(`${list.name} (${first.field} of every row)`);
}

/** One fact in two lists, or twice in one, is one record. */
function keyOf({ kind, eventId, orderId, voucherId }: PlatformRecord): string {
  return JSON.stringify([kind, eventId ?? [orderId, voucherId]]);
}
