import { fingerprint } from '../crypto/hash.ts';
import type { Platform } from '../events/event.ts';
import type { Entry } from '../ledger/entry.ts';
import { instantToMs, toInstant } from '../time/shanghai.ts';
import type { Stream } from './streams.ts';

/** Where every item lives. Nothing else in the project spells a key. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Escapes an id from outside, so that a `#` in it cannot reach another partition. Injective: `%` is
 * escaped too.
 */
export function escapeId(id: string): string {
  return id.replace(/[%#\p{Cc}]/gu, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Hashes spread hints, set-aside lists and other lists over 16 partitions; counting one is 16 small queries. */
export const SHARDS: readonly string[] = '0123456789abcdef'.split('');

/**
 * Store-days of one provider and day are spread over this many buckets: a bucket is reread when one of its
 * stores changed, and a list of stores asks one after the other, so neither many nor few of them is cheap.
 */
export const BUCKETS = 4;

/** Providers are spread over this many for the totals of all: as many small items are read for a day. */
export const OVERALL_SHARDS = 32;

const e = escapeId;

/** How the sort keys of items that are listed begin. */
export const PREFIX = {
  event: 'EVENT#',
  contract: 'CONTRACT#',
  store: 'STORE#',
  detail: 'DETAIL#',
  slots: 'SLOTS#',
  line: 'LINE#',
  act: 'ACT#',
  held: 'HELD#',
  day: 'DAY#',
  redeemedVoucher: 'REDEEMED#',
  restated: 'RESTATED#',
  refused: 'REFUSED#',
  seen: 'SEEN#',
  tillAct: 'TILL#',
  token: 'TOKEN#',
  channelMap: 'CHANNEL-MAP#',
  channelWord: 'CHANNEL-WORD#',
  lead: 'LEAD#',
} as const;

/** How the partitions of items begin that are distinguished when the whole table is read. */
export const PARTITION = { delivery: 'DELIVERY#', hint: 'HINT#', ledger: 'LEDGER#' } as const;

export const keys = {
  /** Never written: reading it shows that the table is in reach. */
  health: { pk: 'HEALTH', sk: '-' },

  /** The key that buyer ids are hashed with, made once. */
  buyerKey: { pk: 'BUYER-KEY', sk: '-' },
  apiKey: { pk: 'API-KEY', sk: '-' },

  delivery: (deliveryId: string): Key => ({ pk: `DELIVERY#${deliveryId}`, sk: '-' }),

  /** The receipt of what was erased on a buyer's request. */
  erasure: (erasureId: string): Key => ({ pk: `ERASURE#${erasureId}`, sk: '-' }),

  hint: (deliveryId: string): Key => ({
    pk: hintPartition(deliveryId.slice(0, 1)),
    sk: deliveryId,
  }),

  /** Work that failed, or totals that are behind, by a hash of the message. */
  work: (list: WorkList, workId: string): Key => ({
    pk: workPartition(list, workId.slice(0, 1)),
    sk: workId,
  }),

  /** A dead letter that somebody dropped, by its delivery's id or a hash of its message. */
  dropped: (letterId: string): Key => ({
    pk: droppedPartition(letterId.slice(0, 1)),
    sk: letterId,
  }),

  setAside: (reason: SetAsideReason, deliveryId: string): Key => ({
    pk: setAsidePartition(reason, deliveryId.slice(0, 1)),
    sk: deliveryId,
  }),

  /** When the app was last heard. One partition: it is written by each app once in ten minutes. */
  heard: (integration: string, appKey: string): Key => ({
    pk: 'HEARD',
    sk: `${e(integration)}#${e(appKey)}`,
  }),

  event: (stream: Stream, eventId: string): Key => ({
    pk: streamPartition(stream),
    sk: `${PREFIX.event}${e(eventId)}`,
  }),

  app: (integration: string, appKey: string): Key => ({
    pk: `APP#${e(integration)}#${e(appKey)}`,
    sk: '-',
  }),

  /** A version of what the app's own words for channels mean. */
  channelMap: (integration: string, appKey: string, version: number): Key => ({
    pk: keys.app(integration, appKey).pk,
    sk: `${PREFIX.channelMap}${String(version).padStart(6, '0')}`,
  }),

  /** A word for a channel that the app sent. */
  channelWord: (integration: string, appKey: string, raw: string): Key => ({
    pk: keys.app(integration, appKey).pk,
    sk: `${PREFIX.channelWord}${e(raw)}`,
  }),

  /** An app in the list of all. */
  listedApp: (integration: string, appKey: string): Key => ({
    pk: 'APPS',
    sk: `${e(integration)}#${e(appKey)}`,
  }),

  /** A merchant in its platform's list. */
  listedMerchant: (platform: string, merchantId: string): Key => ({
    pk: `MERCHANTS#${platform}`,
    sk: e(merchantId),
  }),

  /** What a platform sells under an id. */
  product: (platform: string, productId: string): Key => ({
    pk: productsPartition(platform),
    sk: e(productId),
  }),

  /** Which calls of an app its workers leased. */
  budget: (integration: string, appKey: string): Key => ({
    pk: `BUDGET#${e(integration)}#${e(appKey)}`,
    sk: '-',
  }),

  /** Up to when an app's records were read behind the live edge. */
  edge: (integration: string, appKey: string): Key => ({
    pk: 'EDGE',
    sk: `${e(integration)}#${e(appKey)}`,
  }),

  /** What came of comparing a business day with the platform's records. @param of whose day, see below */
  checkedDay: (day: string, of: CheckedPlace): Key => ({
    pk: `CHECKED#${day}`,
    sk: checkedPrefix(of) + placeOf(of),
  }),

  difference: (day: string, of: MerchantRef, differenceId: string): Key => ({
    pk: `DIFFERENCE#${day}`,
    sk: checkedPrefix(of) + differenceId,
  }),

  /** A reconciliation, and the same in the list of those under way. */
  reconciliation: (id: string): Key => ({ pk: 'RECONCILIATION', sk: id }),
  reconciling: (id: string): Key => ({ pk: 'RECONCILING', sk: id }),

  /** A request at the till, by the caller's id of it. */
  till: (integration: string, appKey: string, requestId: string, verb: string): Key => ({
    pk: `TILL#${e(integration)}#${e(appKey)}#${e(requestId)}`,
    sk: verb,
  }),

  /** An act of the till, beside its voucher's events, until they report it. */
  tillAct: (platform: Platform, voucherId: string, eventId: string): Key => ({
    pk: streamPartition({ of: 'voucher', platform, id: voucherId }),
    sk: `${PREFIX.tillAct}${e(eventId)}`,
  }),

  /** Which request of the till is using a voucher at this moment. */
  useClaim: (platform: Platform, voucherId: string): Key => ({
    pk: streamPartition({ of: 'voucher', platform, id: voucherId }),
    sk: 'CLAIM',
  }),

  /** What a platform gave us to call it with, by a keyed hash of what it comes from. */
  platformToken: (integration: string, appKey: string, origin: string): Key => ({
    pk: `PLATFORM-TOKEN#${e(integration)}#${e(appKey)}`,
    sk: origin,
  }),

  provider: (providerId: string): Key => ({ pk: providerPartition(providerId), sk: '-' }),

  /** A bearer token, by a part of its hash. */
  token: (tokenId: string): Key => ({ pk: `TOKEN#${tokenId}`, sk: '-' }),

  /** The same token in its provider's list; null for the operator's. */
  tokenOf: (providerId: string | null, tokenId: string): Key => ({
    pk: tenantPartition(providerId),
    sk: `${PREFIX.token}${tokenId}`,
  }),

  /** All members of a provider; null for the operators. */
  members: (providerId: string | null): Key => ({ pk: tenantPartition(providerId), sk: 'MEMBERS' }),

  /** Somebody who is signed in to the pages, by a hash of the cookie. */
  session: (sessionHash: string): Key => ({ pk: `SESSION#${sessionHash}`, sk: '-' }),

  /** Who changed what, by its day. */
  audit: (day: string, auditId: string): Key => ({ pk: trailPartition(day), sk: auditId }),

  /** A request that may be repeated, by a hash of its key and of whose it is. */
  repetition: (name: string): Key => ({ pk: `REPETITION#${name}`, sk: '-' }),

  /** A wrong try to sign in, by its time. */
  wrongTry: (who: string, name: string): Key => ({ pk: triesPartition(who), sk: name }),

  /** A member who has or had a mail address, by a keyed hash of it; and one whom a subject of an issuer is. */
  memberOfMail: (hash: string, memberId: string): Key => ({
    pk: mailPartition(hash),
    sk: e(memberId),
  }),
  memberOfSubject: (hash: string): Key => ({ pk: `SUBJECT#${hash}`, sk: '-' }),

  /** Lets a clerk in once, by a hash of what the link has. */
  clerkLink: (linkHash: string): Key => ({ pk: `CLERK-LINK#${linkHash}`, sk: '-' }),

  /** Whose member it is. */
  member: (memberId: string): Key => ({ pk: `MEMBER#${e(memberId)}`, sk: '-' }),

  merchant: (platform: string, merchantId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: '-',
  }),

  /** The store itself, found by its id alone. */
  store: (platform: string, storeId: string): Key => ({
    pk: `STORE#${platform}#${e(storeId)}`,
    sk: '-',
  }),

  /** The same store in its merchant's list. */
  storeOfMerchant: (platform: string, merchantId: string, storeId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: `${PREFIX.store}${e(storeId)}`,
  }),

  contract: (platform: string, merchantId: string, version: number): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: `${PREFIX.contract}${String(version).padStart(6, '0')}`,
  }),

  /** A cooperation that the operator does not want as a contract. */
  refusedProposal: (platform: string, merchantId: string, cooperationId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: `${PREFIX.refused}${e(cooperationId)}`,
  }),

  /** What a provider says of a voucher, the first, the second … time. */
  dispute: (providerId: string, platform: string, voucherId: string, number: number): Key => ({
    pk: disputePartition(providerId, platform, voucherId),
    sk: String(number).padStart(6, '0'),
  }),

  /** The same in a list, by when it was raised: all of them, or those that are not over; null: everybody's. */
  listedDispute: (list: DisputeList, providerId: string | null, sk: string): Key => ({
    pk: disputesPartition(list, providerId),
    sk,
  }),

  /** A voucher of the order of which a redemption was ever reported. */
  redeemedVoucher: (platform: Platform, orderId: string, voucherId: string): Key => ({
    pk: streamPartition({ of: 'order', platform, id: orderId }),
    sk: `${PREFIX.redeemedVoucher}${e(voucherId)}`,
  }),

  codePool: (platform: string, merchantId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: 'CODE-POOL',
  }),

  /** Stands once the code is an order's. */
  code: (platform: string, merchantId: string, code: string): Key => ({
    pk: `CODE#${platform}#${e(merchantId)}#${e(code)}`,
    sk: '-',
  }),

  /** An imported code that seems free, at its place on the pool's ring of hashes. */
  freeCode: (platform: string, merchantId: string, place: string): Key => ({
    pk: freeCodePartition(platform, merchantId, place.slice(0, 1)),
    sk: place,
  }),

  /** Which codes an order takes. */
  codeClaim: (platform: Platform, orderId: string): Key => ({
    pk: streamPartition({ of: 'order', platform, id: orderId }),
    sk: 'CODES',
  }),

  refundPolicy: (platform: string, merchantId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: 'REFUND-POLICY',
  }),

  refundRequest: (platform: string, refundId: string): Key => ({
    pk: `REFUND#${platform}#${e(refundId)}`,
    sk: '-',
  }),

  /** In the list of refund requests that need somebody. */
  openRefund: (platform: string, refundId: string): Key => ({
    pk: openRefundPartition(fingerprint(platform, refundId).slice(0, 1)),
    sk: `${platform}#${e(refundId)}`,
  }),

  /** Stands once a restatement has attributed the voucher or order again. */
  restated: (stream: Stream, restatementId: string): Key => ({
    pk: streamPartition(stream),
    sk: `${PREFIX.restated}${restatementId}`,
  }),

  restatement: (restatementId: string): Key => ({ pk: 'RESTATEMENT', sk: restatementId }),

  policy: (version: number): Key => ({ pk: 'POLICY', sk: String(version).padStart(6, '0') }),

  /** Says that the provider has or had a contract with the merchant. */
  merchantOfProvider: (providerId: string, platform: string, merchantId: string): Key => ({
    pk: providerPartition(providerId),
    sk: `${PREFIX.contract}${platform}#${e(merchantId)}`,
  }),

  /** A store that redeemed for the merchant and is not, or no longer, in its list. */
  seenStore: (platform: string, merchantId: string, storeId: string): Key => ({
    pk: merchantPartition(platform, merchantId),
    sk: `${PREFIX.seen}${e(storeId)}`,
  }),

  entry: (
    entry: Pick<Entry, 'providerId' | 'platform' | 'storeId' | 'occurredAt' | 'entryId'>,
  ): Key => ({
    pk: ledgerPartition(entry.providerId, entry.platform, entry.storeId),
    sk: `${ledgerTime(entry.occurredAt)}#${e(entry.entryId)}`,
  }),

  storeDay: (providerId: string, day: string, platform: string, storeId: string): Key => ({
    pk: bucketPartition(providerId, day, bucketOf(platform, storeId)),
    sk: `${PREFIX.store}${platform}#${e(storeId)}`,
  }),

  /** The totals of a busy store's minutes, those of an hour together. */
  storeSlots: (
    providerId: string,
    day: string,
    platform: string,
    storeId: string,
    hour: string,
  ): Key => ({
    pk: bucketPartition(providerId, day, bucketOf(platform, storeId)),
    sk: `${PREFIX.slots}${platform}#${e(storeId)}#${hour}`,
  }),

  /** What the entries of a store's hour say of their sales, where it is much; of a slot's: `<hour>:<minute>`. */
  storeHourDetail: (
    providerId: string,
    day: string,
    platform: string,
    storeId: string,
    hour: string,
  ): Key => ({
    pk: bucketPartition(providerId, day, bucketOf(platform, storeId)),
    sk: `${PREFIX.detail}${platform}#${e(storeId)}#${hour}`,
  }),

  /** A page of a provider's day by one dimension. */
  dimensionDay: (providerId: string, dimension: string, day: string, page: number): Key => ({
    pk: dimensionPartition(providerId),
    sk: `${dimension}#${day}#${String(page).padStart(3, '0')}`,
  }),

  /** What the largest stores of a provider are called. */
  largestNames: (providerId: string): Key => ({ pk: dimensionPartition(providerId), sk: 'names' }),

  /** A provider's part of a day's totals over all providers, and what its shard's parts come to. */
  overallPart: (day: string, providerId: string): Key => ({
    pk: overallPartition(day, overallShardOf(providerId)),
    sk: e(providerId),
  }),
  overall: (day: string, shard: string): Key => ({ pk: 'OVERALL', sk: `${day}#${shard}` }),

  /** The statement of a month, YYYY-MM. */
  statement: (providerId: string, month: string): Key => ({
    pk: statementsPartition(providerId),
    sk: month,
  }),

  /** Which month the provider's statements are at. */
  statementHead: (providerId: string): Key => ({
    pk: statementsPartition(providerId),
    sk: 'HEAD',
  }),

  /** A line of it: the copy of an entry, by the day and time of the entry. */
  statementLine: (statementId: StatementId, entry: Entry): Key => ({
    pk: statementPartition(statementId),
    sk: `${PREFIX.line}${keys.entry(entry).sk}#${entry.platform}#${e(entry.storeId)}`,
  }),

  /** The line that is the copy of the entry at a place. */
  statementLineAt: (statementId: StatementId, { pk, sk }: Key): Key => ({
    pk: statementPartition(statementId),
    sk: `${PREFIX.line}${sk}#${pk.slice(ledgerPrefix(statementId.providerId).length)}`,
  }),

  /** The nth of what happened to it after it was closed, from 1. */
  statementAct: (statementId: StatementId, number: number): Key => ({
    pk: statementPartition(statementId),
    sk: `${PREFIX.act}${String(number).padStart(6, '0')}`,
  }),

  /** What it comes to beside its totals. */
  statementDigest: (statementId: StatementId): Key => ({
    pk: statementPartition(statementId),
    sk: 'DIGEST',
  }),

  /** Some of its subtotals. */
  statementSubtotals: (statementId: StatementId, name: string, page: number): Key => ({
    pk: statementPartition(statementId),
    sk: `SUBTOTALS#${name}#${String(page).padStart(5, '0')}`,
  }),

  /** What its page shows before its lines; and fifty of its lines, by the one before them. */
  statementFront: (statementId: StatementId): Key => ({
    pk: statementPartition(statementId),
    sk: 'FRONT',
  }),
  statementPage: (statementId: StatementId, after: string | null): Key => ({
    pk: statementPartition(statementId),
    sk: `PAGE#${after ?? ''}`,
  }),

  /** The copy of an entry that it leaves for a later one. */
  statementHeld: (statementId: StatementId, entry: Entry): Key => ({
    pk: statementPartition(statementId),
    sk: `${PREFIX.held}${keys.entry(entry).sk}#${entry.platform}#${e(entry.storeId)}`,
  }),

  /** A provider in the list of those who get statements. */
  billedProvider: (providerId: string): Key => ({ pk: 'BILLED', sk: e(providerId) }),

  /** A file that is made piece by piece, in the list of whose it is; null: the operator's. */
  exported: (tenant: string | null, exportId: string): Key => ({
    pk: `EXPORT#${ownOrAll(tenant)}`,
    sk: e(exportId),
  }),

  exportedPiece: (tenant: string | null, exportId: string, piece: number): Key => ({
    pk: `EXPORT-PIECES#${ownOrAll(tenant)}#${e(exportId)}`,
    sk: String(piece).padStart(6, '0'),
  }),

  /** What an import came to. */
  imported: (providerId: string, importId: string): Key => ({
    pk: importPartition(providerId),
    sk: importId,
  }),

  /** A page of its differences and refused lines. */
  importPage: (importId: string, page: number): Key => ({
    pk: `IMPORT-ROWS#${importId}`,
    sk: String(page).padStart(3, '0'),
  }),

  /** A lead of a provider's, and what says that a merchant or a name is one already. */
  lead: (providerId: string, leadId: string): Key => ({
    pk: leadPartition(providerId),
    sk: `${PREFIX.lead}${e(leadId)}`,
  }),
  leadClaim: (providerId: string, name: string): Key => ({
    pk: leadPartition(providerId),
    sk: `CLAIM#${name}`,
  }),

  providerDay: (providerId: string, day: string): Key => ({
    pk: providerPartition(providerId),
    sk: `${PREFIX.day}${day}`,
  }),
};

