import * as z from 'zod';
import type { Amounts } from '../../events/event.ts';
import type { UnreadRow } from '../kit/platform-records.ts';
import { readRows } from '../kit/rows.ts';
import { absentAsNull, courtesy, wireFen, wireId, wireTime } from '../kit/wire.ts';
import { everyList, joined } from './lists.ts';

/** The platform's answers, as far as we read them. Field names are the wire's. */

const fenOrZero = absentAsNull(wireFen).transform((fen) => fen ?? 0);

/** Source: certificate.query `amount`. `pay_amount` absent: the amount is not reported. */
const amountSchema = z
  .looseObject({
    pay_amount: z.unknown(),
    original_amount: z.unknown(),
    platform_discount_amount: z.unknown(),
    merchant_ticket_amount: z.unknown(),
    payment_discount_amount: z.unknown(),
  })
  .partial()
  .transform((amount, context): Amounts | null => {
    if (amount.pay_amount === undefined || amount.pay_amount === null) return null;
    const fen = (value: unknown) => {
      const parsed = fenOrZero.safeParse(value);
      if (!parsed.success) context.addIssue({ code: 'custom', message: 'an amount is not fen' });
      return parsed.data ?? 0;
    };
    return {
      paidFen: fen(amount.pay_amount),
      platformDiscountFen: fen(amount.platform_discount_amount),
      merchantDiscountFen: fen(amount.merchant_ticket_amount),
      paymentDiscountFen: fen(amount.payment_discount_amount),
      originalFen: fen(amount.original_amount),
    };
  });

const optionalAmount = absentAsNull(amountSchema);

const actSchema = z.looseObject({
  verify_id: wireId,
  verify_time: wireTime,
  poi_id: courtesy(wireId),
  times_card_serial_num: absentAsNull(wireId),
});

/** An act that names no verify_id (absent, "0", {}) is no act. */
const optionalAct = z.preprocess(
  (value) => (hasVerifyId(value) ? value : undefined),
  actSchema.optional().transform((act) => act ?? null),
);

function hasVerifyId(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('verify_id' in value)) return false;
  return ![undefined, null, '', 0, '0'].includes(value.verify_id as string);
}

/** `groupon_type` of a times card (次卡). Source: tripartite.code. */
export const CARD_GROUPON = 3;

/** `order_type` of orders of cards (次卡); the numbers are other integrators', no page lists them. */
export const CARD_ORDERS: ReadonlySet<number> = new Set([51, 70]);

/** Certificate status. Source: certificate.query. */
export const CERTIFICATE_STATUS = {
  unused: 1,
  used: 2,
  asked: 3,
  refunded: 4,
  refunding: 6,
} as const;

const certificateSchema = z.looseObject({
  certificate_id: wireId,
  status: z.coerce.number().catch(0),
  sku: courtesy(
    z.looseObject({ sku_id: courtesy(wireId), groupon_type: z.coerce.number().catch(0) }),
  ),
  amount: optionalAmount,
  time_card: absentAsNull(
    z.looseObject({
      times_count: absentAsNull(wireFen),
      serial_amount_list: absentAsNull(
        z.array(z.looseObject({ serial_numb: absentAsNull(wireId), amount: optionalAmount })),
      ),
    }),
  ),
  /** 周期卡: used as often as its days allow. Not in this answer's types; in prepare's and the records'. */
  period_card: courtesy(z.looseObject({})),
  verify: optionalAct,
  verify_records: absentAsNull(z.array(optionalAct)),
});
export type CertificateRecord = z.infer<typeof certificateSchema>;

/** Of one voucher in both forms the newer is taken, and what only one form shows of it. */
export const certificatesSchema = everyList('certificates', certificateSchema).transform(
  ({ lists }) => ({
    certificates: joined(lists, ({ certificate_id }) => certificate_id, newerCertificate),
  }),
);

function newerCertificate(older: CertificateRecord, newer: CertificateRecord): CertificateRecord {
  return {
    ...newer,
    status: newer.status === 0 ? older.status : newer.status,
    sku: newer.sku ?? older.sku,
    amount: newer.amount ?? older.amount,
    time_card: newer.time_card ?? older.time_card,
    period_card: newer.period_card ?? older.period_card,
    verify: newer.verify ?? older.verify,
    verify_records: [...(older.verify_records ?? []), ...(newer.verify_records ?? [])],
  };
}

/** Status of an act: 1 valid, 2 revoked. Source: certificate.verifyrecord.query. */
export const RECORD_STATUS = { valid: 1, revoked: 2 } as const;

