import * as z from 'zod';
import { fingerprint } from '../../../crypto/hash.ts';
import type { App } from '../../kit/app.ts';
import { absentAsNull, wireFen, wireId, wireTime } from '../../kit/wire.ts';
import { listOf } from './operation.ts';

/** What the platform sends in synchronous callbacks, as far as we read it; tolerant of new fields. */

/** Who an SPI's merchant may be named by: few of the documented bodies name one. */
const merchantFields = {
  account_id: absentAsNull(wireId),
  merchant_id: absentAsNull(wireId),
};

/** More vouchers than one order buys. */
const MAX_VOUCHERS = 500;

/** One of them; some bodies wrap it once more. */
const voucherSchema = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && 'certificate' in value
      ? value.certificate
      : value,
  z.looseObject({
    certificate_id: absentAsNull(wireId),
    /** Empty when it was never issued. Whether it is there is all that is read of it. */
    code: absentAsNull(z.union([z.string(), z.int().transform(String)])),
  }),
);

const withVouchers = <S extends z.ZodType>(schema: S) =>
  z.preprocess(
    (body) =>
      typeof body === 'object' && body !== null
        ? { ...body, vouchers: listOf(body) ?? undefined }
        : body,
    schema,
  );

/** 发券 `fulfilment.order.tripartite_code`. Source: tripartite.code/create. */
export const issueSchema = withVouchers(
  z.looseObject({
    ...merchantFields,
    order_id: wireId,
    count: absentAsNull(wireFen.pipe(z.int().min(1).max(MAX_VOUCHERS))),
    sku: absentAsNull(
      z.looseObject({ sku_id: absentAsNull(wireId), account_id: absentAsNull(wireId) }),
    ),
    vouchers: absentAsNull(z.array(voucherSchema).max(MAX_VOUCHERS)),
  }),
);

/** 退款申请 `fulfilment.order.refund_apply`. Source: tripartite.code/refund.apply. */
export const refundApplySchema = withVouchers(
  z.looseObject({
    ...merchantFields,
    order_id: wireId,
    after_sale_id: absentAsNull(wireId),
    /** The id of the after-sale in the pick-up variant (voucher-code-trading/merchant-refund). */
    biz_uniq_key: absentAsNull(wireId),
    refund_amount: absentAsNull(wireFen),
    vouchers: absentAsNull(z.array(voucherSchema).max(MAX_VOUCHERS)),
  }),
);

/** Source: tripartite.code/refund.notice. */
export const AUDIT_RESULT = { agreed: 1, refused: 2 } as const;

/** 信息同步 `fulfilment.order.refund_notice`. */
export const refundNoticeSchema = z.looseObject({
  ...merchantFields,
  order_id: wireId,
  /** Only where several vouchers are in one after-sale. */
  after_sale_id: absentAsNull(wireId),
  notice_list: z
    .array(
      z.looseObject({
        certificate_id: absentAsNull(wireId),
        audit_time: absentAsNull(wireTime),
        audit_result: z.coerce.number().catch(0),
      }),
    )
    .min(1)
    .max(MAX_VOUCHERS),
});
export type RefundNotice = z.infer<typeof refundNoticeSchema>;

/** 订单状态查询. Source: tripartite.code/status_query: at most 100 orders. */
export const statusQuerySchema = z.looseObject({
  scene: absentAsNull(z.string()),
  order_ids: z.array(wireId).min(1).max(100),
});

/** 预下单 `trade.order.pre_create_order`. Source: tripartite.code/precreateorder. */
export const preCreateSchema = z.looseObject({ order_id: wireId });

/**
 * The merchant that a request belongs to: the one it names, else the app's own, else what other
 * fields may say. None of the bodies is documented to name it.
 */
export function merchantOf(
  body: {
    readonly account_id: string | null;
    readonly merchant_id: string | null;
    readonly sku?: { readonly account_id: string | null } | null;
  },
  { settings }: App,
): string | undefined {
  const named = body.account_id ?? settings.merchantId;
  return named ?? body.merchant_id ?? body.sku?.account_id ?? undefined;
}

/** The refund's id: the after-sale's, else one made of the order and its vouchers. */
export function refundIdOf(request: {
  readonly order_id: string;
  readonly after_sale_id: string | null;
  readonly voucherIds: readonly string[];
}): string {
  const vouchers = [...request.voucherIds].sort();
  return request.after_sale_id ?? `~${fingerprint(request.order_id, ...vouchers).slice(0, 32)}`;
}

export function voucherIdsOf(
  vouchers: readonly { readonly certificate_id: string | null }[] | null,
): string[] {
  return [...new Set((vouchers ?? []).flatMap((one) => one.certificate_id ?? []))];
}

export const NO_MERCHANT = 'it names no merchant: set merchantId in the app’s settings';