export interface MerchantRef {
  readonly platform: string;
  readonly merchantId: string;
}

/** Whose day is compared, by which app; null: the merchant's, with all its stores. */
export interface CheckedPlace extends MerchantRef {
  readonly integration: string;
  readonly appKey: string;
  readonly storeId: string | null;
}

/** How a merchant's sort keys begin among a day's. */
export const checkedPrefix = ({ platform, merchantId }: MerchantRef) =>
  `${platform}#${e(merchantId)}#`;

const placeOf = ({ integration, appKey, storeId }: CheckedPlace) =>
  `${e(integration)}#${e(appKey)}#${storeId === null ? '' : e(storeId)}`;

export const disputePartition = (providerId: string, platform: string, voucherId: string) =>
  `DISPUTE#${e(providerId)}#${platform}#${e(voucherId)}`;

export type DisputeList = 'all' | 'open';

// In full, as `workPartition`.
export const disputesPartition = (list: DisputeList, providerId: string | null) =>
  list === 'all' ? `DISPUTES#${ownOrAll(providerId)}` : `DISPUTES-OPEN#${ownOrAll(providerId)}`;

/** No escaped id has an asterisk alone. */
const ownOrAll = (providerId: string | null) => (providerId === null ? '*' : e(providerId));

/** Deliveries set aside: `parked`, a kind nobody knows; `quarantined`, a shape nobody expected. */
export const SET_ASIDE_REASONS = ['parked', 'quarantined'] as const;
export type SetAsideReason = (typeof SET_ASIDE_REASONS)[number];

