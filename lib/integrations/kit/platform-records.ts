import type { Amounts, EventDraft, EventOf, PlatformRequest } from '../../events/event.ts';
import type { CallBudget } from './call-budget.ts';
import type { ResolveContext } from './context.ts';
import type { NamedStore } from './resolution.ts';

/**
 * What a platform itself records of a business day. Reconciliation (对账) reads it page by page, compares
 * it with our events, has what we lack turned into events, and keeps what the platform lacks or reports
 * otherwise as a difference. An integration only reads and translates: it decides nothing about a day.
 */
export type OfferedRecords = RecordsSource | Unverifiable;

/** No query that a page of the platform documents lists a day, or the app's settings name none. */
export interface Unverifiable {
  /** Why, and what an operator could set; for people. */
  readonly unverifiable: { readonly zh: string; readonly en: string };
}

export interface RecordsSource {
  /** Whose day is read at once: a merchant's with all its stores, or one store's. */
  readonly per: 'merchant' | 'store';
  /** Whether these lists show such a redemption of ours at all; they show all when absent. */
  readonly covers?: ((event: EventOf<'voucher.redeemed'>) => boolean) | undefined;
  /** Together they are the day; each is read from its first page to its last, in this order. */
  readonly lists: readonly RecordsList[];
  /**
   * So many days after a day was read whole it is read again (`late`), each time; 6 alone when absent. More where the
   * platform lists a refund by the day of what it is of, so that a later one is in no list of its own day.
   */
  readonly lateAfterDays?: readonly number[] | undefined;
  /**
   * Turns records that we lack into the events that their webhooks would have become: the same reading
   * code, the same event ids. May query the platform for what a list's row leaves out. What cannot be told
   * of a record yet is left out: it is found missing again.
   * @param missing of one window
   * @param all every record of that window, for what one list knows of another's
   * @throws PlatformError the platform did not answer: the window is read again later
   */
  repair(
    missing: readonly PlatformRecord[],
    context: RecordsContext,
    all: readonly PlatformRecord[],
  ): Promise<Repair>;
  /**
   * Asks the platform otherwise about redemptions of ours that stand and that no list of the window shows. Absent:
   * there is no such query.
   * @param all every record of that window
   * @returns the reversals of those that were taken back, by the redemption's event id; one that is left out is `extra`
   * @throws PlatformError the platform did not answer: the window is read again later
   */
  readonly takenBack?:
    | ((
        unlisted: readonly Unlisted[],
        context: RecordsContext,
        all: readonly PlatformRecord[],
      ) => Promise<ReadonlyMap<string, EventDraft>>)
    | undefined;
  /**
   * Asks the platform otherwise about payments of ours that no list of the window shows: an order may be listed by another
   * time than that of its payment. Absent: there is no such query, and no payment is `extra`.
   * @returns the orders that it shows as paid; one that is left out is `extra`
   * @throws PlatformError the platform did not answer: the window is read again later
   */
  readonly paidOrders?:
    | ((
        orderIds: readonly string[],
        of: Pick<RecordsWindow, 'merchantId'>,
        context: RecordsContext,
      ) => Promise<ReadonlySet<string>>)
    | undefined;
  /**
   * What the platform's bills say of these redemptions: `voucher.billed`, and nothing that is compared or booked. What a bill
   * hides is null there, never 0. Absent: no bill is documented by its fields, or the app's settings do not want them.
   * @returns nothing where the app may not see bills
   * @throws PlatformError the platform did not answer: the window is read again later
   */
  readonly bills?:
    | ((redemptions: readonly RedemptionRecord[], context: RecordsContext) => Promise<EventDraft[]>)
    | undefined;
}

/** What a redemption of ours is asked about that stands, and that no list of its day shows. */
export type Unlisted = EventOf<'voucher.redeemed'>;

/**
 * Why a window is read. `edge`: what has just passed, some minutes behind now. `day`: a whole day, the day
 * after, or whenever an operator wants it. `late`: the same day a week later, and as often as `lateAfterDays` says, for late refunds.
 */
export type RecordsPass = 'edge' | 'day' | 'late';

export interface RecordsList {
  /** The platform's name of the query, such as `verify_record/query`; kept beside the day as its source. */
  readonly name: string;
  /**
   * A page without rows may be an outage behind the query: then a day of a store that usually has some is
   * not believed to have none. `nothing` only where the platform documents how it reports an outage.
   */
  readonly empty: 'may-be-outage' | 'nothing';
  /** In which passes it is read; in all when absent. */
  readonly passes?: readonly RecordsPass[];
  /**
   * One page.
   * @param cursor as the page before returned it; null: the first
   * @throws PlatformError the platform did not answer, is busy, or refuses. Rows of another merchant or
   * store than requested are thrown away by the reader, and are a PlatformError, not retryable.
   */
  page(of: RecordsWindow, cursor: string | null, context: RecordsContext): Promise<RecordsPage>;
}

