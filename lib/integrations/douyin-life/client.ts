import { unknownShape } from '../kit/platform-error.ts';
import type { UnreadRow } from '../kit/platform-records.ts';
import {
  type CertificateRecord,
  certificatesSchema,
  ledgerRowsSchema,
  type OrderRecord,
  orderListSchema,
  ordersSchema,
  type PoiRecord,
  type PreparedCodes,
  poisSchema,
  preparedCodesSchema,
  type VerifyRecord,
  type VerifyResult,
  verifyRecordsSchema,
  verifyResultsSchema,
} from './answers.ts';
import { type Endpoint, Transport, type TransportContext } from './transport.ts';

/** At most 20 a page (certificate.verifyrecord.query); the bound keeps one question finite. */
const RECORDS_PER_PAGE = 20;
const MAX_RECORD_PAGES = 50;

/** At most 100 a page (order.query/query). */
const ORDERS_PER_PAGE = 100;

export interface SecondsWindow {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

interface RecordsAnswer {
  readonly records: readonly VerifyRecord[];
  /** Rows that nobody can read. */
  readonly unread: readonly UnreadRow[];
  /** How many rows the page had, and the whole list, where that is reported. */
  readonly rows: number;
  readonly total: number | undefined;
  readonly next: string | null;
}

interface OrdersAnswer {
  readonly orders: readonly OrderRecord[];
  readonly unread: readonly UnreadRow[];
  readonly rows: number;
  readonly total: number | undefined;
  readonly next: number | null;
}

const ENDPOINTS = {
  certificates: {
    name: 'certificate/query',
    path: '/goodlife/v1/fulfilment/certificate/query/',
    perSecond: 100,
  },
  records: {
    name: 'verify_record/query',
    path: '/goodlife/v1/fulfilment/certificate/verify_record/query/',
    perSecond: 100,
  },
  orders: { name: 'trade/order/query', path: '/goodlife/v1/trade/order/query/', perSecond: 20 },
  ledgerRows: {
    name: 'ledger/query_record_by_cert',
    path: '/goodlife/v1/settle/ledger/query_record_by_cert/',
    perSecond: 300,
  },
  prepare: {
    name: 'certificate/prepare',
    path: '/goodlife/v1/fulfilment/certificate/prepare/',
    perSecond: 200,
    isAct: true,
  },
  verify: {
    name: 'certificate/verify',
    path: '/goodlife/v1/fulfilment/certificate/verify/',
    perSecond: 100,
    isAct: true,
  },
  cancel: {
    name: 'certificate/cancel',
    path: '/goodlife/v1/fulfilment/certificate/cancel/',
    perSecond: 100,
    isAct: true,
  },
  fulfilmentAudit: {
    name: 'fulfilment/refund/audit',
    path: '/goodlife/v1/fulfilment/refund/audit/',
    perSecond: 20,
    isAct: true,
  },
  afterSaleAudit: {
    name: 'after_sale/order/audit',
    path: '/goodlife/v1/akte/after_sale/order/audit/',
    perSecond: 20,
    isAct: true,
  },
  pois: { name: 'shop/poi/query', path: '/goodlife/v1/shop/poi/query/', perSecond: 20 },
} as const satisfies Record<string, Endpoint>;

type VerifyAct = {
  readonly verifyToken: string;
  readonly poiId: string;
  /** The merchant's account, where it is known: a chain's (云连锁) must be named. */
  readonly accountId: string | undefined;
} & (
  | { readonly encryptedCodes: readonly string[] }
  | { readonly codes: readonly string[]; readonly orderId: string }
);

/** What we ask the platform, for one app. Every method throws only PlatformError. */
export class DouyinLifeClient {
  private readonly transport: Transport;

  constructor(context: TransportContext) {
    this.transport = new Transport(context);
  }

  /** Every voucher of one order, with the acts of using it. */
  async certificatesOfOrder(accountId: string, orderId: string): Promise<CertificateRecord[]> {
    const query = { account_id: accountId, order_id: orderId };
    return (await this.transport.get(ENDPOINTS.certificates, query, certificatesSchema))
      .certificates;
  }

  /**
   * The merchant's acts of redemption with their state, within seconds both included. Whoever asks so wants to know of
   * one act, and a row that nobody can read might be that one's.
   * @param poiIds only these stores; all when absent
   */
  async verifyRecords(
    accountId: string,
    window: SecondsWindow,
    poiIds?: readonly string[],
  ): Promise<VerifyRecord[]> {
    const records: VerifyRecord[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < MAX_RECORD_PAGES; page += 1) {
      const answer: RecordsAnswer = await this.verifyRecordsPage(accountId, window, cursor, poiIds);
      const [bad] = answer.unread;
      if (bad !== undefined) throw unknownShape(`${ENDPOINTS.records.name} (${bad.field})`);
      records.push(...answer.records);
      if (answer.next === null || answer.next === cursor) break;
      cursor = answer.next;
    }
    return records;
  }

  /** One page of them. @param cursor as the page before returned it; null: the first */
  async verifyRecordsPage(
    accountId: string,
    window: SecondsWindow,
    cursor: string | null,
    poiIds?: readonly string[],
  ): Promise<RecordsAnswer> {
    const query = {
      account_id: accountId,
      cursor: cursor ?? '0',
      size: String(RECORDS_PER_PAGE),
      start_time: String(window.startSeconds),
      end_time: String(window.endSeconds),
      ...(poiIds === undefined ? {} : { poi_ids: poiIds.join(',') }),
    };
    const answer = await this.transport.get(ENDPOINTS.records, query, verifyRecordsSchema);
    const isLast = answer.rows < RECORDS_PER_PAGE || answer.total === answer.rows;
    if (!isLast && answer.cursor === null) throw unknownShape(`${ENDPOINTS.records.name} (cursor)`);
    return { ...answer, next: isLast ? null : answer.cursor };
  }