/** A platform's products. */
export function productsPartition(platform: string): string {
  return `PRODUCTS#${platform}`;
}

export function streamPartition({ of, platform, id }: Stream): string {
  return `${STREAM_PARTITIONS[of]}#${platform}#${e(id)}`;
}

const STREAM_PARTITIONS = { voucher: 'VOUCHER', order: 'ORDER', merchant: 'MERCHANT' } as const;

export const hintPartition = (shard: string) => `HINT#${shard}`;

/** `unfinished`: work that failed; `behind`: totals whose message is on its way, or lost. */
export type WorkList = 'unfinished' | 'behind';

// Both in full: a function's rights are read from here.
export const workPartition = (list: WorkList, shard: string) =>
  list === 'unfinished' ? `UNFINISHED#${shard}` : `BEHIND#${shard}`;

export const droppedPartition = (shard: string) => `DROPPED#${shard}`;

export const setAsidePartition = (reason: SetAsideReason, shard: string) =>
  `SET-ASIDE#${reason}#${shard}`;

export const merchantPartition = (platform: string, merchantId: string) =>
  `MERCHANT#${platform}#${e(merchantId)}`;

export const freeCodePartition = (platform: string, merchantId: string, shard: string) =>
  `FREE#${platform}#${e(merchantId)}#${shard}`;

