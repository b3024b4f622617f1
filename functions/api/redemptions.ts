import * as z from 'zod';
import { mapLimit } from '../../lib/async/map-limit.ts';
import { readHistory } from '../../lib/attribution/history.ts';
import { type RedemptionStatus, redemptionStatus } from '../../lib/attribution/status.ts';
import { readBookable } from '../../lib/booking/stream-state.ts';
import type { Platform } from '../../lib/events/event.ts';
import { reversalWindowMs } from '../../lib/integrations/registry.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { entriesBackwards } from '../../lib/store/ledger/entries.ts';
import type { ApiDeps } from './deps.ts';
import type { Window } from './input.ts';

/** Where a listing of redemptions goes on: the ledger key of the last one given. */
export const ledgerPositionSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}#\d{2}:\d{2}:\d{2}\.\d{3}#[^#\p{Cc}]+$/u)
  // DynamoDB's limit for a sort key, in bytes.
  .refine((position) => Buffer.byteLength(position) <= 1024);

export interface RedemptionLine {
  readonly redemptionId: string;
  readonly voucherId: string;
  readonly orderId: string;
  readonly status: RedemptionStatus;
  readonly redeemedAt: string;
  /** As booked; what was taken back later is in the status and the totals. */
  readonly amountFen: number;
  readonly commissionFen: number;
  readonly channel: string;
  readonly contractId: string | null;
}

const READS_AT_ONCE = 16;

/** One page of a store's redemptions for a provider, newest first. */
export async function listRedemptions(
  deps: Pick<ApiDeps, 'table' | 'now'>,
  place: { providerId: string; platform: Platform; storeId: string },
  window: Window,
  page: { before?: string | undefined; limit: number },
): Promise<{ redemptions: RedemptionLine[]; next: string | null }> {
  const found: { entry: Entry; sk: string }[] = [];
  let more = false;
  // What was attributed anew stands elsewhere now; newest first, a correction comes before what it corrects.
  const corrected = new Set<string>();
  for await (const one of entriesBackwards(deps.table, place, window, page.before)) {
    if (one.entry.kind !== 'redemption') continue;
    const { entryId, corrects } = one.entry;
    if (corrects !== null) corrected.add(corrects);
    if (corrects !== null || corrected.has(entryId)) continue;
    more = found.length === page.limit;
    if (more) break;
    found.push(one);
  }
  const lines = await mapLimit(found, READS_AT_ONCE, ({ entry }) => lineOf(entry, deps));
  return {
    redemptions: lines.filter((line) => line !== undefined),
    next: more ? (found.at(-1)?.sk ?? null) : null,
  };
}

/** The status is the voucher's history read now, so it is never out of step with its events. */
async function lineOf(
  entry: Entry,
  { table, now }: Pick<ApiDeps, 'table' | 'now'>,
): Promise<RedemptionLine | undefined> {
  const { platform, voucherId, redemptionId, orderId } = entry;
  if (voucherId === null || redemptionId === null) return undefined;
  const { events } = await readBookable(table, { of: 'voucher', platform, id: voucherId });
  const windowMs = reversalWindowMs(platform);
  const status = redemptionStatus(readHistory(events), redemptionId, now(), windowMs);
  if (status === undefined) return undefined;
  return {
    ...{ redemptionId, voucherId, orderId, status },
    redeemedAt: entry.occurredAt,
    amountFen: entry.amountFen,
    commissionFen: entry.commissionFen,
    channel: entry.channel,
    contractId: entry.contractId,
  };
}
