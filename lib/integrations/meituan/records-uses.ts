import { refusal } from '../kit/http.ts';
import type {
  PlatformRecord,
  RecordsContext,
  RecordsList,
  RecordsPage,
  RecordsWindow,
} from '../kit/platform-records.ts';
import { MeituanClient } from './client.ts';
import { type AuthorizedStore, settingsFor } from './context.ts';
import { BIZ_TYPES, type ListedUse } from './listed.ts';

const KINDS = Object.values(BIZ_TYPES);

/**
 * Rows of one page; the platform lists 300. What a page lacks is asked about order by order, and all of it must fit
 * in one step.
 */
const ROWS_PER_PAGE = 100;

/** What a repair needs of a listed use. */
export interface UseRow {
  readonly use: ListedUse;
  readonly storeId: string | null;
  readonly isCard: boolean;
}

/**
 * The used vouchers of every store that gave us its token, kind by kind (58 querylistbydate). A voucher that was used
 * in 开店宝 is among them: no message reports it.
 */
export const usesList: RecordsList = {
  name: 'receipt/querylistbydate',
  empty: 'may-be-outage',
  page: usesPage,
};

/** Where the reading of a day is: which store, which kind, from which row on, of how many. */
interface Place {
  readonly store: number;
  readonly kind: number;
  readonly offset: number;
  readonly total: number | null;
}

async function usesPage(
  of: RecordsWindow,
  cursor: string | null,
  context: RecordsContext,
): Promise<RecordsPage> {
  requireMerchant(of, context);
  const stores = await storesWithToken(of.merchantId, context);
  const place = placeOf(cursor);
  const store = stores[place.store];
  const bizType = KINDS[place.kind];
  if (store === undefined || bizType === undefined) return { records: [], next: null };
  await context.calls.turn({ name: usesList.name, perSecond: 20 });
  const page = { date: of.businessDay, bizType, offset: place.offset, limit: ROWS_PER_PAGE };
  const listed = await new MeituanClient(context).queryListByDate(store, page);
  const { storeId } = store;
  const isCard = bizType === BIZ_TYPES.timesCard;
  const records = listed.uses
    .filter(({ verifyTime }) => isWithin(verifyTime, of))
    .flatMap((use) => recordsOf({ use, storeId, isCard }, of.merchantId));
  const read = place.offset + listed.rows;
  const isLast = listed.rows < ROWS_PER_PAGE || read === listed.total;
  const next = isLast
    ? nextKind(place, stores.length)
    : { ...place, offset: read, total: listed.total };
  const isOther = place.total !== null && listed.total !== place.total;
  const isShort = isLast && listed.total !== null && listed.total !== read;
  return {
    ...{ records, next: next === null ? null : cursorOf(next), rows: listed.rows },
    unread: listed.unread,
    ...((isOther || isShort) && { changed: true as const }),
  };
}

function recordsOf(row: UseRow, merchantId: string): PlatformRecord[] {
  const { use, storeId } = row;
  const common = {
    merchantId,
    orderId: null,
    voucherId: use.receiptCode,
    occurredAt: use.verifyTime,
    row,
  };
  const used: PlatformRecord = {
    ...{ kind: 'redemption', ...common, eventId: `redeemed:${use.redemptionId}`, storeId },
    // Who paid what is not in the list, nor whether it shows uses that were taken back.
    ...{ amounts: {}, isReversed: null },
  };
  if (!use.isRefunded) return [used];
  return [used, { kind: 'refund', ...common, eventId: null, refundedFen: null }];
}

/** @throws PlatformError: records of another merchant are none of this app's */
export function requireMerchant({ merchantId }: RecordsWindow, context: RecordsContext): void {
  const own = settingsFor(context).merchantId ?? context.app.appKey;
  if (own !== merchantId) throw refusal('this app’s tokens are of another merchant');
}

function isWithin(instant: string, { fromMs, untilMs }: RecordsWindow): boolean {
  const ms = Date.parse(instant);
  return ms >= fromMs && ms < untilMs;
}

/**
 * Stores in an order that stays while a day is read. A token without a store is of the one store that has none of its
 * own; where there are more, nobody knows which.
 */
async function storesWithToken(
  merchantId: string,
  { app, storesOf }: RecordsContext,
): Promise<AuthorizedStore[]> {
  const named = Object.keys(app.secrets)
    .filter((name) => name.startsWith(NAMED))
    .map((name) => name.slice(NAMED.length))
    .sort();
  const stores = named.map(
    (storeId): AuthorizedStore => ({
      storeId,
      appAuthToken: first(app.secrets[`${NAMED}${storeId}`]),
    }),
  );
  const { appAuthToken } = app.secrets;
  if (appAuthToken === undefined) return stores;
  const others = (await storesOf(merchantId)).filter((storeId) => !named.includes(storeId));
  const [only = null] = others.length === 1 ? others : [];
  return [...stores, { storeId: only, appAuthToken: first(appAuthToken) }];
}

const NAMED = 'appAuthToken:';

const first = (live: readonly string[] | undefined) => live?.[0] ?? '';

function nextKind({ store, kind }: Place, stores: number): Place | null {
  if (kind + 1 < KINDS.length) return { store, kind: kind + 1, offset: 0, total: null };
  return store + 1 < stores ? { store: store + 1, kind: 0, offset: 0, total: null } : null;
}

const cursorOf = ({ store, kind, offset, total }: Place) =>
  [store, kind, offset, total ?? ''].join('/');

function placeOf(cursor: string | null): Place {
  const [store = 0, kind = 0, offset = 0, total] = (cursor ?? '')
    .split('/')
    .map((part) => (part === '' ? undefined : Number(part)));
  return { store, kind, offset, total: total ?? null };
}
