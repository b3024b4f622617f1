import {
  type CertificateRecord,
  certificatesSchema,
  type OrderRecord,
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
   * The merchant's acts of redemption with their state, within seconds both included.
   * @param poiIds only these stores; all when absent
   */
  async verifyRecords(
    accountId: string,
    window: { startSeconds: number; endSeconds: number },
    poiIds?: readonly string[],
  ): Promise<VerifyRecord[]> {
    const records: VerifyRecord[] = [];
    let cursor = '0';
    for (let page = 0; page < MAX_RECORD_PAGES; page += 1) {
      const query = {
        account_id: accountId,
        cursor,
        size: String(RECORDS_PER_PAGE),
        start_time: String(window.startSeconds),
        end_time: String(window.endSeconds),
        ...(poiIds === undefined ? {} : { poi_ids: poiIds.join(',') }),
      };
      const answer = await this.transport.get(ENDPOINTS.records, query, verifyRecordsSchema);
      records.push(...answer.records);
      const { rows, cursor: last } = answer;
      if (rows < RECORDS_PER_PAGE || last === null || last === cursor) break;
      cursor = last;
    }
    return records;
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
