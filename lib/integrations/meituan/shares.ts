import * as z from 'zod';
import { type Amounts, NO_AMOUNTS } from '../../events/event.ts';
import { wireYuan } from '../kit/fields.ts';
import { Misfit, misfitsIn } from '../kit/reading.ts';
import { wireFen, wireId } from '../kit/wire.ts';

/**
 * Who paid which part of one voucher (分摊). Source: the SDK that the platform generates,
 * ddzhkh-dingdan-receipt-paymentshares and ddzhkh-dingdan-query-info. The first writes yuan, the second fen.
 */
export interface Share {
  readonly amountType: string;
  readonly fen: number;
}

/** 验证金额: what the buyer paid and what the platform put in, together. */
const VERIFIED = '-1';

/**
 * Who pays by a share's type. 18 美团商家立减 is the platform's and the merchant's together, and no page says what 22
 * 打折卡 and 24 会员券 are: 验证金额 decides how much of such a share is in the GMV.
 */
const PAYERS: Readonly<Record<string, 'buyer' | 'platform' | 'merchant' | 'undivided'>> = {
  '10': 'buyer', // C端美团支付
  '21': 'buyer', // 次卡
  '23': 'buyer', // B端美团支付
  '25': 'buyer', // pos
  '26': 'buyer', // 线下认款
  '29': 'buyer', // 美团分销支付
  '2': 'platform', // 抵用券
  '5': 'platform', // 积分
  '6': 'platform', // 立减
  '12': 'platform', // 优惠代码
  '15': 'platform', // 美团立减
  '8': 'merchant', // 商户抵用券
  '17': 'merchant', // 商家立减
  '28': 'merchant', // 商家折上折
  '18': 'undivided',
  '22': 'undivided',
  '24': 'undivided',
};

/**
 * A voucher's worth from its shares. What 验证金额 has beyond the buyer's part is the platform's: no less than the
 * platform's own shares, no more than those and the undivided ones. Else a share is of somebody else than
 * taken for, and nothing is guessed.
 * @param shares of one voucher @throws Misfit naming the field
 */
export function amountsOfShares(shares: readonly Share[]): Amounts {
  const sums = { buyer: 0, platform: 0, merchant: 0, undivided: 0 };
  let verifiedFen: number | undefined;
  for (const { amountType, fen } of shares) {
    if (amountType === VERIFIED) {
      if (verifiedFen !== undefined) throw new Misfit('amountType: -1 twice');
      verifiedFen = fen;
      continue;
    }
    const payer = PAYERS[amountType];
    if (payer === undefined) throw new Misfit(`amountType: ${amountType}`);
    sums[payer] += fen;
  }
  const { buyer: paidFen, platform, merchant, undivided } = sums;
  if (verifiedFen === undefined && undivided > 0) throw new Misfit('amountType: no -1');
  const platformDiscountFen = (verifiedFen ?? paidFen + platform) - paidFen;
  const ofUndivided = platformDiscountFen - platform;
  if (ofUndivided < 0 || ofUndivided > undivided) throw new Misfit('amount of amountType -1');
  const merchantDiscountFen = merchant + undivided - ofUndivided;
  const originalFen = paidFen + platformDiscountFen + merchantDiscountFen;
  return { ...NO_AMOUNTS, paidFen, platformDiscountFen, merchantDiscountFen, originalFen };
}

const typeSchema = z
  .union([z.int().transform(String), z.string().regex(/^-?\d{1,6}$/)])
  .pipe(z.string());

const sharesSchema = z.looseObject({
  data: z.looseObject({
    result: z.array(
      z.looseObject({ receiptCode: wireId, amount: wireYuan, amountType: typeSchema }),
    ),
  }),
});

/** Of query/info: a part is in fen there. */
export const infoShareSchema = z
  .looseObject({ amountType: typeSchema, value: wireFen.pipe(z.int().nonnegative()) })
  .transform(({ amountType, value }): Share => ({ amountType, fen: value }));

/** The shares that paymentshares answers, by voucher. @throws Misfit naming the field */
export function sharesByVoucher(answer: unknown): ReadonlyMap<string, readonly Share[]> {
  const parsed = sharesSchema.safeParse(answer);
  if (!parsed.success) throw new Misfit(misfitsIn(parsed.error)[0] ?? 'data');
  const byVoucher = new Map<string, Share[]>();
  for (const { receiptCode, amount, amountType } of parsed.data.data.result) {
    const shares = byVoucher.get(receiptCode) ?? [];
    byVoucher.set(receiptCode, shares);
    shares.push({ amountType, fen: amount });
  }
  return byVoucher;
}