/** Whose records of which time are read: a whole business day, or the part of it that has just passed. */
export interface RecordsWindow {
  readonly merchantId: string;
  /** Null where records are read `per` merchant. */
  readonly storeId: string | null;
  /** YYYY-MM-DD, Asia/Shanghai. */
  readonly businessDay: string;
  /** Epoch ms, included; at the day's begin or later. */
  readonly fromMs: number;
  /** Epoch ms, not included; at the day's end or earlier. */
  readonly untilMs: number;
}

export interface RecordsPage {
  readonly records: readonly PlatformRecord[];
  /**
   * Facts that the page shows beside its records, and that no record says: they are recorded as they are, and
   * compared with nothing. Absent: none.
   */
  readonly facts?: readonly EventDraft[] | undefined;
  /** Where the next page begins, at most 1,000 characters; null: this was the last one. */
  readonly next: string | null;
  /** How many rows the whole list has, where the platform reports it: pages that come to another number changed. */
  readonly total?: number | undefined;
  /** How many rows this page had on the wire, where they are not as many as its records and unread rows. */
  readonly rows?: number | undefined;
  /** Rows that nobody can read: each is a difference of its day, and holds up no other row. Absent: none. */
  readonly unread?: readonly UnreadRow[] | undefined;
  /** The reader itself saw that the list changed while it was read: the day is read again. */
  readonly changed?: true | undefined;
}

/** A row that nobody can read or that is none of the merchant's, with as much of it as says whose it is. */
export interface UnreadRow {
  /** It can be read, and names another merchant, which is registered here; absent: it cannot. */
  readonly why?: 'of-another';
  /** The first field that does not fit, such as `verifyTime`; never what is in it. */
  readonly field: string;
  /** A hash of the row: the same row again is the same difference. */
  readonly rowId: string;
  readonly voucherId: string | null;
  readonly orderId: string | null;
  /** The platform's id of the act that the row is of. */
  readonly actId: string | null;
}

/** One fact by the platform's own record. What it does not report is null, or absent from `amounts`: never 0. */
export type PlatformRecord = PaymentRecord | RedemptionRecord | RefundRecord;

interface FactRecord {
  /** The id of the event that a webhook of the same fact becomes. */
  readonly eventId: string;
  readonly orderId: string | null;
  readonly occurredAt: string;
  /** What of its amounts the platform reports, in fen. */
  readonly amounts: Partial<Amounts>;
  /** The call whose page shows it; set by whoever reads the page. */
  readonly request?: PlatformRequest | undefined;
  /** Whatever `repair` needs again; kept nowhere, and never logged. */
  readonly row?: unknown;
}

export interface PaymentRecord extends FactRecord {
  readonly kind: 'payment';
  readonly voucherId: null;
}

export interface RedemptionRecord extends FactRecord {
  readonly kind: 'redemption';
  readonly voucherId: string;
  readonly storeId: string | null;
  /** Whether it was reversed since; null where the record does not say. */
  readonly isReversed: boolean | null;
}

export interface RefundRecord extends Omit<FactRecord, 'eventId' | 'amounts'> {
  readonly kind: 'refund';
  readonly voucherId: string;
  /** Null: the platform names no refund, and `refundedFen` is the voucher's whole sum by now. */
  readonly eventId: string | null;
  readonly refundedFen: number | null;
}

/** What came of the records that we lack. */
export interface Repair {
  readonly events: readonly EventDraft[];
  readonly stores: readonly NamedStore[];
  /**
   * Some questions were not answered, or in a shape that nobody can read: what is still missing is worth asking for
   * once more at once. What stays unreadable is a difference then, and holds up no other record.
   */
  readonly again?: 'unanswered' | 'unreadable' | undefined;
}

/** As for a hint, and the app's budget of calls: each call takes its turn there first. */
export interface RecordsContext extends ResolveContext {
  readonly calls: CallBudget;
  /**
   * Asks one question of a page's many by itself again when it fails, some times, so that a page is not asked for anew
   * for one of them.
   * @throws PlatformError of the last try
   */
  readonly again: <T>(ask: () => Promise<T>) => Promise<T>;
}
