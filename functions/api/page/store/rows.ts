import * as z from 'zod';
import { mapLimit } from '../../../../lib/async/map-limit.ts';
import { readHistory } from '../../../../lib/attribution/history.ts';
import { type RedemptionStatus, redemptionStatus } from '../../../../lib/attribution/status.ts';
import { readBookable } from '../../../../lib/booking/stream-state.ts';
import type { Platform } from '../../../../lib/events/id.ts';
import { reversalWindowMs } from '../../../../lib/integrations/registry.ts';
import type { Entry } from '../../../../lib/ledger/entry.ts';
import { entriesBackwards } from '../../../../lib/store/ledger/entries.ts';
import type { Table } from '../../../../lib/store/table.ts';
import type { Window } from '../../input.ts';

/** One line of a store's ledger. */
export interface LedgerRow {
  readonly entry: Entry;
  readonly sk: string;
  /** Of a redemption; null for every other line, which is as final as it is. */
  readonly status: RedemptionStatus | null;
}

export interface RowFilter {
  readonly kind: string | null;
  readonly channel: string | null;
  /** The last characters of a voucher's or an order's id. */
  readonly tail: string | null;
}

const PAGE = 16;

/** With a filter, so many lines are looked at for one page. */
const MOST_LOOKED_AT = 160;
const READS_AT_ONCE = 16;

export const rowFilterShape = {
  kind: z.enum(['', 'redemption', 'reversal', 'refund']).default(''),
  channel: z.string().max(32).default(''),
  tail: z
    .string()
    .trim()
    .regex(/^[\w-]{0,32}$/)
    .default(''),
};

/**
 * A page of a store's lines, newest first.
 * @param isNewest nothing is newer than the first of them: what was taken back is then seen in the lines themselves
 */
export async function readRows(
  table: Table,
  place: { providerId: string; platform: Platform; storeId: string },
  window: Window,
  page: { before: string | undefined; filter: RowFilter; isNewest: boolean; nowMs: number },
): Promise<{ rows: LedgerRow[]; next: string | null }> {
  const { before, filter, isNewest, nowMs } = page;
  const isFiltered = Object.values(filter).some((value) => value !== null);
  const most = isFiltered ? MOST_LOOKED_AT : PAGE;
  const found: { entry: Entry; sk: string }[] = [];
  const seen: Entry[] = [];
  let last: string | null = null;
  let isMore = false;
  for await (const one of entriesBackwards(table, place, window, before, most + 1)) {
    isMore = found.length === PAGE || seen.length === most;
    if (isMore) break;
    seen.push(one.entry);
    last = one.sk;
    if (isWanted(one.entry, filter)) found.push(one);
  }
  const rows = await mapLimit(found, READS_AT_ONCE, async ({ entry, sk }): Promise<LedgerRow> => {
    const status =
      statusIn(entry, seen) ??
      (isNewest ? byAge(entry, nowMs) : await readStatus(table, entry, nowMs));
    return { entry, sk, status: isRedemption(entry) ? status : null };
  });
  return { rows, next: isMore ? last : null };
}

export function isWanted({ kind, channel, voucherId, orderId }: Entry, filter: RowFilter): boolean {
  const id = voucherId ?? orderId;
  const isTail = filter.tail === null || id.endsWith(filter.tail);
  return (filter.kind ?? kind) === kind && (filter.channel ?? channel) === channel && isTail;
}

function isRedemption({ kind, reverses, corrects }: Entry): boolean {
  return kind === 'redemption' && reverses === null && corrects === null;
}

/** What lines that are newer took back of it whole. */
function statusIn({ redemptionId }: Entry, seen: readonly Entry[]): RedemptionStatus | null {
  const own = seen.filter(
    (entry) => entry.redemptionId === redemptionId && entry.corrects === null,
  );
  if (own.some(({ kind }) => kind === 'reversal')) return 'reversed';
  return own.some(({ kind, count }) => kind === 'refund' && count === -1) ? 'refunded' : null;
}

function byAge({ platform, occurredAt }: Entry, nowMs: number): RedemptionStatus {
  const age = nowMs - Date.parse(occurredAt);
  return age < reversalWindowMs(platform) ? 'provisional' : 'final';
}

async function readStatus(
  table: Table,
  entry: Entry,
  nowMs: number,
): Promise<RedemptionStatus | null> {
  const { platform, voucherId, redemptionId } = entry;
  if (!isRedemption(entry) || voucherId === null || redemptionId === null) return null;
  const { events } = await readBookable(table, { of: 'voucher', platform, id: voucherId });
  const windowMs = reversalWindowMs(platform);
  return redemptionStatus(readHistory(events), redemptionId, nowMs, windowMs) ?? null;
}