export const openRefundPartition = (shard: string) => `REFUND-OPEN#${shard}`;

export const providerPartition = (providerId: string) => `PROVIDER#${e(providerId)}`;

export const mailPartition = (hash: string) => `MAIL#${hash}`;

export const leadPartition = (providerId: string) => `LEAD#${e(providerId)}`;

export const trailPartition = (day: string) => `AUDIT#${day}`;

export const triesPartition = (who: string) => `TRY#${who}`;

/** A provider's own, or with null the operator's. In full, as `workPartition`. */
export const tenantPartition = (providerId: string | null) =>
  providerId !== null ? `PROVIDER#${e(providerId)}` : 'OPERATOR';

export const ledgerPartition = (providerId: string, platform: string, storeId: string) =>
  `LEDGER#${e(providerId)}#${platform}#${e(storeId)}`;

/** How the ledger's partitions of a provider begin. In full, as `workPartition`. */
export const ledgerPrefix = (providerId: string) => `LEDGER#${e(providerId)}#`;

/** `<businessDay>#<time of day>`: sorts a store's ledger by time, and cuts it by day and hour. */
export function ledgerTime(occurredAt: string): string {
  const instant = toInstant(instantToMs(occurredAt));
  return `${instant.slice(0, 10)}#${instant.slice(11, 23)}`;
}