  /**
   * The merchant's orders that were made, or changed last, within seconds both included. The platform pages up to
   * 10,000 rows so.
   * @param page from 1
   */
  async ordersPage(
    accountId: string,
    by: 'create' | 'update',
    window: SecondsWindow,
    page: number,
  ): Promise<OrdersAnswer> {
    const query = {
      account_id: accountId,
      page_num: String(page),
      page_size: String(ORDERS_PER_PAGE),
      [`${by}_order_start_time`]: String(window.startSeconds),
      [`${by}_order_end_time`]: String(window.endSeconds),
    };
    const answer = await this.transport.get(ENDPOINTS.orders, query, orderListSchema);
    return { ...answer, next: answer.rows < ORDERS_PER_PAGE ? null : page + 1 };
  }

  /** The orders of vouchers that were used an hour ago or more, by voucher; those the platform shows. */
  async ordersOfVouchers(
    accountId: string,
    certificateIds: readonly string[],
  ): Promise<Map<string, string>> {
    const rows = await this.ledgerRows(accountId, certificateIds);
    return new Map(rows.map((row) => [row.certificate_id, row.order_id]));
  }

  /** The ledgers of such vouchers, with whatever stands in them: a use may have several. */
  async ledgerRows(accountId: string, certificateIds: readonly string[]) {
    const query = { account_id: accountId, certificate_ids: certificateIds.join(',') };
    return (await this.transport.get(ENDPOINTS.ledgerRows, query, ledgerRowsSchema)).rows;
  }

  /** One order with its sale channel and refunds; undefined when the platform shows none. */
  async order(accountId: string, orderId: string): Promise<OrderRecord | undefined> {
    const query = { account_id: accountId, order_id: orderId, page_num: '1', page_size: '10' };
    const { orders } = await this.transport.get(ENDPOINTS.orders, query, ordersSchema);
    return orders.find((order) => order.order_id === orderId);
  }

  /** One store's name and account; undefined when the platform shows none. */
  async poi(accountId: string, poiId: string): Promise<PoiRecord | undefined> {
    const query = { account_id: accountId, poi_id: poiId, page: '1', size: '10' };
    const { pois } = await this.transport.get(ENDPOINTS.pois, query, poisSchema);
    return pois.find((poi) => poi.poi_id === poiId);
  }

  /** Looks behind a code that a buyer shows: its unused vouchers. Their codes are secrets. */
  async prepare(
    shown: ({ code: string } | { encryptedData: string }) & { poiId: string },
  ): Promise<PreparedCodes> {
    const what = 'code' in shown ? { code: shown.code } : { encrypted_data: shown.encryptedData };
    const query = { ...what, poi_id: shown.poiId };
    return this.transport.get(ENDPOINTS.prepare, query, preparedCodesSchema);
  }

  /**
   * Redeems vouchers of one order: the platform's by their encrypted codes, the merchant's own (三方码) by
   * their codes and their order. The same `verify_token` again is the same act.
   */
  async verify(act: VerifyAct): Promise<VerifyResult[]> {
    const what =
      'codes' in act
        ? { codes: act.codes, order_id: act.orderId }
        : { encrypted_codes: act.encryptedCodes };
    const fields = {
      verify_token: act.verifyToken,
      poi_id: act.poiId,
      ...what,
      ...(act.accountId === undefined ? {} : { account_id: act.accountId }),
    };
    const { verify_results } = await this.transport.ask(
      ENDPOINTS.verify,
      fields,
      verifyResultsSchema,
    );
    return verify_results;
  }

  /** Takes a redemption back, at most an hour later. */
  async cancel(act: {
    verifyId: string;
    certificateId: string;
    cancelToken?: string;
    accountId: string | undefined;
  }): Promise<void> {
    await this.transport.post(ENDPOINTS.cancel, {
      verify_id: act.verifyId,
      certificate_id: act.certificateId,
      ...(act.cancelToken === undefined ? {} : { cancel_token: act.cancelToken }),
      ...(act.accountId === undefined ? {} : { account_id: act.accountId }),
    });
  }

  /** Decides a refund that the platform requested by SPI (三方码). The platform shows the reason to the buyer. */
  async auditFulfilment(audit: {
    afterSaleId: string;
    certificateIds: readonly string[];
    isAllowed: boolean;
    reason: string;
  }): Promise<void> {
    await this.transport.post(ENDPOINTS.fulfilmentAudit, {
      after_sale_id: audit.afterSaleId,
      result: audit.isAllowed ? 1 : 2,
      reason: audit.reason,
      certificate: audit.certificateIds.map((certificate_id) => ({ certificate_id })),
    });
  }

  /** Decides a refund after use that the platform reported by webhook (抖音码). */
  async auditAfterSale(audit: {
    accountId: string;
    orderId: string;
    certificateId: string;
    isAllowed: boolean;
    reason: string;
  }): Promise<void> {
    await this.transport.post(ENDPOINTS.afterSaleAudit, {
      account_id: audit.accountId,
      order_id: audit.orderId,
      certificate_id: audit.certificateId,
      audit_status: audit.isAllowed,
      ...(audit.isAllowed ? {} : { reject_reason: audit.reason }),
    });
  }
}
