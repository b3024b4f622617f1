import * as z from 'zod';
import { type Amounts, NO_AMOUNTS } from '../../events/event.ts';
import type { UnreadRow } from '../kit/platform-records.ts';
import { Misfit, misfitsIn } from '../kit/reading.ts';
import { readRows } from '../kit/rows.ts';
import { wireId } from '../kit/wire.ts';
import { presentOrNull, wireInstant } from './fields.ts';
import { amountsOfShares, infoShareSchema } from './shares.ts';

/**
 * A customer's orders. Source: the SDK that the platform generates, ddzhkh-dingdan-queryOrder and
 * ddzhkh-dingdan-query-info. `orderId` of the list is the unified number, under which the second call is asked; its
 * answer names the order's own, which the payment shares are asked by.
 */
const orderRowSchema = z.looseObject({
  orderId: wireId,
  buySuccessTime: presentOrNull(wireInstant),
  productItemId: presentOrNull(wireId),
  opPoiId: presentOrNull(wireId),
});
export type OrderRow = z.infer<typeof orderRowSchema>;

const pageSchema = z.looseObject({ data: z.looseObject({ result: z.array(z.unknown()) }) });

/** One page of a customer's orders, each row by itself. */
export interface OrdersPage {
  /** How many rows it has. */
  readonly rows: number;
  readonly orders: readonly OrderRow[];
  readonly unread: readonly UnreadRow[];
}

/** @throws Misfit where the answer has no list */
export function readOrders(answer: unknown): OrdersPage {
  const page = pageSchema.safeParse(answer);
  if (!page.success) throw new Misfit(misfitsIn(page.error)[0] ?? 'data');
  const rows = page.data.data.result;
  const { read, unread } = readRows(rows, orderRowSchema, { orderId: 'orderId' });
  return { rows: rows.length, orders: read, unread };
}

/** `status` of a voucher: 1 未使用, 2 已使用, 3 已过期, 4 未消费退, 6 已消费退. */
const VOUCHER_STATES = {
  1: 'usable',
  2: 'used',
  3: 'expired',
  4: 'unused-refund',
  6: 'refund',
} as const;

const statusSchema = z
  .union([z.int(), z.string().regex(/^\d$/).transform(Number)])
  .pipe(z.literal([1, 2, 3, 4, 6]))
  .transform((status) => VOUCHER_STATES[status]);

/** `status` of an order: 1 初始, 2 未支付, 3 已取消, 4 发券失败 (refunded), 5 完成. */
const orderStatusSchema = z
  .union([z.int(), z.string().regex(/^\d$/).transform(Number)])
  .pipe(z.literal([1, 2, 3, 4, 5]));

const infoSchema = z.looseObject({
  data: z.looseObject({
    order: z.looseObject({
      orderId: wireId,
      unifiedOrderId: wireId,
      status: orderStatusSchema,
    }),
    receiptList: z.array(
      z.looseObject({
        receiptCode: wireId,
        status: statusSchema,
        amountShareList: z.array(infoShareSchema),
      }),
    ),
  }),
});

export interface OrderVouchers {
  readonly orderId: string;
  readonly isPaid: boolean;
  readonly vouchers: readonly {
    readonly voucherId: string;
    readonly state: (typeof VOUCHER_STATES)[keyof typeof VOUCHER_STATES];
    readonly amounts: Amounts;
  }[];
}

/** One order with its vouchers. @throws Misfit naming the field */
export function readOrderInfo(answer: unknown): OrderVouchers {
  const parsed = infoSchema.safeParse(answer);
  if (!parsed.success) throw new Misfit(misfitsIn(parsed.error)[0] ?? 'data');
  const { order, receiptList } = parsed.data.data;
  return {
    orderId: order.orderId,
    // 发券失败 was paid, and given back at once: nothing of it counts.
    isPaid: order.status === 5,
    vouchers: receiptList.map(({ receiptCode: voucherId, status: state, amountShareList }) => ({
      ...{ voucherId, state, amounts: amountsOfShares(amountShareList) },
    })),
  };
}

/** What the whole order was paid with. */
export function amountsOfOrder({ vouchers }: OrderVouchers): Amounts {
  return vouchers.reduce(
    (sum, { amounts }) => ({
      paidFen: sum.paidFen + amounts.paidFen,
      platformDiscountFen: sum.platformDiscountFen + amounts.platformDiscountFen,
      merchantDiscountFen: sum.merchantDiscountFen + amounts.merchantDiscountFen,
      paymentDiscountFen: 0,
      originalFen: sum.originalFen + amounts.originalFen,
    }),
    NO_AMOUNTS,
  );
}