const verifyRecordSchema = z.looseObject({
  cursor: courtesy(wireId),
  verify_id: wireId,
  certificate_id: wireId,
  verify_time: wireTime,
  status: z.coerce.number().catch(0),
  cancel_time: absentAsNull(wireTime),
  /** The whole voucher's, but of a 周期卡, whose uses have no other. A page has other vouchers' records too. */
  amount: optionalAmount.catch(null),
  period_card: courtesy(z.looseObject({})),
  sku: courtesy(z.looseObject({ groupon_type: z.coerce.number().catch(0) })),
  /** What this use of a card is worth; `time_card_amount`, whose meaning no page says, is not read. */
  verify_amount_info: courtesy(
    z.looseObject({
      times_card_serial_amount: courtesy(z.looseObject({ amount: optionalAmount })),
    }),
  ),
});
export type VerifyRecord = z.infer<typeof verifyRecordSchema>;

/** How many rows a list has in all, where that is reported. */
const listTotal = courtesy(wireFen).transform((total) => total ?? undefined);

const RECORD_NAMES = { voucherId: 'certificate_id', actId: 'verify_id' };

const cursorSchema = z.looseObject({ cursor: courtesy(wireId) }).catch({ cursor: null });

/** Each row by itself. */
export const verifyRecordsSchema = everyList('records', z.unknown())
  .and(z.looseObject({ total: listTotal }))
  .transform(({ lists, total }) => {
    const forms = lists.map((list) => readRows(list, verifyRecordSchema, RECORD_NAMES));
    return {
      total,
      records: joined(
        forms.map(({ read }) => read),
        ({ verify_id }) => verify_id,
        newerRecord,
      ),
      unread: unreadInEvery(forms),
      /** How many rows the page had in its longest form, and where the next one begins. */
      rows: Math.max(0, ...lists.map((list) => list.length)),
      cursor: cursorSchema.parse(lists.at(-1)?.at(-1)).cursor,
    };
  });

function newerRecord(older: VerifyRecord, newer: VerifyRecord): VerifyRecord {
  return {
    ...newer,
    status: newer.status === 0 ? older.status : newer.status,
    cancel_time: newer.cancel_time ?? older.cancel_time,
    amount: newer.amount ?? older.amount,
    period_card: newer.period_card ?? older.period_card,
    verify_amount_info: newer.verify_amount_info ?? older.verify_amount_info,
    sku: newer.sku ?? older.sku,
  };
}

/** One that one of the forms shows readably is read, and one that both show unreadably is one. */
function unreadInEvery(
  forms: readonly ReturnType<typeof readRows<typeof verifyRecordSchema>>[],
): UnreadRow[] {
  const read = new Set(forms.flatMap((form) => form.read.map(({ verify_id }) => verify_id)));
  const unread = forms
    .flatMap((form) => form.unread)
    .filter(({ actId }) => actId === null || !read.has(actId));
  return [...new Map(unread.map((row) => [row.actId ?? row.rowId, row])).values()];
}

/** `item_status` of a refunded voucher. Source: order.query. */
export const ITEM_REFUNDED = 301;

/** A label, or a list of them: its words are what is read. */
const label = z
  .union([z.string(), z.array(z.string()).transform((labels) => labels.join(','))])
  .transform((text) => text.slice(0, 64).toWellFormed());

const orderSchema = z.looseObject({
  order_id: wireId,
  order_type: z.coerce.number().catch(0),
  /** 0 is an amount: a free order is paid with it. */
  pay_amount: wireFen.nullish().transform((fen) => fen ?? null),
  original_amount: absentAsNull(wireFen),
  pay_time: absentAsNull(wireTime),
  sku_id: courtesy(wireId),
  sku_name: courtesy(z.string().max(512)),
  /** The live room of the sale; and the buyer. */
  room_id: courtesy(wireId),
  open_id: courtesy(z.string().max(256)),
  /** Whose order it is. */
  merchant_info: courtesy(z.looseObject({ account_id: courtesy(wireId) })),
  order_sale_info: courtesy(
    z.looseObject({
      sale_channel: courtesy(label),
      sale_role: courtesy(label),
      transfer_uid: courtesy(wireId),
    }),
  ),
  certificate: absentAsNull(
    z.array(
      z.looseObject({
        certificate_id: wireId,
        item_status: z.coerce.number().catch(0),
        refund_amount: absentAsNull(wireFen),
        refund_time: absentAsNull(wireTime),
      }),
    ),
  ),
});
export type OrderRecord = z.infer<typeof orderSchema>;