/** The hour of the business day, `00` to `23`. */
export function hourOf(occurredAt: string): string {
  return ledgerTime(occurredAt).slice(11, 13);
}

/** The minute of the hour, `00` to `59`. */
export function minuteOf(occurredAt: string): string {
  return ledgerTime(occurredAt).slice(14, 16);
}

export const bucketPartition = (providerId: string, day: string, bucket: number) =>
  `ROLLUP#${e(providerId)}#${day}#${twoDigits(bucket)}`;

export const dimensionPartition = (providerId: string) => `DIMENSION#${e(providerId)}`;

export const overallPartition = (day: string, shard: string) => `OVERALL-PART#${day}#${shard}`;

/** Two digits. */
export function overallShardOf(providerId: string): string {
  return twoDigits(Number.parseInt(fingerprint(providerId).slice(0, 4), 16) % OVERALL_SHARDS);
}

export const importPartition = (providerId: string) => `IMPORT#${e(providerId)}`;

/** Whose statement and of which month, YYYY-MM. */
export interface StatementId {
  readonly providerId: string;
  readonly month: string;
}

export const statementsPartition = (providerId: string) => `STATEMENT#${e(providerId)}`;

export const statementPartition = ({ providerId, month }: StatementId) =>
  `STATEMENT#${e(providerId)}#${month}`;

export function bucketOf(platform: string, storeId: string): number {
  return Number.parseInt(fingerprint(platform, storeId).slice(0, 4), 16) % BUCKETS;
}

const twoDigits = (value: number) => String(value).padStart(2, '0');
