import { mapLimit } from '../async/map-limit.ts';
import { UNATTRIBUTED } from '../attribution/contract.ts';
import type { Event, EventOf, Platform } from '../events/event.ts';
import type { RecordsSource } from '../integrations/kit/platform-records.ts';
import { UNKNOWN_STORE } from '../ledger/entry.ts';
import { readContracts } from '../store/accounts/contracts.ts';
import { entriesForward } from '../store/ledger/entries.ts';
import { readEvents } from '../store/ledger/events.ts';
import { storesEverOf } from '../store/ledger/restatements.ts';
import type { BookedStream } from '../store/streams.ts';
import type { Table } from '../store/table.ts';
import { businessDayOf } from '../time/shanghai.ts';
import { isReversedBy } from './compare.ts';

/** Ledgers and streams that are read at once. */
const AT_ONCE = 16;

/** Whose redemptions, and by which integration they came. */
export interface OursOf {
  readonly platform: Platform;
  readonly integration: string;
  readonly merchantId: string;
  /** Null: of all its stores. */
  readonly storeId: string | null;
  readonly businessDay: string;
  /** What the platform's lists show; all when absent. */
  readonly covers?: RecordsSource['covers'];
}

/** A redemption of ours, with what its voucher's other events make of it. */
export interface OurRedemption {
  readonly event: EventOf<'voucher.redeemed'>;
  readonly isReversed: boolean;
}

/** Streams that a piece of work read already: each is read once. */
export class KnownStreams {
  private readonly table: Table;
  private readonly read = new Map<string, Promise<readonly Event[]>>();

  constructor(table: Table) {
    this.table = table;
  }

  of(stream: BookedStream): Promise<readonly Event[]> {
    const key = JSON.stringify([stream.of, stream.platform, stream.id]);
    const events = this.read.get(key) ?? readEvents(this.table, stream);
    this.read.set(key, events);
    return events;
  }
}

/**
 * The redemptions of a business day that stand in the ledger, whoever they are attributed to: what is booked is
 * found by merchant, store and day, and the events say what it is worth.
 * @param booked of that day, where it was read already
 */
export async function ourRedemptions(
  table: Table,
  of: OursOf,
  known: KnownStreams,
  booked?: BookedDay,
): Promise<OurRedemption[]> {
  const { vouchers } = booked ?? (await bookedDay(table, of));
  const found = await mapLimit(vouchers, AT_ONCE, async (id) => {
    const events = await known.of({ of: 'voucher', platform: of.platform, id });
    return events
      .filter((event) => event.kind === 'voucher.redeemed')
      .filter((event) => isOf(event, of))
      .map((event) => ({ event, isReversed: isReversedBy(event, events) }));
  });
  return found.flat();
}

/** What stands in the ledger of a day: vouchers that were used, and orders that were paid, with the time of that. */
export interface BookedDay {
  readonly vouchers: readonly string[];
  readonly paid: ReadonlyMap<string, string>;
}

export async function bookedDay(table: Table, of: OursOf): Promise<BookedDay> {
  const { platform, merchantId, businessDay } = of;
  const contracts = await readContracts(table, platform, merchantId);
  const providers = new Set([...contracts.map(({ providerId }) => providerId), UNATTRIBUTED]);
  const all = of.storeId === null ? await storesEverOf(table, platform, merchantId) : [of.storeId];
  const stores = new Set([...all, UNKNOWN_STORE]);
  const spans = [...providers].flatMap((providerId) =>
    [...stores].map((storeId) => ({ providerId, platform, storeId })),
  );
  const day = { from: businessDay, to: businessDay };
  const vouchers = new Set<string>();
  const paid = new Map<string, string>();
  await mapLimit(spans, AT_ONCE, async (span) => {
    for await (const { entry } of entriesForward(table, span, day, '')) {
      if (entry.merchantId !== merchantId) continue;
      if (entry.kind === 'payment') paid.set(entry.orderId, entry.occurredAt);
      if (entry.kind === 'redemption' && entry.voucherId !== null) vouchers.add(entry.voucherId);
    }
  });
  return { vouchers: [...vouchers], paid };
}

function isOf(event: EventOf<'voucher.redeemed'>, of: OursOf): boolean {
  const { integration, merchantId, storeId, complete, occurredAt } = event;
  if (of.covers?.(event) === false) return false;
  if (!complete || integration !== of.integration || merchantId !== of.merchantId) return false;
  if (of.storeId !== null && storeId !== of.storeId) return false;
  return businessDayOf(occurredAt) === of.businessDay;
}