export const ordersSchema = z.looseObject({
  orders: absentAsNull(z.array(orderSchema)).transform((list) => list ?? []),
  page: courtesy(z.looseObject({ total: listTotal })),
});

/** A page of them, each row by itself. */
export const orderListSchema = z
  .looseObject({
    orders: absentAsNull(z.array(z.unknown())),
    page: courtesy(z.looseObject({ total: listTotal })),
  })
  .transform(({ orders, page }) => {
    const rows = orders ?? [];
    const { read, unread } = readRows(rows, orderSchema, { orderId: 'order_id' });
    return { orders: read, unread, rows: rows.length, total: page?.total };
  });

const ledgerRowSchema = z.looseObject({ certificate_id: wireId, order_id: wireId });

/** Source: query_record_by_cert. No page gives the list's name: it is whichever list has such rows. */
export const ledgerRowsSchema = z.looseObject({}).transform((data) => ({
  rows: Object.values(data).flatMap((list) =>
    (Array.isArray(list) ? list : []).flatMap((row) => ledgerRowSchema.safeParse(row).data ?? []),
  ),
}));

const poiSchema = z
  .looseObject({ poi: z.looseObject({ poi_id: wireId, poi_name: courtesy(z.string()) }) })
  .transform(({ poi }) => ({ poi_id: poi.poi_id, poi_name: poi.poi_name }));
export type PoiRecord = z.infer<typeof poiSchema>;

export const poisSchema = z.looseObject({
  pois: absentAsNull(z.array(poiSchema)).transform((list) => list ?? []),
});

const preparedSchema = z.looseObject({
  encrypted_code: z.string().min(1),
  certificate_id: wireId,
  /** Of the answers' pages only unused vouchers come; 0 where the answer does not say. */
  status: z.coerce.number().catch(0),
  start_time: courtesy(wireTime),
  expire_time: courtesy(wireTime),
  sku: courtesy(z.looseObject({ title: courtesy(z.string().min(1).max(512)) })),
  amount: optionalAmount.catch(null),
  time_card: courtesy(
    z.looseObject({ times_count: absentAsNull(wireFen), times_used: absentAsNull(wireFen) }),
  ),
});
type PreparedRow = z.infer<typeof preparedSchema>;

/** What only one form says of a voucher counts too. */
function newerPrepared(older: PreparedRow, newer: PreparedRow): PreparedRow {
  return {
    ...newer,
    status: newer.status === 0 ? older.status : newer.status,
    start_time: newer.start_time ?? older.start_time,
    expire_time: newer.expire_time ?? older.expire_time,
    sku: newer.sku ?? older.sku,
    amount: newer.amount ?? older.amount,
    time_card: newer.time_card ?? older.time_card,
  };
}

/** Source: certificate.prepare. The encrypted codes are secrets. */
export const preparedCodesSchema = everyList('certificates', preparedSchema)
  .and(z.looseObject({ verify_token: z.string().min(1), order_id: wireId }))
  .transform(({ verify_token, order_id, lists }) => ({
    verifyToken: verify_token,
    orderId: order_id,
    certificates: joined(lists, ({ certificate_id }) => certificate_id, newerPrepared).map(
      (one) => ({
        encryptedCode: one.encrypted_code,
        certificateId: one.certificate_id,
        status: one.status,
        startsAt: one.start_time,
        endsAt: one.expire_time,
        title: one.sku?.title ?? null,
        amounts: one.amount,
        /** How often it can be used: a times card more than once. */
        usesLeft: Math.max(1, (one.time_card?.times_count ?? 1) - (one.time_card?.times_used ?? 0)),
      }),
    ),
  }))
  .refine(({ certificates }) => certificates.length > 0, 'no voucher');
export type PreparedCodes = z.infer<typeof preparedCodesSchema>;

/** Source: certificate.verify. A success is 0; see till.ts for what a repetition may answer. */
const verifyResultSchema = z.looseObject({
  result: z.coerce.number(),
  verify_id: absentAsNull(wireId),
  certificate_id: absentAsNull(wireId),
  account_id: courtesy(wireId),
  /** Of the merchant's own codes; a secret until it is used. */
  code: courtesy(wireId),
});
export type VerifyResult = z.infer<typeof verifyResultSchema>;

export const verifyResultsSchema = z.looseObject({
  verify_results: z.array(verifyResultSchema).min(1),
});
