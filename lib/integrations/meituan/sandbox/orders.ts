import type { SandboxVoucher } from './till.ts';

/**
 * What the calls of business 59 answer, in the shapes of the SDK: the list names an order by its unified number, shares
 * are asked by the order's own, paymentshares writes yuan as floats and query/info whole fen.
 */

type Asked = Readonly<Record<string, unknown>>;

/** @returns undefined: the platform refuses it */
export function customerData(
  verb: string,
  biz: Asked,
  vouchers: readonly SandboxVoucher[],
): object | undefined {
  switch (verb) {
    case 'queryorder':
      return queryOrder(biz, vouchers);
    case 'query/info':
      return queryInfo(
        vouchers.filter(({ orderId }) =>
          biz.orderId === undefined
            ? unified(orderId) === biz.unifiedOrderId
            : orderId === biz.orderId,
        ),
      );
    case 'receipt/paymentshares':
      return paymentShares(biz, vouchers);
    default:
      return undefined;
  }
}

const unified = (orderId: string) => `9${orderId}`;

const THREE_MONTHS_MS = 93 * 86_400_000;

function queryOrder(biz: Asked, vouchers: readonly SandboxVoucher[]): object | undefined {
  const [from, to] = [Number(biz.buySuccessTimeFrom), Number(biz.buySuccessTimeTo)];
  const [pageNo, pageSize] = [Number(biz.pageNo), Number(biz.pageSize)];
  const isRefused = !(to - from <= THREE_MONTHS_MS) || !(pageSize >= 1 && pageSize <= 50);
  if (isRefused || !(pageNo >= 1)) return undefined;
  const paid = vouchers.filter(({ paidAtMs }) => paidAtMs >= from && paidAtMs <= to);
  const byOrder = Map.groupBy(paid, ({ orderId }) => orderId);
  const result = [...byOrder].map(([orderId, [first, ...others]]) => ({
    ...{ orderId: unified(orderId), orderType: 1, buySuccessTime: first?.paidAtMs },
    ...{ productName: '双人下午茶', productItemId: Number(first?.dealId), status: 0 },
    ...(first?.soldAt === undefined ? {} : { opPoiId: first.soldAt }),
    ...{ refundStatus: -1, mobile: '138****0000', channel: 1 },
    totalAmount: Number(((first?.priceYuan ?? 0) * (1 + others.length)).toFixed(2)),
  }));
  return { result: result.slice((pageNo - 1) * pageSize, pageNo * pageSize) };
}

function queryInfo(vouchers: readonly SandboxVoucher[]): object | undefined {
  const [first] = vouchers;
  if (first === undefined) return undefined;
  const { orderId } = first;
  return {
    order: { unifiedOrderId: unified(orderId), orderId, status: 5 },
    receiptList: vouchers.map((voucher) => ({
      ...{ receiptCode: voucher.code, status: statusOf(voucher) },
      amountShareList: sharesOf(voucher).map(({ amountType, fen }) => ({
        ...{ amountType, title: '一份', value: fen },
      })),
    })),
  };
}

function statusOf({ use, refund }: SandboxVoucher): number {
  if (refund !== null) return refund === 'after' ? 6 : 4;
  return use === null ? 1 : 2;
}

function paymentShares(biz: Asked, vouchers: readonly SandboxVoucher[]): object | undefined {
  const isCard = biz.type === 1;
  const asked = vouchers.filter(
    ({ orderId, bizType }) => orderId === biz.orderId && (bizType === 201) === isCard,
  );
  if (asked.length === 0) return undefined;
  const result = asked.flatMap((voucher) =>
    sharesOf(voucher).map(({ amountType, fen }) => ({
      ...{ receiptCode: voucher.code, amount: fen / 100, amountType },
    })),
  );
  return { result };
}

/** The buyer's part, the platform's, and both together (-1). */
function sharesOf({ priceYuan, platformYuan }: SandboxVoucher) {
  const [price, platform] = [priceYuan, Number(platformYuan)].map((yuan) => Math.round(yuan * 100));
  const parts = [
    { amountType: -1, fen: price ?? 0 },
    { amountType: 10, fen: (price ?? 0) - (platform ?? 0) },
  ];
  return (platform ?? 0) === 0 ? parts : [...parts, { amountType: 15, fen: platform ?? 0 }];
}
