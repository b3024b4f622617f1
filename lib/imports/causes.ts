import type { Reason } from './amount.ts';
import { byStart, type ComparedWindow, type KnownMerchant, measured } from './known-merchant.ts';
import type { Measure } from './profiles.ts';

interface Circumstances {
  readonly known: KnownMerchant;
  readonly theirs: ReadonlyMap<Measure, number | null>;
  readonly window: ComparedWindow;
}

/**
 * Why a file's amount and ours most likely differ: the first of these that the books show. It is a place to look at, and
 * no verdict.
 */
export function likelyCause(measure: Measure, about: Circumstances): Reason {
  const { known, theirs, window } = about;
  const { contracts, rollup, unattributed } = known;
  const file = theirs.get(measure) ?? 0;
  const gap = file - measured(rollup, measure);
  if (measure === 'commission') return commissionCause(about);
  const [first] = byStart(contracts);
  if (gap > 0) {
    if (first !== undefined && first.startsAt.slice(0, 10) > window.from) return CAUSES.starts;
    const ended = contracts.every(
      ({ endsAt }) => endsAt !== null && endsAt.slice(0, 10) <= window.to,
    );
    if (contracts.length > 0 && ended) return CAUSES.ended;
    if (measure === 'paid' && isRefund(gap, about)) return CAUSES.refunds;
    if (contracts.some(({ shareBp }) => shareBp < 10_000)) return CAUSES.share;
    if (measured(unattributed, measure) >= gap) {
      return contracts.some(({ scope }) => scope.stores.length > 0) ? CAUSES.store : CAUSES.scope;
    }
    return CAUSES.missing;
  }
  const refunded = theirs.get('refunded') ?? null;
  if (refunded !== null && refunded > rollup.refundedFen) return CAUSES.lateRefund;
  return measure === 'refunded' ? CAUSES.refundTime : CAUSES.later;
}

/** What the file has more of the payment is what it says was refunded. */
function isRefund(gap: number, { theirs }: Circumstances): boolean {
  const refunded = theirs.get('refunded') ?? 0;
  return refunded > 0 && gap <= refunded;
}

function commissionCause({ known, theirs, window }: Circumstances): Reason {
  const redeemed = theirs.get('redeemed') ?? null;
  if (redeemed !== null && redeemed !== known.rollup.redeemedFen) return CAUSES.gmv;
  if (known.contracts.some(({ tiers }) => tiers !== null)) return CAUSES.tiers;
  return window.isEstimate ? CAUSES.estimate : CAUSES.rate;
}

const CAUSES = {
  starts: {
    code: 'contract-starts-later',
    zh: '合同在所选时间开始之后才生效',
    en: 'the contract begins after the window does',
  },
  ended: {
    code: 'contract-ended',
    zh: '合同在所选时间内已结束',
    en: 'the contract ended within the window',
  },
  refunds: {
    code: 'refunds-included',
    zh: '文件的支付金额未扣除使用前的退款',
    en: 'the file’s payments include what was refunded before use',
  },
  share: {
    code: 'shared',
    zh: '合同只占该商家 GMV 的一部分',
    en: 'the contract has only a part of the merchant’s GMV',
  },
  store: {
    code: 'unknown-store',
    zh: '部分 GMV 所在门店未知，或不在合同范围内',
    en: 'some GMV is of a store that is unknown, or that no contract covers',
  },
  scope: {
    code: 'outside-scope',
    zh: '部分 GMV 不在任何合同范围内',
    en: 'some GMV is outside the scope of every contract',
  },
  missing: {
    code: 'events-missing',
    zh: '我们缺少事件，或该应用没有权限：请核对这些日期',
    en: 'we lack events, or the app lacks a permission: reconcile these days',
  },
  lateRefund: {
    code: 'late-refund',
    zh: '平台之后又有退款，尚未到达我们',
    en: 'the platform refunded later, and we do not have it yet',
  },
  refundTime: {
    code: 'refund-time',
    zh: '退款计入的日期不同',
    en: 'a refund is of another day there',
  },
  later: {
    code: 'exported-earlier',
    zh: '文件导出之后又发生了核销，或平台计入了其他日期',
    en: 'something happened after the export, or is of another day there',
  },
  gmv: { code: 'gmv-differs', zh: '核销 GMV 本身不同', en: 'the redeemed GMV itself differs' },
  tiers: {
    code: 'tiers',
    zh: '阶梯佣金在月结时才结算',
    en: 'tiers are settled when the month is closed',
  },
  estimate: {
    code: 'estimate',
    zh: '平台的佣金是预估值',
    en: 'the platform’s commission is an estimate',
  },
  rate: { code: 'rate', zh: '佣金比例与合同不同', en: 'the rate is another than the contract’s' },
} as const satisfies Record<string, Reason>;
